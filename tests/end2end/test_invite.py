"""INVITE, with and without parameters (Modern IRC, "INVITE message"; IRCv3 invite-notify)."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#x`, to which only invited people may come."""
    client = connect("oki")
    client.ask("JOIN #x", "MODE #x +i")
    return client


@covers("INVITE", "341")
def test_the_issuer_gets_341_and_the_target_an_invite(op: IrcClient, connect: Connect) -> None:
    """Modern, INVITE: "the server MUST send a RPL_INVITING numeric to the command issuer, and an INVITE message, with
    the issuer as <source>, to the target user. Other channel members SHOULD NOT be notified."
    """
    ani, citra = connect("ani"), connect("citra")
    op.ask("INVITE citra #x")
    citra.ask("JOIN #x")
    op.fence()
    assert op.ask("INVITE ANI #X") == [f":{NAME} 341 oki ani #x"]
    assert ani.fence() == [f":{source('oki')} INVITE ani #x"]
    assert commands(citra.fence()) == []


@covers("INVITE", "473", "JOIN", "chanmode:i")
def test_an_invitation_opens_the_channel_once(op: IrcClient, connect: Connect) -> None:
    """Modern, Invite-Only: "a user must have received an INVITE for this channel before being allowed to join it"."""
    ani = connect("ani")
    closed = f":{NAME} 473 ani #x :Cannot join channel (+i): you must be invited"
    assert ani.ask("JOIN #x") == [closed]
    op.ask("INVITE ani #x")
    ani.fence()
    assert commands(ani.ask("JOIN #x"))[0] == "JOIN"
    ani.ask("PART #x")
    assert ani.ask("JOIN #x") == [closed]


@covers("INVITE")
def test_an_invitation_dies_with_the_channel(op: IrcClient, connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    op.ask("INVITE ani #x", "PART #x")
    bela.ask("JOIN #x", "MODE #x +i")
    ani.fence()
    assert commands(ani.ask("JOIN #x")) == ["473"]


@covers("INVITE", "475", "chanmode:k")
def test_who_may_not_open_the_channel_only_tells_of_it(op: IrcClient, connect: Connect) -> None:
    """An ordinary member may invite to a channel without `i`, but not past its key."""
    op.ask("MODE #x -i+k sesam")
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x sesam")
    assert commands(ani.ask("INVITE bela #x")) == ["341"]
    bela.fence()
    assert commands(bela.ask("JOIN #x")) == ["475"]
    op.ask("INVITE bela #x")
    bela.fence()
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"


@covers("401", "403", "442", "443", "461", "482")
def test_each_refusal_has_its_numeric(op: IrcClient, connect: Connect) -> None:
    """Modern, INVITE: ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL, ERR_CHANOPRIVSNEEDED ("when the channel has invite-only
    mode set, and the user is not a channel operator"), ERR_USERONCHANNEL, ERR_NEEDMOREPARAMS.
    """
    ani, bela = connect("ani"), connect("bela")
    op.ask("INVITE ani #x")
    ani.ask("JOIN #x")
    op.fence()
    assert op.ask("INVITE nobody #x", "INVITE ani #x", "INVITE ani") == [
        f":{NAME} 401 oki nobody :No such nick/channel",
        f":{NAME} 443 oki ani #x :is already on channel",
        f":{NAME} 461 oki INVITE :Not enough parameters",
    ]
    assert ani.ask("INVITE bela #x") == [f":{NAME} 482 ani #x :You're not channel operator"]
    assert bela.ask("INVITE oki #nowhere", "INVITE oki #x") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 442 bela #x :You're not on that channel",
    ]


@covers("301", "INVITE")
def test_who_is_away_is_said_to_be(op: IrcClient, connect: Connect) -> None:
    """RFC 2812, 3.2.7: RPL_AWAY is one of the replies to INVITE."""
    connect("ani").ask("AWAY :asleep")
    assert op.ask("INVITE ani #x") == [f":{NAME} 341 oki ani #x", f":{NAME} 301 oki ani :asleep"]


@covers("INVITE", "336", "337")
def test_without_parameters_the_channels_are_listed_to_which_one_is_invited(op: IrcClient, connect: Connect) -> None:
    """Modern, INVITE: "Servers MAY allow the INVITE with no parameter, and reply with a list of channels the sender is
    invited to as RPL_INVITELIST numerics, ending with a RPL_ENDOFINVITELIST numeric."
    """
    ani = connect("ani")
    end = f":{NAME} 337 ani :End of /INVITE list"
    assert ani.ask("INVITE") == [end]
    op.ask("INVITE ani #x")
    ani.fence()
    assert ani.ask("INVITE") == [f":{NAME} 336 ani #x", end]
    assert ani.ask("JOIN #x", "INVITE")[-1:] == [end]


@covers("cap:invite-notify")
def test_members_with_invite_notify_see_who_invites_whom(op: IrcClient, connect: Connect) -> None:
    """invite-notify: "The format of the INVITE message is … :<inviter> INVITE <target> <channel>"."""
    watcher, other = connect("wati", "invite-notify"), connect("other")
    for client in (watcher, other):
        op.ask(f"INVITE {client.nickname} #x")
        client.ask("JOIN #x")
    connect("ani")
    watcher.fence(), op.fence()
    assert op.ask("INVITE ani #x") == [f":{NAME} 341 oki ani #x"]
    assert watcher.fence() == [f":{source('oki')} INVITE ani #x"]
    assert "INVITE" not in commands(other.fence())


@covers("INVITE", "474")
def test_an_invitation_does_not_open_a_channel_to_who_is_banned(op: IrcClient, connect: Connect) -> None:
    ani = connect("ani")
    op.ask("MODE #x +b ani", "INVITE ani #x")
    ani.fence()
    assert commands(ani.ask("JOIN #x")) == ["474"]
