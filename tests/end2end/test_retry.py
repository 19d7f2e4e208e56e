"""Resending without saying it twice: our capability `retry` (docs/protocol.md, "Resending")."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, fresh, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, commands
from tests.end2end.test_redaction import history

RETRY, NONCE = "obrolan.example/retry", "obrolan.example/nonce"
CAPS = (RETRY, "message-tags", "server-time", "echo-message", "labeled-response", "batch", "draft/chathistory")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


@pytest.fixture
def nonce() -> str:
    return secrets.token_hex(16)


def pair(connect: Connect) -> tuple[IrcClient, IrcClient]:
    """Two guests in #x, the second without any capability."""
    clients = connect("ani", *CAPS), connect("bela")
    for client in clients:
        client.ask("JOIN #x")
    for client in clients:
        client.fence()
    return clients


@covers("cap:obrolan.example/retry")
@pytest.mark.parametrize("line", ["PRIVMSG #x :once", "NOTICE #x :once", "PRIVMSG bela :once"])
def test_a_resent_message_is_answered_with_the_first_echo_and_said_once(
    connect: Connect, nonce: str, line: str
) -> None:
    ani, bela = pair(connect)
    first = ani.ask(f"@{NONCE}={nonce} {line}")
    assert ani.ask(f"@{NONCE}={nonce} {line}") == first
    assert len(bela.fence()) == 1


def test_the_nonce_is_shown_to_nobody(connect: Connect, nonce: str) -> None:
    ani, _ = pair(connect)
    tagged = connect("citra", *CAPS)
    tagged.ask("JOIN #x")
    echo = ani.ask(f"@{NONCE}={nonce};+a=b PRIVMSG #x :hi")[-1]
    for seen in (echo, tagged.fence()[-1]):
        assert set(parse(seen).tags) == {"time", "msgid", "+a"}


def test_the_echo_of_a_repetition_carries_its_own_label(connect: Connect, nonce: str) -> None:
    ani, _ = pair(connect)
    (first,) = ani.ask(f"@label=1;{NONCE}={nonce} PRIVMSG #x :hi")
    (again,) = ani.ask(f"@label=2;{NONCE}={nonce} PRIVMSG #x :hi")
    assert again == first.replace("label=1", "label=2")


def test_two_in_one_packet_are_one(connect: Connect, nonce: str) -> None:
    ani, bela = pair(connect)
    one, two = ani.ask(*[f"@{NONCE}={nonce} PRIVMSG #x :hi"] * 2)
    assert one == two
    assert len(bela.fence()) == 1


def test_a_guest_who_comes_back_is_protected_too(connect: Connect, nonce: str) -> None:
    ani, bela = pair(connect)
    (first,) = ani.ask(f"@{NONCE}={nonce} PRIVMSG #x :hi")
    ani.leave()
    again = connect("ani", *CAPS)
    again.ask("JOIN #x")
    assert again.ask(f"@{NONCE}={nonce} PRIVMSG #x :hi") == [first]
    assert commands(bela.fence()).count("PRIVMSG") == 1


def test_every_target_of_a_message_counts_by_itself(connect: Connect, nonce: str) -> None:
    ani, bela = pair(connect)
    line = f"@{NONCE}={nonce} PRIVMSG #x,bela :hi"
    assert commands(ani.ask(line)) == ["PRIVMSG", "PRIVMSG"]
    ani.ask(line)
    assert len(bela.fence()) == 2


def test_accounts_do_not_share_their_nonces(server: ServerProcess, connect: Connect, nonce: str) -> None:
    name = fresh("dewi")
    register(server, name)
    (one, two), dewi = pair(connect), session(server, name, *CAPS)
    dewi.ask("JOIN #x")
    for client in (one, dewi):
        client.ask(f"@{NONCE}={nonce} PRIVMSG #x :hi")
    assert commands(two.fence()).count("PRIVMSG") == 2
    dewi.leave()
    later = session(server, name, *CAPS)
    later.ask("JOIN #x", f"@{NONCE}={nonce} PRIVMSG #x :hi")
    assert commands(two.fence()).count("PRIVMSG") == 0


def test_a_message_of_several_lines_is_resent_as_a_whole(connect: Connect, nonce: str) -> None:
    ani, bela = pair(connect)
    ani.ask("CAP REQ draft/multiline")
    lines = ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x one", "@batch=1 PRIVMSG #x two", "BATCH -1"]
    lines[0] = f"@{NONCE}={nonce} {lines[0]}"
    first = ani.ask(*lines)
    assert ani.ask(*lines) == first
    assert commands(first) == ["BATCH", "PRIVMSG", "PRIVMSG", "BATCH"]
    assert len(bela.fence()) == 2


def test_history_has_it_once(connect: Connect, nonce: str) -> None:
    ani, _bela = pair(connect)
    for _ in range(3):
        ani.ask(f"@{NONCE}={nonce} PRIVMSG bela :hi")
    assert len(history(ani, "bela")) == 1


@pytest.mark.parametrize("bad", ["x", "0" * 31, "0" * 33, "G" * 32, "A" * 32])
@pytest.mark.parametrize("line", ["PRIVMSG #x :hi", "NOTICE #x :hi", "BATCH +1 draft/multiline #x"])
def test_what_is_no_nonce_is_refused(connect: Connect, bad: str, line: str) -> None:
    ani, bela = pair(connect)
    ani.ask("CAP REQ draft/multiline")
    (failure,) = ani.ask(f"@{NONCE}={bad} {line}")
    assert failure.startswith(f":{NAME} FAIL {line.split(maxsplit=1)[0]} INVALID_NONCE :")
    assert bela.fence() == []


def test_without_the_capability_the_tag_means_nothing(connect: Connect, nonce: str) -> None:
    ani, bela = pair(connect)
    ani.ask(f"CAP REQ -{RETRY}")
    ani.ask(*[f"@{NONCE}={nonce} PRIVMSG #x :hi"] * 2)
    assert len(bela.fence()) == 2
