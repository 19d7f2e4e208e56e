"""Who somebody is: WHOIS for the card about them, WHOWAS for when they were last here.

Pure. Answers are taken from what the server says only where they were asked for here: what the person typed (/whois)
stays text in the conversation. The answers come in the order of the questions.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from client.changes import Conversation
from client.core.book import COUNTED
from client.core.state import State
from client.core.texts import LATEST_TIME, shown_text
from client.people import Profile, ProfileShown
from protocol import Message

QUESTIONS = 16
"""On their way at the same time; more make the oldest forgotten."""

_WHOIS = frozenset({"275", "276", "301", "307", "310", "311", "312", "313", "317", "318", "319", "320", "330", "335"})
_WHOIS |= {"338", "378", "379", "401", "671", "760"}
_WHOWAS = frozenset({"312", "314", "338", "369", "406"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"\w{3},? +(\w{3}) +(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?: (?:UTC|GMT))?(?: (\d{4}))?")
_NUMBER = re.compile(r"\d{1,10}")


@dataclass(slots=True, eq=False)
class _Question:
    profile: Profile
    key: str
    label: str
    chat: Conversation | None
    """The private chat for which only the last time is asked; None for a card."""
    past: bool = False
    """It is WHOWAS now."""


class Profiles:
    """Asks, and gathers what is answered."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._asked: deque[_Question] = deque(maxlen=QUESTIONS)

    def forget(self) -> None:
        """There will be no answer."""
        self._asked.clear()

    link_lost = forget

    def ask(self, nickname: str) -> None:
        """Ask who this is; `ProfileShown` follows."""
        self._send(self._question(nickname, None))

    def ask_seen(self, chat: Conversation) -> None:
        """Ask when the other one of a private chat was last here."""
        question = self._question(chat.nickname, chat)
        question.past = True
        self._send(question)

    def _question(self, nickname: str, chat: Conversation | None) -> _Question:
        state = self._state
        label = f"who-{state.book.local_id()}"
        return _Question(Profile(nickname, state.name_of(nickname)), state.fold(nickname), label, chat)

    def _send(self, question: _Question) -> None:
        nickname = question.profile.nickname
        words = ("WHOWAS", nickname, "1") if question.past else ("WHOIS", nickname)
        if self._state.send(*words, label=question.label):
            self._asked.append(question)

    # --- answers -------------------------------------------------------------------------------

    def take(self, message: Message, label: str) -> bool:
        """Whether this numeric is part of an answer that was asked for here."""
        if not self._asked or len(message.params) < 2:
            return False
        key = self._state.fold(message.params[1])
        question = next((each for each in self._asked if self._fits(each, key, label)), None)
        if question is None or message.command not in (_WHOWAS if question.past else _WHOIS):
            return False
        if question.past:
            self._was(question, message)
        else:
            self._is(question, message)
        return True

    def _fits(self, question: _Question, key: str, label: str) -> bool:
        labelled = "labeled-response" in self._state.capabilities
        return question.label == label if labelled else question.key == key

    def unknown(self, command: str) -> bool:
        """421: whether the server does not know a question of ours."""
        past = {"WHOIS": False, "WHOWAS": True}.get(command.upper())
        question = next((each for each in self._asked if each.past is past), None)
        if question is not None:
            self._end(question)
        return question is not None

    def _is(self, question: _Question, message: Message) -> None:
        profile, params = question.profile, message.params
        last = params[-1]
        match message.command:
            case "311":
                profile.nickname, profile.host = params[1], params[3] if len(params) > 3 else ""
            case "313":
                profile.operator = True
            case "330" if len(params) > 2:
                profile.account = shown_text(params[2])
            case "335":
                profile.bot = True
            case "301":
                profile.away, profile.away_text = True, shown_text(last)
            case "378":
                profile.address = shown_text(last.rpartition(" ")[2])
            case "317" if len(params) > 3:
                profile.idle = _number(params[2], -1)
                profile.since = min(LATEST_TIME, _number(params[3], 0))
            case "760" if len(params) > 4 and params[2] == "display-name":
                profile.shown_name = shown_text(last)
            case "401":
                profile.online = False
            case "318":
                self._told(question)

    def _told(self, question: _Question) -> None:
        profile = question.profile
        if profile.online:
            self._end(question)
            return
        self._asked.remove(question)
        question.past = True
        question.label = f"who-{self._state.book.local_id()}"
        self._send(question)

    def _was(self, question: _Question, message: Message) -> None:
        question.profile.online = False
        match message.command:
            case "314":
                question.profile.nickname = message.params[1]
            case "312":
                question.profile.seen = max(question.profile.seen, _time(message.params[-1]))
            case "369":
                self._end(question)

    def _end(self, question: _Question) -> None:
        state, profile, chat = self._state, question.profile, question.chat
        self._asked.remove(question)
        if chat is not None:
            state.book.update(chat, seen=max(chat.seen, profile.seen))
            return
        found = state.book.find(profile.nickname)
        known = found if found is not None and not found.channel else None
        if known is not None:
            state.book.update(known, joined=profile.online, seen=max(known.seen, profile.seen))
        if profile.online:
            state.book.learn(profile.nickname, away=profile.away, away_text=profile.away_text)
            profile.rooms = [room.key for room in state.book.channels_of(profile.nickname) if room.joined]
        elif known is not None:
            profile.seen = last_seen(known)
        profile.name = state.name_of(profile.nickname)
        state.journal.after(ProfileShown(profile))


def last_seen(chat: Conversation) -> float:
    """When the other one of a private chat was last here, as far as that is known; 0.0 for not at all."""
    said = (entry.time for entry in reversed(chat.entries) if not entry.own and entry.kind in COUNTED)
    return max(chat.seen, next(said, 0.0))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and _NUMBER.fullmatch(text) else otherwise


def _time(text: str) -> float:
    """The time in an answer to WHOWAS (`Tue Dec 01 2026 09:30:00 UTC`, or with the year at the end), else 0.0."""
    match = _TIME.fullmatch(text)
    if match is None or match[1].lower() not in _MONTHS:
        return 0.0
    month, day, year, hour, minute, second, year_behind = match.groups()
    date = (int(year or year_behind or 0), _MONTHS.index(month.lower()) + 1, int(day))
    try:
        moment = datetime(*date, int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return 0.0
    return min(LATEST_TIME, max(0.0, moment.timestamp()))
