"""What we may do, to whom and where: our rank and theirs by the server's PREFIX, and whether we run the server.

Pure functions of what is known. The server has the last word; screens offer no more than this.
"""

from __future__ import annotations

from client.changes import Conversation
from client.core.state import State
from client.order import Power, RoomPower

HELPER, OPERATOR, ADMIN, FOUNDER = range(1, 5)
_LEVELS = {"h": HELPER, "o": OPERATOR, "a": ADMIN, "q": FOUNDER}
_OVER_THEIR_LIKE = frozenset({OPERATOR, FOUNDER})
"""Two of these may put each other out; helpers and admins may not."""


def level_of(state: State, prefixes: str) -> int:
    """The rank of a member with these prefixes, 0 for none that counts."""
    letters = dict(zip(state.features.prefixes, state.features.prefix_modes, strict=True))
    return max((_LEVELS.get(letters.get(sign, ""), 0) for sign in prefixes), default=0)


def runs_server(state: State) -> bool:
    """Whether we are an operator of a server that is one of ours: there it means every channel."""
    return state.operator and bool(state.features.boot)


def own_level(state: State, conversation: Conversation) -> int:
    """Our rank in a channel, 0 where we are not."""
    if not conversation.channel or not conversation.joined:
        return 0
    if runs_server(state):
        return FOUNDER
    me = conversation.members.get(state.fold(state.nickname))
    return level_of(state, me.prefixes) if me is not None else 0


def powers_over(state: State, conversation: Conversation, nickname: str) -> frozenset[Power]:
    """What we may do to this person; of somebody who is not here any more, what still makes sense."""
    if state.is_me(nickname) or not nickname:
        return frozenset()
    member = conversation.members.get(state.fold(nickname))
    mine = own_level(state, conversation)
    theirs = level_of(state, member.prefixes) if member is not None else 0
    found: set[Power] = set()
    if mine >= HELPER and (mine > theirs or (mine == theirs and mine in _OVER_THEIR_LIKE)):
        found.add(Power.BAN)
        if not theirs or "U" in state.features.flag_modes:
            found.add(Power.MUTE)  # it holds for nobody with a rank; a server of ours takes that with it
        if member is not None:
            found |= {Power.KICK, Power.VOICE}
        if member is not None and mine >= OPERATOR:
            found |= {Power.OPERATOR} | ({Power.HELPER} if "h" in state.features.prefix_modes else set())
    if runs_server(state):
        found.add(Power.SERVER_BAN)
    return frozenset(found)


def powers_in(state: State, conversation: Conversation) -> frozenset[RoomPower]:
    """What we may do to this room."""
    mine, features = own_level(state, conversation), state.features
    can = {
        RoomPower.ANNOUNCE: mine >= OPERATOR,
        RoomPower.QUIET: mine >= OPERATOR and "U" in features.flag_modes,
        RoomPower.SLOW: mine >= OPERATOR and "S" in features.modes_set_with_value,
        RoomPower.TOPIC: mine >= HELPER,
        RoomPower.WORDS: mine >= HELPER and "g" in features.list_modes,
        RoomPower.BANS: mine >= HELPER,
        RoomPower.NOTES: mine >= HELPER and bool(features.boot),
        RoomPower.SERVER: mine > 0 and runs_server(state),
    }
    return frozenset(power for power, allowed in can.items() if allowed)
