"""`/health` and `/metrics`: who may ask, and what is answered (on real sockets: tests/end2end/test_health.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatd.config import Config, ConfigError, Listen, check
from chatd.engine import IoThread
from chatd.listeners import metrics
from chatd.listeners.health import Health
from chatd.listeners.metrics import Metrics
from chatd.listeners.web import Request
from chatd.log.memory import MemoryLog
from chatd.state import State
from chatd.usage import Usage
from tests.chatd.connections import connection
from tests.chatd.logs import WAIT_S, message
from tests.fakes import ManualClock

TOKEN = "correct-horse-battery"
RIGHT, WRONG = {"authorization": f"Bearer {TOKEN}"}, {"authorization": "Bearer correct-horse-batterz"}
HERE = {"host": "127.0.0.1:8888"}
NEAR, FAR, V6, MAPPED = "127.0.0.1", "192.168.1.5", "::1", "::ffff:127.0.0.1"


class Threads(IoThread):
    """An I/O thread of which only its figures are there."""

    moved = (0, 0)
    here = 0

    def __len__(self) -> int:
        return self.here

    def traffic(self) -> tuple[int, int]:
        return self.moved


class House:
    """A server as far as the two pages know it."""

    def __init__(self) -> None:
        self.listen = Listen(metrics_token=TOKEN)
        self.state, self.usage = State(), Usage()
        self.log = MemoryLog(ManualClock())
        self.log.start()
        self.threads = [object.__new__(Threads) for _ in range(2)]
        self.metrics = Metrics(self.state, self.log, self.usage, self.threads, 1_700_000_000.0, "obrolan-0")
        self.pages = Health(lambda: self.listen, self.log, self.metrics).pages

    def status(self, address: str, headers: dict[str, str], path: str = "/health", *, secure: bool = False) -> int:
        return self.pages[path](Request(headers, address, secure)).status

    def figures(self) -> dict[str, float]:
        """All samples, with their labels behind the name."""
        text = self.metrics.text()
        assert text is not None
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.log.stop(WAIT_S)


# --- who may ask ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/metrics"])
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        (NEAR, HERE, 200),
        (V6, {"host": "[::1]:8888"}, 200),
        (MAPPED, {"host": "localhost"}, 200),
        (NEAR, {"host": "sekolah.lan"}, 200),
        (NEAR, {**HERE, "sec-fetch-site": "none"}, 200),
        (NEAR, {**HERE, "sec-fetch-site": "same-origin"}, 200),
        (NEAR, {}, 403),
        (NEAR, {"host": "evil.example:8888"}, 403),
        (NEAR, {"host": "127.0.0.1.evil.example"}, 403),
        (NEAR, {"host": "127.0.0.1, evil.example"}, 403),
        (NEAR, {**HERE, "origin": "https://evil.example"}, 403),
        (NEAR, {**HERE, "origin": "http://127.0.0.1:3000"}, 403),
        (NEAR, {**HERE, "origin": "null"}, 403),
        (NEAR, {**HERE, "sec-fetch-site": "cross-site"}, 403),
        (NEAR, {**HERE, "sec-fetch-site": "same-site"}, 403),
        (NEAR, {**HERE, **WRONG}, 401),
        (NEAR, {"host": "evil.example", **RIGHT}, 200),
        (FAR, HERE, 403),
        (FAR, {**HERE, **RIGHT}, 200),
        (FAR, {**HERE, "authorization": f"bearer  {TOKEN} "}, 200),
        (FAR, {**HERE, **WRONG}, 401),
        (FAR, {**HERE, "authorization": f"Bearer {TOKEN}x"}, 401),
        (FAR, {**HERE, "authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        (FAR, {**HERE, "authorization": f"Basic {TOKEN}"}, 401),
        (FAR, {**HERE, "authorization": f"Bearer {TOKEN}, Bearer {TOKEN}"}, 401),
        (FAR, {**HERE, "authorization": "Bearer \xff"}, 401),
        (FAR, {**HERE, "authorization": "Bearer"}, 401),
        (FAR, {**HERE, "authorization": ""}, 401),
    ],
)
def test_who_may_ask(house: House, path: str, address: str, headers: dict[str, str], status: int) -> None:
    assert house.status(address, headers, path) == status


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "bearer  ", f"Bearer {TOKEN}"])
def test_where_no_token_is_set_none_is_right(house: House, given: str) -> None:
    house.listen = Listen()
    assert house.status(FAR, {**HERE, "authorization": given}) == 401
    assert house.status(NEAR, HERE) == 200


def test_where_tls_is_asked_for_the_token_does_not_cross_the_network_in_clear(house: House) -> None:
    house.listen = Listen(metrics_token=TOKEN, require_tls=True)
    assert house.status(FAR, RIGHT) == 403
    assert house.status(FAR, RIGHT, secure=True) == 200
    assert house.status(NEAR, HERE) == 200


@pytest.mark.parametrize("token", ["short", "fifteen-letters", "x" * 201, "with a space in it", "sandi-rahasia-é-é"])
def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(ConfigError, match="metrics_token in"):
        check(Config(listen=Listen(metrics_token=token)))
    check(Config(listen=Listen(metrics_token="sixteen-letters-")))


# --- what is answered -----------------------------------------------------------------------------


def test_a_log_that_keeps_nothing_is_told_in_one_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Request(HERE, NEAR, secure=False)
    assert house.pages["/health"](ask).text == "ok"
    monkeypatch.setattr(house.log, "trouble", lambda: "the disk\nis full")
    answer = house.pages["/health"](ask)
    assert (answer.status, answer.text) == (HTTPStatus.SERVICE_UNAVAILABLE, "the disk is full")
    assert house.pages["/metrics"](ask).status == HTTPStatus.OK
    assert house.figures()["obrolan_log_failing"] == 1


def test_the_figures_are_those_of_the_moment(house: House) -> None:
    assert house.figures()["obrolan_people"] == 0
    siti, budi, second = connection("siti"), connection("budi"), connection()
    second.person = budi.person
    with house.state.lock:
        for session in (siti, budi, second):
            house.state.claim_locked(session, session.nickname)
            house.state.enter_locked(session)
        house.state.join_locked(budi.person, "#x", 0.0)
    house.usage.note("PRIVMSG", 3)
    house.log.append(message())
    house.threads[0].here, house.threads[1].here = 2, 5
    house.threads[0].moved, house.threads[1].moved = (10, 20), (1, 2)
    found = house.figures()
    assert found["obrolan_people"] == 2
    assert found["obrolan_sessions"] == 3
    assert found["obrolan_channels"] == 1
    assert found["obrolan_connections"] == 7
    assert found["obrolan_log_waiting_events"] == 1
    assert found["obrolan_start_time_seconds"] == 1_700_000_000
    assert found["obrolan_received_bytes_total"] == 11
    assert found["obrolan_sent_bytes_total"] == 22
    assert found["obrolan_commands_total PRIVMSG"] == 3
    assert found["obrolan_info obrolan-0"] == 1
    assert found["process_cpu_seconds_total"] > 0


def test_no_figure_names_anybody(house: House) -> None:
    with house.state.lock:
        session = connection("siti")
        house.state.claim_locked(session, "siti")
        house.state.enter_locked(session)
        house.state.join_locked(session.person, "#rahasia", 0.0)
    text = house.metrics.text()
    assert text is not None
    assert "siti" not in text
    assert "rahasia" not in text
    assert [line for line in text.splitlines() if "{" in line] == ['obrolan_info{version="obrolan-0"} 1.0']


def test_bytes_that_were_counted_are_never_counted_back(house: House) -> None:
    for moved, counted in (((10, 10), 10), ((8, 12), 10), ((11, 11), 11)):
        house.threads[0].moved = moved
        assert house.figures()["obrolan_received_bytes_total"] == counted


def test_without_the_package_there_are_no_figures_and_all_else_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    metrics._library.cache_clear()
    try:
        answer = house.pages["/metrics"](Request(HERE, NEAR, secure=False))
        assert answer.status == HTTPStatus.NOT_IMPLEMENTED
        assert "pip install prometheus-client" in answer.text
        assert house.status(NEAR, HERE) == 200
    finally:
        metrics._library.cache_clear()


def test_the_package_is_not_loaded_before_somebody_asks() -> None:
    code = "import server, sys; sys.exit('prometheus_client' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True)
