"""How many files one process may have open: a connection is one, at either end."""

from __future__ import annotations

import resource

from simulators.errors import SimulatorError

BESIDE_CONNECTIONS = 200
"""Files, logs, the database's and the service's own connections."""


def demand_descriptors(connections: int) -> None:
    """Raise our own limit as far as needed, for us and what we start. SimulatorError where that is not allowed."""
    needed = connections + BESIDE_CONNECTIONS
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < needed:
        raise SimulatorError(
            f"{connections:,} connections need {needed:,} open files a process, and {most:,} are allowed: raise it by "
            f"`ulimit -Hn {needed}` as root, or LimitNOFILE={needed} in the unit"
        )
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, most))
