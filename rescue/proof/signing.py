"""Signatures by Ed25519 over what leaves the house, and the one canonical form in which JSON is signed.

Decides how bytes are made of JSON, and how a key is named. Must not know what is signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

ALGORITHM = "Ed25519"
KEY_NAME = "exports"
"""Of the lasting key among the service's keys."""


class KeyUnusable(Exception):
    """This is no public key of ours."""


class Verifier:
    """The public half of a key. `key_id` names it: the first 16 digits of its SHA-256."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(self.raw).hexdigest()[:16]

    @classmethod
    def read(cls, pem: bytes) -> Verifier:
        """The key of a PEM file. Raises KeyUnusable."""
        try:
            key = load_pem_public_key(pem)
        except ValueError as error:
            raise KeyUnusable("this is no public key in PEM: `rescue export --public-key` prints one") from error
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnusable(f"this key is not of the kind that signs exports, {ALGORITHM}")
        return cls(key)

    @classmethod
    def unpack(cls, packed: str) -> Verifier:
        """The key as a document names it, in base64. Raises KeyUnusable."""
        try:
            return cls(Ed25519PublicKey.from_public_bytes(base64.b64decode(packed, validate=True)))
        except (ValueError, TypeError, binascii.Error) as error:
            raise KeyUnusable("the document names no key that could have signed it") from error

    @property
    def packed(self) -> str:
        """The key in base64."""
        return base64.b64encode(self.raw).decode()

    @property
    def pem(self) -> str:
        """The key as a file."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, said: object, signature: object) -> bool:
        """This key has signed this JSON."""
        try:
            self._key.verify(base64.b64decode(str(signature), validate=True), canonical(said))
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A key of 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.verifier = Verifier(self._key.public_key())

    def sign(self, said: object) -> str:
        """The signature over this JSON, in base64."""
        return base64.b64encode(self._key.sign(canonical(said))).decode()


def canonical(said: object) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces, as docs/export.md has it. ValueError for what JSON cannot say."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(said: object) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(said)).hexdigest()
