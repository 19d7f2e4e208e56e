"""The session meets a server: what it says, what it remembers, and when it does not go on."""

from __future__ import annotations

import pytest

from client.changes import AUTHORITY, CLEAR, LinkState, LoginFailed, Problem, Security, ServerMet, StripKind
from client.effects import Connect
from client.login_fields import words_of
from client.session import Session
from tests.fakes import Chat

OLD, NEW = "00" * 32, "11" * 32


def begun(known: str = "") -> Session:
    session = Session()
    session.login("lab", 8888, "Siti", known=known)
    return session


def test_a_server_is_asked_for_as_it_is_known() -> None:
    assert begun(OLD).take_effects() == [Connect("lab", 8888, tls=True, known=OLD)]


@pytest.mark.parametrize(
    ("known", "security", "met"),
    [
        ("", Security(NEW), NEW),
        ("", Security(NEW, True), AUTHORITY),
        (OLD, Security(NEW, True), AUTHORITY),
        (OLD, Security(OLD), None),
        (AUTHORITY, Security(NEW, True), None),
        ("", CLEAR, None),
    ],
)
def test_what_is_new_is_remembered(known: str, security: Security, met: str | None) -> None:
    session = begun(known)
    changes = session.connected(security)
    found = [change for change in changes if isinstance(change, ServerMet)]
    assert session.known == (met or known)
    assert found == ([ServerMet("lab", 8888, met)] if met else [])


def test_the_next_try_knows_it() -> None:
    session = begun()
    session.connected(Security(NEW))
    session.connection_lost("")
    session.take_effects()
    session.login("lab", 8888, "Siti", known=NEW)
    assert session.take_effects()[-1] == Connect("lab", 8888, tls=True, known=NEW)


@pytest.mark.parametrize("problem", [Problem.CERTIFICATE_CHANGED, Problem.TLS_GONE])
def test_another_server_ends_the_login_and_is_not_tried_again(problem: Problem) -> None:
    session = begun(OLD)
    changes = session.connection_failed(problem, NEW)
    (failure,) = [change for change in changes if isinstance(change, LoginFailed)]
    assert (failure.problem, failure.text) == (problem, NEW)
    assert session.state is LinkState.OFFLINE
    assert session.next_tick is None


def test_the_words_are_those_of_the_server_s_screen() -> None:
    assert words_of(NEW).count("·") == 3
    assert words_of(AUTHORITY) == words_of("") == ""


@pytest.fixture
def entering() -> Chat:
    chat = Chat()
    chat.done(chat.session.login("lab", 8888, "Siti"))
    return chat


def test_the_words_of_a_new_server_are_shown_for_ten_seconds(entering: Chat) -> None:
    entering.welcome(security=Security(NEW))
    strip = entering.session.strips[""]
    assert (strip.kind, strip.text) == (StripKind.NEW_SERVER, words_of(NEW))
    entering.wait(10)
    assert entering.session.strips == {}
    entering.done(entering.session.connection_lost(""))
    entering.wait(60)
    entering.welcome(security=Security(NEW))
    assert entering.session.strips[""].kind is StripKind.BACK, "it is not new any more"


@pytest.mark.parametrize("security", [Security(NEW, True), CLEAR], ids=["of an authority", "in clear"])
def test_a_server_that_has_no_words_shows_none(entering: Chat, security: Security) -> None:
    entering.welcome(security=security)
    assert entering.session.strips == {}


def test_the_words_of_a_server_that_let_nobody_in_are_not_those_of_the_next(entering: Chat) -> None:
    entering.done(entering.session.connected(Security(NEW)))
    entering.done(entering.session.connection_lost(""))
    entering.done(entering.session.login("elsewhere", 8888, "Siti", known=OLD))
    entering.welcome(security=Security(OLD))
    assert entering.session.strips == {}
