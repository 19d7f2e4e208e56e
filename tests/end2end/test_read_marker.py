"""MARKREAD: IRCv3 draft/read-marker, held against its sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, commands

CAPS = ("draft/read-marker", "standard-replies")
EARLY, LATE = "timestamp=2026-01-04T14:33:26.123Z", "timestamp=2026-01-05T14:33:26.123Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


def two_sessions(server: ServerProcess, account: str, *caps: str) -> tuple[IrcClient, IrcClient]:
    """Two sessions of one person in #x, who have read all that led there."""
    one, two = session(server, account, *CAPS), session(server, account, *caps)
    one.ask("JOIN #x")
    one.fence(), two.fence()
    return one, two


def mark(target: str, time: str) -> str:
    return f":{NAME} MARKREAD {target} {time}"


def member(connect: Connect, *caps: str) -> IrcClient:
    """A guest in #x."""
    client = connect("guest", *caps)
    client.ask("JOIN #x")
    return client


# --- get and set ----------------------------------------------------------------------------------


def test_if_there_is_no_known_timestamp_it_is_a_star(connect: Connect) -> None:
    guest = member(connect, *CAPS)
    assert guest.ask("MARKREAD #X", "MARKREAD guest") == [mark("#x", "*"), mark("guest", "*")]


@covers("MARKREAD", "cap:draft/read-marker")
def test_the_server_replies_to_a_set_and_remembers_it(connect: Connect) -> None:
    guest = member(connect, *CAPS)
    assert guest.ask(f"MARKREAD #x {EARLY}") == [mark("#x", EARLY)]
    assert guest.ask("MARKREAD #x") == [mark("#x", EARLY)]


@covers("MARKREAD")
def test_the_last_read_timestamp_must_only_ever_increase(connect: Connect) -> None:
    guest = member(connect, *CAPS)
    guest.ask(f"MARKREAD #x {LATE}")
    assert guest.ask(f"MARKREAD #x {EARLY}", f"MARKREAD #x {LATE}") == [mark("#x", LATE)] * 2


def test_a_client_may_use_it_without_the_capability(connect: Connect) -> None:
    guest = member(connect)
    assert guest.ask(f"MARKREAD #x {EARLY}", "MARKREAD #x") == [mark("#x", EARLY)] * 2


def test_the_reply_carries_the_label(connect: Connect) -> None:
    guest = member(connect, *CAPS, "labeled-response", "batch")
    assert guest.ask("@label=1 MARKREAD #x", f"@label=2 MARKREAD #x {EARLY}") == [
        f"@label=1 {mark('#x', '*')}",
        f"@label=2 {mark('#x', EARLY)}",
    ]


# --- joining --------------------------------------------------------------------------------------


def test_after_a_join_it_is_sent_before_the_end_of_names(server: ServerProcess, account: str) -> None:
    one = session(server, account, *CAPS)
    assert commands(one.ask("JOIN #x")) == ["JOIN", "MARKREAD", "353", "366"]
    one.ask(f"MARKREAD #x {EARLY}", "PART #x")
    assert mark("#x", EARLY) in one.ask("JOIN #x")


def test_without_the_capability_nothing_is_sent_after_a_join(connect: Connect) -> None:
    assert commands(connect("guest").ask("JOIN #x")) == ["JOIN", "353", "366"]


def test_one_more_session_learns_the_marks_of_the_channels_it_is_shown(server: ServerProcess, account: str) -> None:
    one, two = two_sessions(server, account)
    one.ask(f"MARKREAD #x {EARLY}")
    three = session(server, account, *CAPS)
    three.send("MARKREAD #x")
    assert three.expect("MARKREAD").params == ["#x", EARLY]
    assert not [line for line in two.fence() if "MARKREAD" in line]


# --- several sessions -----------------------------------------------------------------------------


def test_a_change_is_sent_to_all_the_clients_of_the_user_and_to_nobody_else(
    server: ServerProcess, connect: Connect, account: str
) -> None:
    guest = member(connect, *CAPS)
    one, two = two_sessions(server, account, *CAPS)
    guest.fence()
    assert one.ask(f"MARKREAD #x {LATE}") == [mark("#x", LATE)]
    assert two.fence() == [mark("#x", LATE)]
    assert two.ask(f"MARKREAD #x {EARLY}") == [mark("#x", LATE)]
    assert one.fence() == guest.fence() == []
    assert guest.ask("MARKREAD #x") == [mark("#x", "*")]


def test_a_private_chat_has_one_mark_for_each_side(server: ServerProcess, account: str) -> None:
    other = f"{account}b"
    register(server, other)
    one, two = session(server, account, *CAPS), session(server, other, *CAPS)
    assert one.ask(f"MARKREAD {other} {EARLY}") == [mark(other, EARLY)]
    assert two.fence() == []
    assert two.ask(f"MARKREAD {account}") == [mark(account, "*")]
    two.leave()
    assert one.ask(f"MARKREAD {other.upper()}") == [mark(other, EARLY)]


def test_the_marks_of_an_account_outlive_its_sessions_and_those_of_a_guest_do_not(
    server: ServerProcess, connect: Connect, account: str
) -> None:
    one = session(server, account, *CAPS)
    guest = member(connect, *CAPS)
    for client in (one, guest):
        client.ask("JOIN #x", f"MARKREAD #x {EARLY}")
        client.leave()
    one, guest = session(server, account, *CAPS), member(connect, *CAPS)
    one.ask("JOIN #x")
    assert one.ask("MARKREAD #x")[-1] == mark("#x", EARLY)
    assert guest.ask("MARKREAD #x")[-1] == mark("#x", "*")


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["MARKREAD", "MARKREAD :"])
def test_missing_parameters(connect: Connect, line: str) -> None:
    assert connect("guest", *CAPS).ask(line) == [f":{NAME} FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters"]


@pytest.mark.parametrize("word", ["*", "2026-01-04T14:33:26.123Z", "timestamp=", "timestamp=2026-13-04T14:33:26.123Z"])
def test_an_invalid_timestamp(connect: Connect, word: str) -> None:
    guest = member(connect, *CAPS)
    (failure,) = guest.ask(f"MARKREAD #x {word}")
    assert failure.startswith(f":{NAME} FAIL MARKREAD INVALID_PARAMS {word} :")
    assert guest.ask("MARKREAD #x") == [mark("#x", "*")]


@pytest.mark.parametrize("target", ["#nowhere", "#y", "nobody"])
def test_of_what_is_not_ones_own_nothing_can_be_learnt_and_nothing_set(connect: Connect, target: str) -> None:
    connect("other").ask("JOIN #y")
    guest = member(connect, *CAPS)
    assert guest.ask(f"MARKREAD {target}") == [mark(target, "*")]
    assert guest.ask(f"MARKREAD {target} {EARLY}") == [f":{NAME} FAIL MARKREAD INVALID_PARAMS {target} :No such target"]


@pytest.mark.parametrize("target", ["#", "a.b", "12:30", "$*"])
def test_what_can_be_no_conversation_is_an_invalid_target(connect: Connect, target: str) -> None:
    guest = member(connect, *CAPS)
    for line in (f"MARKREAD {target}", f"MARKREAD {target} {EARLY}"):
        assert guest.ask(line) == [f":{NAME} FAIL MARKREAD INVALID_PARAMS {target} :No such target"]
