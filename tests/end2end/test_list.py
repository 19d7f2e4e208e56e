"""LIST (Modern IRC, "LIST message"; ISUPPORT ELIST, SAFELIST)."""

from __future__ import annotations

import pytest

from chatd.channel import Channel
from chatd.commands.listing import read
from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, ServerProcess, commands


def names_of(lines: list[str]) -> list[str]:
    """The words of all 353 among these lines."""
    return [word for line in lines if " 353 " in line for word in parse(line).params[-1].split()]


@covers("LIST", "321", "322", "323", "token:SAFELIST")
def test_list_shows_channels_with_members_and_topic_between_321_and_323(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #a,#b", "TOPIC #a :about a")
    bela.ask("JOIN #a")
    start, end = f":{NAME} 321 ani Channel :Users  Name", f":{NAME} 323 ani :End of /LIST"
    of_a, of_b = f":{NAME} 322 ani #a 2 :about a", f":{NAME} 322 ani #b 1 :"
    everything = ani.ask("LIST")[-5:]
    assert everything[0] == start
    assert set(everything[1:-1]) >= {of_a, of_b}
    assert ani.ask("LIST #b,#A,#nowhere") == [start, of_a, of_b, end]
    assert ani.ask("LIST #nowhere") == [start, end]


def test_the_lobby_stays_with_its_topic_when_all_have_left(connect: Connect, server: ServerProcess) -> None:
    ani = connect("ani")
    ani.ask("JOIN #lobby", "TOPIC #lobby :stays", "PART #lobby")
    lines = ani.ask("JOIN #lobby")
    assert commands(lines) == ["JOIN", "332", "333", "353", "366"]
    assert names_of(lines) == ["ani"], "nobody becomes operator of the lobby by being first"
    assert " #lobby " in "".join(ani.ask("LIST"))


# --- ELIST ----------------------------------------------------------------------------------------


def listed(lines: list[str]) -> list[str]:
    """The channels of the 322 among these lines, but for the lobby."""
    return [name for line in lines if " 322 " in line for name in line.split()[3:4] if name != "#lobby"]


@covers("LIST", "token:ELIST")
def test_u_searches_by_the_number_of_users(connect: Connect) -> None:
    """Modern, ELIST: "U: Searching based on user count, via the "<val" and ">val" modifiers"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #one,#two")
    bela.ask("JOIN #two")
    assert listed(ani.ask("LIST >1")) == ["#two"]
    assert listed(ani.ask("LIST <2")) == ["#one"]
    assert listed(ani.ask("LIST >0,<2")) == ["#one"]


@covers("LIST", "token:ELIST")
def test_m_and_n_search_by_masks(connect: Connect) -> None:
    """Modern, ELIST: "M: Searching based on mask. N: Searching based on a non-matching !mask"."""
    ani = connect("ani")
    ani.ask("JOIN #kelas-a,#kelas-b,#musik")
    assert listed(ani.ask("LIST #KELAS*")) == ["#kelas-a", "#kelas-b"]
    assert listed(ani.ask("LIST !#kelas*")) == ["#musik"]
    assert listed(ani.ask("LIST *a*,#musik,!*-a")) == ["#kelas-b", "#musik"]
    assert listed(ani.ask("LIST #kelas-a,#kelas-b !*b")) == ["#kelas-a"]


@covers("LIST", "token:ELIST")
def test_c_and_t_search_by_the_minutes_since_creation_and_topic(connect: Connect) -> None:
    """Modern, ELIST: C and T compare the minutes since creation and since the topic was set, by < and >."""
    ani = connect("ani")
    ani.ask("JOIN #a,#b", "TOPIC #a :t")
    assert listed(ani.ask("LIST C<5")) == ["#a", "#b"]
    assert listed(ani.ask("LIST C>5")) == []
    assert listed(ani.ask("LIST T<5")) == ["#a"]
    assert listed(ani.ask("LIST T>5")) == [], "what has no topic was set neither early nor late"


@pytest.mark.parametrize("minutes", [0, 5, 60])
def test_conditions_of_time_count_back_from_now(minutes: int) -> None:
    """ELIST by a clock of our own: older than the border fits `>`, younger `<`."""
    now = 1_000_000
    old, young = (Channel("#x", now - minutes * 60 + delta, topic_at=now - minutes * 60 + delta) for delta in (-1, 1))
    for letter in "CT":
        (less,) = read([f"{letter}<{minutes}"], now)[1]
        (more,) = read([f"{letter}>{minutes}"], now)[1]
        assert (less(old), less(young), more(old), more(young)) == (False, True, True, False)


@covers("LIST", "chanmode:s")
def test_a_secret_channel_is_listed_to_its_members_only(connect: Connect) -> None:
    """Modern, Secret: it "will not show up in responses to the LIST or NAMES command unless the client sending the
    command is joined to the channel".
    """
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x", "MODE #x +s")
    assert listed(ani.ask("LIST #x")) == ["#x"]
    assert listed(bela.ask("LIST", "LIST #x", "LIST #*")) == []
