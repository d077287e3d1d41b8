"""Guessing is made idle: which log-in may be tried at all, after those that have failed. Pure.

Failures of the last quarter of an hour count three ways: of a name from one address, of a name from anywhere, and of
an address under any name. The first limit is strict, and locks out nobody but whoever guesses; the second is for those
who guess from many places, and wide, lest anybody lock an operator out by failing under that name; the third is for
those who guess many names, and wider, since a whole rescue centre may sit behind one address.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from math import ceil

from rescue.people.principals import TooManyTries

COUNTED_FOR = timedelta(minutes=15)
TRIES_OF_NAME_AND_ADDRESS = 10
TRIES_OF_NAME = 50
TRIES_OF_ADDRESS = 100
KEYS_WATCHED = 10_000
"""Names and addresses whose failures are remembered; beyond that the one that failed longest ago is forgotten."""


class Tries:
    """Tries in vain within the last quarter of an hour, by some key, in the memory of this process."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._at: dict[str, deque[datetime]] = {}

    def wait_s(self, key: str, now: datetime) -> int:
        """How long this key has to wait before it may try again; 0 if it may now."""
        tried = self._at.get(key, deque())
        while tried and now - tried[0] >= COUNTED_FOR:
            tried.popleft()
        return ceil((tried[0] + COUNTED_FOR - now).total_seconds()) if len(tried) >= self._at_most else 0

    def count(self, key: str, at: datetime) -> None:
        """One more."""
        tried = self._at.pop(key, deque(maxlen=self._at_most))
        tried.append(at)
        self._at[key] = tried
        if len(self._at) > KEYS_WATCHED:
            del self._at[next(iter(self._at))]

    def take_back(self, key: str) -> None:
        """The last one was none."""
        if self._at.get(key):
            self._at[key].pop()

    def forget(self, key: str) -> None:
        """All of them."""
        self._at.pop(key, None)


class LogInGuard:
    """Who may try to log in."""

    def __init__(self) -> None:
        self._pairs = Tries(TRIES_OF_NAME_AND_ADDRESS)
        self._names = Tries(TRIES_OF_NAME)
        self._addresses = Tries(TRIES_OF_ADDRESS)

    def demand_may_try(self, name: str, address: str, now: datetime) -> None:
        """Return if this log-in may be looked at. Raises TooManyTries."""
        named_s = max(self._pairs.wait_s(_pair(name, address), now), self._names.wait_s(name, now))
        if named_s:
            raise TooManyTries("too many failed log-ins under this name", retry_after_s=named_s)
        from_there_s = self._addresses.wait_s(address, now)
        if from_there_s:
            raise TooManyTries("too many failed log-ins from this address", retry_after_s=from_there_s)

    def count(self, name: str, address: str, at: datetime) -> None:
        """One more try, in vain for all we know."""
        self._pairs.count(_pair(name, address), at)
        self._names.count(name, at)
        self._addresses.count(address, at)

    def forgive(self, name: str, address: str) -> None:
        """That try was good: forget what failed under this name from there, and nobody else's failures."""
        self._pairs.forget(_pair(name, address))
        self._names.take_back(name)
        self._addresses.take_back(address)


def _pair(name: str, address: str) -> str:
    # An address has no line break in it, whatever a name has.
    return f"{address}\n{name}"
