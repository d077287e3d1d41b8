"""One command starts a centre whose broker asks who one is, and speaks TLS; a lift is let in by what it was given."""

from __future__ import annotations

import re
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.centre import TS, Centre, eventually, fails_to_serve, free_port
from tests.acceptance.conftest import REGISTRY, open_centre
from tests.brokers import Certificate, make_certificate

ALARM = {"ts": TS, "boot": 1, "number": 1, "state": "raised", "button_held_s": 4.0}
REVOKED_WITHIN_S = 5.0


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    registry = {kind: REGISTRY[kind] for kind in ("companies", "lifts")}
    centre = open_centre(tmp_path_factory.mktemp("closed") / "data", registry=registry, RESCUE_MQTT_AUTH="required")
    yield centre
    centre.stop()


def sign_in(centre: Centre, lift_id: str) -> list[str]:
    """What the Mosquitto clients need to speak for the lift."""
    secret = centre.command("device", "add", "lift", lift_id).split()[-1]
    options = ["-u", f"lift-{lift_id}", "-P", secret]
    eventually("the broker knows the lift", lambda: is_let_in(centre, options))
    return options


def is_let_in(centre: Centre, options: list[str]) -> bool:
    said = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(centre.mqtt_port), "-q", "1", "-t", "nothing", "-m", ""]
    return subprocess.run([*said, *options], capture_output=True, timeout=20).returncode == 0


def test_the_ready_line_names_a_broker_and_no_secret(closed: Centre) -> None:
    assert closed.ready["mqtt"] == f"mqtt://127.0.0.1:{closed.mqtt_port}"
    assert not is_let_in(closed, [])


def test_an_alarm_of_a_lift_with_a_credential_opens_its_case_and_no_other_lifts(closed: Centre) -> None:
    options = sign_in(closed, "L1")
    closed.lift("L2").publish("alarm", ALARM, *options)
    closed.lift("L1").publish("alarm", ALARM, *options)
    closed.case("L1", kind="entrapment")
    assert closed.cases("L2") == []


def test_a_revoked_lift_is_refused_within_seconds(closed: Centre) -> None:
    options = sign_in(closed, "L3")
    closed.command("device", "revoke", "lift-L3")
    revoked_at = time.monotonic()
    eventually("the lift is refused", lambda: not is_let_in(closed, options))
    assert time.monotonic() - revoked_at < REVOKED_WITHIN_S
    assert options[-1] not in closed.log()


def test_what_the_broker_refused_is_counted_and_logged_without_the_secret(closed: Centre) -> None:
    assert not is_let_in(closed, ["-u", "lift-L9", "-P", "a-guess"])
    eventually("the refusal is counted", lambda: refused(closed) > 0)
    assert "sign-in refused by the broker" in closed.log()
    assert "a-guess" not in closed.log()


def refused(centre: Centre) -> float:
    with urllib.request.urlopen(f"{centre.ready['http']}/metrics", timeout=15) as answer:
        found = re.search(r"^rescue_mqtt_sign_ins_refused_total (\S+)", answer.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0


def test_http_and_mqtt_speak_tls_where_a_certificate_is_set(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    files = {
        f"RESCUE_{name}_{part}": str(path)
        for name in ("HTTP", "MQTT")
        for part, path in (("CERT", certificate.path), ("KEY", certificate.key))
    }
    settings = {"RESCUE_MQTT_AUTH": "required", "RESCUE_MQTT_HOST": "0.0.0.0", **files}
    centre = Centre(tmp_path / "data", mqtt_port=None, **settings).start()
    assert centre.ready["http"] == f"https://127.0.0.1:{centre.http_port}"
    assert centre.ready["mqtt"] == f"mqtts://127.0.0.1:{centre.mqtt_port}"
    assert livez(centre, certificate) == 200
    secret = centre.command("device", "add", "service", "probe").split()[-1]
    trusted = ["-u", "service-probe", "-P", secret, "--cafile", str(certificate.path), "--insecure"]
    eventually("the broker knows the probe", lambda: is_let_in(centre, trusted))
    assert not is_let_in(centre, trusted[:4])
    centre.stop()


def livez(centre: Centre, certificate: Certificate) -> int:
    context = ssl.create_default_context(cafile=str(certificate.path))
    with urllib.request.urlopen(f"https://localhost:{centre.http_port}/livez", timeout=15, context=context) as answer:
        return int(answer.status)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"RESCUE_MQTT_HOST": "0.0.0.0"}, "RESCUE_MQTT_AUTH=required"),
        ({"RESCUE_HTTP_CERT": "/nowhere.pem", "RESCUE_HTTP_KEY": "/nowhere.key"}, "/nowhere.pem"),
    ],
)
def test_a_setting_that_would_leave_the_door_open_is_refused(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    ports = [f"--http-port={free_port()}", f"--mqtt-port={free_port()}"]
    assert said in fails_to_serve("--embedded", *ports, f"--data-dir={tmp_path / 'data'}", **settings)
