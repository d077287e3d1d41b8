"""Where the database and the broker are: those that are configured, or embedded ones that we start and watch over.

Decides how we sign in to the broker and whom else it lets in. Must not know what the service uses either of them for.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from rescue.clock import SystemClock
from rescue.embedded import Embedded, EmbeddedBroker, embedded_broker, embedded_database
from rescue.mqtt_access.broker_log import BrokerLog
from rescue.mqtt_access.credentials import Credentials
from rescue.mqtt_access.grants import Grant, grant_service
from rescue.mqtt_access.keeper import Access, Keeper, replace_file
from rescue.mqtt_access.nats import write_users
from rescue.ports import Clock
from rescue.settings import MqttAuth, ServiceError, Settings
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.tls import Certificate, broker_context, chosen, follow, pinned_context

log = structlog.get_logger(__name__)

OUR_USER = "rescue"
"""No credential of the database bears this name: theirs begin with their kind."""

Tls = Callable[[], ssl.SSLContext]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is around the service, and what has to run to keep it so."""

    database_url: str
    mqtt_url: str = field(repr=False)
    """With our own credential, if we need one."""
    mqtt_announced: str
    """For those who bring a credential of theirs."""
    broker_tls: Tls
    embedded: tuple[Embedded, ...] = ()
    broker: EmbeddedBroker | None = None
    broker_certificate: Certificate | None = None
    broker_log: BrokerLog | None = None
    access: Access | None = None
    """If the broker's list of users is ours to keep."""

    def works(self, store: PostgresStore, clock: Clock) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs from the start, for ever."""
        works: dict[str, Coroutine[Any, Any, None]] = {
            f"embedded-{n}": part.watch() for n, part in enumerate(self.embedded)
        }
        if self.broker_log is not None:
            works["broker-log"] = self.broker_log.run()
        if self.access is not None:
            works["broker-users"] = Keeper(Credentials(store.url, store.pool), self.access, clock).run()
        if self.broker is not None and self.broker_certificate is not None:
            works["broker-certificate"] = follow(self.broker_certificate.files, self.broker.renew_certificate)
        return works

    def counts(self) -> Mapping[str, float]:
        """What /metrics shows of it."""
        if self.broker_log is None:
            return {}
        return {
            "rescue_mqtt_sign_ins_refused_total": self.broker_log.refused.sign_ins,
            "rescue_mqtt_topics_refused_total": self.broker_log.refused.topics,
        }


def auth_of(settings: Settings, *, embedded: bool) -> MqttAuth:
    """What was set; else whoever is on this machine may use an embedded broker, and any other asks who one is."""
    return settings.mqtt_auth or (MqttAuth.ANONYMOUS if embedded else MqttAuth.REQUIRED)


@asynccontextmanager
async def surroundings(settings: Settings, *, embedded: bool) -> AsyncIterator[Surroundings]:
    """Raises ServiceError, or any EmbeddedError."""
    if not embedded:
        yield _configured(settings)
        return
    certificate = chosen(settings.mqtt_cert, settings.mqtt_key, "MQTT")
    auth = auth_of(settings, embedded=True)
    check_listener(settings, auth)
    database = embedded_database(settings.data_dir)
    async with database as database_url:
        ours = grant_service(OUR_USER, secrets.token_hex(20)) if auth is MqttAuth.REQUIRED else None
        users = await _first_users(database_url, ours) if ours else None
        broker = embedded_broker(
            settings.data_dir,
            settings.mqtt_port,
            host=settings.mqtt_host,
            certificate=(certificate.path, certificate.key) if certificate else None,
            users=users,
        )
        async with broker as mqtt_url:
            yield Surroundings(
                database_url=database_url,
                mqtt_url=_signed_in(mqtt_url, ours) if ours else mqtt_url,
                mqtt_announced=mqtt_url,
                broker_tls=(lambda: pinned_context(certificate)) if certificate else ssl.create_default_context,
                embedded=(database, broker),
                broker=broker,
                broker_certificate=certificate,
                broker_log=BrokerLog(broker.log),
                access=Access(own=ours, give=broker.let_in, given=users or "") if ours else None,
            )


def check_listener(settings: Settings, auth: MqttAuth) -> None:
    """An open broker is for this machine alone. Raises ServiceError."""
    if auth is MqttAuth.ANONYMOUS and not is_loopback(settings.mqtt_host):
        raise ServiceError(
            f"the embedded broker may listen on {settings.mqtt_host} only if it asks who one is: "
            "set RESCUE_MQTT_AUTH=required, or leave RESCUE_MQTT_HOST at 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine is meant."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client_tls(settings: Settings) -> Tls:
    """How we speak TLS to a configured broker; its files are read at each connection. Raises ServiceError."""
    own = chosen(settings.mqtt_client_cert, settings.mqtt_client_key, "MQTT_CLIENT")
    broker_context(settings.mqtt_ca, own)
    return lambda: broker_context(settings.mqtt_ca, own)


async def _first_users(database_url: str, ours: Grant) -> str:
    """The broker starts with the whole list, so that no lift is ever refused for a second."""
    await migrate(database_url)
    store = await PostgresStore.connect(database_url)
    try:
        return write_users([ours, *await Credentials(store.url, store.pool).grants(SystemClock().now())])
    finally:
        await store.close()


def _configured(settings: Settings) -> Surroundings:
    if not settings.database_url or not settings.mqtt_url:
        missing = "RESCUE_MQTT_URL" if settings.database_url else "RESCUE_DATABASE_URL"
        raise ServiceError(f"{missing} is not set: set it, or run with --embedded")
    if auth_of(settings, embedded=False) is MqttAuth.REQUIRED and not urlsplit(settings.mqtt_url).username:
        log.warning("we sign in to the broker without a credential, so anybody may: `rescue check` tells more")
    return Surroundings(
        database_url=settings.database_url,
        mqtt_url=settings.mqtt_url,
        mqtt_announced=masked(settings.mqtt_url),
        broker_tls=client_tls(settings),
        access=_access_by_file(settings.mqtt_url, settings.mqtt_users_file) if settings.mqtt_users_file else None,
    )


def _access_by_file(mqtt_url: str, file: Path) -> Access:
    parts = urlsplit(mqtt_url)
    if not parts.username or not parts.password:
        raise ServiceError("RESCUE_MQTT_USERS_FILE needs a RESCUE_MQTT_URL with our own user and password in it")
    own = grant_service(unquote(parts.username), unquote(parts.password))
    given = file.read_text("utf-8") if file.exists() else ""
    return Access(own=own, give=lambda users: replace_file(file, users), given=given)


def _signed_in(url: str, ours: Grant) -> str:
    return url.replace("://", f"://{ours.user}:{ours.secret}@", 1)


def masked(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()
