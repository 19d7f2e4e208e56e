"""Batches: what belongs together is gathered until it is complete (IRCv3 batch, client batch, multiline).

Pure. Answers that are long (history, search) and texts of several lines are handed on whole; of other batches only
the label matters, and what is inside is taken as it comes. Nothing grows without bound, whatever the server sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from protocol import Message

BATCHES = 1_000
"""Open batches remembered; more of them make the oldest forgotten."""
GATHERED = 5_000
"""Messages kept of one batch."""

HISTORY = "chathistory"
TARGETS = "draft/chathistory-targets"
SEARCH = "soju.im/search"
MULTILINE = "draft/multiline"
CONCAT = "draft/multiline-concat"
_WHOLE = frozenset({HISTORY, TARGETS, SEARCH, MULTILINE})


@dataclass(slots=True)
class Batch:
    """One batch that is taken whole."""

    kind: str
    opening: Message
    label: str
    messages: list[Message] = field(default_factory=list)

    @property
    def target(self) -> str:
        """What it is about, "" if it does not say."""
        return self.opening.params[2] if len(self.opening.params) > 2 else ""


class Batches:
    """Passes messages on, those of some batches only when all are there."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """No batch goes on over another connection."""
        self._labels: dict[str, str] = {}
        """The label of each open batch that has one, by its reference."""
        self._open: dict[str, Batch] = {}

    link_lost = forget

    def label(self, message: Message) -> str:
        """The label of ours that this answers, directly or by its batch; "" for none."""
        tags = message.tags
        return (tags.get("label") or self._labels.get(tags.get("batch", ""), "")) if tags else ""

    def take(self, message: Message) -> Message | Batch | None:
        """This message, or what it completes; None for one that is only part of something."""
        if message.command.upper() == "BATCH":
            return self._bracket(message) if message.params else None
        if self._open and message.tags:
            return self._inside(message)
        return message

    def _bracket(self, message: Message) -> Message | Batch | None:
        sign, reference = message.params[0][:1], message.params[0][1:]
        if sign == "+":
            self._begin(reference, message)
            return None
        self._labels.pop(reference, None)
        batch = self._open.pop(reference, None)
        if batch is None:
            return None
        if batch.kind != MULTILINE:
            return batch
        whole = _joined(batch)
        return self._inside(whole) if whole is not None else None

    def _begin(self, reference: str, message: Message) -> None:
        label = self.label(message)
        kind = message.params[1] if len(message.params) > 1 else ""
        if kind in _WHOLE:
            self._open[reference] = Batch(kind, message, label)
            _keep_newest(self._open)
        if label:
            self._labels[reference] = label
            _keep_newest(self._labels)

    def _inside(self, message: Message) -> Message | None:
        batch = self._open.get(message.tags.get("batch", ""))
        if batch is None:
            return message
        if len(batch.messages) < GATHERED:
            batch.messages.append(message)
        return None


def _keep_newest(found: dict[str, Any]) -> None:
    if len(found) > BATCHES:
        del found[next(iter(found))]


def _joined(batch: Batch) -> Message | None:
    """A text of several lines as one message, whose text holds line ends (no single line's can)."""
    lines = [line for line in batch.messages if len(line.params) > 1]
    if not lines:
        return None
    text = lines[0].params[1]
    for line in lines[1:]:
        text += ("" if CONCAT in line.tags else "\n") + line.params[1]
    first = lines[0]
    tags = {**first.tags, **batch.opening.tags}
    if "batch" not in batch.opening.tags:
        tags.pop("batch", None)
    return Message(first.command, [first.params[0], text], first.source or batch.opening.source, tags)
