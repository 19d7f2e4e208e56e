"""Sending one message to one target: who may, who gets it, what it carries. Used by all that is said.

Imports `call` and what is below it; entered by every I/O thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import protocol
from chatd import capabilities, permissions, words
from chatd.channel import PREFIXES, Channel
from chatd.commands import pace
from chatd.commands.call import Call, Context, Failed, Refused, numeric
from chatd.commands.rights import why_banned
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.permissions import Actor
from chatd.person import Person, private_key
from protocol import fold

NONCE = f"{protocol.VENDOR}/nonce"
"""The tag by which a client says "this is the same message as before"; never relayed."""
_NONCE = re.compile("[0-9a-f]{32}")
TAGS = " tags"
"""Behind a target where what carries tags alone is counted."""

RANK_OF = {prefix: letter for letter, prefix in PREFIXES.items()}
"""`@` -> `o`: what may stand in front of a channel as a target."""

Finish = Callable[[Event], None]
"""What else an event is, told to it before it goes to the log."""


def nonce_of(call: Call) -> str:
    """What the sender marked the message with against being said twice, "" for nothing. Refuses what is none."""
    nonce = call.message.tags.get(NONCE, "") if call.connection.caps & capabilities.RETRY else ""
    if nonce and not _NONCE.fullmatch(nonce):
        text = "A nonce is 32 digits of 0-9a-f, chosen at random"
        raise Failed("INVALID_NONCE", text, enabled_by=capabilities.RETRY)
    return nonce


def send_one(
    call: Call, verb: str, target: str, text: str | None, tags: str, nonce: str = "", finish: Finish | None = None
) -> None:
    """Queue one message to one target; a TAGMSG has no text. A NOTICE that cannot be sent is dropped in silence."""
    send = _sender(target)
    try:
        send(call, verb, target, text, tags, nonce, finish)
    except Refused as refused:
        if verb != "NOTICE" or isinstance(refused, Failed):
            raise


def _sender(target: str) -> Callable[[Call, str, str, str | None, str, str, Finish | None], None]:
    if target[0] == "#":
        return _to_channel
    return _to_ranks if target[0] in RANK_OF and target[1:2] == "#" else _to_person


def _to_channel(
    call: Call, verb: str, target: str, text: str | None, tags: str, nonce: str, finish: Finish | None
) -> None:
    connection, key = call.connection, fold(target)
    with call.state.lock:
        channel = call.state.channels.get(key)
        if channel is None:
            raise Refused(protocol.ERR_NOSUCHCHANNEL, target, "No such channel")
        check_speaking_locked(call, channel, text)
        hushed = hushed_locked(connection.person, channel)
        event = Event(
            Audience.PERSON if hushed else Audience.CHANNEL,
            verb,
            _line(call, verb, channel.name, text),
            connection,
            key,
            stored=text is not None or _kept(call, tags),
            client_tags=tags,
            needs=capabilities.MESSAGE_TAGS if text is None else 0,
            own=Own.ECHO,
        )
        event.nonce = nonce
        if finish is not None:
            finish(event)
        if text is not None:
            check_words_locked(call, channel, event, text)
            take_turn_locked(call, channel, nonce)
        if hushed:
            event.recipients = _heard_by(call, channel, "h")
            event.stored = False
        pace.speak_locked(call, channel, key if text is not None else key + TAGS)
        call.append_locked(event)


def _heard_by(call: Call, channel: Channel, letter: str) -> tuple[Connection, ...]:
    """The sessions of who has this rank or a higher one, and the caller's others."""
    return tuple(
        session
        for member in call.state.members_locked(channel)
        if member is call.connection.person or channel.at_least(member.id, letter)
        for session in member.sessions
        if session is not call.connection
    )


