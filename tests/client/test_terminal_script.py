"""The terminal's talk with a script: nothing is lost, nothing is asked, and the exit code tells."""

from __future__ import annotations

from client.changes import Problem
from client.console.irc import FENCE, ROOM_S, UNANSWERED
from client.events import Connected, Failed
from tests.terminals import Table


def at_work(channel: str = "") -> Table:
    table = Table(interactive=False, channel=channel)
    table.log_in()
    return table


def ready(table: Table) -> bool:
    """Whether the next line would be taken (asked anew each time)."""
    return table.talk.ready


def done(table: Table) -> None:
    """The server answers the fence."""
    assert f"PING {FENCE}" in table.wire.take()
    table.server(f":srv PONG srv :{FENCE}")


def test_nothing_is_taken_before_the_room_is_entered() -> None:
    table = Table(interactive=False)
    assert not ready(table)
    table.log_in()
    assert ready(table)


def test_nothing_is_taken_before_the_room_of_the_link_is_entered() -> None:
    table = at_work("#tugas")
    assert not ready(table)
    table.server(":Siti!~u@host.lan JOIN #tugas")
    assert ready(table)
    assert table.talk.session.current == "#tugas"


def test_after_a_join_the_next_line_waits_for_the_room() -> None:
    table = at_work()
    table.talk.accept("/join #tugas")
    assert not ready(table)
    table.server(":Siti!~u@host.lan JOIN #tugas")
    assert ready(table)


def test_a_fast_script_waits_for_echoes() -> None:
    table = at_work()
    for number in range(UNANSWERED):
        assert ready(table)
        table.talk.accept(f"baris {number}")
    assert not ready(table)
    table.echo()
    assert ready(table)


def test_at_the_end_it_waits_for_its_echoes_and_for_the_server() -> None:
    table = at_work()
    table.talk.accept("halo")
    table.talk.finish()
    assert not [line for line in table.wire.sent if "PING" in line]
    table.echo()
    assert "QUIT" not in table.wire.sent
    done(table)
    assert table.paper.code == 0
    assert table.wire.take() == ["QUIT"]


def test_answers_that_come_before_the_end_are_shown() -> None:
    table = at_work()
    table.talk.accept("/list")
    table.talk.finish()
    table.server(":srv 322 Siti #lobby 3 :", f":srv PONG srv :{FENCE}")
    assert table.paper.take() == ["-- #lobby (3)"]
    assert table.paper.code == 0


def test_an_empty_script_enters_and_leaves() -> None:
    table = Table(interactive=False)
    table.talk.finish()
    table.wire.happen(Connected())
    table.server(":srv 001 Siti :Welcome", ":srv 376 Siti :End", ":Siti!~u@h JOIN #lobby")
    done(table)
    assert table.paper.code == 0


def test_exit_ends_the_script_and_nothing_behind_it_is_taken() -> None:
    table = at_work()
    table.talk.accept("exit")
    assert not ready(table)
    done(table)
    assert table.paper.code == 0


def test_a_line_that_is_refused_makes_the_exit_code_one() -> None:
    table = at_work()
    assert not table.talk.accept("/tari")
    table.talk.finish()
    done(table)
    assert table.paper.code == 1


def test_a_message_that_is_lost_makes_the_exit_code_one() -> None:
    table = at_work()
    table.talk.accept("halo")
    table.lose()
    lines = [line for line in table.paper.lines if line.problem]
    assert [str(line)[6:] for line in lines] == [
        "-- Not sent: halo (It is not known whether this arrived.)",
        "-- Connection lost. Trying again…",
    ]
    table.come_back()
    table.talk.finish()
    done(table)
    assert table.paper.code == 1


def test_a_break_during_the_end_is_survived() -> None:
    table = at_work()
    table.talk.finish()
    table.wire.take()
    table.lose()
    table.talk.tick()
    due = table.talk.next_tick
    assert due is not None
    table.clock.seconds = due
    table.talk.tick()
    table.wire.happen(Connected())
    table.server(":srv 001 Siti :Welcome", ":srv 376 Siti :End", ":Siti!~u@h JOIN #lobby")
    done(table)
    assert table.paper.code == 0


def test_a_taken_name_ends_it_with_one_sentence() -> None:
    table = Table(interactive=False)
    table.wire.happen(Connected())
    table.server(":srv CAP * LS :setname", ":srv 433 * Siti :In use", ":srv CAP * ACK :setname")
    table.server(":srv CAP Siti2 LIST :setname")
    assert table.paper.take() == ["-- The name “Siti” is in use."]
    assert table.paper.code == 1


def test_a_login_problem_ends_it_with_one_sentence() -> None:
    table = Table(interactive=False)
    table.wire.happen(Failed(Problem.UNREACHABLE))
    assert [line.problem for line in table.paper.lines] == [True]
    assert table.paper.code == 1


def test_who_is_removed_from_the_room_ends() -> None:
    table = at_work()
    table.server(":Budi!~b@b.lan KICK #lobby Siti :ribut")
    assert table.paper.code == 1


def test_who_is_banned_ends() -> None:
    table = at_work()
    table.server("ERROR :Closing link: You are banned")
    table.lose()
    assert table.paper.code == 1


def test_a_room_that_lets_nobody_in_is_not_waited_for_long() -> None:
    table = at_work("#tertutup")
    table.server(":srv 474 Siti #tertutup :Cannot join channel (+b)")
    table.paper.take()
    assert table.talk.next_tick is not None
    table.clock.advance(ROOM_S)
    table.talk.tick()
    assert table.paper.take() == ["-- You are in no room. Name one: /join #room"]
    assert table.paper.code == 1


def test_once_in_the_room_no_clock_is_running() -> None:
    table = at_work()
    table.clock.advance(100)
    table.talk.tick()
    assert table.paper.code is None
