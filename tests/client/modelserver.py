"""A server as small as can be that forgets nothing: what tests hold the client's memory against.

One list of events is the truth. What goes over a connection waits in two queues that the test serves, cuts and
delays as it likes; answers about the past are as old as the moment at which they were made.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from protocol import Message, format_line, parse
from tests.fakes import REMEMBERING, Chat

ME = "Siti"
BUDI = "Budi"
"""The other one of the private chat."""
LOBBY = "#lobby"
SAID = {"PRIVMSG", "NOTICE"}
EDIT, EDITED, NONCE = "obrolan.example/edit", "obrolan.example/edited", "obrolan.example/nonce"


@dataclass
class Event:
    number: int
    place: str
    """LOBBY, or BUDI for the private chat."""
    who: str
    words: list[str]
    tags: dict[str, str] = field(default_factory=dict)
    about: int = 0
    gone: bool = False
    """Removed."""
    text: str = ""
    edit: int = 0
    """Number of the latest event that changed its text."""

    @property
    def id(self) -> str:
        return f"b-{self.number}"

    @property
    def verb(self) -> str:
        return self.words[0]

    @property
    def time(self) -> str:
        seconds, second = divmod(self.number, 2)  # pairs have the same time, but nobody changes a thing twice in it
        milliseconds = second if self.verb == "TAGMSG" or EDIT in self.tags else 0
        return f"2026-11-20T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}Z"

    def line(self, *, past: bool, batch: str = "", label: str = "") -> str:
        tags = {"msgid": self.id, "time": self.time, **self.tags}
        words = list(self.words)
        if past and self.edit:
            tags[EDITED] = f"b-{self.edit}"
            words[-1] = self.text
        tags |= {"batch": batch} if batch else {}
        tags |= {"label": label} if label else {}
        return format_line(Message(words[0], words[1:], f"{self.who}!~u@host.lan", tags))


class Server:
    """The truth, and one connection of ours at a time."""

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self.log: list[Event] = []
        self.nonces: dict[str, Event] = {}
        self.people = {BUDI, "Ani"}
        self.connection: Connection | None = None
        self.marks: dict[str, str] = {}

    def event(
        self, place: str, who: str, *words: str, tags: dict[str, str] | None = None, about: int = 0, label: str = ""
    ) -> Event:
        """Something happens: it is kept, then told."""
        event = Event(len(self.log) + 1, place, who, list(words), tags or {}, about)
        self.log.append(event)
        if self.connection is not None and self.connection.joined:
            self.connection.out.append(event.line(past=False, label=label if who == ME else ""))
        return event

    def find(self, msgid: str) -> Event | None:
        number = int(msgid.removeprefix("b-")) if msgid[2:].isdecimal() else 0
        return self.log[number - 1] if 0 < number <= len(self.log) else None

    def change(self, who: str, event: Event, text: str, label: str = "") -> None:
        if event.gone or event.verb not in SAID or EDIT in event.tags or event.who != who:
            return
        new = self.event(
            event.place, who, *event.words[:2], text, tags={EDIT: event.id}, about=event.number, label=label
        )
        event.text, event.edit = text, new.number

    def remove(self, who: str, event: Event, label: str = "") -> None:
        if event.gone or event.verb not in SAID or EDIT in event.tags or event.who != who:
            return
        event.gone = True
        for edit in self.log:
            edit.gone = edit.gone or (edit.about == event.number and EDIT in edit.tags)
        self.event(event.place, who, "REDACT", event.words[1], event.id, about=event.number, label=label)

    def react(self, who: str, event: Event, text: str, on: bool, label: str = "") -> None:
        if event.gone or event.verb not in SAID or EDIT in event.tags:
            return
        tags = {"+reply": event.id, "+draft/react" if on else "+draft/unreact": text}
        target = LOBBY if event.place == LOBBY else (BUDI if who == ME else ME)
        self.event(event.place, who, "TAGMSG", target, tags=tags, about=event.number, label=label)

    def shown(self, place: str) -> list[str]:
        """The msgids that stand in a conversation for whoever sees all of it."""
        hidden = {"TAGMSG", "REDACT"}
        return [
            event.id
            for event in self.log
            if event.place == place
            and not event.gone
            and event.verb not in hidden
            and EDIT not in event.tags
            and not (event.who == ME and event.verb in {"JOIN", "QUIT"})
        ]


class Connection:
    """One connection of Siti's, from her Chat to the server; nothing passes until it is served or delivered."""

    def __init__(self, server: Server, chat: Chat) -> None:
        self.server = server
        self.chat = chat
        self.joined = False
        self.inbox: deque[str] = deque()
        self.out: deque[str] = deque()
        self.answers: deque[list[str]] = deque()
        """Made already, still to be sent."""
        self.batches = 0
        server.connection = self

    def serve(self, lines: int = 1_000_000) -> None:
        """The server takes in this many lines."""
        self.inbox.extend(self.chat.sent())
        for _ in range(min(lines, len(self.inbox))):
            self.take(parse(self.inbox.popleft()))

    def answer(self) -> None:
        """The oldest answer about the past goes out."""
        if self.answers:
            self.out.extend(self.answers.popleft())

    def deliver(self, lines: int = 1_000_000) -> None:
        """The client gets this many lines, in one piece."""
        count = min(lines, len(self.out))
        if count:
            self.chat.server(*[self.out.popleft() for _ in range(count)])

    def settle(self) -> None:
        """Everything passes, until nothing more is said."""
        while True:
            self.serve()
            self.answer()
            if not self.out and not self.answers and not self.inbox:
                return
            self.deliver()

    def cut(self) -> None:
        """What is on its way is lost, in both directions."""
        self.server.connection = None
        if self.joined:
            self.joined = False
            self.server.event(LOBBY, ME, "QUIT", "lost")
        self.chat.sent()
        self.chat.done(self.chat.session.connection_lost("cut"))

    # --- what the client asks ------------------------------------------------------------------

    def take(self, message: Message) -> None:
        label = message.tags.get("label", "")
        match message.command, message.params:
            case "CAP", ["LS", *_]:
                self.out.append(f":srv CAP * LS :{REMEMBERING}")
            case "CAP", ["REQ", names]:
                self.out.append(f":srv CAP * ACK :{names}")
            case "CAP", ["END"]:
                self.welcome()
            case "CHATHISTORY", params:
                self.answers.append(self.history(params, label))
            case "MARKREAD", [target, time]:
                self.server.marks[target] = max(self.server.marks.get(target, ""), time)
                self.out.append(f":srv MARKREAD {target} {self.server.marks[target]}")
            case "MARKREAD", [target]:
                self.out.append(f":srv MARKREAD {target} {self.server.marks.get(target, '*')}")
            case (("PRIVMSG" | "TAGMSG" | "REDACT"), _):
                self.said(message, label)
            case _:
                pass

    def welcome(self) -> None:
        server = self.server
        self.joined = True
        self.out += [":srv 001 Siti :Hi", f":srv 005 Siti CHATHISTORY={server.limit} obrolan.example/BOOT=b :ok"]
        server.event(LOBBY, ME, "JOIN", LOBBY)
        self.out += [
            f":srv MARKREAD {LOBBY} {server.marks.get(LOBBY, '*')}",
            f":srv 353 Siti = {LOBBY} :Siti {' '.join(sorted(server.people))}",
            f":srv 366 Siti {LOBBY} :End",
            ":srv 376 Siti :End",
        ]

    def said(self, message: Message, label: str) -> None:
        server, target = self.server, message.params[0]
        about = server.find(message.tags.get("+reply", "") or message.tags.get(EDIT, ""))
        nonce = message.tags.get(NONCE, "")
        if message.command == "REDACT":
            if found := server.find(message.params[1]):
                server.remove(ME, found, label)
        elif message.command == "TAGMSG":
            on = "+draft/react" in message.tags
            text = message.tags.get("+draft/react") or message.tags.get("+draft/unreact", "")
            if about is not None and text:
                server.react(ME, about, text, on, label)
        elif EDIT in message.tags:
            if about is not None:
                server.change(ME, about, message.params[1], label)
        elif nonce in server.nonces:
            self.out.append(server.nonces[nonce].line(past=False, label=label))
        else:
            tags = {key: value for key, value in message.tags.items() if key[0] == "+"}
            place = LOBBY if target == LOBBY else BUDI
            server.nonces[nonce] = server.event(place, ME, "PRIVMSG", target, message.params[1], tags=tags, label=label)

    def history(self, params: list[str], label: str) -> list[str]:
        self.batches += 1
        reference, server = str(self.batches), self.server
        limit = min(int(params[-1]), server.limit)
        if params[0] == "TARGETS":
            return self.targets(params, reference, label, limit)
        place = LOBBY if params[1] == LOBBY else BUDI
        ends = [0 if word == "*" else int(word.removeprefix("msgid=b-")) for word in params[2:-1]]
        events = [event for event in server.log if event.place == place and not event.gone]
        match params[0]:
            case "LATEST":
                found = events[-limit:]
            case "BEFORE":
                found = [event for event in events if event.number < ends[0]][-limit:]
            case "AFTER":
                found = [event for event in events if event.number > ends[0]][:limit]
            case "AROUND":
                before = [event for event in events if event.number < ends[0]][-(limit // 2) :]
                found = [*before, *[event for event in events if event.number >= ends[0]]][:limit]
            case _:
                found = [event for event in events if min(ends) < event.number < max(ends)]
                found = found[:limit] if ends[0] < ends[1] else found[-limit:]
        return [
            f"@label={label} :srv BATCH +{reference} chathistory {params[1]}",
            *[event.line(past=True, batch=reference) for event in found],
            f":srv BATCH -{reference}",
        ]

    def targets(self, params: list[str], reference: str, label: str, limit: int) -> list[str]:
        low, high = sorted(word.removeprefix("timestamp=") for word in params[1:3])
        times = {event.place: event.time for event in self.server.log if event.verb in SAID and not event.gone}
        found = [(time, place) for place, time in times.items() if low < time < high]
        return [
            f"@label={label} :srv BATCH +{reference} draft/chathistory-targets",
            *[f"@batch={reference} :srv CHATHISTORY TARGETS {place} {time}" for time, place in sorted(found)[:limit]],
            f":srv BATCH -{reference}",
        ]
