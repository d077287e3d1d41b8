"""The two links of an offer: who holds one may accept, or decline, that attempt until the offer is overdue.

A token says which attempt, which answer and until when, and is signed over exactly the characters it is made of, so
that no two tokens mean the same. Decides whether a token is ours and still good; must not know whether the attempt
still stands, which is the desk's to say, nor who holds the link. `now` is an argument, so that an answer can be judged
again as it was judged then; itsdangerous, which does the rest as well, reads the clock itself.

Errors::

    LinkRefused
    ├── LinkForged   not a token of ours, or made with another key
    └── LinkExpired  ours, but the offer is overdue; says which attempt it was
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rescue.incident import AssignmentId
from rescue.timeline import instant

LinkAction = Literal["accept", "decline"]

SHORTEST_KEY_BYTES = 16
LONGEST_TOKEN = 1024
"""Characters; a longer token is not ours and is not looked at."""

_PURPOSE = b"respond/v1/"
"""Signed with every token, so that nothing else ever signed with this key passes for a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """What a link says: this answer to this attempt, until `expires_at`."""

    assignment_id: AssignmentId
    attempt: int
    action: LinkAction
    expires_at: datetime


class LinkRefused(Exception):
    """The link cannot be used."""


class LinkForged(LinkRefused):
    """Not a link of ours."""

    def __init__(self) -> None:
        super().__init__("this link is damaged, or was not made by this rescue centre")


class LinkExpired(LinkRefused):
    """The offer was overdue before the link was used."""

    def __init__(self, claim: LinkClaim) -> None:
        super().__init__(f"this link expired at {instant(claim.expires_at)}")
        self.claim = claim


def sign(key: bytes, assignment_id: AssignmentId, attempt: int, action: LinkAction, expires_at: datetime) -> str:
    """A token of URL-safe characters. Raises ValueError for a key of fewer than 16 bytes."""
    said = json.dumps([assignment_id, attempt, action, instant(expires_at)], separators=(",", ":"))
    claim = _to_text(said.encode())
    return f"{claim}.{_signature(key, claim)}"


def read(key: bytes, token: str, now: datetime) -> LinkClaim:
    """What the token says. Raises LinkForged, or LinkExpired from `expires_at` on."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise LinkForged
    said, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, said).encode()):
        raise LinkForged
    claim = _claim(said)
    if now >= claim.expires_at:
        raise LinkExpired(claim)
    return claim


def _signature(key: bytes, said: str) -> str:
    if len(key) < SHORTEST_KEY_BYTES:
        raise ValueError(f"the key of links has {len(key)} bytes; at least {SHORTEST_KEY_BYTES} are needed")
    return _to_text(hmac.digest(key, _PURPOSE + said.encode(), hashlib.sha256))


def _claim(said: str) -> LinkClaim:
    try:
        assignment_id, attempt, action, expires_at = json.loads(_to_bytes(said))
        until = datetime.fromisoformat(expires_at)
    except (ValueError, TypeError, binascii.Error) as error:
        # Signed with our key, and yet not in this version's form.
        raise LinkForged from error
    return LinkClaim(assignment_id=assignment_id, attempt=attempt, action=action, expires_at=until)


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
