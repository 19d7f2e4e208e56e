"""Questions about the past (`CHATHISTORY`) and their answers: few at a time, one about each conversation.

Pure. An answer is a batch or a FAIL; what never comes is given up after a while.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from client.changes import Conversation
from client.core.batches import TARGETS, Batch
from client.core.state import State
from protocol import Message

REQUESTS = 4
"""On their way at the same time; more would hold back what is said in too many places."""
ANSWER_S = 20.0
MEANWHILE = 1_000
"""Live messages remembered beside one question."""

Done = Callable[[list[Message] | None, str], None]
"""What to do with the answer: its messages, or None and the code of the failure ("" for none came)."""


@dataclass(slots=True, eq=False)
class _Request:
    conversation: Conversation | None
    done: Done
    label: str
    deadline: float
    meanwhile: list[Message] = field(default_factory=list)


class Requests:
    """Asks one thing after another."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.forget()

    def forget(self) -> None:
        """No answer will come any more."""
        self._queue: list[tuple[Conversation | None, Callable[[], None]]] = []
        self._running: list[_Request] = []
        self.meanwhile: list[Message] = []
        """What was remembered while the answer was on its way that is looked at now."""

    def enqueue(self, conversation: Conversation | None, start: Callable[[], None]) -> None:
        """Have `start` ask when it is its turn; None is for questions about all conversations."""
        self._queue.append((conversation, start))
        self._next()

    def _next(self) -> None:
        while len(self._running) < REQUESTS:
            busy = {request.conversation.serial for request in self._running if request.conversation is not None}
            due = (i for i, (about, _) in enumerate(self._queue) if about is None or about.serial not in busy)
            index = next(due, -1)
            if index < 0:
                return
            _, start = self._queue.pop(index)
            start()

    def send(
        self, conversation: Conversation | None, subcommand: str, bounds: tuple[str, ...], limit: int, done: Done
    ) -> None:
        """Ask; the last parameter is what to do with the answer."""
        state = self._state
        label = f"past-{state.book.local_id()}"
        words = [subcommand, *([conversation.target] if conversation else []), *bounds, str(limit)]
        if state.send("CHATHISTORY", *words, label=label):
            self._running.append(_Request(conversation, done, label, state.clock.monotonic() + ANSWER_S))
        else:
            done(None, "IMPOSSIBLE")

    def answered(self, batch: Batch) -> bool:
        """An answer is complete; False if nobody asked for it."""
        request = self._find(batch.label, batch.target, targets=batch.kind == TARGETS)
        if request is not None:
            self._end(request, batch.messages, "")
        return request is not None

    def refused(self, label: str, code: str, context: list[str]) -> bool:
        """FAIL CHATHISTORY; False if it answers nothing that we asked."""
        target = context[1] if len(context) > 1 else ""
        request = self._find(label, target, targets=context[:1] == ["TARGETS"])
        if request is not None:
            # Only what names a message says that it is known no longer; without, the server could not look just now.
            lost = code.upper() != "MESSAGE_ERROR" or len(context) > 2
            self._end(request, None, code.upper() if lost else "")
        return request is not None

    def remember(self, conversation: Conversation, message: Message) -> None:
        """Keep a live message that concerns something which may be in an answer on its way, and older there."""
        for request in self._running:
            if request.conversation is conversation and len(request.meanwhile) < MEANWHILE:
                request.meanwhile.append(message)

    def _find(self, label: str, target: str, *, targets: bool) -> _Request | None:
        if label:
            return next((request for request in self._running if request.label == label), None)
        key = self._state.fold(target)
        for request in self._running:
            about = request.conversation
            if targets if about is None else about.key == key:
                return request
        return None

    def _end(self, request: _Request, messages: list[Message] | None, code: str) -> None:
        self._running.remove(request)
        conversation = request.conversation
        if conversation is None or self._state.book.conversations.get(conversation.key) is conversation:
            self.meanwhile = request.meanwhile
            request.done(messages, code)
            self.meanwhile = []
        self._next()

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        return min((request.deadline for request in self._running), default=None)

    def tick(self) -> None:
        """Wait no longer for what does not come."""
        now = self._state.clock.monotonic()
        for request in [request for request in self._running if request.deadline <= now]:
            self._end(request, None, "")
