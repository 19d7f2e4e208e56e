"""What our server says about keeping order, in the language of who reads it.

Pure. Its English sentences are recognised whole, by their form; anything else is shown as it came, so nothing that a
server says is lost. Called as lines arrive.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from client.core import masks, mode_words
from client.core.spans import in_words
from client.core.state import State
from translations import N_, ntr, tr

_Match = re.Match[str]

_BANNED = re.compile(r"(?:.*: )?you are banned(?: for (\d\w*))?(?:: (.*))?", re.IGNORECASE)
_CANNOT_SEND = "Cannot send to channel: "
_SLOW = re.compile(r"one message in (\d+) s \(\+S\), wait (\d+) s")
_WORD = re.compile(r"the word (\S+) is not wanted here \(\+g\)")
_REFUSALS = {
    "join it first": N_("You are not in this room, so you cannot write in it."),
    "only people with voice may speak (+m)": N_("Announcements only: you need voice to write here."),
    "log in to an account first (+M)": N_("Only people with an account may write here."),
    "You're not channel operator": N_("You may not do that in this room."),
    "They stand higher than you on that channel": N_("You cannot do that to somebody of a higher rank."),
    "Permission Denied- You're not an IRC operator": N_("Only those who run the server may do that."),
    "Password incorrect": N_("That is not the right code or password."),
    "Log in to an account first; the server becomes that account's": N_(
        "You need an account first; the server becomes that account's."
    ),
    "No O-lines for your host: the settings name no operators": N_(
        "This server has an owner already, or its settings name no operators."
    ),
    "No O-lines for your host: operators log in over TLS": N_("Operators of this server must connect with TLS."),
    "You are now an IRC operator": N_("You run this server now."),
    "A time is a number and a unit: 90s, 10m, 2h, 7d; 0 is for ever": N_(
        "A time is a number and a letter: 90s, 10m, 2h, 7d; 0 is until you lift it."
    ),
    "This is no mask": N_("That matches nobody."),
    "This ban would mean you too": N_("This ban would hit you too."),
    "There is no such ban; KLINE lists them": N_("There is no such ban."),
    "They aren't on that channel": N_("That person is not in this room."),
}


def _lasting(known: str, for_ever: str, span: str | None, reason: str | None, **values: str) -> str:
    """A sentence with or without a time, and the reason behind it."""
    text = tr(known if span else for_ever).format(span=in_words(span or ""), **values)
    return f"{text.rstrip('.')}: {reason}" if reason else text


def refusal(command: str, text: str) -> str:
    """Why the server will not do something, by its numeric and its words."""
    if command == "474" and (match := _BANNED.fullmatch(text)):
        return _lasting(N_("You are banned for {span}."), N_("You are banned."), match[1], match[2])
    said = text.removeprefix(_CANNOT_SEND)
    if command == "404" and (match := _BANNED.fullmatch(said)):
        return _lasting(N_("You are muted here for {span}."), N_("You are muted here."), match[1], match[2])
    if match := _SLOW.fullmatch(said):
        wait = int(match[2][:6])
        slow = ntr("Slow mode: wait {n} second more.", "Slow mode: wait {n} seconds more.", wait)
        return slow.format(n=wait)
    if match := _WORD.fullmatch(said):
        return tr("The word “{word}” is not wanted here.").format(word=match[1])
    return tr(_REFUSALS[said]) if said in _REFUSALS else text


_CLOSING = re.compile(r"Closing link: (?:\S+ \((.*)\)|(.*))", re.IGNORECASE)
_SERVER_BANNED = re.compile(r"You are banned from this server(?: for (\d\w*))?(?:: (.*))?")
_KILLED = re.compile(r"Killed \((\S+) \((.*)\)\)")


def farewell(text: str) -> str:
    """Why the server ends the connection, or does not begin it."""
    closing = _CLOSING.fullmatch(text)
    said = (closing[1] or closing[2]) if closing is not None else text
    if match := _SERVER_BANNED.fullmatch(said):
        known = N_("You are banned from this server for {span}."), N_("You are banned from this server.")
        return _lasting(*known, match[1], match[2])
    if match := _KILLED.fullmatch(said):
        return tr("{who} cut you off: {reason}").format(who=match[1], reason=match[2])
    return text


# --- notices ----------------------------------------------------------------------------------
# They are compared with the whole text; `^` keeps one that is looked for elsewhere from beginning at every letter.
_SET = re.compile(r"^(\S+) has (muted|banned) (\S+?)(?: for (\d\w*))?(?:: (.*))?")
_NOTE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\S+) (.+?): (.*)")
_NOTES = re.compile(r"(\d{1,6}) notes; times are UTC")
_CUT = re.compile(r"^(\S+) is banned (?:for (\d\w*)|for ever); (\d{1,6}) people were cut")
_LIFTED = re.compile(r"^(\S+) may come in again")


def notice(state: State, text: str) -> str:
    """What the server tells, in our words where we know its form."""
    for form, tell in _NOTICES:
        match = form.fullmatch(text)
        if match is not None:
            return tell(state, match)
    return tr(_REFUSALS[text]) if text in _REFUSALS else text


def _set(state: State, match: _Match) -> str:
    _, done, mask, span, reason = match.groups()
    mute = done == "muted"
    target = masks.name_of(state, f"m:{mask}" if mute else mask)
    if mute:
        known = N_("{target} is muted for {span}."), N_("{target} is muted until somebody lifts it.")
    else:
        known = N_("{target} is banned for {span}."), N_("{target} is banned until somebody lifts it.")
    return _lasting(*known, span, reason, target=target)


def _cut(state: State, match: _Match) -> str:
    target = masks.name_of(state, match[1])
    known = N_("{target} is banned from this server for {span}."), N_("{target} is banned from this server.")
    return _lasting(*known, match[2], None, target=target)


def _lifted(state: State, match: _Match) -> str:
    return tr("{target} may come to this server again.").format(target=masks.name_of(state, match[1]))


def _notes(_: State, match: _Match) -> str:
    count = int(match[1])
    return ntr("That was {n} note.", "Those were {n} notes.", count).format(n=count) if count else tr("Nothing yet.")


# --- who did what -----------------------------------------------------------------------------

_DONE = re.compile(r"(KICK|KILL) (\S+): (.*)")
_TIMED = re.compile(r"TBAN (for ever|\w+) (\S+): (.*)")
_SERVER_BAN = re.compile(r"KLINE (\S+) (?:for (\d\w*)|for ever): (.*)")
_UNBAN = re.compile(r"UNKLINE (\S+)")
_REMOVED = re.compile(r"REDACT \S+ of (\S+)")
_NO_REASON = "no reason"


def _note(state: State, match: _Match) -> str:
    """A line of the server's notes: when (here), where if it was in a room, and what somebody did."""
    written, room, by, what = match.groups()
    try:
        when = datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
        stamp = time.strftime("%d/%m %H.%M", time.localtime(when))
    except (ValueError, OverflowError, OSError):
        stamp = written
    here = state.book.conversations.get(state.book.current)
    elsewhere = room != "*" and (here is None or state.fold(room) != here.key)
    return f"{stamp} {f'[{room}] ' if elsewhere else ''}{_did(state, by, what)}"


