"""A city is made known to the service by its published commands, and its people get their keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulators.city import City
from simulators.errors import ServiceFailedError
from simulators.registers import write_registers, write_surroundings
from simulators.roads import RoadNetwork
from simulators.service import Service

OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What lets the city's people in."""

    password: str
    """Of the operator's account, for a person at the console."""
    operator_token: str
    company_tokens: Mapping[str, str]


async def register(service: Service, city: City, data_dir: Path, roads: RoadNetwork | None = None) -> Keys:
    """Imports the registers and fetches the keys, as much at once as their order allows."""
    paths = write_registers(city, data_dir / "city")
    await _import(service, "companies", paths)
    password, token, tokens, *_ = await asyncio.gather(
        _add_operator(service, data_dir / "operator-password"),
        service.command("token", "add", "--role", OPERATOR),
        _add_company_tokens(service, city),
        _import(service, "lifts", paths),
        _import_crews(service, paths),
        _import_roads(service, roads, data_dir),
    )
    return Keys(password=password, operator_token=_last_word(token), company_tokens=tokens)


async def _import_crews(service: Service, paths: Mapping[str, Path]) -> None:
    await _import(service, "stations", paths)
    await _import(service, "crews", paths)


async def _import_roads(service: Service, roads: RoadNetwork | None, data_dir: Path) -> None:
    if roads is not None:
        drawn = write_surroundings(roads, data_dir / "city")["roads"]
        await service.command("roads", "import", str(drawn), "--data-dir", str(data_dir))


async def _import(service: Service, register: str, paths: Mapping[str, Path]) -> None:
    await service.command("import", register, str(paths[register]))


async def _add_operator(service: Service, kept: Path) -> str:
    """A data directory that is used again has its operator already: the password was kept beside the data."""
    password = _read_kept(kept)
    if password:
        return password
    try:
        password = _last_word(await service.command("user", "add", OPERATOR, "--role", OPERATOR))
    except ServiceFailedError as error:
        raise ServiceFailedError(f"{error}; use a fresh --data-dir, or the one of an earlier demo") from None
    _keep(kept, password)
    return password


def _read_kept(kept: Path) -> str:
    return kept.read_text("utf-8") if kept.exists() else ""


def _keep(kept: Path, password: str) -> None:
    kept.touch(mode=0o600)
    kept.write_text(password, "utf-8")


async def _add_company_tokens(service: Service, city: City) -> dict[str, str]:
    companies = [part for company in city.companies for part in ("--company", company.company_id)]
    output = await service.command("token", "add", *companies)
    lines = (line.split() for line in output.splitlines() if line.strip())
    return {words[0]: words[-1] for words in lines}


def _last_word(output: str) -> str:
    return output.split()[-1]
