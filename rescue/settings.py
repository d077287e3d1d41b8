"""Every setting of the service, with its default and where the figure comes from.

Read from `RESCUE_…` variables, then from the TOML file of `rescue serve --config`; secrets also from files named by
`RESCUE_…_FILE`. `rescue check --settings` lists them, and docs/settings.md is that list.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AnyHttpUrl, Field, IPvAnyNetwork, model_validator
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


class MqttAuth(StrEnum):
    """Whom the MQTT broker lets in."""

    REQUIRED = "required"
    ANONYMOUS = "anonymous"


class MapDatum(StrEnum):
    """What the coordinates of a base map are measured against."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def _tiles_template(url: str) -> str:
    if not re.match(r"https?://[^/{}\s]+/", url):
        raise ValueError(f"{url!r} does not begin with http://HOST/ or https://HOST/")
    if not all(part in url for part in ("{x}", "{y}", "{z}")):
        raise ValueError(f"{url!r} needs {{z}}, {{x}} and {{y}} for zoom, column and row")
    return url


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
    mqtt_port: Port = Field(1883, description="the embedded broker's port")
    mqtt_host: str = Field(
        "127.0.0.1", description="the address the embedded broker listens on; beyond loopback it asks who one is"
    )
    mqtt_auth: MqttAuth | None = Field(
        None,
        description="whether devices need a credential for the broker: required, but anonymous with --embedded",
    )
    mqtt_users_file: Path | None = Field(
        None, description="where we keep the users of a NATS of one's own (docs/operations-mqtt.md)"
    )
    mqtt_cert: Path | None = Field(None, description="the embedded broker's certificate with its chain, as PEM: TLS")
    mqtt_key: Path | None = Field(None, description="its key, as PEM")
    mqtt_ca: Path | None = Field(
        None, description="who vouches for the broker of mqtts://…, as PEM; by default the system's authorities"
    )
    mqtt_client_cert: Path | None = Field(None, description="the certificate we show to that broker, as PEM")
    mqtt_client_key: Path | None = Field(None, description="its key, as PEM")
    http_cert: Path | None = Field(None, description="the HTTP server's certificate with its chain, as PEM: TLS")
    http_key: Path | None = Field(None, description="its key, as PEM")
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
    road_speeds_file: Path | None = Field(
        None, description="km/h by road class and hour, as docs/roads.md tells; by default dispatch/roads/speeds.toml"
    )
    map_tiles_url: Annotated[str, AfterValidator(_tiles_template)] | None = Field(
        None,
        description="a tile server for the map instead of our own roads, as https://host/{z}/{x}/{y}.png; "
        "the only other host from which pages then load",
    )
    map_tiles_datum: MapDatum = Field(MapDatum.WGS84, description="of that server's tiles: AMap and Tencent are gcj02")
    map_attribution: str = Field("", max_length=200, description="what the map says of where those tiles come from")
    rescue_code_length: int = Field(
        6, ge=4, le=8, description="digits of the code on a lift's plate (Zhengzhou and Shenzhen 6, Zhangzhou 5)"
    )
    webhook_allow_private: bool = Field(
        False, description="webhooks may go to private and loopback addresses, and by plain http"
    )
    rescue_phone: str = Field(
        "96333",
        pattern=r"^\+?[0-9][0-9 -]{1,19}$",
        description="the rescue centre's number, on the public page and crews' phones (China's platforms: 96333)",
    )
    http_reads_per_s: float = Field(
        50, gt=0, le=100_000, description="what one user or token may ask over HTTP; at once ten times as much"
    )
    http_changes_per_s: float = Field(
        100, gt=0, le=100_000, description="the same for intake, actions and answers, which lists never stand before"
    )
    http_address_factor: float = Field(
        4, ge=1, le=1000, description="so many times as much from one address, behind which several may sit"
    )
    http_body_within_s: Seconds = Field(10, description="a request's body comes within this, or 408 is answered")
    http_proxies: tuple[IPvAnyNetwork, ...] = Field(
        (), description='proxies whose X-Forwarded-For is believed, as ["10.0.0.0/8"]'
    )
    outbox_days: int = Field(30, ge=1, le=3650, description="what was sent, and how it fared, is kept for so many days")
    audit_days: int = Field(
        200, ge=184, le=36_500, description="the audit log is kept for so many days (MLPS level 3: half a year)"
    )
    decision_days: int = Field(
        200,
        ge=1,
        le=36_500,
        description="what decisions rested on, for `rescue replay`, is kept for so many days; a city writes 5 MB a day",
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
    policy_file: Path | None = Field(
        None, description="levels, and limits by area, kind and place, as docs/policy.md tells; by default Zhengzhou's"
    )
    accept_within_s: Seconds = Field(180, description="answer to the first offer of a level (Jinan, Rizhao: 3 min)")
    accept_next_within_s: Seconds = Field(60, description="answer to further offers of the same level (derived)")
    engage_within_s: Seconds = Field(300, description="every level engaged without an acceptance (Guangzhou: 5 min)")
    escalation_hold_s: Seconds = Field(
        300, description="an operator may keep a case from rising for want of an answer for so long (our judgement)"
    )
    undo_within_s: float = Field(
        8, ge=0, le=10, description="an operator's deed waits so long for an undo, if asked; 0: never (our judgement)"
    )
    verify_within_s: Seconds = Field(60, description="a possible entrapment is verified by voice (derived)")
    comfort_within_s: Seconds = Field(
        60, description="passengers are spoken to after the opening and after acceptance (DB32/T 4130; figure derived)"
    )
    comfort_every_s: Seconds = Field(300, description="and again, while people are inside (general knowledge: 5 min)")
    follows_within_s: Seconds = Field(
        86_400, description="a lift's next case names the one that ended so lately (our judgement: a day)"
    )
    ask_again_after_s: Seconds = Field(15, description="when nobody could be asked, look again (derived)")
    refusal_lasts_s: Seconds = Field(600, description="a crew that refused a case is not asked for it again (derived)")
    attempts_per_level: int = Field(2, ge=1, le=20, description="crews asked at a level before the next (derived)")
    reach_within_s: Seconds = Field(1200, description="level 1 is passed over when it cannot arrive in this (derived)")
    nearby_within_m: float = Field(
        17_000, gt=0, le=1_000_000, description="level 2 asks within this; farther off nobody keeps 30 min (derived)"
    )
    set_out_within_s: Seconds = Field(300, description="a crew that accepted has set out (Hangzhou draft: 5 min)")
    on_site_s: Seconds = Field(480, description="a crew needs so long at the lift (Shenzhen's mean release: 8 min)")
    rest_after_s: Seconds = Field(
        7_200, description="a crew that worked at one lift for so long rests; goes if nobody else can (our judgement)"
    )
    rest_s: Seconds = Field(1_800, description="so long it rests (our judgement)")
    eta_margin_s: Seconds = Field(300, description="a crew later than this past its own ETA is overdue (our judgement)")
    relieve_after_s: Seconds = Field(
        120, description="an overdue crew that stays silent: another is looked for (our judgement)"
    )
    hand_over_within_s: Seconds = Field(
        60, description="the call to the last level is confirmed; then people are reminded (our judgement)"
    )
    arrival_target_s: Seconds = Field(900, description="arrival as it should be (cities' rules: 15 min)")
    arrival_warned_s: Seconds = Field(1500, description="arrival is about to break its limit (cities' rules: 25 min)")
    arrive_within_s: Seconds = Field(
        1800, description="arrival by law; broken, the level rises (TSG T5002: 30 min in a city, 60 elsewhere)"
    )
    supervisor_after_s: Seconds = Field(3600, description="a stay in the car for the supervisor (general knowledge)")
    regulator_after_s: Seconds = Field(6000, description="a stay the regulator is warned of (general knowledge)")
    accident_after_s: Seconds = Field(
        7200, description="a stay that is by law an accident (special-equipment regulation art. 64: 2 h)"
    )
    mark_repeats_after_s: Seconds = Field(
        1800, description="what waits for people is said again at least so often (our judgement)"
    )
    call_back_within_s: Seconds = Field(900, description="call-back after release (derived)")
    close_within_s: Seconds = Field(86_400, description="the cause is filed and the case closed (our judgement)")
    late_alarm_within_s: Seconds = Field(
        86_400, description="so long after an alarm's end what still comes of it is late news (our judgement)"
    )
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
    audit_every_s: Seconds = Field(
        5, description="the auditor proves this often that no case is forgotten (our judgement); 3 missed: not ready"
    )
    deadman_url: str | None = Field(
        None, description="asked with GET as long as all is well; a watcher outside alerts people when it is not asked"
    )
    deadman_every_s: Seconds = Field(60, description="at most so often (practice of such watchers: a minute)")
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
        """The centre's limits, before any rule of the policy file."""
        names = set(type(self).model_fields) & set(Policy.__dataclass_fields__)
        return Policy(**{name: getattr(self, name) for name in names})
