"""TLS by settings: what we show to those who connect to us, and whom we believe when we connect.

A certificate that is renewed on disk is used from then on, without a restart.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from rescue.settings import ServiceError

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate with its chain, and its key, as PEM files."""

    path: Path
    key: Path

    @property
    def files(self) -> Sequence[Path]:
        """Both."""
        return (self.path, self.key)


def chosen(path: Path | None, key: Path | None, name: str) -> Certificate | None:
    """None if neither is set. Raises ServiceError if one of them is, or if they are of no use."""
    if path is None and key is None:
        return None
    if path is None or key is None:
        raise ServiceError(f"RESCUE_{name}_CERT and RESCUE_{name}_KEY go together: set both, or neither")
    certificate = Certificate(path=path, key=key)
    server_context(certificate)
    return certificate


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """For those who connect to us. Raises ServiceError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _show(context, certificate)
    return context


def broker_context(ca: Path | None, own: Certificate | None) -> ssl.SSLContext:
    """For a broker vouched for by `ca`, or by the system's authorities; we show `own`. Raises ServiceError."""
    context = ssl.create_default_context()
    if ca is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _believe(context, ca)
    if own is not None:
        _show(context, own)
    return context


def pinned_context(certificate: Certificate) -> ssl.SSLContext:
    """For the broker we started ourselves with this very certificate, whatever names it bears."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    _believe(context, certificate.path)
    return context


async def follow(files: Sequence[Path], changed: Callable[[], None]) -> None:
    """Call `changed` after each change of the files, for ever; what it cannot use is left for the next change."""
    seen = _stamps(files)
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = _stamps(files)
        if now == seen:
            continue
        seen = now
        try:
            changed()
            log.info("certificate renewed", files=[str(file) for file in files])
        except (ServiceError, OSError) as error:
            log.error("renewed certificate not usable", reason=str(error))


def renew(context: ssl.SSLContext, certificate: Certificate) -> None:
    """Those who connect from now on see the files' present certificate. Raises ServiceError."""
    server_context(certificate)  # A pair that does not fit must not reach the context at work.
    _show(context, certificate)


def _show(context: ssl.SSLContext, certificate: Certificate) -> None:
    try:
        context.load_cert_chain(certificate.path, certificate.key, password=_refuse_password)
    except (OSError, ValueError) as error:
        raise ServiceError(f"certificate {certificate.path} with key {certificate.key}: {_reason(error)}") from None


def _refuse_password() -> str:
    """Without it OpenSSL would ask at the terminal."""
    raise ValueError("the key is encrypted; it must not be")


def _believe(context: ssl.SSLContext, ca: Path) -> None:
    try:
        context.load_verify_locations(ca)
    except OSError as error:
        raise ServiceError(f"certificates of authorities in {ca}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _stamps(files: Sequence[Path]) -> list[tuple[int, int] | None]:
    return [_stamp(file) for file in files]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