def _to_ranks(
    call: Call, verb: str, target: str, text: str | None, tags: str, nonce: str, finish: Finish | None
) -> None:
    """`@#room`: to the members of this rank and up (ISUPPORT STATUSMSG); not kept, for history is everybody's."""
    with call.state.lock:
        channel, person = call.state.channel_locked(target[1:]), call.connection.person
        if channel is None or not channel.visible_to(person):
            raise Refused(protocol.ERR_NOSUCHCHANNEL, target[1:], "No such channel")
        if person.id not in channel.members:
            raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, "Cannot send to channel: join it first")
        check_speaking_locked(call, channel, text)
        line = _line(call, verb, target[0] + channel.name, text)
        event = Event(Audience.PERSON, verb, line, call.connection, stored=False, client_tags=tags, own=Own.ECHO)
        event.needs = capabilities.MESSAGE_TAGS if text is None else 0
        event.recipients = _heard_by(call, channel, RANK_OF[target[0]])
        if finish is not None:
            finish(event)
        event.stored = False
        if text is not None:
            check_words_locked(call, channel, event, text)
            take_turn_locked(call, channel, nonce)
        pace.speak_locked(call, channel, fold(channel.name) if text is not None else fold(channel.name) + TAGS)
        call.append_locked(event)


BANNED = "you are banned"
_SPEAKING = (
    ("", "PRIVMSG", BANNED),
    ("n", "PRIVMSG +n", "join it first"),
    ("m", "PRIVMSG +m", "only people with voice may speak (+m)"),
    ("M", "PRIVMSG +M", "log in to an account first (+M)"),
    ("C", "PRIVMSG +C", "no CTCP here (+C)"),
)
"""Modes of a channel ("" for none) that keep people from speaking, the line of the table, and the reason in words."""


def check_speaking_locked(call: Call, channel: Channel, text: str | None) -> None:
    """Refuse who may not say this (None: tags alone) in the channel, with the reason in words."""
    person = call.connection.person
    reason = silence_locked(person, channel, text)
    if reason == BANNED:
        reason += why_banned(call, channel, mutes=True)
    if reason:
        raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, f"Cannot send to channel: {reason}")


def silence_locked(person: Person, channel: Channel, text: str | None) -> str:
    """Why somebody may not say this (None: tags alone, or what is no CTCP) in the channel, in words; "" who may."""
    actor = permissions.speaking(person, channel)
    for mode, action, reason in _SPEAKING:
        if mode in channel.modes and (mode != "C" or _is_ctcp(text)):
            known = Actor.ACCOUNT if mode == "M" and person.account and actor is Actor.MEMBER else actor
            if not permissions.allows(action, known):
                return reason
    return ""


def hushed_locked(person: Person, channel: Channel) -> bool:
    """Whether only operators hear this one, because the channel is quiet (`U`)."""
    return "U" in channel.modes and permissions.actor_of(person, channel) in permissions.HUSHED


def check_words_locked(call: Call, channel: Channel, event: Event, text: str) -> None:
    """Refuse what holds a word that is not wanted in the channel (`g`), from who does not help to run it."""
    unwanted = channel.lists["g"]
    if not unwanted or permissions.allows("PRIVMSG +g", permissions.actor_of(call.connection.person, channel)):
        return
    word = words.found(unwanted, "\n".join(line for line, _ in event.lines) or text)
    if word:
        reason = f"the word {word} is not wanted here (+g)"
        raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, f"Cannot send to channel: {reason}")


def take_turn_locked(call: Call, channel: Channel, nonce: str = "") -> None:
    """Refuse who said something a moment ago in a channel that is slow (`S`), else take note of this message."""
    person = call.connection.person
    if channel.slow and not permissions.allows("PRIVMSG +S", permissions.actor_of(person, channel)):
        wait = channel.hurry(person.owned_by(), nonce, call.context.monotonic())
        if wait:
            reason = f"one message in {channel.slow} s (+S), wait {wait} s"
            raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, f"Cannot send to channel: {reason}")


def _is_ctcp(text: str | None) -> bool:
    """Whether it asks a program for something; an action is only a way of speaking."""
    if text is None or not text.startswith("\x01"):
        return False
    return text[1:].rstrip("\x01").partition(" ")[0].upper() != "ACTION"


