"""Whole sources in NAMES: IRCv3 userhost-in-names."""

from __future__ import annotations

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, source


@covers("353", "cap:userhost-in-names")
def test_names_contains_the_full_hostmask_of_every_user_listed(connect: Connect) -> None:
    """Description: "to contain the full hostmask (nick!user@host) of every user listed"; the prefixes stay."""
    ani, bela = connect("ani"), connect("bela", "userhost-in-names", "multi-prefix")
    ani.ask("JOIN #x", "MODE #x +v ani")
    names = f":{NAME} 353 bela = #x :@+{source('ani')} {source('bela')}"
    assert names in bela.ask("JOIN #x")
    assert names in bela.ask("NAMES #x")
    assert f":{NAME} 353 ani = #x :@ani bela" in ani.ask("NAMES #x")


@covers("005", "cap:userhost-in-names")
def test_servers_should_not_implement_the_protoctl_method(connect: Connect) -> None:
    """Description, "Historical note": "New servers or clients SHOULD NOT implement the PROTOCTL method"."""
    ani = connect("ani")
    tokens = [word for line in ani.ask("VERSION") if " 005 " in line for word in parse(line).params]
    assert "UHNAMES" not in tokens
    assert ani.ask("PROTOCTL UHNAMES") == [f":{NAME} 421 ani PROTOCTL :Unknown command"]
