"""Looking for what was said (`soju.im/search`): one search at a time, page after page.

Pure. What is typed goes to the server as it is; ours understands `from:`, `in:`, `before:`, `after:` and `has:link`.
"""

from __future__ import annotations

from client.changes import Hit, LinkState, SearchResults
from client.core.batches import Batch
from client.core.reading import Reader
from client.core.state import State
from client.core.texts import shown_text, stamp
from protocol import Message, format_tags
from translations import tr

PAGE = 50
HITS = 2_000
"""Most hits of one search; there are no more behind them."""
ANSWER_S = 20.0


class Search:
    """The last search and what it found so far."""

    def __init__(self, state: State, reader: Reader) -> None:
        self._state = state
        self._reader = reader
        self.forget()

    def forget(self) -> None:
        """A new login."""
        self._query = self._key = self._label = ""
        self._hits: dict[str, Hit] = {}
        self._more = False
        self.next_tick: float | None = None

    # --- the person ----------------------------------------------------------------------------

    def begin(self, text: str, key: str) -> None:
        """Look for this, everywhere or in one conversation."""
        self.forget()
        self._query, self._key = text.strip(), key
        if not self._query:
            self._report()
        elif not self._state.abilities.search:
            self._report(tr("This server cannot search."))
        elif self._state.link is not LinkState.ONLINE:
            self._report(tr("You are offline. Search when the connection is back."))
        else:
            self._ask({})

    def more(self) -> None:
        """Look further back."""
        if self._more and self.next_tick is None and self._state.link is LinkState.ONLINE:
            oldest = min(hit.time for hit in self._hits.values())
            self._ask({"before": stamp(oldest)})

    def _ask(self, bounds: dict[str, str]) -> None:
        state = self._state
        within = state.book.conversations.get(self._key)
        self._label = f"search-{state.book.local_id()}"
        place = {"in": within.target} if within is not None else {}
        attributes = {"text": self._query, **place, **bounds, "limit": str(PAGE)}
        state.send("SEARCH", format_tags(attributes)[1:-1], label=self._label)
        self.next_tick = state.clock.monotonic() + ANSWER_S

    def _report(self, problem: str = "") -> None:
        later_first = reversed(self._hits.values())  # pages begin with the oldest: so of the same moment, too
        hits = tuple(sorted(later_first, key=lambda hit: -hit.time))
        self._state.journal.after(SearchResults(self._query, self._key, hits, self._more, problem))

    # --- the server ----------------------------------------------------------------------------

    def answered(self, batch: Batch) -> None:
        """A page of results."""
        if self._expects(batch.label):
            before = len(self._hits)
            for message in batch.messages:
                self._found(message)
            page = len(batch.messages)
            self._more = page >= PAGE and before < len(self._hits) < HITS
            self._end()

    def refused(self, label: str, context: list[str], text: str) -> bool:
        """FAIL SEARCH; False if it answers no search of ours."""
        if not self._expects(label):
            return False
        elsewhere = context[:1] == ["in"]
        self._end(tr("There is no such room or chat that you can read.") if elsewhere else shown_text(text))
        return True

    def _expects(self, label: str) -> bool:
        return self.next_tick is not None and label in {"", self._label}

    def _end(self, problem: str = "") -> None:
        self.next_tick = None
        self._report(problem)

    def _found(self, message: Message) -> None:
        state = self._state
        msgid = self._reader.id(message)
        content = self._reader.content(message) if len(message.params) > 1 else None
        if content is None or not msgid:
            return
        own = state.is_me(message.nickname)
        target, nickname = message.params[0], message.nickname
        other = target if own or state.features.is_channel(target) else nickname
        conversation = state.book.find(other)
        title = conversation.title if conversation is not None else state.name_of(other)
        name = state.name_of(nickname)
        time = self._reader.time(message)
        self._hits[msgid] = Hit(state.fold(other), title, msgid, name, content[1], time, nickname)

    # --- the link and time ---------------------------------------------------------------------

    def link_lost(self) -> None:
        """No answer will come."""
        if self.next_tick is not None:
            self._end(tr("You are offline. Search when the connection is back."))

    def tick(self) -> None:
        """Wait no longer."""
        if self.next_tick is not None and self.next_tick <= self._state.clock.monotonic():
            self._end(tr("The server did not answer the search. Try again."))
