"""What can be wrong with the map we are given, beside the OpenStreetMap file (`dispatch/roads/errors.py`).

ServiceError
├── BaseMapUnusable      the base map on disk
└── DistrictsUnusable    the outlines, as they are given or on disk
"""

from __future__ import annotations

from rescue.settings import ServiceError


class BaseMapUnusable(ServiceError):
    """It cannot be read."""


class DistrictsUnusable(ServiceError):
    """They are not what a map can show."""
