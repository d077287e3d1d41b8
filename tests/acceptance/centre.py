"""A rescue centre seen from outside: the real process, real parts, and clients that share no code with it.

Only what stands before a script begins, the registry and the tokens, is put there by our own commands in this process.

Lifts speak through `mosquitto_pub` and listen through `mosquitto_sub`; companies are plain HTTP servers that check
signatures with the `standardwebhooks` library; people use `urllib`. Waiting is waiting for something, with a limit.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner

from rescue.cli import app

T = TypeVar("T")
WITHIN_S = 20.0
READY_WITHIN_S = 60.0
ENDS_WITHIN_S = 20.0
TS = "2026-03-02T04:00:00Z"
AREA = "410105"
STUCK = {"door_zone": False, "door_status": "closed", "passenger_status": True}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(what: str, look: Callable[[], T | None], within_s: float = WITHIN_S) -> T:
    """The first thing `look` finds; fails naming `what` after `within_s`. For processes that can only be asked."""
    until = time.monotonic() + within_s
    pause = threading.Event()
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError(f"not within {within_s:g} s: {what}")


class Centre:
    """`rescue serve` on a data directory of its own; may be killed and started again.

    With embedded parts, unless the settings name a database and a broker that listens on `mqtt_port`.
    """

    def __init__(self, data_dir: Path, *, mqtt_port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.http_port, self.mqtt_port = free_port(), mqtt_port or free_port()
        self.settings = {"RESCUE_WEBHOOK_ALLOW_PRIVATE": "true", **settings}
        self.ready: dict[str, Any] = {}
        self.operator = ""
        self._process: subprocess.Popen[str] | None = None

    # The process

    def start(self) -> Centre:
        """Start and wait for the ready line."""
        self.launch()
        return self.wait_ready()

    def launch(self) -> None:
        """Start, whether it will be ready or not."""
        embedded = [] if "RESCUE_DATABASE_URL" in self.settings else ["--embedded"]
        self._process = rescue(
            "serve", *embedded, "--http-port", str(self.http_port), "--mqtt-port", str(self.mqtt_port),
            "--data-dir", str(self.data_dir), log=self.data_dir.with_suffix(".log"), **self.settings,
        )  # fmt: skip

    def wait_ready(self) -> Centre:
        """Wait for the ready line, as long as the process lives."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            # Its pipe is closed with it: left to be collected, it would be held against another test.
            raise AssertionError(f"the service ended with {self.ended()}: {self.log()[-2000:]}")
        self.ready = json.loads(line)
        assert self.ready["ready"] is True
        return self

    def stop(self) -> None:
        """SIGTERM; it must end cleanly."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self.ended() == 0, self.log()[-2000:]

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self.ended()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The process neither hears nor says anything until the end of the block."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        yield
        self._process.send_signal(signal.SIGCONT)

    def ended(self) -> int:
        """The exit code of the process, which must end: within ten seconds, or twice that on a machine that stalls."""
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(ENDS_WITHIN_S)
        self._process.stdout.close()
        return code

    def log(self) -> str:
        """What the service wrote on standard error."""
        return self.data_dir.with_suffix(".log").read_text()

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Another `rescue` command against the same database; returns its output, which must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "rescue.cli", *arguments], input=stdin, capture_output=True, text=True,
            timeout=60, env=_environment(RESCUE_DATABASE_URL=self.database_url), check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _set_up(self, *arguments: str) -> str:
        """The same command run by this process, in a thread with an event loop of its own: a second sooner.

        What a command does as a process of its own is for the scripts about commands.
        """
        given = _environment(RESCUE_DATABASE_URL=self.database_url)
        gone = dict.fromkeys(os.environ.keys() - given.keys())
        with ThreadPoolExecutor(max_workers=1) as thread:
            done = thread.submit(CliRunner().invoke, app, arguments, env={**gone, **given}).result(60)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    @property
    def database_url(self) -> str:
        """The database, as the settings or the ready line name it."""
        return self.settings.get("RESCUE_DATABASE_URL") or str(self.ready["database"])

    def register(self, files: Mapping[str, str]) -> None:
        """Import CSV texts, in the order of what refers to what."""
        for kind in ("companies", "stations", "crews", "lifts"):
            if kind in files:
                file = self.data_dir.with_name(f"{self.data_dir.name}-{kind}.csv")
                file.write_text(files[kind])
                self._set_up("import", kind, str(file))

    def token(self, *owner: str) -> str:
        """A new bearer token."""
        return self._set_up("token", "add", *owner).split()[-1]

    # HTTP

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """Status and JSON of one request, as the operator unless another token is given."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token or self.operator}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def answers(self) -> bool:
        """Whether it serves HTTP at all."""
        try:
            return self.ask("GET", "/readyz")[0] in (200, 503)
        except OSError:
            return False

    def get(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        status, body = self.ask("GET", path)
        assert status == 200, body
        return body

    def cases(self, lift_id: str, status: str = "all") -> list[Any]:
        """The incidents of one lift, newest first."""
        return [case for case in self._all_cases(status) if case["lift"] and case["lift"]["lift_id"] == lift_id]

    def case(self, lift_id: str, *, within_s: float = WITHIN_S, **expected: Any) -> Any:
        """The newest incident of a lift, once it is as expected."""

        def look() -> Any:
            found = self.cases(lift_id)
            return found[0] if found and all(found[0][k] == v for k, v in expected.items()) else None

        return eventually(f"a case of {lift_id} with {expected}", look, within_s)

    def parent_case(self, **expected: Any) -> Any:
        """The newest case about many lifts, once it is as expected."""

        def look() -> Any:
            found = next((case for case in self._all_cases("all") if case["lift"] is None), None)
            return found if found and all(found[k] == v for k, v in expected.items()) else None

        return eventually(f"a parent case with {expected}", look)

    def _all_cases(self, status: str) -> list[Any]:
        return list(self.get(f"/api/v1/incidents?status={status}&limit=100")["items"])

    def live(self, lift_id: str, **expected: Any) -> Any:
        """What a lift says now, once it is as expected."""

        def look() -> Any:
            live = self.get(f"/api/v1/lifts/{lift_id}")["live"]
            return live if live and all(live[k] == v for k, v in expected.items()) else None

        return eventually(f"lift {lift_id} with {expected}", look)

    def act(self, incident: Any, action: str, **body: Any) -> Any:
        """An operator's action that must succeed."""
        status, answer = self.ask("POST", f"/api/v1/incidents/{incident['id']}/{action}", body)
        assert status == 200, answer
        return answer

    def history(self, incident: Any) -> list[str]:
        """What happened in a case."""
        return [entry["what"] for entry in self.get(f"/api/v1/incidents/{incident['id']}/timeline")["items"]]

    def stored_state(self, lift_id: str) -> Any:
        """What a restart would know of a lift, None for nothing: told by the database alone, for nobody else need."""

        async def read() -> Any:
            connection = await asyncpg.connect(self.database_url)
            try:
                return await connection.fetchval("SELECT body FROM lift_states WHERE lift_id = $1", lift_id)
            finally:
                await connection.close()

        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            body = runner.run(read())
        return None if body is None else json.loads(body)

    # MQTT

    def lift(self, lift_id: str, area: str = AREA) -> Lift:
        """A lift that speaks to this centre."""
        return Lift(self.mqtt_port, lift_id, area)


class Lift:
    """A controller with nothing but the Mosquitto clients."""

    def __init__(self, port: int, lift_id: str, area: str) -> None:
        self.topic = f"lifts/v1/{area}/{lift_id}"
        self._port = str(port)
        self._seq = 0

    def publish(self, channel: str, payload: Any, *options: str) -> None:
        """Publish with QoS 1; text goes as it is, all else as JSON."""
        self._send(channel, payload if isinstance(payload, str) else json.dumps(payload), "-s", *options)

    def _send(self, channel: str, text: str, *options: str) -> None:
        subprocess.run(
            ["mosquitto_pub", "-h", "127.0.0.1", "-p", self._port, "-q", "1", "-t", f"{self.topic}/{channel}",
             *options],
            input=text.encode(), check=True, timeout=20, capture_output=True,
        )  # fmt: skip

    def alarm(self, number: int = 1, *, boot: int = 1, ts: str = TS) -> None:
        """The alarm button, held for four seconds."""
        self.publish("alarm", {"ts": ts, "boot": boot, "number": number, "state": "raised", "button_held_s": 4.0})

    def end_of_alarm(self, number: int = 1) -> None:
        """The end of the alarm, given at the lift."""
        self.publish("alarm", {"ts": TS, "boot": 1, "number": number, "state": "ended"})

    def status(self, *options: str, **changed: Any) -> None:
        """A status; by default the car stands levelled with open door and nobody inside."""
        self.publish("status", self._next_status(**changed), *options)

    def stuck(self, *options: str, **changed: Any) -> None:
        """Stopped between landings with somebody inside."""
        self.status(*options, **{**STUCK, **changed})

    def fault(self, code: str, state: str = "raised", **more: str) -> None:
        """A fault report."""
        self._seq += 1
        self.publish("fault", {"ts": TS, "boot": 1, "seq": self._seq, "code": code, "state": state, **more})

    def birth(self, profile: str) -> None:
        """It is on line, and speaks this dialect."""
        self.publish("link", {"online": True, "boot": 1, "firmware": "1.0", "profile": profile}, "-r")

    def flood(self, statuses: int) -> None:
        """So many statuses at once."""
        self._send("status", "".join(f"{json.dumps(self._next_status())}\n" for _ in range(statuses)), "-l")

    def _next_status(self, **changed: Any) -> dict[str, Any]:
        self._seq += 1
        healthy = {
            "ts": TS, "boot": 1, "seq": self._seq, "service_mode": "normal", "car_status": "stopped",
            "car_direction": "none", "car_position": 7, "door_zone": True, "door_status": "open",
            "passenger_status": False, "power_status": "mains", "faults": [],
        }  # fmt: skip
        return {**healthy, **changed}

    @contextmanager
    def listening(self, channel: str) -> Iterator[queue.Queue[Any]]:
        """What the centre tells the lift, as it comes."""
        heard: queue.Queue[Any] = queue.Queue()
        process = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", self._port, "-q", "1", "-d",
             "-t", f"{self.topic}/{channel}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        subscribed = threading.Event()
        thread = threading.Thread(target=_read_messages, args=(process, subscribed, heard), daemon=True)
        thread.start()
        try:
            assert subscribed.wait(WITHIN_S), "mosquitto_sub did not subscribe"
            yield heard
        finally:
            process.kill()
            process.wait(10)
            thread.join(10)
            assert process.stdout is not None
            process.stdout.close()


class Company:
    """A maintenance company: a web server that takes signed webhooks, and a bearer token to answer with."""

    def __init__(self, centre: Centre, company_id: str) -> None:
        self.centre = centre
        self.token = centre.token("--company", company_id)
        self.received: queue.Queue[dict[str, Any]] = queue.Queue()
        self.forged = 0
        self._seen: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self._server.server_port}/hook"
        status, endpoint = centre.ask("POST", "/api/v1/webhooks", {"url": url, "types": ["*"]}, self.token)
        assert status == 201, endpoint
        self._webhook = Webhook(endpoint["secret"])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def expect(self, type_: str, lift_id: str | None, *, within_s: float = WITHIN_S) -> Any:
        """The data of the next webhook of this type about this lift, or with None about many."""
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            try:
                hook = self.received.get(timeout=left)
            except queue.Empty:
                break
            if hook["type"] == type_ and lift_of(hook) == lift_id:
                return hook["data"]
        raise AssertionError(f"no {type_} for {lift_id} within {within_s:g} s")

    def told(self, type_: str, lift_id: str) -> int:
        """How many webhooks of this type about this lift have come and were not expected."""
        return sum(hook["type"] == type_ and lift_of(hook) == lift_id for hook in list(self.received.queue))

    def answer(self, offer: Any, what: str, **body: Any) -> tuple[int, Any]:
        """Answer about an assignment, quoting the offer's attempt unless another is given."""
        assignment = offer["assignment"]
        said = {"attempt": assignment["attempt"], **body}
        return self.centre.ask("POST", f"/api/v1/assignments/{assignment['id']}/{what}", said, self.token)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        company = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                company._take(body, dict(self.headers.items()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _take(self, body: bytes, headers: dict[str, str]) -> None:
        names = {name.lower(): value for name, value in headers.items()}
        try:
            hook = self._webhook.verify(body, names)
        except WebhookVerificationError:
            self.forged += 1
            return
        if names["webhook-id"] not in self._seen:
            self._seen.add(names["webhook-id"])
            self.received.put(hook)


def lift_of(hook: Mapping[str, Any]) -> str | None:
    """The lift a webhook is about, None for a parent case."""
    lift = hook["data"]["incident"]["lift"]
    return lift["lift_id"] if lift else None


def rescue(*arguments: str, log: Path, **settings: str) -> subprocess.Popen[str]:
    """Start a `rescue` command; its standard error goes to the file `log`."""
    with log.open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "rescue.cli", *arguments],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(**settings),
        )  # fmt: skip


def fails_to_serve(*options: str, **settings: str) -> str:
    """The one line with which `rescue serve` ends, not with success."""
    done = subprocess.run(
        [sys.executable, "-m", "rescue.cli", "serve", *options], capture_output=True, text=True, timeout=60,
        env=_environment(**settings), check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("rescue: ")
    return last


def _environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")}
    return {**inherited, **settings}


def _read_messages(process: subprocess.Popen[str], subscribed: threading.Event, heard: queue.Queue[Any]) -> None:
    """With -d mosquitto_sub tells of its own doings too; payloads are the lines that are JSON."""
    assert process.stdout is not None
    for line in process.stdout:
        if "SUBACK" in line:
            subscribed.set()
        elif line.startswith("{"):
            heard.put(json.loads(line))
