"""Who goes away and comes back: IRCv3 away-notify."""

from __future__ import annotations

from tests.covering import covers
from tests.end2end.harness import Connect, commands, source


@covers("AWAY", "cap:away-notify")
def test_clients_will_be_sent_away_when_a_user_sharing_a_channel_sets_changes_or_removes_it(connect: Connect) -> None:
    """Description: "sets, changes or removes their away state"; "SHOULD NOT be sent AWAY messages to notify them of
    their own away status".
    """
    ani, bela = connect("ani", "away-notify"), connect("bela", "away-notify")
    plain, outsider = connect("citra"), connect("dewi", "away-notify")
    for client in (ani, bela, plain):
        client.ask("JOIN #a,#b")
    for client in (ani, bela, plain):
        client.fence()
    lines = ["AWAY :out for lunch", "AWAY :out for lunch", "AWAY :asleep", "AWAY"]
    assert commands(ani.ask(*lines)) == ["306", "306", "306", "305"]
    assert bela.fence() == [f":{source('ani')} {line}" for line in lines[1:]], "what changes nothing is not told"
    assert plain.fence() == []
    assert outsider.fence() == []


@covers("JOIN", "cap:away-notify")
def test_away_is_sent_when_a_user_joins_and_has_an_away_message_set(connect: Connect) -> None:
    """Description: "as well as when a user joins and has an away message set. (Note that AWAY will not be sent for
    joining users with no away message set.)"
    """
    ani, bela, citra = connect("ani", "away-notify"), connect("bela", "away-notify"), connect("citra")
    ani.ask("JOIN #x")
    bela.ask("AWAY :busy")
    assert "AWAY" not in commands(bela.ask("JOIN #x"))
    citra.ask("JOIN #x")
    assert ani.fence() == [
        f":{source('bela')} JOIN #x",
        f":{source('bela')} AWAY :busy",
        f":{source('citra')} JOIN #x",
    ]
