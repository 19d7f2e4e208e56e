"""JOIN, PART, TOPIC, NAMES, LIST and MODE (Modern IRC, "Channel Operations", "MODE message")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.end2end.harness import NAME, Connect, ServerProcess, commands, source


def names_of(lines: list[str]) -> list[str]:
    """The words of all 353 among these lines."""
    return [word for line in lines if " 353 " in line for word in parse(line).params[-1].split()]


# --- JOIN -----------------------------------------------------------------------------------------


def test_the_server_sends_join_then_the_topic_then_the_names(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    assert ani.ask("JOIN #x") == [
        f":{source('ani')} JOIN #x",
        f":{NAME} 353 ani = #x :@ani",
        f":{NAME} 366 ani #x :End of /NAMES list",
    ]
    ani.ask("TOPIC #x :about it")
    lines = bela.ask("JOIN #x")
    assert lines[0] == f":{source('bela')} JOIN #x"
    assert lines[1] == f":{NAME} 332 bela #x :about it"
    assert lines[2].startswith(f":{NAME} 333 bela #x {source('ani')} ")
    assert lines[3:] == [f":{NAME} 353 bela = #x :@ani bela", f":{NAME} 366 bela #x :End of /NAMES list"]
    assert ani.fence() == [f":{source('bela')} JOIN #x"]


def test_the_topic_time_is_a_unix_timestamp(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x", "TOPIC #x :t")
    assert 1_600_000_000 < int(ani.ask("TOPIC #x")[1].split()[-1]) < 10_000_000_000


def test_a_list_of_channels_is_a_series_of_joins_with_one_channel_each(connect: Connect) -> None:
    lines = connect("ani").ask("JOIN #a,#b,,#c key1,key2")
    assert [line for line in lines if "JOIN" in line] == [f":{source('ani')} JOIN #{name}" for name in "abc"]
    assert commands(lines) == ["JOIN", "353", "366"] * 3


def test_joining_again_is_silent(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    assert ani.ask("JOIN #x", "JOIN #X") == []


def test_channels_are_compared_without_case_and_keep_their_first_form(connect: Connect) -> None:
    connect("ani").ask("JOIN #Kelas")
    assert connect("bela").ask("JOIN #kELAS")[0] == f":{source('bela')} JOIN #Kelas"


@pytest.mark.parametrize(
    "name", ["x", "&x", "#", "#a\x07b", "##" + "x" * 63, "#" + "あ" * 22, "#a\u200bb", "0x", "@#x", "#\u202eabc"]
)
def test_a_name_that_no_channel_can_have_is_403(connect: Connect, name: str) -> None:
    assert connect("ani").ask(f"JOIN {name}") == [f":{NAME} 403 ani {name} :No such channel"]


@pytest.mark.parametrize("line", ["JOIN :", "JOIN ,", "JOIN :#a b"])
def test_what_cannot_be_repeated_in_an_answer_is_a_star_there(connect: Connect, line: str) -> None:
    assert connect("ani").ask(line) == [f":{NAME} 403 ani * :No such channel"]


@pytest.mark.parametrize("name", ["#" + "x" * 63, "#" + "あ" * 21, "#é", "##", "#a:b", "#:", "#😀", "#kelas-8.b!"])
def test_any_other_name_is_a_channel(connect: Connect, name: str) -> None:
    assert connect("ani").ask(f"JOIN {name}")[0] == f":{source('ani')} JOIN {name}"


def test_more_than_ten_channels_at_once_are_407(connect: Connect) -> None:
    lines = connect("ani").ask("JOIN " + ",".join(f"#{number}" for number in range(12)))
    assert commands(lines) == ["JOIN", "353", "366"] * 10 + ["407"]
    assert lines[-1] == f":{NAME} 407 ani #10 :Too many channels at once, the most is 10"


def test_the_hundred_and_first_channel_is_405(connect: Connect) -> None:
    ani = connect("ani")
    for start in range(0, 100, 10):
        ani.ask("JOIN " + ",".join(f"#{number}" for number in range(start, start + 10)))
    assert ani.ask("JOIN #more") == [f":{NAME} 405 ani #more :You have joined too many channels"]
    ani.ask("PART #7")
    assert commands(ani.ask("JOIN #more")) == ["JOIN", "353", "366"]


def test_join_zero_leaves_all_channels(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #a,#b")
    bela.ask("JOIN #a,#b")
    assert ani.ask("JOIN 0")[-2:] == [f":{source('ani')} PART #{name} :Left all channels" for name in "ab"]
    assert names_of(bela.ask("NAMES #a", "NAMES #b")) == ["bela", "bela"]


def test_who_opens_a_channel_is_its_operator_and_the_next_is_not(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    assert names_of(bela.ask("JOIN #x")) == ["@ani", "bela"]


def test_a_channel_that_was_left_by_all_begins_anew(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x", "TOPIC #x :old", "PART #x")
    assert commands(ani.ask("JOIN #X")) == ["JOIN", "353", "366"]


# --- PART -----------------------------------------------------------------------------------------


def test_part_is_seen_by_the_channel_and_by_oneself_with_the_reason(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x")
    ani.fence()
    part = f":{source('bela')} PART #x :bye for now"
    assert bela.ask("PART #X :bye for now") == [part]
    assert ani.fence() == [part]


def test_part_without_a_reason_has_none(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    assert ani.ask("PART #a", "PART #b :  ") == [f":{source('ani')} PART #a", f":{source('ani')} PART #b"]


def test_part_of_several_channels_repeats_the_reason(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    assert ani.ask("PART #a,#c,#b :bye") == [
        f":{source('ani')} PART #a :bye",
        f":{NAME} 403 ani #c :No such channel",
        f":{source('ani')} PART #b :bye",
    ]


def test_part_of_a_channel_that_one_is_not_on_is_442_and_of_none_403(connect: Connect) -> None:
    connect("ani").ask("JOIN #x")
    assert connect("bela").ask("PART #x", "PART #nowhere", "PART :") == [
        f":{NAME} 442 bela #x :You're not on that channel",
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 403 bela * :No such channel",
    ]


def test_after_part_nothing_more_of_the_channel_arrives(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x", "PART #x")
    ani.ask("PRIVMSG #x :alone")
    assert bela.fence() == []


# --- TOPIC ----------------------------------------------------------------------------------------


def test_topic_shows_sets_and_clears(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x")
    ani.fence()
    assert ani.ask("TOPIC #x") == [f":{NAME} 331 ani #x :No topic is set"]
    assert ani.ask("TOPIC #x :new topic") == [f":{source('ani')} TOPIC #x :new topic"]
    assert bela.fence() == [f":{source('ani')} TOPIC #x :new topic"]
    lines = bela.ask("TOPIC #X")
    assert lines[0] == f":{NAME} 332 bela #x :new topic"
    assert lines[1].startswith(f":{NAME} 333 bela #x {source('ani')} ")
    assert bela.ask("TOPIC #x :") == [f":{NAME} 482 bela #x :You're not channel operator"]
    assert ani.ask("TOPIC #x :") == [f":{source('ani')} TOPIC #x :"]
    assert ani.ask("TOPIC #x")[-1] == f":{NAME} 331 ani #x :No topic is set"


def test_the_topic_of_no_channel_is_403_and_setting_it_from_outside_442(connect: Connect) -> None:
    connect("ani").ask("JOIN #x")
    assert connect("bela").ask("TOPIC #nowhere", "TOPIC #x :mine", "TOPIC :") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 442 bela #x :You're not on that channel",
        f":{NAME} 403 bela * :No such channel",
    ]


def test_a_topic_is_cut_at_topiclen_at_a_whole_character(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    assert ani.ask(f"TOPIC #x :{'é' * 240}") == [f":{source('ani')} TOPIC #x :{'é' * 195}"]


def test_a_topic_or_a_reason_never_makes_a_line_too_long(connect: Connect) -> None:
    nickname, channel = "я" * 32, "#" + "x" * 63
    ani, bela = connect(nickname), connect("b" * 32)
    for client in (ani, bela):
        client.ask(f"JOIN {channel}")  # the harness measures every line
    topic = parse(ani.ask(f"TOPIC {channel} :{'t' * 420}")[-1]).params[1]
    assert 300 < len(topic) < 390
    assert parse(bela.ask(f"TOPIC {channel}")[1]).params[2] == topic
    assert len(parse(ani.ask(f"PART {channel} :{'r' * 420}")[-1]).params[1]) > 300
    assert bela.expect("PART").source == source(nickname)


# --- NAMES and LIST -------------------------------------------------------------------------------


def test_names_of_no_channel_is_366_alone(connect: Connect) -> None:
    end = "End of /NAMES list"
    assert connect("ani").ask("NAMES #nowhere", "NAMES", "NAMES ::x") == [
        f":{NAME} 366 ani #nowhere :{end}",
        f":{NAME} 366 ani * :{end}",
        f":{NAME} 366 ani * :{end}",
    ]


def test_names_can_be_asked_from_outside(connect: Connect) -> None:
    connect("ani").ask("JOIN #x")
    assert names_of(connect("bela").ask("NAMES #x")) == ["@ani"]


def test_many_names_stand_in_several_353_of_full_lines(connect: Connect) -> None:
    nicknames = [f"{'orang' * 5}{number:02}" for number in range(60)]
    for nickname in nicknames:
        client = connect(nickname)
        client.ask("JOIN #crowd")
    lines = client.ask("NAMES #crowd")
    assert [name.lstrip("@") for name in names_of(lines)] == nicknames
    assert commands(lines)[-1] == "366"
    sizes = [len(line) for line in lines if " 353 " in line]
    assert len(sizes) == -(-60 // ((510 - len(f":{NAME} 353 {nicknames[0]} = #crowd :")) // 28))
    assert all(size > 480 for size in sizes[:-1])


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


# --- MODE -----------------------------------------------------------------------------------------


def test_mode_of_no_channel_is_403_and_of_nobody_401(connect: Connect) -> None:
    assert connect("ani").ask("MODE #nowhere", "MODE nobody", "MODE :") == [
        f":{NAME} 403 ani #nowhere :No such channel",
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 401 ani * :No such nick/channel",
    ]
