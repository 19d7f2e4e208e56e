"""MONITOR: hearing when nicknames come and go (IRCv3 monitor)."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import enter, login
from tests.end2end.harness import HOST, NAME, Connect, ServerProcess, commands, source


@covers("MONITOR", "730", "731")
def test_targets_that_are_added_are_listed_as_online_and_offline(connect: Connect) -> None:
    """monitor, "MONITOR +": "RPL_MONONLINE numerics listing those targets that are online", likewise offline."""
    connect("Ani"), connect("bela")
    assert connect("eye").ask("MONITOR + ani,nobody,BELA,Nowhere") == [
        f":{NAME} 730 eye :{source('Ani')},{source('bela')}",
        f":{NAME} 731 eye :nobody,Nowhere",
    ]


@covers("730", "731")
def test_coming_and_going_is_told(connect: Connect) -> None:
    """monitor, "730", "731": "a target has just become online", "has just left"; `*` may stand for the nick."""
    eye = connect("eye")
    eye.ask("MONITOR + ani")
    ani = connect("Ani")
    assert eye.line() == f":{NAME} 730 * :{source('Ani')}"
    ani.leave()
    assert eye.line() == f":{NAME} 731 * :Ani"


@covers("730", "731")
def test_a_change_of_nickname_is_one_going_and_one_coming(connect: Connect) -> None:
    """monitor: the targets are nicknames, not people."""
    eye, ani = connect("eye"), connect("ani")
    eye.ask("MONITOR + ani,bela")
    ani.ask("NICK bela")
    assert eye.fence() == [f":{NAME} 731 * :ani", f":{NAME} 730 * :{source('bela')}"]
    ani.ask("NICK Bela")
    assert eye.fence() == []


@covers("730")
def test_who_holds_a_nickname_without_being_registered_is_not_here(connect: Connect) -> None:
    """monitor: "a target has just become online" at the end of its registration."""
    eye, half = connect("eye"), connect()
    eye.ask("MONITOR + half")
    half.ask("NICK half")
    assert eye.fence() == []
    half.ask("USER u 0 * :Half")
    assert eye.expect("730").params[1] == "half!~u@" + HOST


@covers("MONITOR")
def test_removed_and_cleared_targets_are_not_told_of_and_give_no_output(connect: Connect) -> None:
    """monitor, "MONITOR -", "MONITOR C": "No output will be returned for use of this command"."""
    eye = connect("eye")
    eye.ask("MONITOR + ani,bela")
    assert eye.ask("MONITOR - ANI,nobody") == []
    connect("ani"), connect("bela")
    assert eye.line() == f":{NAME} 730 * :{source('bela')}"
    assert eye.ask("MONITOR C", "MONITOR L") == [f":{NAME} 733 eye :End of MONITOR list"]


@covers("MONITOR", "732", "733")
def test_the_list_is_terminated_with_733_and_holds_no_target_twice(connect: Connect) -> None:
    """monitor: "Targets already in the list MUST NOT be added again", "terminated with RPL_ENDOFMONLIST"."""
    eye = connect("eye")
    eye.ask("MONITOR + Ani,bela,ANI", "MONITOR + ani")
    assert eye.ask("MONITOR L") == [f":{NAME} 732 eye :Ani,bela", f":{NAME} 733 eye :End of MONITOR list"]


@covers("MONITOR", "730", "731")
def test_s_outputs_for_each_target_whether_it_is_online(connect: Connect) -> None:
    """monitor, "MONITOR S": "All targets that are online will be sent using RPL_MONONLINE"."""
    eye = connect("eye")
    eye.ask("MONITOR + ani,bela")
    connect("ani")
    eye.expect("730")
    assert eye.ask("MONITOR S") == [f":{NAME} 730 eye :{source('ani')}", f":{NAME} 731 eye :bela"]


@covers("734", "token:MONITOR")
def test_a_full_list_is_734_with_the_targets_that_cannot_be_added(connect: Connect) -> None:
    """monitor, "734": "the list of targets, as the client sent them, that cannot be added"."""
    eye = connect("eye")
    for start in (0, 33, 66):
        eye.ask("MONITOR + " + ",".join(f"n{number}" for number in range(start, start + 33)))
    assert eye.ask("MONITOR + x1,N5,X2,x3") == [
        f":{NAME} 731 eye :x1,N5",
        f":{NAME} 734 eye 100 X2,x3 :Monitor list is full.",
    ]


@covers("732")
def test_long_lists_stand_in_several_lines_of_whole_targets(connect: Connect) -> None:
    """monitor: "the length of the target list is limited only by the buffer size of 512 chars"."""
    eye = connect("eye")
    names = [f"{'x' * 28}{number}" for number in range(60)]
    for start in range(0, 60, 15):
        eye.ask("MONITOR + " + ",".join(names[start : start + 15]))
    lines = [parse(line) for line in eye.ask("MONITOR L")]
    assert [name for line in lines[:-1] for name in line.params[1].split(",")] == names
    assert len(lines) > 3


@covers("734")
def test_many_refused_targets_are_all_named(connect: Connect) -> None:
    """monitor, "734": none of them is left out, however many there are."""
    eye = connect("eye")
    for start in range(0, 100, 50):
        eye.ask("MONITOR + " + ",".join(f"n{number}" for number in range(start, start + 50)))
    names = [f"{'y' * 28}{number}" for number in range(15)]
    lines = [parse(line) for line in eye.ask("MONITOR + " + ",".join(names))]
    assert [name for line in lines for name in line.params[2].split(",")] == names


@covers("MONITOR")
@pytest.mark.parametrize("target", ["", ",", "#x", "a!b@c", "*", "9*", "x" * 40])
def test_what_is_no_valid_nick_is_not_added(connect: Connect, target: str) -> None:
    """monitor: "'target' MUST be a valid nick as determined by the IRC daemon"."""
    assert connect("eye").ask(f"MONITOR + :{target}", "MONITOR L") == [f":{NAME} 733 eye :End of MONITOR list"]


@covers("461", "400")
def test_a_modifier_is_needed_and_must_be_known(connect: Connect) -> None:
    """monitor: "Each use of the MONITOR command takes a special modifier"."""
    lines = commands(connect("eye").ask("MONITOR", "MONITOR +", "MONITOR -", "MONITOR X", "MONITOR +- a"))
    assert lines == ["461", "461", "461", "400", "400"]


@covers("MONITOR")
def test_each_session_has_a_list_of_its_own_and_more_sessions_are_one_coming(server: ServerProcess) -> None:
    """docs/protocol.md, "Sessions": a person is here once, however many sessions it has."""
    eye = server.connect("eye2")
    eye.ask("MONITOR + siti")
    first = server.connect("siti")
    first.ask("REGISTER * * rahasia", "MONITOR + someone")
    second = login(server, "siti")
    enter(second)
    assert second.ask("MONITOR L") == [f":{NAME} 733 siti :End of MONITOR list"]
    assert commands(eye.fence()) == ["730"]
    first.leave()
    second.leave()
    assert eye.expect("730", "731").command == "731"


@covers("MONITOR")
def test_who_stops_watching_by_leaving_leaves_nothing_behind(connect: Connect) -> None:
    """A list ends with its connection."""
    eye = connect("eye")
    eye.ask("MONITOR + ani")
    eye.leave()
    connect("ani")
    assert connect("eye").ask("MONITOR L") == [f":{NAME} 733 eye :End of MONITOR list"]
