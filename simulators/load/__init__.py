"""`simulate load`: a whole city talks at a fixed period, some of it calls, and it is measured what becomes of either.

`talk` is what lifts say, as bytes; `sender` the process that says it by its `lines`, and does nothing else; `process`
how it is spoken to. `town` is whose lifts these are, `watching` raises real alarms beside and follows each to its case
and to the company's endpoint, `usage` is who uses how much of the machine. `run` is the whole, `picture` and `command`
what is told of it. What the figures mean: docs/benchmarks-load.md.
"""
