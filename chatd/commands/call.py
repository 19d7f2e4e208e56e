"""One command being handled: what a handler gets, and how it answers.

A handler starts with checked input (the table in `__init__.py` has seen to registration and the number
of parameters), raises `Refused` for what it will not do, answers with `Call.reply` and queues what
others see with `Call.append`. Entered by every I/O thread; a `Call` belongs to the one that made it.
"""

from __future__ import annotations

import functools
import itertools
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import protocol
from chatd import capabilities, registry, standing
from chatd.accounts import Accounts
from chatd.channel import Channel
from chatd.config import Config
from chatd.connection import Connection, Deferred, Part, Resume
from chatd.events import Audience, Event, Own
from chatd.log import Log, LogError, Write
from chatd.marks import ReadMarks
from chatd.metadata import Metadata
from chatd.owners import Owners
from chatd.person import Person
from chatd.rates import CommandRates
from chatd.rendering import tagged
from chatd.state import State
from chatd.undoable import Undoable
from chatd.usage import Usage
from chatd.whowas import WhoWas
from protocol import Message

T = TypeVar("T")
logger = logging.getLogger("obrolan.commands")

WORD_BYTES = 200
"""Most bytes of a peer's own word that are given back in a numeric."""
LABELS = capabilities.LABELED_RESPONSE | capabilities.BATCH
LABEL_BYTES = 64


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """The command is not carried out; becomes one numeric in one place (`dispatch`)."""

    def __init__(self, numeric: str, *params: str) -> None:
        super().__init__(numeric, *params)
        self.numeric = numeric
        self.params = params

    def answer(self, call: Call) -> None:
        call.reply(self.numeric, *self.params)


class Failed(Refused):
    """The same for what has a code instead of a numeric (IRCv3 standard-replies); see `Call.fail`."""

    def __init__(self, code: str, text: str, *about: str, enabled_by: int = 0, command: str = "") -> None:
        super().__init__(code, text, *about)
        self.code, self.text, self.about = code, text, about
        self.enabled_by = enabled_by
        self.command = command
        """What failed, if it is not the command that was sent."""

    def answer(self, call: Call) -> None:
        command = self.command or call.message.command.upper()
        call.fail(command, self.code, self.text, *self.about, enabled_by=self.enabled_by)


@dataclass(slots=True)
class Context:
    """What all handlers share; only `config` is ever replaced, under the state lock."""

    config: Config
    """Never kept by anybody: it changes when the settings are read anew."""
    log: Log
    now: Callable[[], float]
    """Seconds since the epoch."""
    monotonic: Callable[[], float]
    host_of: Callable[[str], str]
    """The host name shown for an address."""
    motd: Callable[[], list[str]]
    """The lines of the message of the day, empty for none."""
    version: str
    started_at: float
    """Seconds since the epoch."""
    reload: Callable[[], list[str]] = list
    """Read the settings anew, in a worker; what came of it, in sentences. Raises `ConfigError`."""
    restart: Callable[[], None] = lambda: None
    """Have the process start itself anew."""
    state: State = field(default_factory=State)
    accounts: Accounts = field(default_factory=Accounts)
    """Under the state lock."""
    port: int = 0
    """The one that everything is spoken on."""
    sts: bool = False
    """Whether everybody is told to use TLS only (IRCv3 sts): the certificate is of a known authority."""
    has_tls: bool = False
    """Whether people can come by TLS."""
    isupport: list[str] = field(default_factory=list)
    """The tokens of numeric 005."""
    usage: Usage = field(default_factory=Usage)
    whowas: WhoWas = field(default_factory=WhoWas)
    """Under the state lock."""
    marks: ReadMarks = field(default_factory=ReadMarks)
    """Under the state lock."""
    paces: CommandRates = field(default_factory=CommandRates)
    """Under the state lock."""
    metadata: Metadata = field(default_factory=Metadata)
    """Under the state lock."""
    owners: Owners = field(default_factory=Owners)
    """Under the state lock."""
    removals: dict[int, Event] = field(default_factory=dict)
    """By number of the message: what removed it a moment ago, when workers may have found it; under the state lock."""
    undoable: Undoable = field(default_factory=Undoable)
    """Under the state lock."""
    batches: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.state.closed = self.metadata.closed

    @property
    def name(self) -> str:
        """The source of the server's own lines."""
        return self.config.server.name

    def standing_of(self, person: Person) -> tuple[Write, ...]:
        """What the log is to keep after a change of this person; nothing unless it stays (always on)."""
        return standing.writes(person, self.state.channels)

    def kept_of(self, channel: Channel, *, was_lasting: bool) -> tuple[Write, ...]:
        """What the log is to keep after a change of this channel; nothing of one that neither lasts nor did before."""
        if channel.lasting == was_lasting:
            return registry.writes(channel, was_lasting=was_lasting)
        about = self.metadata.writes(channel) if channel.lasting else self.metadata.passing(channel)
        return (*registry.writes(channel), *about)


