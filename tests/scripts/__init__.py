"""Acceptance scripts: stories of the field, told in a small language and played on the composed service.

The service is the real one, on the real database, with its HTTP server, its webhooks and its tracker; only the clock is
ours. `language` has the words, `stage` moves the clock from deadline to deadline, `house` puts the service together,
`city` says who there is, and `story` keeps what was said by whom, to be printed when something expected did not happen.
"""
