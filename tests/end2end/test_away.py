"""AWAY (Modern IRC, "AWAY message"), also before registration (IRCv3 draft/pre-away)."""

from __future__ import annotations

from tests.covering import covers
from tests.end2end.accounts import enter, login
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, commands, source


@covers("AWAY", "305", "306")
def test_away_is_acknowledged_with_306_and_back_with_305(connect: Connect) -> None:
    """AWAY: "If this command is sent with no parameters, or with the empty string [...] no longer away"."""
    away, back = "You have been marked as being away", "You are no longer marked as being away"
    assert connect("ani").ask("AWAY :eating", "AWAY", "AWAY :x", "AWAY :") == [
        f":{NAME} 306 ani :{away}",
        f":{NAME} 305 ani :{back}",
        f":{NAME} 306 ani :{away}",
        f":{NAME} 305 ani :{back}",
    ]


def test_an_away_message_is_cut_at_awaylen(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask(f"AWAY :{'x' * 400}")
    assert bela.ask("PRIVMSG ani :hi") == [f":{NAME} 301 bela ani :{'x' * 300}"]


@covers("AWAY", "cap:draft/pre-away")
def test_away_is_accepted_before_registration_has_completed(connect: Connect) -> None:
    """pre-away: "servers MUST accept the AWAY command before connection registration has completed"."""
    ani = connect()
    lines = ani.ask("CAP REQ draft/pre-away", "AWAY :still asleep", "NICK ani", "USER u 0 * :Ani", "CAP END")
    assert commands(lines)[:3] == ["CAP", "306", "001"]
    assert f":{NAME} 301 bela ani :still asleep" in connect("bela").ask("WHOIS ani")


@covers("cap:draft/pre-away")
def test_away_without_parameters_indicates_that_the_user_is_present(connect: Connect) -> None:
    """pre-away: "AWAY with no parameters indicates that the user is present"."""
    ani = connect()
    ani.ask("CAP REQ draft/pre-away", "AWAY :x", "AWAY", "NICK ani", "USER u 0 * :Ani", "CAP END")
    assert "301" not in commands(connect("bela").ask("WHOIS ani"))


@covers("451")
def test_away_before_registration_needs_the_capability(connect: Connect) -> None:
    """pre-away: "Clients wishing to make use of this specification MUST negotiate the capability"."""
    assert connect().ask("AWAY :x") == [f":{NAME} 451 * :You have not registered"]


@covers("cap:draft/pre-away", "cap:away-notify")
def test_away_before_registration_is_shown_when_one_comes_in(connect: Connect) -> None:
    """away-notify: "will be sent when a user joins and has an away message set"."""
    watcher = connect("watcher", "away-notify")
    watcher.ask("JOIN #x")
    ani = connect()
    ani.ask("CAP REQ draft/pre-away", "AWAY *", "NICK ani", "USER u 0 * :Ani", "CAP END", "JOIN #x")
    assert watcher.fence() == [f":{source('ani')} JOIN #x", f":{source('ani')} AWAY :*"]


def two_sessions(server: ServerProcess, name: str, before: str) -> tuple[IrcClient, IrcClient, IrcClient]:
    """Somebody with one session, who watches them come and go, and a second one that says `before` on its way in."""
    first, watcher = server.connect(name), server.connect(f"watch{name}", "away-notify")
    first.ask("REGISTER * * rahasia", "CAP REQ draft/pre-away", f"JOIN #{name}")
    watcher.ask(f"JOIN #{name}")
    second = login(server, name, "draft/pre-away")
    second.ask(before)
    enter(second)
    return first, watcher, second


@covers("cap:draft/pre-away")
def test_who_connects_without_active_involvement_does_not_count(server: ServerProcess) -> None:
    """pre-away, "Implementation considerations": "should be treated as though the connection did not exist at all"."""
    first, watcher, second = two_sessions(server, "siti", "AWAY *")
    assert watcher.fence() == []
    first.ask("AWAY *")
    assert watcher.fence() == [f":{source('siti')} AWAY :*"]
    assert commands(second.fence()) == ["306"]
    second.ask("AWAY")
    assert watcher.fence() == [f":{source('siti')} AWAY"]


@covers("cap:draft/pre-away")
def test_a_star_does_not_supersede_a_human_readable_message(server: ServerProcess) -> None:
    """pre-away: "it should not supersede a human-readable AWAY message set by another connection"."""
    first, watcher, second = two_sessions(server, "tuti", "AWAY")
    first.ask("AWAY :eating")
    second.ask("AWAY *")
    assert watcher.fence() == [f":{source('tuti')} AWAY :eating"]


@covers("cap:draft/pre-away")
def test_who_is_left_with_programs_that_nobody_sits_at_is_away(server: ServerProcess) -> None:
    """pre-away, "Introduction": visible state depends "on the status of the user's actual client connections"."""
    first, watcher, second = two_sessions(server, "umi", "AWAY *")
    first.leave()
    assert watcher.expect("AWAY").params == ["*"]
    assert commands(second.fence()) == ["306"]
    enter(login(server, "umi"))
    assert watcher.expect("AWAY").params == []
