"""Who may read what was said: CHATHISTORY, TARGETS and SEARCH by guests and accounts (reliability, pitfall 11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, register, session
from tests.end2end.harness import IrcClient, ServerProcess

CAPS = ("draft/chathistory", "soju.im/search", "batch", "server-time", "message-tags", "echo-message")
LONG_AGO, LATER = "timestamp=1970-01-01T00:00:00.000Z", "timestamp=2999-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        for name in ("Siti", "Budi", "Rina"):
            register(process, name)
        yield process


@pytest.fixture
def clients(server: ServerProcess) -> Iterator[list[IrcClient]]:
    """Those who leave when the test ends."""
    opened: list[IrcClient] = []
    yield opened
    for client in opened:
        client.leave()


def texts(client: IrcClient, target: str) -> list[str]:
    """What CHATHISTORY gives of a conversation."""
    return [parse(line).params[-1] for line in client.ask(f"CHATHISTORY LATEST {target} * 100")[1:-1]]


def found(client: IrcClient, attributes: str) -> list[str]:
    return [parse(line).params[-1] for line in client.ask(f"SEARCH {attributes}")[1:-1]]


def targets(client: IrcClient) -> list[str]:
    lines = client.ask(f"CHATHISTORY TARGETS {LONG_AGO} {LATER} 100")
    return [parse(line).params[1] for line in lines[1:-1]]


def test_a_private_chat_of_two_accounts_goes_on_over_all_their_connections(server: ServerProcess) -> None:
    siti, budi = session(server, "Siti", *CAPS), session(server, "Budi", *CAPS)
    siti.ask("PRIVMSG Budi :pagi")
    budi.ask("PRIVMSG Siti :siang")
    siti.leave()
    budi.leave()
    siti = session(server, "Siti", *CAPS)
    siti.ask("PRIVMSG Budi :malam")
    assert texts(siti, "budi")[-3:] == ["pagi", "siang", "malam"]
    assert parse(siti.ask("CHATHISTORY LATEST budi * 1")[0]).params[1:] == ["chathistory", "Budi"]
    assert "Budi" in targets(siti)
    assert found(siti, "in=budi;text=malam")[-1:] == ["malam"]
    siti.leave()
    budi = session(server, "Budi", *CAPS)
    assert texts(budi, "Siti")[-3:] == ["pagi", "siang", "malam"]
    assert "Siti" in targets(budi)
    budi.leave()


def test_what_was_written_to_somebody_absent_is_found_by_targets(server: ServerProcess) -> None:
    guest_texts = "kamu di mana"
    rina = session(server, "Rina", *CAPS)
    rina.ask(f"PRIVMSG Budi :{guest_texts}")
    rina.leave()
    budi = session(server, "Budi", *CAPS)
    assert "Rina" in targets(budi)
    assert texts(budi, "Rina")[-1] == guest_texts
    budi.leave()


def test_an_account_is_found_by_the_nickname_of_now_and_by_its_own_name(
    server: ServerProcess, clients: list[IrcClient]
) -> None:
    siti, budi = session(server, "Siti", *CAPS), session(server, "Budi", *CAPS)
    clients += [siti, budi]
    budi.ask("NICK Kang_Budi")
    siti.ask("PRIVMSG Kang_Budi :ganti nama")
    assert "Kang_Budi" in targets(siti)
    assert "Budi" not in targets(siti)
    assert texts(siti, "Kang_Budi")[-1] == texts(siti, "Budi")[-1] == "ganti nama"


def test_a_rename_or_a_quit_of_the_two_who_talk_has_its_place_in_their_chat(
    server: ServerProcess, clients: list[IrcClient]
) -> None:
    siti, budi, rina = (session(server, name, *CAPS) for name in ("Siti", "Budi", "Rina"))
    clients += [siti, rina]
    for client in (siti, budi, rina):
        client.ask("JOIN #umum")
    siti.ask("PRIVMSG Budi :sebelum")
    budi.ask("NICK Kang")
    renamed = siti.expect("NICK").tags["msgid"]
    budi.leave()
    gone = siti.expect("QUIT").tags["msgid"]
    siti.ask("PRIVMSG Budi :sesudah")
    for msgid in (renamed, gone):
        lines = siti.ask(f"CHATHISTORY AFTER Budi msgid={msgid} 10")
        assert [parse(line).params[-1] for line in lines[1:-1]] == ["sesudah"]
        assert " MESSAGE_ERROR " in siti.ask(f"CHATHISTORY AFTER Rina msgid={msgid} 10")[0]
    topic = parse(siti.ask("TOPIC #umum :t")[-1]).tags["msgid"]
    assert " MESSAGE_ERROR " in siti.ask(f"CHATHISTORY AFTER Budi msgid={topic} 10")[0]


def test_all_sessions_of_an_account_read_the_same(server: ServerProcess, clients: list[IrcClient]) -> None:
    one, other, budi = (session(server, name, *CAPS) for name in ("Siti", "Siti", "Budi"))
    clients += [one, other, budi]
    one.ask("JOIN #bersama", "PRIVMSG #bersama :satu", "PRIVMSG Budi :dua")
    other.fence()
    assert texts(other, "#bersama") == ["satu"]
    assert texts(other, "Budi")[-1] == "dua"
    assert targets(one) == targets(other)


def test_what_a_guest_told_an_account_ends_with_the_guest(server: ServerProcess, clients: list[IrcClient]) -> None:
    siti = session(server, "Siti", *CAPS)
    clients.append(siti)
    guest = server.connect("tamu", *CAPS)
    guest.ask("PRIVMSG Siti :rahasia tamu")
    siti.fence()
    assert texts(siti, "tamu") == ["rahasia tamu"]
    assert "tamu" in targets(siti)
    guest.leave()
    newcomer = server.connect("tamu", *CAPS)
    clients.append(newcomer)
    assert texts(newcomer, "Siti") == []
    assert targets(newcomer) == []
    assert found(newcomer, "text=rahasia") == []
    assert "tamu" not in targets(siti)
    assert texts(siti, "tamu") == []
    assert found(siti, "text=rahasia\\stamu") == ["rahasia tamu"]


# --- everything else is like nothing --------------------------------------------------------------

FORBIDDEN = ("#rahasia", "#keluar", "#nowhere", "nobody", "~1", "@1", "#")
COMMANDS = (
    "CHATHISTORY LATEST {} * 10",
    "CHATHISTORY BEFORE {} timestamp=2999-01-01T00:00:00.000Z 10",
    "CHATHISTORY AFTER {} msgid=x-1 10",
    "CHATHISTORY AROUND {} msgid=x-1 10",
    "CHATHISTORY BETWEEN {} msgid=x-1 msgid=x-2 10",
    "SEARCH in={};text=rahasia",
    "SEARCH text=in:{}\\srahasia",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_one_may_not_read_is_answered_like_what_does_not_exist(
    server: ServerProcess, clients: list[IrcClient], command: str
) -> None:
    rina, spy = session(server, "Rina", *CAPS), server.connect("mata", *CAPS)
    clients += [rina, spy]
    rina.ask("JOIN #rahasia,#keluar", "PRIVMSG #rahasia :rahasia", "PRIVMSG #keluar :rahasia", "PRIVMSG Siti :rahasia")
    spy.ask("JOIN #keluar", "PART #keluar")
    answers = set()
    for target in FORBIDDEN:
        (line,) = spy.ask(command.format(target))
        assert " FAIL " in line
        answers.add(line.replace(f" {target} ", " X "))
    assert len(answers) == 1, answers


@pytest.mark.parametrize("key", ["@1\\s2", "@2\\s3", "@1\\s3", "1\\s2"])
def test_the_key_of_a_private_chat_is_no_target(server: ServerProcess, clients: list[IrcClient], key: str) -> None:
    siti, spy = session(server, "Siti", *CAPS), server.connect("mata", *CAPS)
    clients += [siti, spy]
    siti.ask("PRIVMSG Budi :rahasia", "PRIVMSG Rina :rahasia")
    assert " FAIL SEARCH INVALID_PARAMS in " in spy.ask(f"SEARCH in={key};text=rahasia")[0]


def test_nobody_finds_the_private_messages_of_others(server: ServerProcess, clients: list[IrcClient]) -> None:
    siti, rina, spy = session(server, "Siti", *CAPS), session(server, "Rina", *CAPS), server.connect("mata", *CAPS)
    clients += [siti, rina, spy]
    siti.ask("PRIVMSG Rina :xyzzy")
    for name in ("Siti", "Rina", "Budi"):
        assert texts(spy, name) == []
        assert found(spy, f"in={name};text=xyzzy") == []
    assert found(spy, "text=xyzzy") == []
    assert targets(spy) == []
    rina.fence()
    assert found(rina, "text=xyzzy") == ["xyzzy"]