def _to_person(
    call: Call, verb: str, target: str, text: str | None, tags: str, nonce: str, finish: Finish | None
) -> None:
    connection = call.connection
    with call.state.lock:
        peer = peer_locked(call.context, call.connection, target)
        if peer is None:
            raise Refused(protocol.ERR_NOSUCHNICK, target, "No such nick/channel")
        event = Event(
            Audience.PERSON,
            verb,
            _line(call, verb, peer.name, text),
            connection,
            peer.key,
            stored=text is not None or _kept(call, tags),
            client_tags=tags,
            needs=capabilities.MESSAGE_TAGS if text is None else 0,
            own=Own.ECHO,
        )
        event.recipients = peer.sessions
        event.nonce = nonce
        if finish is not None:
            finish(event)
        recipient = fold(peer.name) if text is not None else fold(peer.name) + TAGS
        pace.meet_locked(call, peer.name, peer.key, recipient, peer.sessions)
        call.append_locked(event)
    if peer.away and verb == "PRIVMSG":
        call.reply(protocol.RPL_AWAY, peer.name, peer.away)


class Peer(NamedTuple):
    """The other one of a private chat, here or not."""

    name: str
    """The nickname, or the account's name of who is not here under it."""
    key: str
    """Of the conversation."""
    sessions: tuple[Connection, ...]
    """Who gets what is said: the other's sessions and the caller's, but for the one that says it."""
    away: str = ""


def peer_locked(context: Context, connection: Connection, target: str) -> Peer | None:
    """Who is meant when this connection writes to a nickname: who has it, or else the account of that name; None for
    nobody.
    """
    state = context.state
    me, person = connection.person, state.find_locked(target)
    if person is not None:
        name, owner = person.nickname, person.owned_by()
    else:
        owner = context.accounts.owner_of(target)
        if not owner:
            return None
        name, person = context.accounts.name_of(owner), state.owner_locked(owner)
    # An account may be here under several nicknames; its history is one, so all of them see what comes.
    theirs = state.sessions_locked(owner) or (tuple(person.sessions) if person is not None else ())
    others = dict.fromkeys(session for session in (*theirs, *connection.others) if session is not connection)
    sessions = (connection, *others) if person is me else tuple(others)
    return Peer(name, private_key(me.owned_by(), owner), sessions, person.away if person is not None else "")


def _line(call: Call, verb: str, target: str, text: str | None) -> str:
    if text is None:
        return f":{call.connection.source} {verb} {target}"
    line = f":{call.connection.source} {verb} {target} :{text}"
    if len(line) > 126 and len(line.encode()) > protocol.LINE_BYTES - 2:  # 126 characters always fit
        raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
    return line


def relayed(call: Call) -> dict[str, str]:
    """Those tags of the caller's line that go on to others: with a `+` in front, and not denied (CLIENTTAGDENY)."""
    tags = {key: value for key, value in call.message.tags.items() if key[0] == "+" and len(key) > 1}
    denied = call.context.config.features.client_tags_denied
    return {key: value for key, value in tags.items() if not _denies(denied, key[1:])} if denied else tags


def _denies(denied: Collection[str], name: str) -> bool:
    return name in denied or ("*" in denied and f"-{name}" not in denied)


def _kept(call: Call, tags: str) -> bool:
    """Whether a TAGMSG with these tags is kept (the setting `persist_client_tags`)."""
    names = call.context.config.history.persist_client_tags
    return bool(names) and any(tag.partition("=")[0] in names for tag in tags.split(";"))


def client_tags(tags: Mapping[str, str]) -> str:
    """These tags written out."""
    return ";".join(f"{key}={protocol.escape_tag(value)}" if value else key for key, value in tags.items())


def refusal(server: str, event: Event) -> str:
    """What the origin of an event reads when the log could not keep it, "" for nothing."""
    target = event.line.split(" ", 3)[2] if event.line.count(" ") > 1 else "*"
    text = "The server cannot keep messages at the moment; this one was not sent"
    origin = event.origin
    if origin is None or origin.caps & (capabilities.STANDARD_REPLIES | capabilities.RETRY):
        return f":{server} FAIL {event.verb} STORAGE_FAILED {target} :{text}"
    if event.verb == "NOTICE" and not event.own_tags:
        return ""  # silence is the rule, and the echo that does not come says it too
    if event.audience is Audience.CHANNEL:
        return numeric(server, origin.target, protocol.ERR_CANNOTSENDTOCHAN, target, text)
    return numeric(server, origin.target, protocol.ERR_UNKNOWNERROR, event.verb, text)
