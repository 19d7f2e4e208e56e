"""IRCv3 no-implicit-names."""

from __future__ import annotations

from tests.covering import covers
from tests.end2end.harness import Connect, commands


@covers("cap:no-implicit-names", "JOIN")
def test_no_names_are_sent_after_a_join(connect: Connect) -> None:
    """The text: "When negotiated, servers MUST NOT send an implicit NAMES reply after sending a JOIN message."""
    ani = connect("ani", "no-implicit-names")
    connect("bela").ask("JOIN #x", "TOPIC #x :about")
    assert commands(ani.ask("JOIN #x,#y")) == ["JOIN", "332", "333", "JOIN"]


@covers("cap:no-implicit-names", "NAMES")
def test_an_explicit_names_is_answered_as_usual(connect: Connect) -> None:
    """The text: "Servers MUST reply to explicit NAMES commands sent by the client as usual."""
    ani = connect("ani", "no-implicit-names")
    ani.ask("JOIN #x")
    assert commands(ani.ask("NAMES #x")) == ["353", "366"]
