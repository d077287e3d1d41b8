"""The policy lab: a year of a city on the product's own dispatch code and simulated time, once for each policy.

    calls      a year of entrapments, drawn from published figures
    town       the city made ready: who is where and on duty at an hour, and how long drives truly take
    answers    what asked people do: accept or not, how soon
    policies   who is asked, and how: today's practice, the closest idle crew, ours and its variations
    moving_up  cover: idle crews wait where the product advises
    year       the discrete events of a year under one policy
    pace       the one free figure, set so that today's practice takes what Zhengzhou published
    figures    what came out, with confidence intervals
    report     the same as one page for people who decide
    run        all of it in turn

All policies live through the same calls, people and traffic, so that what differs between them is theirs.
"""
