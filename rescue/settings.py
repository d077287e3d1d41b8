"""Every setting of the service, with its default and where the figure comes from.

Read from `RESCUE_…` variables, then from the TOML file of `rescue serve --config`; secrets also from files named by
`RESCUE_…_FILE`. `rescue check --settings` lists them, and docs/settings.md is that list.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AnyHttpUrl, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rescue.escalation import Policy


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Asia/Shanghai") from error
    return name


class ServiceError(Exception):
    """The service cannot be run as it was asked to; says what to do."""


Port = Annotated[int, Field(ge=1, le=65_535)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Settings(BaseSettings):
    """What a rescue centre may set. Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="RESCUE_", extra="forbid", frozen=True)

    database_url: str | None = Field(None, description="PostgreSQL, as postgresql://user:password@host:port/name")
    database_url_file: Path | None = Field(None, description="a file that holds `database_url`")
    mqtt_url: str | None = Field(None, description="the MQTT broker, as mqtt://user:password@host:port or mqtts://…")
    mqtt_url_file: Path | None = Field(None, description="a file that holds `mqtt_url`")
    http_host: str = Field("127.0.0.1", description="the address the HTTP server listens on")
    http_port: Port = Field(8080, description="the port the HTTP server listens on")
    mqtt_port: Port = Field(1883, description="the embedded broker's port, on loopback")
    data_dir: Path = Field(Path("data"), description="where the embedded database and broker keep their files")
    public_url: AnyHttpUrl | None = Field(
        None, description="how companies reach us, for the links in offers; by default the HTTP address"
    )
    broker_within_s: Seconds = Field(
        30, description="wait so long for the broker when starting; 120,000 retained messages take it 9 to 15 s (ADR 3)"
    )
    shard: str = Field(
        "1", pattern=r"^[A-Za-z0-9-]{1,16}$", description="names the broker session of this tracker, rescue-{shard}"
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Shanghai", description="the centre's local time: hours of travel speeds"
    )
    rescue_code_length: int = Field(
        6, ge=4, le=8, description="digits of the code on a lift's plate (Zhengzhou and Shenzhen 6, Zhangzhou 5)"
    )
    webhook_allow_private: bool = Field(
        False, description="webhooks may go to private and loopback addresses, and by plain http"
    )
    trapped_after_s: Seconds = Field(
        30, description="stopped with people inside for so long is an entrapment (practice in deployed systems)"
    )
    trapped_after_s_by_place: dict[str, Seconds] = Field(
        default_factory=dict,
        description='the same by place type, as {"hospital": 20}; a lift\'s own column trapped_after_s goes before it',
    )
    link_lost_after_s: Seconds = Field(
        3600, description="a lift off line for so long is a case (practice of deployed platforms)"
    )
    test_call_every_s: float = Field(
        259_200, gt=0, le=31_536_000, description="a test call at least so often (EN 81-28: 72 h)"
    )
    accept_within_s: Seconds = Field(180, description="answer to the first offer of a level (Jinan, Rizhao: 3 min)")
    accept_next_within_s: Seconds = Field(60, description="answer to further offers of the same level (derived)")
    engage_within_s: Seconds = Field(300, description="every level engaged without an acceptance (Guangzhou: 5 min)")
    verify_within_s: Seconds = Field(60, description="a possible entrapment is verified by voice (derived)")
    ask_again_after_s: Seconds = Field(15, description="when nobody could be asked, look again (derived)")
    refusal_lasts_s: Seconds = Field(600, description="a crew that refused a case is not asked for it again (derived)")
    attempts_per_level: int = Field(2, ge=1, le=20, description="crews asked at a level before the next (derived)")
    reach_within_s: Seconds = Field(1200, description="level 1 is passed over when it cannot arrive in this (derived)")
    call_back_within_s: Seconds = Field(900, description="call-back after release (derived)")
    fault_within_s: Seconds = Field(7200, description="a fault is seen to; then people are reminded (our judgement)")
    outage_within_s: Seconds = Field(3600, description="the same for a power outage (our judgement)")
    link_within_s: Seconds = Field(86_400, description="the same for a lost link (our judgement)")
    test_within_s: Seconds = Field(86_400, description="the same for a test call that did not come (our judgement)")
    mass_window_s: Seconds = Field(
        120, description="lifts that lose power, link or standing within so long are one event (our judgement)"
    )
    mass_in_building: int = Field(3, ge=2, le=1000, description="so many lifts of one building (our judgement)")
    mass_in_area: int = Field(10, ge=2, le=100_000, description="or so many of one area (our judgement)")
    telemetry_days: int = Field(
        7,
        ge=1,
        le=3650,
        description="telemetry is kept for so many days; a busy city of 120,000 lifts writes 8 GB a day",
    )
    black_box_mb: int = Field(
        256,
        ge=1,
        le=65_536,
        description="room for the last messages of all lifts; 1,000 a second fill about 18 MB a minute (measured)",
    )
    log_json: bool = Field(False, description="log lines as JSON instead of for people")

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in ("database_url", "mqtt_url"):
            file = values.get(f"{name}_file")
            if file and not values.get(name):
                values = {**values, name: Path(file).read_text().strip()}
        return values

    @classmethod
    def load(cls, config: Path | None, **given: Any) -> Self:
        """Settings from the command line first, then the environment, then the TOML file.

        Raises `pydantic.ValidationError`, `OSError` or `tomllib.TOMLDecodeError`.
        """
        from_file = tomllib.loads(config.read_text()) if config else {}
        from_environment = cls().model_dump(exclude_unset=True)
        return cls.model_validate({**from_file, **from_environment, **given})

    @property
    def policy(self) -> Policy:
        """The limits the desk decides by."""
        names = set(type(self).model_fields) & set(Policy.__dataclass_fields__)
        return Policy(**{name: getattr(self, name) for name in names})