def _did(state: State, by: str, what: str) -> str:
    who = state.name_of(by)
    if match := _DONE.fullmatch(what):
        known = N_("{who} removed {target}: {reason}"), N_("{who} removed {target}.")
        if match[1] == "KILL":
            known = N_("{who} cut {target} off: {reason}"), N_("{who} cut {target} off.")
        reason = "" if match[3] in {_NO_REASON, by} else match[3]
        return tr(known[0 if reason else 1]).format(who=who, target=state.name_of(match[2]), reason=reason)
    if match := _TIMED.fullmatch(what):
        span = None if match[1] == "for ever" else match[1]
        known = N_("{who} banned {target} for {span}."), N_("{who} banned {target}.")
        if match[2].startswith("m:"):
            known = N_("{who} muted {target} for {span}."), N_("{who} muted {target}.")
        return _lasting(*known, span, _reason(match[3]), who=who, target=masks.name_of(state, match[2]))
    if match := _SERVER_BAN.fullmatch(what):
        known = N_("{who} banned {target} from the server for {span}."), N_("{who} banned {target} from the server.")
        return _lasting(*known, match[2], _reason(match[3]), who=who, target=masks.name_of(state, match[1]))
    if match := _UNBAN.fullmatch(what):
        lifted = tr("{who} lets {target} come to the server again.")
        return lifted.format(who=who, target=masks.name_of(state, match[1]))
    if match := _REMOVED.fullmatch(what):
        return tr("{who} deleted a message of {target}.").format(who=who, target=state.name_of(match[1]))
    if what.startswith("MODE "):
        text = what.removeprefix("MODE ")
        return mode_words.sentence(text, who, masks.name_in_change(state, text), str)
    return f"{who}: {what}"


def _reason(text: str) -> str:
    return "" if text == _NO_REASON else text


_NOTICES: tuple[tuple[re.Pattern[str], Callable[[State, _Match], str]], ...] = (
    (_SET, _set),
    (_NOTE, _note),
    (_NOTES, _notes),
    (_CUT, _cut),
    (_LIFTED, _lifted),
)
