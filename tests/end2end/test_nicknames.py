"""NICK: which nicknames there are, who may have them, and the probe of one that is in use (Modern IRC, "NICK message").

The probe: docs/protocol.md. A holder who is gone without a word keeps its nickname for `probe_timeout_s` only.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, Connect, ServerProcess, Settings, commands, source

PROBE_S = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings: Settings = {
        "lobby": {"autojoin": False},
        "limits": {"flood_protection": False, "probe_timeout_s": PROBE_S},
    }
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process


def test_without_a_parameter_431(connect: Connect) -> None:
    """NICK: "it should issue an ERR_NONICKNAMEGIVEN numeric and ignore the `NICK` command"."""
    assert connect().ask("NICK", "NICK :") == [f":{NAME} 431 * :No nickname given"] * 2


@pytest.mark.parametrize(
    "nickname", ["ani", "a", "Ani[1]", "{a}|b", "a\\b^c`d", "_x-y", "1ani", "Анна", "José", "พิม", "あ"]
)
def test_letters_of_any_script_digits_and_the_usual_marks_are_allowed(connect: Connect, nickname: str) -> None:
    """NICK: "Servers MUST allow at least all alphanumerical characters, square and curly brackets"."""
    assert f":{NAME} 001 {nickname} :Welcome to Obrolan, {nickname}" in connect().register(nickname)


@pytest.mark.parametrize(
    "nickname",
    [
        "#ani",
        "-ani",
        "a.b",
        "a!b",
        "a@b",
        "a*",
        "a?",
        "a,b",
        "a$",
        "😀",
        "a\u200bb",
        "a\x07b",
        "e\u0301",
        "x" * 33,
        "あ" * 22,
    ],
)
@covers("NICK", "432")
def test_other_characters_and_lengths_are_432_and_the_nickname_is_ignored(connect: Connect, nickname: str) -> None:
    """NICK: "it should issue an ERR_ERRONEUSNICKNAME numeric and ignore the `NICK` command"."""
    client = connect()
    assert client.ask(f"NICK {nickname}") == [f":{NAME} 432 * {nickname} :Erroneous nickname"]
    assert client.register("ani")


def test_a_nickname_that_mixes_scripts_is_432(connect: Connect) -> None:
    assert connect().ask("NICK \u0430ni") == [f":{NAME} 432 * \u0430ni :Nickname mixes letters of several scripts"]


@pytest.mark.parametrize("nickname", ["x" * 32, "あ" * 21])
def test_the_longest_nickname_is_accepted(connect: Connect, nickname: str) -> None:
    """NICKLEN: "the maximum length of a nickname"."""
    assert connect(nickname).nickname == nickname


@covers("NICK", "433")
def test_a_nickname_in_use_is_433_and_the_command_is_ignored(connect: Connect) -> None:
    """NICK: "it should issue an ERR_NICKNAMEINUSE numeric and ignore the `NICK` command"."""
    connect("ani")
    client = connect()
    assert client.ask("NICK ani", "USER u 0 * :x") == [f":{NAME} 433 * ani :Nickname is already in use"]
    assert commands(client.ask("NICK ani2"))[0] == "001"


@pytest.mark.parametrize(("held", "wanted"), [("Ani", "aNI"), ("\u0441\u043e\u0441\u043e", "coco"), ("JOSÉ", "José")])
def test_case_and_look_alikes_do_not_make_another_nickname(connect: Connect, held: str, wanted: str) -> None:
    connect(held)
    assert connect("bela").ask(f"NICK {wanted}") == [f":{NAME} 433 bela {wanted} :Nickname is already in use"]


def test_an_unregistered_client_holds_its_nickname_too(connect: Connect) -> None:
    first = connect()
    first.ask("NICK ani")
    second = connect()
    second.send("NICK ani")
    assert second.expect("433").params[1] == "ani"


def test_a_change_is_acknowledged_with_the_old_source(connect: Connect) -> None:
    """NICK: "the `<source>` of the message will be the old `nickname`"."""
    ani = connect("ani")
    assert ani.ask("NICK budi") == [f":{source('ani')} NICK budi"]
    assert ani.ask("FOO") == [f":{NAME} 421 budi FOO :Unknown command"]


def test_a_change_of_case_is_a_change(connect: Connect) -> None:
    assert connect("ani").ask("NICK ANI") == [f":{source('ani')} NICK ANI"]


def test_the_same_nickname_again_changes_nothing(connect: Connect) -> None:
    assert connect("ani").ask("NICK ani") == []


def test_others_in_common_channels_see_the_change_once(connect: Connect) -> None:
    """NICK: "to inform other clients about the change of nickname"."""
    ani, bela, citra = connect("ani"), connect("bela"), connect("citra")
    for client in (ani, bela):
        client.ask("JOIN #a", "JOIN #b")
    bela.fence()
    ani.ask("NICK ani2")
    assert bela.fence() == [f":{source('ani')} NICK ani2"]
    assert citra.fence() == []


def test_the_old_nickname_is_free_at_once(connect: Connect) -> None:
    connect("ani").ask("NICK ani2")
    assert connect("ani").nickname == "ani"


def test_the_nickname_is_free_as_soon_as_its_holder_has_left(connect: Connect) -> None:
    for _ in range(20):
        ani = connect("ani")
        ani.send("QUIT")
        assert ani.rest()[-1].startswith("ERROR")


def test_names_and_messages_follow_the_new_nickname(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x", "NICK ani2")
    assert f":{NAME} 353 bela = #x :@ani2 bela" in bela.ask("JOIN #x")
    bela.ask("PRIVMSG ani2 :hi", "PRIVMSG ani :gone")
    assert ani.expect("PRIVMSG").params == ["ani2", "hi"]


# --- the probe ------------------------------------------------------------------------------------


def test_a_living_holder_that_is_asked_for_stays(connect: Connect) -> None:
    holder, dead, other = connect("ani"), connect("mati"), connect()
    for _ in range(3):
        other.send("NICK ani")
        assert other.expect("433").params[1] == "ani"
        assert holder.expect("PING").params == [NAME]
        holder.send(f"PONG {NAME}")
        assert holder.fence() == []
    other.send("NICK mati")
    dead.rest()  # its deadline was later than that of the holder
    assert holder.fence() == []


def test_a_holder_that_stays_silent_is_cut_and_its_nickname_is_free(connect: Connect) -> None:
    holder, other, witness = connect("ani"), connect(), connect("wati")
    for client in (holder, witness):
        client.ask("JOIN #x")
    other.send("NICK ani")
    other.expect("433")
    assert holder.rest()[-1].startswith("ERROR :Closing link: Ping timeout: ")
    assert witness.expect("QUIT").source == source("ani")
    assert "001" in commands(other.register("ani"))


def test_a_black_hole_is_cut_even_if_it_never_reads(connect: Connect) -> None:
    connect("ani")  # never reads, never writes again
    watcher, other = connect("wati"), connect()
    other.send("NICK ani")
    other.expect("433")
    while watcher.ask("ISON ani") != [f":{NAME} 303 wati :"]:
        pass  # bounded by the test's own time-out; each turn is a whole round trip
    assert "001" in commands(other.register("ani"))


def test_who_was_probed_and_spoke_can_be_probed_again(connect: Connect) -> None:
    holder, other = connect("ani"), connect()
    other.ask("NICK ani")
    holder.ask("WHO")
    other.ask("NICK ani")
    assert holder.rest()[-1].startswith("ERROR :Closing link: Ping timeout")


def test_asking_often_probes_once(connect: Connect) -> None:
    holder, other = connect("ani"), connect()
    assert len(other.ask(*["NICK ani"] * 50)) == 50
    lines = holder.fence()
    assert lines.count(f"PING :{NAME}") == 1


def test_the_holder_of_a_look_alike_is_probed_too(connect: Connect) -> None:
    holder, other = connect("\u0441\u043e\u0441\u043e"), connect()
    other.send("NICK coco")
    other.expect("433")
    assert holder.expect("PING").params == [NAME]


def test_a_holder_that_is_only_slowed_down_is_not_taken_for_dead(tmp_path_factory: pytest.TempPathFactory) -> None:
    limits = {"messages_burst": 5, "messages_per_s": 10.0, "probe_timeout_s": 0.8}
    with ServerProcess(tmp_path_factory.mktemp("slow"), {"limits": limits}) as server:
        holder, other = server.connect("ani"), server.connect()
        holder.send(*[f"PRIVMSG #lobby :line {number}" for number in range(20)])  # a second and a half
        other.send("NICK ani")
        other.expect("433")
        holder.expect("PING")
        holder.send(f"PONG {NAME}")
        assert "ERROR" not in commands(holder.fence())
