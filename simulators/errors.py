"""What can go wrong for the simulators; each carries one line that a person can act on.

SimulatorError
├── BrokerUnreachableError   no MQTT connection
├── CityUnusableError        a directory holds no city that can be read
├── PortTakenError           nothing can listen at an address
├── TokensUnusableError      a file of tokens cannot be used
├── ServiceFailedError       the service did not start, stopped, or a command of it failed
└── ApiError                 a request did not succeed
    ├── UnreachableError     no answer, or "not now" (429, 5xx), after the last try
    └── RefusedError         4xx: asking again would not help
        ├── ForbiddenError   401, 403: the token does not let in
        ├── UnknownError     404: there is no such thing
        └── StaleError       409: somebody else was first, or the attempt is over
"""

from __future__ import annotations


class SimulatorError(Exception):
    """The root."""


class BrokerUnreachableError(SimulatorError):
    """No MQTT connection could be made."""


class CityUnusableError(SimulatorError):
    """A city's files cannot be used; the message names file and line."""


class ServiceFailedError(SimulatorError):
    """The service did not start, stopped by itself, or one of its commands failed."""


class PortTakenError(SimulatorError):
    """Nothing can listen there; the message names the address."""


class TokensUnusableError(SimulatorError):
    """A file of tokens cannot be used; the message says why."""


class ApiError(SimulatorError):
    """A request to the service did not succeed."""


class UnreachableError(ApiError):
    """The service did not answer within the tries allowed."""


class RefusedError(ApiError):
    """The service understood and refused."""


class ForbiddenError(RefusedError):
    """The service does not let the holder of this token do that, or does not know the token."""


class UnknownError(RefusedError):
    """The service knows nothing by that name."""


class StaleError(RefusedError):
    """The service knows better by now."""
