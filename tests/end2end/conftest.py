"""A running server for a whole file of tests, and clients that are gone when a test ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end2end.accounts import fresh, register
from tests.end2end.desktop import Desktop
from tests.end2end.harness import QUIET, Connect, IrcClient, Launch, ServerProcess, Settings


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for the file; a file that wants other settings has a fixture of this name of its own."""
    with ServerProcess(tmp_path_factory.mktemp("server"), QUIET) as process:
        yield process
        assert process.alive


@pytest.fixture
def connect(server: ServerProcess) -> Iterator[Connect]:
    """`connect("ani", "batch")`: a client of `server`, registered if it gets a nickname."""
    clients: list[IrcClient] = []

    def connect_one(nickname: str = "", *caps: str) -> IrcClient:
        client = IrcClient(server.port)
        clients.append(client)
        if nickname:
            client.register(nickname, *caps)
        return client

    yield connect_one
    for client in clients:
        client.leave()


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#x`."""
    client = connect("oki")
    client.ask("JOIN #x")
    return client


@pytest.fixture
def ani(op: IrcClient, connect: Connect) -> IrcClient:
    """An ordinary member of `#x`."""
    client = connect("ani")
    client.ask("JOIN #x")
    op.fence()
    return client


@pytest.fixture
def name() -> str:
    """A name nobody has."""
    return fresh("ani")


@pytest.fixture
def account(server: ServerProcess, name: str) -> str:
    """The name of an account nobody is logged in to."""
    register(server, name)
    return name


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """`launch({"limits": {...}})`: a server of the test's own."""
    numbers = itertools.count()
    with ExitStack() as servers:

        def launch_one(settings: Settings | None = QUIET, *options: str, language: str = "en") -> ServerProcess:
            folder = tmp_path / f"server-{next(numbers)}"
            return servers.enter_context(ServerProcess(folder, settings, options, language=language))

        yield launch_one


@pytest.fixture(scope="session")
def driven(request: pytest.FixtureRequest) -> None:
    """These tests are an option."""
    if not request.config.getoption("--desktop"):
        pytest.skip("real windows under a window manager: --desktop; `start.py test` runs them before the others")


@pytest.fixture(scope="module")
def desktop(driven: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """A screen with a window manager, for a whole file."""
    with Desktop(tmp_path_factory.mktemp("desktop")) as screen:
        yield screen
