"""What `rescue check` looks at, and what to do about what it finds.

Nothing is changed, migrated or started here. What cannot be looked at because something else is missing is left out, so
that one fault is told once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from dispatch.crews import Position
from dispatch.roads.files import RoadFiles
from rescue import ready
from rescue.base_map.findings import check_base_map
from rescue.base_map.sources import sources_of
from rescue.clock import SystemClock
from rescue.policy_file import load_policies
from rescue.ports import StoreUnavailable
from rescue.roads.findings import check_roads
from rescue.settings import ServiceError, Settings
from rescue.store.checks import Endpoints, Seen, look
from rescue.store.connections import OLDEST_SERVER
from rescue.watch.auditing import CLOCKS_DIFFER_S
from rescue.watch.deadman import make_deadman
from rescue.watch.findings import Finding, check_broker

LEAST_FREE = 2 * 1024**3
"""Bytes; a city's telemetry of six hours (docs/settings.md, telemetry_days)."""
MEGABYTE = 1024**2
GIGABYTE = 1024**3


async def check(settings: Settings) -> list[Finding]:
    """Look at each part the service needs."""
    database, lifts = await _check_database(settings)
    return [
        *_check_configuration(settings),
        *database,
        _check_disk(settings),
        await check_broker(settings),
        check_roads(RoadFiles.in_data_dir(settings.data_dir), lifts),
        check_base_map(sources_of(settings)),
    ]


def _finding(part: str, said: str, *, ok: bool = True) -> Finding:
    return Finding(part=part, ok=ok, said=said)


def _check_configuration(settings: Settings) -> Iterator[Finding]:
    yield _check_policy(settings)
    yield _check_links(settings)
    try:
        make_deadman(settings, lambda: True)
    except ServiceError as error:
        yield _finding("watcher", f"{error}: name an address that this service may ask", ok=False)
    else:
        told = (
            "is asked while all is well"
            if settings.deadman_url
            else ("nobody outside is told when this service falls silent: set RESCUE_DEADMAN_URL")
        )
        yield _finding("watcher", told)


def _check_policy(settings: Settings) -> Finding:
    try:
        policies = load_policies(settings)
    except ServiceError as error:
        return _finding("policy", str(error), ok=False)
    return _finding("policy", f"{len(policies.rules)} rules over the settings: `rescue check --policy` shows them")


def _check_links(settings: Settings) -> Finding:
    if settings.public_url:
        return _finding("configuration", f"can be read; offers lead to {settings.public_url}")
    return _finding("configuration", "can be read; offers lead to this machine only: set RESCUE_PUBLIC_URL for others")


async def _check_database(settings: Settings) -> tuple[Sequence[Finding], Sequence[Position]]:
    """What is found, and where some of the lifts are: the roads are held against them."""
    url = settings.database_url or ready.find_database(settings.data_dir)
    if not url:
        return [_finding("database", "RESCUE_DATABASE_URL is not set: --embedded starts one")], ()
    try:
        seen = await look(url, SystemClock())
    except StoreUnavailable as error:
        said = f"{error}: start it, or correct RESCUE_DATABASE_URL"
        return [_finding("database", said, ok=False)], ()
    found = [_judge_server(seen), _judge_clock(seen), *_judge_endpoints(seen.endpoints)]
    return found, seen.lift_positions


def _judge_server(seen: Seen) -> Finding:
    if not seen.is_fit:
        needed = f"needed is {OLDEST_SERVER} or newer with UTF8: use another server, or make the database anew"
        return _finding("database", f"PostgreSQL {seen.version} with encoding {seen.encoding}; {needed}", ok=False)
    if seen.is_read_only:
        said = "takes no writes: name the primary, or set default_transaction_read_only off"
        return _finding("database", said, ok=False)
    if seen.unknown:
        said = f"was brought on by a newer version ({seen.unknown[-1]}): run that one"
        return _finding("database", said, ok=False)
    said = f"PostgreSQL {seen.version} answers, {seen.size / MEGABYTE:.0f} MB"
    if seen.missing:
        said += f"; {len(seen.missing)} migrations are missing, which `rescue serve` applies when it starts"
    return _finding("database", said)


def _judge_clock(seen: Seen) -> Finding:
    if abs(seen.ahead_s) <= CLOCKS_DIFFER_S:
        return _finding("clock", f"within {max(0.1, abs(seen.ahead_s)):.1f} s of the database's")
    said = f"{abs(seen.ahead_s):.0f} s {'behind' if seen.ahead_s > 0 else 'ahead of'} the database's"
    return _finding("clock", f"{said}: have both machines follow a time server", ok=False)


def _judge_endpoints(endpoints: Endpoints | None) -> Iterator[Finding]:
    if endpoints is None:
        return
    if endpoints.without:
        names = ", ".join(endpoints.without)
        said = f"no endpoint is switched on for {names}: offers reach nobody there; add one by POST /api/v1/webhooks"
        yield _finding("webhooks", said, ok=False)
    for company_id, url, error in endpoints.failing:
        # Of the address only the host: a path may hold a secret of the company.
        said = f"every try of the last hour failed at {urlsplit(url).hostname} of {company_id} ({error}): call them"
        yield _finding("webhooks", said, ok=False)
    if not endpoints.without and not endpoints.failing:
        yield _finding("webhooks", "every company with crews has an endpoint, and none failed throughout the last hour")


def _check_disk(settings: Settings) -> Finding:
    place = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return _finding("disk", f"{settings.data_dir} cannot be looked at: {error.strerror}", ok=False)
    said = f"{free / GIGABYTE:.1f} GB are free at {settings.data_dir}"
    if free < LEAST_FREE:
        return _finding("disk", f"{said}: make room, for a full disk stops the taking in of cases", ok=False)
    return _finding("disk", said)
