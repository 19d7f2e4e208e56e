"""Bans, their exceptions and the extended ones (Modern, "Ban Channel Mode"; IRCv3 account-extban)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import isupport, parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, ServerProcess, commands, source


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), {**CHEAP, "history": {"replay_lines": 0}}) as process:
        yield process
        assert process.alive


BANNED = f":{NAME} 474 bela #x :Cannot join channel (+b): you are banned"
SILENCED = f":{NAME} 404 ani #x :Cannot send to channel: you are banned"


# --- coming in ------------------------------------------------------------------------------------


@covers("chanmode:b", "474", "JOIN")
@pytest.mark.parametrize(
    "mask", ["bela", "BELA!*@*", "b?l*", "*!~u@*", f"*!*@{HOST}", "*!*@127.0.0.1", "r:name_of_bela", "r:*bela*"]
)
def test_a_join_is_compared_with_each_mask_and_refused_with_474(op: IrcClient, connect: Connect, mask: str) -> None:
    """Modern, Ban: "their nickmask … is compared with each banned client mask … they will receive an
    ERR_BANNEDFROMCHAN reply and the JOIN command will fail."
    """
    bela = connect("bela")
    op.ask(f"MODE #x +b {mask}")
    assert bela.ask("JOIN #x") == [BANNED]
    assert commands(op.ask(f"MODE #x -b {mask}")) == ["MODE"]
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"


@covers("chanmode:b")
@pytest.mark.parametrize("mask", ["bel", "*!*@127.0.0.2", "r:bela", "a:*", "m:bela", "*!u@*"])
def test_who_is_meant_by_no_mask_comes_in(op: IrcClient, connect: Connect, mask: str) -> None:
    op.ask(f"MODE #x +b {mask}")
    assert commands(connect("bela").ask("JOIN #x"))[0] == "JOIN"


@covers("chanmode:e", "token:EXCEPTS")
def test_who_matches_an_exception_is_not_blocked(op: IrcClient, connect: Connect) -> None:
    """Modern, Exception: "they will not be blocked from joining due to the ban mode"."""
    op.ask("MODE #x +be *!*@* bela")
    assert commands(connect("bela").ask("JOIN #x"))[0] == "JOIN"
    assert commands(connect("citra").ask("JOIN #x")) == ["474"]


@covers("chanmode:I", "token:INVEX")
def test_who_is_on_the_invite_exception_list_needs_no_invite(op: IrcClient, connect: Connect) -> None:
    """Modern, Invite-Exception: "they do not need to require an INVITE in order to join"."""
    op.ask("MODE #x +iI bela")
    assert commands(connect("bela").ask("JOIN #x"))[0] == "JOIN"
    assert commands(connect("citra").ask("JOIN #x")) == ["473"]


def test_a_ban_is_stronger_than_an_invite_exception(op: IrcClient, connect: Connect) -> None:
    op.ask("MODE #x +iIb bela bela")
    assert connect("bela").ask("JOIN #x") == [BANNED]


# --- speaking -------------------------------------------------------------------------------------


@covers("chanmode:b", "404")
def test_the_banned_cannot_speak_either_unless_they_have_a_privilege(op: IrcClient, ani: IrcClient) -> None:
    """Modern, Ban: "'banned' from joining or speaking in the channel"."""
    op.ask("MODE #x +b ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :a", "NOTICE #x :b", "TOPIC #x :c") == [
        SILENCED,
        f":{NAME} 482 ani #x :You're not channel operator",
    ]
    op.ask("MODE #x +v ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :d") == []
    assert op.expect("PRIVMSG").params[1] == "d"


@covers("chanmode:b", "404")
def test_in_a_channel_open_to_outsiders_the_banned_cannot_speak_from_outside(op: IrcClient, connect: Connect) -> None:
    op.ask("MODE #x -n+b bela")
    assert commands(connect("bela").ask("PRIVMSG #x :a")) == ["404"]
    assert connect("citra").ask("PRIVMSG #x :b") == []


@covers("extban:m", "404")
def test_the_muted_come_in_but_cannot_speak(op: IrcClient, ani: IrcClient) -> None:
    op.ask("MODE #x +b m:ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :a") == [SILENCED]
    ani.ask("PART #x")
    assert commands(ani.ask("JOIN #x"))[0] == "JOIN"
    op.ask("MODE #x +e ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :b") == []


def test_a_mute_follows_what_one_is_called_now(op: IrcClient, ani: IrcClient) -> None:
    """Modern knows no reply to NICK for the banned: they may rename themselves, and are judged by the new name."""
    op.ask("MODE #x +b m:nina")
    ani.fence()
    assert ani.ask("PRIVMSG #x :a", "NICK nina", "PRIVMSG #x :b")[1:] == [SILENCED.replace(" ani ", " nina ")]


@covers("extban:a", "token:ACCOUNTEXTBAN", "token:EXTBAN")
def test_an_account_is_banned_under_any_nickname(op: IrcClient, connect: Connect) -> None:
    """account-extban: "Servers MUST support matching exact account names."; the token names the ban's type."""
    tokens = isupport(word for line in op.ask("VERSION") if " 005 " in line for word in parse(line).params)
    assert tokens["EXTBAN"] == ",amr"
    assert tokens["ACCOUNTEXTBAN"] == "a"
    bela = connect("bela")
    bela.ask(f"REGISTER * * {PASSWORD}", "NICK nina")
    assert commands(op.ask("MODE #x +b a:Bela")) == ["MODE"]
    assert commands(bela.ask("JOIN #x")) == ["474"]
    op.ask("MODE #x -b+b a:bela m:a:bela")
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"
    assert commands(bela.ask("PRIVMSG #x :a")) == ["404"]


