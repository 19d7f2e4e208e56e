"""What is said of a room while not everybody may write in it, or not everybody reads what we write."""

from __future__ import annotations

import pytest

from client.changes import StripChanged, StripKind
from tests.fakes import Chat


@pytest.fixture
def chat() -> Chat:
    """On a server like ours, in the lobby."""
    chat = Chat()
    chat.log_in()
    chat.server(
        ":srv 005 Siti PREFIX=(qaohv)~&@%+ CHANMODES=Ibeg,k,Sl,CMPRUimnst obrolan.example/BOOT=a1 :ok",
    )
    return chat


def strip(chat: Chat, key: str = "#lobby") -> StripKind:
    shown = chat.session.strips.get(key)
    return shown.kind if shown is not None else StripKind.NONE


def test_who_may_not_write_in_a_room_is_told_as_long_as_that_holds(chat: Chat) -> None:
    chat.server(":srv 324 Siti #lobby +ntm")
    assert strip(chat) is StripKind.ANNOUNCEMENTS
    changes = chat.server(":Budi!b@h MODE #lobby +v Siti")
    assert changes[-1] == StripChanged(StripKind.NONE, "#lobby")
    chat.server(":Budi!b@h MODE #lobby -v Siti")
    assert strip(chat) is StripKind.ANNOUNCEMENTS
    chat.server(":Budi!b@h MODE #lobby +U-m")
    assert strip(chat) is StripKind.HUSHED
    assert not any(isinstance(each, StripChanged) for each in chat.server(":Budi!b@h MODE #lobby +s")), "said once"
    chat.server(":Budi!b@h MODE #lobby +v Siti")
    assert strip(chat) is StripKind.HUSHED, "voice is no rank"
    chat.server(":Budi!b@h MODE #lobby +h Siti")
    assert strip(chat) is StripKind.NONE


def test_what_is_written_there_goes_out_all_the_same(chat: Chat) -> None:
    """The server has the last word, and people may be heard by those who run the room."""
    chat.server(":srv 324 Siti #lobby +U")
    assert chat.type("Pak?", "#lobby")
    assert chat.sent()[-1].endswith("PRIVMSG #lobby Pak?")


def test_that_we_were_put_out_stands_whatever_is_said_of_the_room(chat: Chat) -> None:
    chat.server(":Budi!b@h KICK #lobby Siti :ramai", ":srv 324 Siti #lobby +m")
    assert strip(chat) is StripKind.KICKED


def test_on_other_networks_u_says_nothing_of_quiet() -> None:
    chat = Chat()
    chat.log_in(boot="")
    chat.server(":srv 005 Siti PREFIX=(ov)@+ CHANMODES=b,k,l,Umnt :ok")
    chat.server(":srv 324 Siti #lobby +U")
    assert strip(chat) is StripKind.NONE
    chat.server(":srv 324 Siti #lobby +m")
    assert strip(chat) is StripKind.ANNOUNCEMENTS


def test_who_comes_to_run_the_server_may_write_everywhere(chat: Chat) -> None:
    chat.server(":srv 324 Siti #lobby +m")
    assert strip(chat) is StripKind.ANNOUNCEMENTS
    chat.server(":srv 381 Siti :You are now an IRC operator")
    assert strip(chat) is StripKind.NONE
