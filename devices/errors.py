"""What can be wrong with what the world tells us about lifts.

Errors::

    DevicesError
    ├── Refused          one message is not taken: its reason goes to quarantine, nothing else is disturbed
    │   ├── BadTopic       no topic of ours
    │   ├── BadPayload     not what the channel carries
    │   ├── UnknownLift    nobody registered this lift
    │   ├── WrongArea      the lift is registered in another area
    │   └── Flooded        the lift says more than it may
    └── BadProfile       a dialect's data file is wrong: the service does not start
"""

from __future__ import annotations


class DevicesError(Exception):
    """Anything wrong that this package foresees; `reason` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(DevicesError):
    """A message that is not taken."""


class BadTopic(Refused):
    """Not a topic that a lift or a crew publishes on."""


class BadPayload(Refused):
    """Not what its channel carries."""


class UnknownLift(Refused):
    """Nobody registered this lift."""


class WrongArea(Refused):
    """The lift is registered in another area than its topic names."""


class Flooded(Refused):
    """The lift says more than it may: this message is left out. `is_first` of its window, for whoever keeps a list."""

    def __init__(self, reason: str, *, is_first: bool) -> None:
        super().__init__(reason)
        self.is_first = is_first


class BadProfile(DevicesError):
    """A dialect's data file is wrong."""
