"""What can go wrong for the simulators; each carries one line that a person can act on.

SimulatorError
├── BrokerUnreachableError   no MQTT connection
├── ServiceFailedError       the service did not start, stopped, or a command of it failed
└── ApiError                 a request did not succeed
    ├── UnreachableError     no answer, or "not now" (429, 5xx), after the last try
    └── RefusedError         4xx: asking again would not help
        └── StaleError       409: somebody else was first, or the attempt is over
"""

from __future__ import annotations


class SimulatorError(Exception):
    """The root."""


class BrokerUnreachableError(SimulatorError):
    """No MQTT connection could be made."""


class ServiceFailedError(SimulatorError):
    """The service did not start, stopped by itself, or one of its commands failed."""


class ApiError(SimulatorError):
    """A request to the service did not succeed."""


class UnreachableError(ApiError):
    """The service did not answer within the tries allowed."""


class RefusedError(ApiError):
    """The service understood and refused."""


class StaleError(RefusedError):
    """The service knows better by now."""
