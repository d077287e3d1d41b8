"""`simulate chaos`: real processes under load, killed, starved and cut off from each other in turn; is anything lost?

::

    lifts --- passage --- broker --- passage --- service --- passage --- database
                                                    |
                              companies --- passage +

The service, the broker and the database are processes of their own. Between them lie passages of ours (`passage`), by
which the network is held up or cut; `parts` starts, kills and starts again; `faults` says what befalls whom, in an
order that the seed decides; `lifts` and `people` live on meanwhile. What they saw is in the `ledger`, and when all is
quiet again `verdict` holds it against what the service says. Only published interfaces are used, and power over
processes that were started here.
"""
