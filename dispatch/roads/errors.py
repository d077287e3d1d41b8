"""What can be wrong with the roads we are given.

RoadsUnusable            says in one sentence what, and what to do
├── MapUnusable          the OpenStreetMap file
├── NetworkUnusable      the network on disk
└── ClosuresUnusable     a closure, or the list of closures on disk
"""

from __future__ import annotations


class RoadsUnusable(Exception):
    """The roads cannot be used as they are given."""


class MapUnusable(RoadsUnusable):
    """The map cannot be made a road network of."""


class NetworkUnusable(RoadsUnusable):
    """The network on disk cannot be read."""


class ClosuresUnusable(RoadsUnusable):
    """The closures cannot be read or applied."""