@covers("extban:r")
def test_extended_masks_work_as_exceptions_too(op: IrcClient, ani: IrcClient) -> None:
    """Modern, EXTBAN: "SHOULD also be supported for the ban exception and invite exception modes"."""
    op.ask("MODE #x +be ani r:name_of_ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :a") == []


# --- lists ----------------------------------------------------------------------------------------


@covers("367", "368", "348", "349", "346", "347", "MODE")
@pytest.mark.parametrize(
    ("letter", "entry", "end", "text"),
    [
        ("b", "367", "368", "End of channel ban list"),
        ("e", "348", "349", "End of channel exception list"),
        ("I", "346", "347", "End of channel invite exception list"),
    ],
)
@pytest.mark.parametrize("sign", ["", "+", "-"])
def test_a_list_mode_without_an_argument_sends_the_list(
    op: IrcClient, letter: str, entry: str, end: str, text: str, sign: str
) -> None:
    """Modern, MODE message: "If a type A mode has been sent without an argument, the contents of the list MUST be sent
    to the user".
    """
    op.ask(f"MODE #x +{letter}{letter} Bela a:Citra")
    *entries, last = op.ask(f"MODE #x {sign}{letter}")
    assert [line.rpartition(" ")[0] for line in entries] == [
        f":{NAME} {entry} oki #x {mask} {source('oki')}" for mask in ("bela!*@*", "a:citra")
    ]
    assert all(line.rpartition(" ")[2].isdecimal() for line in entries)
    assert last == f":{NAME} {end} oki #x :{text}"


@covers("482", "368")
def test_everybody_may_read_the_bans_but_not_the_exceptions(op: IrcClient, ani: IrcClient) -> None:
    """Modern, MODE message: "Servers MAY choose to restrict the above information to channel operators"."""
    op.ask("MODE #x +b bela")
    ani.fence()
    assert commands(ani.ask("MODE #x b", "MODE #x +e", "MODE #x I")) == ["367", "368", "482", "482"]


@covers("478", "token:MAXLIST")
def test_a_full_list_is_478(op: IrcClient) -> None:
    """Modern, MAXLIST: "the maximum number of entries that all of the modes in <modes>, combined, may set"."""
    for start in range(0, 100, 20):
        masks = " ".join(f"n{number}" for number in range(start, start + 20))
        op.ask(f"MODE #x +{'bbeeIIbbbbbbbbbbbbbb'} {masks}")
    full = op.ask("MODE #x +be one two")
    assert full == [f":{NAME} 478 oki #x {letter} :Channel list is full" for letter in "be"]
    assert op.ask("MODE #x +b n0") == [], "it stands there already"
    assert commands(op.ask("MODE #x -b n0", "MODE #x +I one")) == ["MODE", "MODE"]


def test_no_mask_is_slow_to_match(op: IrcClient, ani: IrcClient) -> None:
    """Masks are no regular expressions: `a*a*a*b` is one step for each character."""
    op.ask(*[f"MODE #x +b {'a*' * 80}{letter}!*@*" for letter in "bcdefghij"])
    ani.fence()
    assert ani.ask(f"NICK {'a' * 32}", *["PRIVMSG #x :a"] * 5)[1:] == []
