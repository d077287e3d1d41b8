"""Grants in the words of Mosquitto 2: a `password_file` and an `acl_file`."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable

from rescue.mqtt_access.grants import Grant

ROUNDS = 101
"""Mosquitto's own default; the secrets are random, so more would only cost time when a city reconnects."""
SALT_BYTES = 12


def write_passwords(grants: Iterable[Grant]) -> str:
    """One `user:$7$rounds$salt$hash` a line: PBKDF2 with SHA-512."""
    return "".join(f"{grant.user}:{_hash(grant)}\n" for grant in grants)


def write_access_list(grants: Iterable[Grant]) -> str:
    """A paragraph a user; what is not listed is refused."""
    return "\n".join(_paragraph(grant) for grant in grants)


def _paragraph(grant: Grant) -> str:
    lines = [f"user {grant.user}"]
    lines += [f"topic write {topic}" for topic in grant.publish]
    lines += [f"topic read {topic}" for topic in grant.subscribe]
    return "\n".join(lines) + "\n"


def _hash(grant: Grant) -> str:
    """The salt comes from user and secret, so that a file whose grants are the same is the same."""
    salt = hashlib.sha256(f"{grant.user}\0{grant.secret}".encode()).digest()[:SALT_BYTES]
    hashed = hashlib.pbkdf2_hmac("sha512", grant.secret.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${b64encode(salt).decode()}${b64encode(hashed).decode()}"