class Doer(Protocol):
    """Who does something to others: the sender of a command, or whoever sits at the server's terminal."""

    @property
    def context(self) -> Context: ...
    @property
    def source(self) -> str:
        """What the line begins with that tells of it."""

    @property
    def nickname(self) -> str: ...
    @property
    def called(self) -> str:
        """The name for notes about what was done."""

    @property
    def origin(self) -> Connection | None:
        """Whose event it is, None for the server's own."""

    def append_locked(self, event: Event) -> None:
        """Queue an event for the log; the caller holds the state lock in which it changed the state."""

    def reply(self, number: str, *params: str) -> None:
        """Say by a numeric what cannot be done; the last parameter is the sentence."""


class Call:
    """See the module."""

    __slots__ = ("connection", "context", "follows", "in_batch", "label", "message", "params", "parts", "state")

    def __init__(self, context: Context, connection: Connection, message: Message) -> None:
        self.context = context
        self.state = context.state
        self.connection = connection
        self.message = message
        self.params = message.params
        self.label = ""
        self.parts: list[str | Iterator[str] | Event | Deferred] = []
        self.in_batch = False
        """Whether the whole answer is one batch, whose first line then carries the label."""
        self.follows: list[tuple[Callable[[], Any], Callable[[Any], None]]] | None = None
        """What `follow` was asked for."""

    @property
    def source(self) -> str:
        return self.connection.source

    @property
    def nickname(self) -> str:
        return self.connection.nickname

    @property
    def called(self) -> str:
        """Who the caller is, for a note: the nickname, and the account where it is another word."""
        person = self.connection.person
        if not person.account or protocol.fold(person.account) == protocol.fold(person.nickname):
            return person.nickname
        return f"{person.nickname} ({person.account})"

    @property
    def origin(self) -> Connection:
        return self.connection

    def line(self, text: str) -> None:
        """Answer with this line (without tags and line end)."""
        self.parts.append(text)

    def lines(self, lines: Iterable[str]) -> None:
        """Answer with these lines, each made only when there is room for it."""
        self.parts.append(iter(lines))

    def numeric(self, number: str, *params: str) -> str:
        """A numeric for this connection; words of the peer's in it are made safe."""
        return numeric(self.context.name, self.connection.target, number, *params)

    def reply(self, number: str, *params: str) -> None:
        """Answer with a numeric."""
        self.parts.append(self.numeric(number, *params))

    def reply_words(self, number: str, words: Iterable[str], *params: str) -> None:
        """Answer with this numeric, as often as is needed for all the words to stand in its last parameter."""
        head = self.numeric(number, *params, "")
        for text in protocol.split_text(" ".join(words), protocol.LINE_BYTES - 2 - len(head.encode())):
            self.parts.append(head + text)

    def fail(
        self,
        command: str,
        code: str,
        text: str,
        *about: str,
        enabled_by: int = 0,
        severity: str = "FAIL",
        always: bool = False,
    ) -> None:
        """A standard reply where it was asked for (IRCv3 standard-replies), else numeric 400.

        `about` are the parameters between code and text; words of the peer's in it are made safe. `enabled_by` holds
        other capability bits whose specification brings this reply with it, `always` says that it needs none.
        `severity` may be WARN or NOTE too.
        """
        if always or self.connection.caps & (capabilities.STANDARD_REPLIES | enabled_by):
            words = "".join(" " + _word(word) for word in about)
            line = f":{self.context.name} {severity} {command} {code}{words} :{text}"
            self.line(protocol.cut_bytes(line, protocol.LINE_BYTES - 2))
        else:
            self.reply(protocol.ERR_UNKNOWNERROR, command, text)

    def append_locked(self, event: Event) -> None:
        """Queue an event for the log; the caller holds the state lock in which it changed the state."""
        event.said_by(self.connection.person)
        self.parts.append(event)
        self.context.log.append(event)

    def tell_others_locked(self, number: str, *params: str) -> None:
        """Have the other sessions of the same person read this numeric, at its place in the order."""
        for session in self.connection.others:
            line = numeric(self.context.name, session.target, number, *params)
            self.context.log.append(answer_to(session, [line]))

    def open_batch(self, kind: str, *params: str) -> str:
        """Begin a batch; the name that its lines carry as `batch=`, "" for who did not ask for batches."""
        if not self.connection.caps & capabilities.BATCH:
            return ""
        self.in_batch = not self.parts
        name = batch_name(self.context)
        self.line(" ".join([f":{self.context.name} BATCH +{name} {kind}", *map(_word, params)]))
        return name

    def close_batch(self, name: str) -> None:
        """End the batch that `open_batch` gave this name."""
        if name:
            self.line(f":{self.context.name} BATCH -{name}")

    def defer(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        pool: str = "read",
        unavailable: Callable[[str], None] | None = None,
    ) -> None:
        """Have a worker do `work`, then go on with `then`, which answers as a handler does; a handler ends with it.

        Where the log cannot be read, or too much waits for the workers, the command is answered with FAIL, or by
        `unavailable`, which is told why.
        """
        self.parts.append(self._deferred(work, then, pool, unavailable or self._unavailable))

    def follow(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Like `defer`, for lines that come behind an answer which is complete without them, label and all.

        Where they cannot be had nothing is said.
        """
        self.follows = [*(self.follows or ()), (work, then)]

    def _following(self, follows: list[tuple[Callable[[], Any], Callable[[Any], None]]]) -> Deferred:
        self.follows = None

        def nothing(_why: str) -> None:
            self.label = ""  # the answer had it already

        def then(results: list[Any]) -> None:
            self.label = ""
            for (_, write), result in zip(follows, results, strict=True):
                write(result)

        return self._deferred(lambda: [work() for work, _ in follows], then, "read", nothing)

    def after_log(self, then: Callable[[], None]) -> None:
        """Go on with `then` once all that the connection queued is back from the log; a handler ends with it."""
        self.parts.append(self._deferred(lambda: None, lambda _nothing: then(), "", lambda _why: then()))

    def _deferred(
        self, work: Callable[[], T], then: Callable[[T], None], pool: str, unavailable: Callable[[str], None]
    ) -> Deferred:
        def resume(act: Callable[[], None]) -> list[Part | Event | Deferred]:
            self.parts = []
            try:
                act()
            except Refused as refused:
                refused.answer(self)
            return self.finish()

        def in_worker() -> Resume:
            try:
                result = work()
            except LogError:
                logger.exception("the log could not be read")
                return lambda: resume(lambda: unavailable("the server cannot read its history at the moment"))
            except Exception:
                logger.exception("%s could not be worked on", self.message.command)
                return lambda: resume(lambda: unavailable("the server made a mistake"))
            return lambda: resume(lambda: then(result))

        return Deferred(pool, in_worker, lambda: resume(lambda: unavailable("the server is busy; try again")))

    def _unavailable(self, why: str) -> None:
        self.fail(self.message.command.upper(), "TEMPORARILY_UNAVAILABLE", f"This is not possible now: {why}")

    def finish(self) -> list[Part | Event | Deferred]:
        """The answers ready for the engine, with the label of the command where one was given."""
        deferred = bool(self.parts) and isinstance(self.parts[-1], Deferred)  # the label is for what that brings
        if not deferred and self._labelled():
            self._add_label()
        parts: list[Part | Event | Deferred] = []
        lines: list[str] = []
        for part in self.parts:
            if type(part) is str:
                lines.append(part)
                continue
            if lines:
                parts.append(_joined(lines))
                lines = []
            parts.append(part)  # type: ignore[arg-type]  # an event or an iterator, for `str` is dealt with above
        if lines:
            parts.append(_joined(lines))
        if self.follows:
            parts.append(self._following(self.follows))
        return parts

    def _labelled(self) -> bool:
        """Whether the answer has a label: it wants `batch` too, and 64 bytes at most (IRCv3 labeled-response)."""
        if not self.label or self.connection.caps & LABELS != LABELS:
            return False
        return len(self.label.encode()) <= LABEL_BYTES

    def _add_label(self) -> None:
        """Put the label on the one answer, or wrap several in a batch (IRCv3 labeled-response)."""
        label = f"label={protocol.escape_tag(self.label)}"
        acknowledge = f":{self.context.name} ACK"
        answers = [part for part in self.parts if not isinstance(part, Event) or self._seen(part)]
        only = answers[0] if len(answers) == 1 else None
        if not answers:
            self.parts.append(f"@{label} {acknowledge}")
        elif self.in_batch and isinstance(self.parts[0], str):
            self.parts[0] = tagged(label, self.parts[0])
        elif isinstance(only, str):
            self.parts = [tagged(label, only) if part is only else part for part in self.parts]
        elif isinstance(only, Event) and only.answer is None:
            only.own_tags = label
            only.acknowledge = acknowledge
        else:
            self._wrap(label)

    def _seen(self, event: Event) -> bool:
        """Whether the caller gets this event, or an answer with it."""
        caps = self.connection.caps
        shown = event.own is Own.ALWAYS or (event.own is Own.ECHO and bool(caps & capabilities.ECHO_MESSAGE))
        return (shown and event.wanted_by(caps)) or event.answer is not None

    def _wrap(self, label: str) -> None:
        name = batch_name(self.context)
        tag = f"batch={name}"
        wrapped: list[str | Iterator[str] | Event | Deferred] = [
            f"@{label} :{self.context.name} BATCH +{name} labeled-response"
        ]
        for part in self.parts:
            if isinstance(part, str):
                wrapped.append(tagged(tag, part))
            elif isinstance(part, Event):
                part.own_tags = tag
                wrapped.append(part)
            elif not isinstance(part, Deferred):
                wrapped.append(map(functools.partial(tagged, tag), part))
        wrapped.append(f":{self.context.name} BATCH -{name}")
        self.parts = wrapped


def batch_name(context: Context) -> str:
    """A name for a batch that no other one of this server has had."""
    return f"{next(context.batches):x}{secrets.token_hex(2)}"


def _joined(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def answer_to(session: Connection, lines: Iterable[str]) -> Event:
    """An event by which somebody who did not ask gets these lines, at their place in the order."""
    event = Event(Audience.PERSON, "", "", None, stored=False)
    event.recipients = (session,)
    event.answer = lines
    return event


def numeric(server: str, target: str, number: str, *params: str) -> str:
    """`:server 001 target word word :text`; the last parameter is always written with its colon."""
    words = "".join(" " + _word(param) for param in params[:-1])
    line = f":{server} {number} {target}{words} :{params[-1]}" if params else f":{server} {number} {target}"
    return line if len(line) < 128 else protocol.cut_bytes(line, protocol.LINE_BYTES - 2)  # 127 characters always fit


def _word(param: str) -> str:
    """A parameter that may stand in the middle of a line."""
    if not param or param[0] == ":" or " " in param:
        return "*"
    return protocol.cut_bytes(param, WORD_BYTES)
