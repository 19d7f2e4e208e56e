"""The past: what was said before we came, while we were away, and above what is on screen (`draft/chathistory`).

Pure. When we come into a conversation, what is said there is held back until the server has told what we missed
(`AFTER` the last message we know, else the `LATEST`); then both stand in their order, each msgid once. A GAP entry
stands where something is missing; it is filled when somebody looks there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import takewhile

from client.changes import Conversation, Entry, EntryKind, Gap, LinkState, ShowEntry
from client.core.annotations import Annotations
from client.core.batches import TARGETS, Batch
from client.core.book import COUNTED, LOCAL, REMEMBERED_ENTRIES
from client.core.markers import Markers
from client.core.reading import Reader
from client.core.requests import Done, Requests
from client.core.state import State
from protocol import Message
from translations import tr

FIRST = 50
"""Messages fetched when a conversation is opened, and around one that is looked up."""
PAGE = 100
"""When a gap is filled."""
MISSED = 500
"""At once, of what was said while we were away."""
MISSED_PAGES = 4
"""After so many of those a gap is left, and the latest are shown."""

_BARRIERS = frozenset({EntryKind.GAP, EntryKind.RESTARTED})
"""What is known on one side of these says nothing about the other."""


class History:
    """Asks for the past and puts it in its place."""

    def __init__(
        self, state: State, reader: Reader, annotations: Annotations, markers: Markers, requests: Requests
    ) -> None:
        self._state = state
        self._reader = reader
        self._annotations = annotations
        self._markers = markers
        self._requests = requests
        self.when_ready: Callable[[Conversation], None] = lambda _: None
        """Called when all that was said before is there."""
        self.forget()

    def forget(self) -> None:
        """A new login."""
        self._requests.forget()
        self._catching: set[int] = set()
        """Serials of the conversations that are held."""
        self._downwards: set[str] = set()
        """Ids of gaps that are filled from above."""
        self._edges: dict[str, str] = {}
        """How far a gap is filled, where that is no entry: msgid by the gap's id."""
        self._unsettled: set[str] = set()
        """Ids of own messages that may not stand where they belong."""

    def restored(self, conversation: Conversation) -> None:
        """An earlier session kept this: what was said since then is fetched once we are in."""
        self._state.latest = max(self._state.latest, self.known_until(conversation))

    # --- coming in -----------------------------------------------------------------------------

    @staticmethod
    def known_until(conversation: Conversation) -> float:
        """Time of the latest message that is here, 0.0 if none is."""
        times = (e.time for e in reversed(conversation.entries) if e.kind in COUNTED and not e.id.startswith(LOCAL))
        return next(times, 0.0)

    def open_private(self, nickname: str, *, select: bool = False) -> Conversation:
        """The private chat with this person; a new one is filled with what was said before."""
        known = self._state.book.find(nickname)
        chat = self._state.book.open_private(nickname, select=select)
        if known is None and self._state.link is LinkState.ONLINE:
            self._markers.ask(chat)
            self.catch_up(chat)
        return chat

    def is_catching_up(self, conversation: Conversation) -> bool:
        """Whether what was missed is on its way."""
        return conversation.serial in self._catching

    def catch_up(self, conversation: Conversation) -> None:
        """We are in this conversation (again): fetch what we missed, else its latest messages."""
        if not self._state.remembers:
            self.when_ready(conversation)
        elif not self.is_catching_up(conversation):
            self._catching.add(conversation.serial)
            self._state.book.hold(conversation)
            self._open_top(conversation)
            last = self._last_known(conversation)
            start = partial(self._after, conversation, last) if last else partial(self._latest, conversation)
            self._requests.enqueue(conversation, start)

    @staticmethod
    def _last_known(conversation: Conversation) -> str:
        """The last message of the server's; "" if something is missing behind it."""
        for entry in reversed(conversation.entries):
            if entry.kind in _BARRIERS:
                break
            if not entry.id.startswith(LOCAL):
                return entry.id
        return ""

    def _after(self, conversation: Conversation, msgid: str, pages: int = 0) -> None:
        done = partial(self._missed, conversation, pages)
        self._requests.send(conversation, "AFTER", (f"msgid={msgid}",), self._state.features.limited(MISSED), done)

    def _missed(self, conversation: Conversation, pages: int, messages: list[Message] | None, code: str) -> None:
        book = self._state.book
        if code == "MESSAGE_ERROR":
            book.insert(conversation, book.end_of(conversation), book.mark(EntryKind.GAP, Gap.LOST))
            self._latest(conversation)
            return
        if messages is None and not code:
            self._give_up(conversation)
        if messages:
            # What is held began when we came in: where an answer reaches into it, nothing is missing any more.
            live = {entry.id for entry in conversation.held or ()}
            reached = any(self._reader.id(message) in live for message in messages)
            self._put(conversation, book.end_of(conversation), messages, missed=True)
            last = "" if reached else self._reader.id(messages[-1])
            if last and pages + 1 < MISSED_PAGES:
                self._after(conversation, last, pages + 1)
                return
            if last:
                book.insert(conversation, book.end_of(conversation), book.mark(EntryKind.GAP, Gap.OPEN))
                self._latest(conversation)
                return
        self.caught_up(conversation)

    def _latest(self, conversation: Conversation) -> None:
        self._requests.send(
            conversation, "LATEST", ("*",), self._state.features.limited(FIRST), partial(self._opened, conversation)
        )

    def _opened(self, conversation: Conversation, messages: list[Message] | None, code: str) -> None:
        entries = conversation.entries
        if messages is None and not code:
            self._give_up(conversation)
        if messages is not None:
            index = self._place_of_news(conversation)
            above = entries[index - 1] if index else None
            met = self._put(conversation, index, messages, missed=True)
            self._close_above(conversation, index, above, messages, met)
        self.caught_up(conversation)

    def _close_above(
        self, conversation: Conversation, index: int, above: Entry | None, messages: list[Message], met: bool
    ) -> None:
        """The latest messages stand at `index`, below that entry: say what is missing between them."""
        book = self._state.book
        full = len(messages) >= self._state.features.limited(FIRST)
        if above is None or above.gap is None:
            if full and not met:
                self._open_gap(conversation, index, self._reader.id(messages[0]))
            elif index == 0:
                book.insert(conversation, 0, book.mark(EntryKind.START))
        elif above.gap is Gap.OPEN and (met or (index == 1 and not full)):
            book.take_out(conversation, above)
            if not met:
                book.insert(conversation, 0, book.mark(EntryKind.START))
        elif messages and above.id not in self._downwards:
            self._edges[above.id] = self._reader.id(messages[0])

    def _place_of_news(self, conversation: Conversation) -> int:
        """Where what is fetched goes: behind what is known, above all else if nothing is."""
        entries = conversation.entries
        if all(entry.id.startswith(LOCAL) for entry in entries):
            marks = takewhile(lambda entry: entry.kind in {EntryKind.START, EntryKind.GAP}, entries)
            return sum(1 for _ in marks)
        return self._state.book.end_of(conversation)

    def _give_up(self, conversation: Conversation) -> None:
        """The past did not come: something may be missing before what is said now."""
        index = self._place_of_news(conversation)
        if not index or conversation.entries[index - 1].gap is None:
            self._open_gap(conversation, index)

    def _open_top(self, conversation: Conversation) -> None:
        """What stands here begins somewhere in the middle, as far as we know."""
        entries = conversation.entries
        known = any(not entry.id.startswith(LOCAL) for entry in entries)
        if known and entries[0].kind not in {EntryKind.GAP, EntryKind.START}:
            self._open_gap(conversation, 0)

    def _open_gap(self, conversation: Conversation, index: int, edge: str = "") -> Entry:
        gap = self._state.book.mark(EntryKind.GAP, Gap.OPEN)
        self._state.book.insert(conversation, index, gap)
        if edge:
            self._edges[gap.id] = edge
        return gap

    def caught_up(self, conversation: Conversation) -> None:
        """All that can be had is there: go on with what was said meanwhile."""
        self._catching.discard(conversation.serial)
        self._markers.recount(conversation)
        self._state.book.release(conversation)
        self.when_ready(conversation)

    def remember(self, conversation: Conversation, message: Message) -> None:
        """A change to a message that is not here: it may be among those on their way."""
        self._requests.remember(conversation, message)

    def _put(self, conversation: Conversation, index: int, messages: list[Message], *, missed: bool) -> bool:
        """Put messages of the past where they belong; whether some of them were here already."""
        held = {entry.id: entry for entry in conversation.held or ()}
        entries: dict[str, Entry] = {}
        changes: list[Message] = []
        met = False
        for message in messages:
            self._reader.time(message)  # all of them know what had happened when the last of them was said
        for message in messages:
            msgid = self._reader.id(message)
            if self._annotations.is_one(message):
                changes.append(message)
            elif msgid in conversation.ids:
                met = True
            else:
                entry = held.get(msgid) or self._reader.past(conversation, message)
                if entry is not None:
                    entries[entry.id] = entry
        new = self._with_held(conversation, entries)
        if new:
            self._state.book.insert(conversation, index, *new)
            self._annotations.arrived(conversation, new)
        self._annotations.take_past(conversation, changes, missed=missed)
        for message in self._requests.meanwhile:
            self._annotations.take(conversation, message)
        return met

    @staticmethod
    def _with_held(conversation: Conversation, entries: dict[str, Entry]) -> list[Entry]:
        """These entries; what was held back before one of them stands before it here, too."""
        held = conversation.held or []
        places = {entry.id: place for place, entry in enumerate(held)}
        new: list[Entry] = []
        taken = 0
        for entry in entries.values():
            place = places.get(entry.id, -1)
            if place >= taken:
                new += [other for other in held[taken:place] if other.id not in entries]
                taken = place + 1
            new.append(entry)
        if taken:
            conversation.held = [entry for entry in held[taken:] if entry.id not in entries]
        return new

    # --- gaps ----------------------------------------------------------------------------------

    def load_gap(self, conversation: Conversation, entry_id: str) -> None:
        """Fetch what belongs into this gap."""
        gap = self._state.book.entry(conversation, entry_id)
        if gap is not None and gap.gap is Gap.OPEN and self._online:
            self._set_gap(conversation, gap, Gap.LOADING)
            self._make_room(conversation, gap)
            self._requests.enqueue(conversation, partial(self._fill, conversation, gap))

    @property
    def _online(self) -> bool:
        return self._state.link is LinkState.ONLINE and self._state.remembers

    def _set_gap(self, conversation: Conversation, gap: Entry, kind: Gap) -> None:
        gap.gap = kind
        self._state.journal.entry_changed(conversation, gap)

    def _make_room(self, conversation: Conversation, gap: Entry) -> None:
        """Somebody reads far above: what is farthest below becomes a gap again."""
        entries, book = conversation.entries, self._state.book
        if len(entries) < REMEMBERED_ENTRIES or entries[0] is not gap:
            return
        end = book.end_of(conversation)
        book.cut(conversation, end - PAGE, end)
        if entries[end - PAGE - 1].gap is None:
            self._downwards.add(self._open_gap(conversation, end - PAGE).id)

    def _fill(self, conversation: Conversation, gap: Entry) -> None:
        place = self._state.book.place_of(conversation, gap)
        if place < 0:
            return
        entries = conversation.entries
        upper = next(self._ids(reversed(entries[:place])), "")
        lower = next(self._ids(entries[place + 1 :]), "")
        edge, from_above = self._edges.get(gap.id, ""), gap.id in self._downwards
        upper, lower = (edge or upper, lower) if from_above else (upper, edge or lower)
        downwards = bool(upper) and (from_above or not lower)
        done = partial(self._filled, conversation, gap, downwards, downwards and not lower)
        ends = [f"msgid={msgid}" for msgid in ((upper, lower) if downwards else (lower, upper)) if msgid]
        subcommand = "BETWEEN" if len(ends) > 1 else "AFTER" if downwards else "BEFORE" if lower else "LATEST"
        self._requests.send(conversation, subcommand, tuple(ends) or ("*",), self._state.features.limited(PAGE), done)

    @staticmethod
    def _ids(entries: Iterable[Entry]) -> Iterator[str]:
        for entry in entries:
            if entry.kind in _BARRIERS:
                return
            if not entry.id.startswith(LOCAL):
                yield entry.id

    def _filled(
        self,
        conversation: Conversation,
        gap: Entry,
        downwards: bool,
        open_end: bool,
        messages: list[Message] | None,
        code: str,
    ) -> None:
        """With an `open_end` there was nothing below the gap: it ends where what was said since is met."""
        book = self._state.book
        place = book.place_of(conversation, gap)
        if place < 0:
            return
        if messages is None:
            self._set_gap(conversation, gap, Gap.LOST if code == "MESSAGE_ERROR" else Gap.OPEN)
            return
        met = self._put(conversation, place if downwards else place + 1, messages, missed=False)
        self._markers.recount(conversation)
        self._edges.pop(gap.id, None)
        if len(messages) >= self._state.features.limited(PAGE) and not (met and open_end):
            self._set_gap(conversation, gap, Gap.OPEN)
            if edge := self._reader.id(messages[-1 if downwards else 0]):
                self._edges[gap.id] = edge
                (self._downwards.add if downwards else self._downwards.discard)(gap.id)
            return
        self._downwards.discard(gap.id)
        book.take_out(conversation, gap)
        if place == 0:
            book.insert(conversation, 0, book.mark(EntryKind.START))

    # --- one message ---------------------------------------------------------------------------

    def show(self, conversation: Conversation, msgid: str) -> None:
        """Have this message seen, fetched with what stands around it if need be."""
        if msgid in conversation.ids:
            self._state.journal.after(ShowEntry(conversation.key, msgid))
        elif self._online:
            self._around(conversation, msgid, partial(self._found, conversation, msgid))
        else:
            self._not_there(conversation)

    def settle(self, conversation: Conversation, entry: Entry) -> None:
        """Find out where a message belongs that stands at the end but may have been said long ago."""
        self._unsettled.add(entry.id)
        self._around(conversation, entry.id, partial(self._settled, conversation, entry))

    def _settled(self, conversation: Conversation, entry: Entry, messages: list[Message] | None, _: str) -> None:
        ids = [self._reader.id(message) for message in messages or ()]
        place = self._gap_for(conversation, messages) if messages else -1
        if entry.id in ids and (place >= 0 or any(self._stands(conversation, msgid) for msgid in ids)):
            self._state.book.take_out(conversation, entry)
            self._put_island(conversation, messages or [])
        self._unsettled.discard(entry.id)

    def _stands(self, conversation: Conversation, msgid: str) -> bool:
        """Whether this message is here, and in its place."""
        return msgid in conversation.ids and msgid not in self._unsettled

    def _around(self, conversation: Conversation, msgid: str, done: Done) -> None:
        bounds = (f"msgid={msgid}",)
        start = partial(self._requests.send, conversation, "AROUND", bounds, self._state.features.limited(FIRST), done)
        self._requests.enqueue(conversation, start)

    def _not_there(self, conversation: Conversation) -> None:
        self._state.server_text(tr("This message cannot be shown: it is not here."), conversation)

    def _found(self, conversation: Conversation, msgid: str, messages: list[Message] | None, _: str) -> None:
        if any(self._reader.id(message) == msgid for message in messages or ()):
            self._put_island(conversation, messages or [])
        if msgid in conversation.ids:
            self._state.journal.after(ShowEntry(conversation.key, msgid))
        else:
            self._not_there(conversation)

    def _put_island(self, conversation: Conversation, messages: list[Message]) -> None:
        """Put messages that were said in a row where they belong, beside those that are here or into a gap."""
        for entry in conversation.entries:
            self._edges.pop(entry.id, None)  # gaps have other neighbours now
        known = [self._stands(conversation, self._reader.id(message)) for message in messages]
        if not any(known):
            self._put_into_gap(conversation, messages)
            return
        run: list[Message] = []
        index = self._place_of_id(conversation, self._reader.id(messages[known.index(True)]))
        for message, here in zip(messages, known, strict=True):
            if not here:
                run.append(message)
                continue
            self._put(conversation, index, run, missed=False)
            run = []
            index = self._place_of_id(conversation, self._reader.id(message)) + 1
        self._put(conversation, index, run, missed=False)
        self._markers.recount(conversation)

    @staticmethod
    def _place_of_id(conversation: Conversation, msgid: str) -> int:
        return next(i for i, entry in enumerate(conversation.entries) if entry.id == msgid)

    def _gap_for(self, conversation: Conversation, messages: list[Message]) -> int:
        """Where the gap stands in which these were said; -1 if there is none."""
        time, until = self._reader.time(messages[0]), self._reader.time(messages[-1])
        place = -1
        for index, entry in enumerate(conversation.entries):
            known = not entry.id.startswith(LOCAL) and entry.id not in self._unsettled
            if known and (entry.time > time or (place >= 0 and entry.time >= until)):
                break
            place = index if entry.gap is not None else -1 if known else place
        return place

    def _put_into_gap(self, conversation: Conversation, messages: list[Message]) -> None:
        entries = conversation.entries
        place = self._gap_for(conversation, messages)
        if place < 0:
            return
        gap = entries[place]
        before = len(entries)
        self._put(conversation, place + 1, messages, missed=False)
        if len(entries) == before:
            return
        self._downwards.discard(gap.id)
        below = self._open_gap(conversation, place + 1 + len(entries) - before, self._reader.id(messages[-1]))
        self._downwards.add(below.id)
        self._markers.recount(conversation)

    # --- what the server tells -----------------------------------------------------------------

    def answered(self, batch: Batch) -> None:
        """A batch of the past is complete; one that nobody asked for is what a server tells by itself."""
        if self._requests.answered(batch) or batch.kind == TARGETS:
            return
        conversation = self._state.book.find(batch.target)
        if conversation is not None:
            self._put(conversation, self._state.book.end_of(conversation), batch.messages, missed=True)
            self._markers.recount(conversation)

    def refused(self, label: str, code: str, context: list[str]) -> bool:
        """FAIL CHATHISTORY; False if it answers nothing that we asked."""
        return self._requests.refused(label, code, context)

    # --- the link and time ---------------------------------------------------------------------

    def link_lost(self) -> None:
        """No answer will come; what is missing is fetched when we are back."""
        self._requests.forget()
        self._catching.clear()
        for conversation in self._state.book.conversations.values():
            if conversation.held and self._last_known(conversation):
                # Something is missing before these; with it they are fetched again once we are back.
                conversation.held = [entry for entry in conversation.held if entry.id.startswith(LOCAL)]
            elif conversation.held:
                self._give_up(conversation)
            self._state.book.release(conversation)
            for entry in conversation.entries:
                if entry.gap is Gap.LOADING:
                    self._set_gap(conversation, entry, Gap.OPEN)

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        return self._requests.next_tick

    def tick(self) -> None:
        """Wait no longer for what does not come."""
        self._requests.tick()
