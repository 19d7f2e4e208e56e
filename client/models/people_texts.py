"""What is said of people: their role, whether they are here, when they were last. In the language in use.

QtCore only. Names and texts of others come out fit to be shown (`texts`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from client.changes import Conversation
from client.core.spans import in_words
from client.models.members import role_of
from client.models.texts import away_text, day_text, isolated, moment_text, safe_name, time_text
from client.people import Profile
from translations import tr

_SIZES = (("d", 86_400), ("h", 3600), ("m", 60))
_DAY_S = 86_400


def seen_text(seconds: float, now: float) -> str:
    """`last seen yesterday 14.05`; "" for a time that is not known."""
    if not seconds:
        return ""
    at, day = time_text(seconds), time.localtime(seconds)[:3]
    if day == time.localtime(now)[:3]:
        return tr("last seen today {time}").format(time=at)
    if day == time.localtime(now - _DAY_S)[:3]:
        return tr("last seen yesterday {time}").format(time=at)
    return tr("last seen {day} {time}").format(day=day_text(seconds, now), time=at)


def upper_first(text: str) -> str:
    """As the beginning of a line."""
    return text[:1].upper() + text[1:]


def rough_span(seconds: int) -> str:
    """`5 minutes`, `3 hours`, `2 days`; "" for less than a minute."""
    found = next(((unit, size) for unit, size in _SIZES if seconds >= size), None)
    return in_words(f"{seconds // found[1]}{found[0]}") if found is not None else ""


def presence_text(chat: Conversation, now: float, seen: float) -> str:
    """Of the other one of a private chat: online, away with the reason, or when they were last here."""
    if chat.joined:
        return away_text(chat.away_text) if chat.away else tr("online")
    return ", ".join(filter(None, (tr("offline"), seen_text(seen, now))))


def role_text(room: Conversation, key: str) -> str:
    """`Operator of #lobby`; "" for who is not there."""
    member = room.members.get(key)
    if member is None:
        return ""
    texts = (tr("Operator of {room}"), tr("Helper in {room}"), tr("Member of {room}"))
    return texts[role_of(member)].format(room=isolated(room.title))


def highest_role(rooms: Sequence[Conversation], key: str) -> str:
    """What somebody is where they stand highest, if that is more than a member; else ""."""
    found = [(role_of(member), room) for room in rooms if (member := room.members.get(key)) is not None]
    role, room = min(found, key=lambda each: each[0], default=(2, None))
    return role_text(room, key) if room is not None and role < 2 else ""


def lines_of(profile: Profile, *, in_clear: bool, now: float) -> list[str]:
    """What the card says of somebody who is here, a line each, the most telling first."""
    presence = away_text(profile.away_text) if profile.away else tr("online")
    lines = [upper_first(presence)]
    if profile.shown_name:
        lines.append(tr("Wants to be called {name}").format(name=isolated(profile.shown_name)))
    if profile.idle >= 0:
        quiet = rough_span(profile.idle)
        lines.append(tr("Wrote nothing for {span}").format(span=quiet) if quiet else tr("Active just now"))
    if profile.since:
        lines.append(tr("Here since {time}").format(time=moment_text(profile.since, now)))
    if profile.operator:
        lines.append(tr("Runs this server"))
    if profile.bot:
        lines.append(tr("A bot: a program answers"))
    account = tr("Account: {name}").format(name=isolated(profile.account))
    lines.append(account if profile.account else tr("No account: the name is not reserved"))
    if profile.address:  # told to who runs the server, and of oneself
        lines.append(tr("Address: {address}").format(address=safe_name(profile.address)))
        lines.append(tr("Others see the host {host}").format(host=safe_name(profile.host)))
    if in_clear:
        lines.append(tr("Connected without encryption: others on the network can read along."))
    return lines
