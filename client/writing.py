"""What is written: drafts, answers, edits, reactions, and whether we are typing.

Between the page and the session: it knows what the text in the box is for. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QObject, pyqtSignal

from client.changes import Change, Delivery, Entry, EntryKind, LinkState
from client.models import completion
from client.models.recall import Recall
from client.models.texts import isolated, summary
from client.session import Session
from client.widgets.composer import Composer
from client.widgets.deeds import Deed
from client.widgets.message_view import MessageView
from translations import tr

_SAID = frozenset({EntryKind.MESSAGE, EntryKind.ACTION, EntryKind.NOTICE})


class Writing(QObject):
    """The text in the box of the conversation on screen, and what becomes of it."""

    draft_kept = pyqtSignal(str)
    """The text kept of this conversation is another one."""

    def __init__(
        self, session: Session, composer: Composer, view: MessageView, do: Callable[[list[Change]], None]
    ) -> None:
        super().__init__(view)
        self._session, self._composer, self._view, self._do = session, composer, view, do
        self._key = ""
        self._replies: dict[str, str] = {}
        """Per conversation: the id of the message that is being answered."""
        self._editing = ""
        """Id of the message whose text is in the box."""
        self._loading = False
        """The box is being filled by us: nobody types."""
        self._sent = Recall()
        composer.text_changed.connect(self._typed)
        composer.send_requested.connect(self.send)
        composer.context_cancelled.connect(self.cancel)
        composer.edit_last_requested.connect(self.edit_last)
        composer.recall_requested.connect(self._recall)
        composer.completion.source = self._offers
        composer.takes_code = lambda: session.abilities.multiline
        view.rights = self.rights
        view.deed_requested.connect(self._deed)
        view.reaction_requested.connect(self._react)
        view.more_reactions_requested.connect(self._choose_reaction)

    # --- which conversation -------------------------------------------------------------------

    def open(self, key: str) -> None:
        """This conversation is on screen now, the other one's text was kept (`leave`)."""
        self._key = key
        conversation = self._session.conversations.get(key)
        self._fill(conversation.draft if conversation is not None else "")
        self.show_context()

    def leave(self) -> None:
        """The conversation leaves the screen: keep what stands in the box; an edit ends."""
        if self._key:
            self.cancel_edit()
            self.keep()
            self._key = ""

    def keep(self) -> None:
        """Remember the text in the box, unless it is an old message's."""
        conversation, text = self._session.conversations.get(self._key), self._composer.text()
        if conversation is not None and not self._editing and conversation.draft != text:
            self._tell(self._session.keep_draft(self._key, text))
            self.draft_kept.emit(self._key)

    def renamed(self, old_key: str, key: str) -> None:
        """A conversation has another key."""
        if old_key in self._replies:
            self._replies[key] = self._replies.pop(old_key)
        self._key = key if self._key == old_key else self._key

    def removed(self, key: str) -> None:
        """A conversation is gone, and its draft with it."""
        self._replies.pop(key, None)
        if self._key == key:
            self._key = self._editing = ""
            self._fill("")

    # --- what a message allows ----------------------------------------------------------------

    def rights(self, entry: Entry) -> frozenset[Deed]:
        """What can be done with this message here and now."""
        session = self._session
        local = entry.id.startswith("local-")  # the server has given it no id by which to speak of it
        if entry.own and entry.delivery is Delivery.WAITING and session.state is not LinkState.ONLINE:
            return frozenset({Deed.DELETE})
        if entry.deleted:
            return frozenset({Deed.UNDELETE} if session.may_undelete(self._key, entry.id) else ())
        if entry.kind not in _SAID or entry.delivery is not Delivery.SENT or local:
            return frozenset()
        can = {
            Deed.REACT: session.abilities.reactions,
            Deed.REPLY: session.abilities.replies,
            Deed.EDIT: session.may_edit(self._key, entry.id),
            Deed.DELETE: session.may_delete(self._key, entry.id),
        }
        return frozenset(deed for deed, allowed in can.items() if allowed)

    def _deed(self, deed: Deed, entry_id: str) -> None:
        if deed is Deed.REPLY:
            self.reply(entry_id)
        elif deed is Deed.EDIT:
            self.edit(entry_id)
        elif deed is Deed.UNDELETE:
            self._do(self._session.undelete(self._key, entry_id))
        else:
            self._do(self._session.delete(self._key, entry_id))

    def _react(self, entry_id: str, text: str) -> None:
        if self._session.abilities.reactions:
            self._do(self._session.react(self._key, entry_id, text))

    def _choose_reaction(self, entry_id: str) -> None:
        """React with one of all emoji; the keyboard goes back to the messages."""
        self._composer.emoji_button.open_for(partial(self._react, entry_id), self._view.setFocus)

    # --- answering and editing ----------------------------------------------------------------

    def reply(self, entry_id: str) -> None:
        """What is sent next answers this message."""
        self.cancel_edit()
        self._replies[self._key] = entry_id
        self.show_context()
        self._composer.take_keyboard()

    def edit(self, entry_id: str) -> None:
        """Put the text of this message into the box, to send it anew."""
        entry = self._entry(entry_id)
        if entry is None:
            return
        self.cancel_edit()
        self.keep()
        self._editing = entry_id
        self._fill(entry.text)
        self.show_context()
        self._composer.take_keyboard()

    def edit_last(self) -> None:
        """Edit the last of our messages that can be."""
        conversation = self._session.conversations.get(self._key)
        entries = conversation.entries if conversation is not None else []
        for entry in reversed(entries[-200:]):
            if entry.own and Deed.EDIT in self.rights(entry):
                self.edit(entry.id)
                return

    def cancel(self) -> bool:
        """End an edit, or else an answer; False when there is neither."""
        if self._editing:
            self.cancel_edit()
            return True
        ended = self._replies.pop(self._key, "")
        self.show_context()
        return bool(ended)

    def cancel_edit(self) -> None:
        """End an edit: what stood in the box before comes back."""
        if self._editing:
            self._editing = ""
            conversation = self._session.conversations.get(self._key)
            self._fill(conversation.draft if conversation is not None else "")
            self.show_context()

    def show_context(self) -> None:
        """Say above the box what its text is for."""
        about = self._entry(self._editing or self._replies.get(self._key, ""))
        if about is None:
            self._composer.set_context("", "", "")
        elif self._editing:
            self._composer.set_context("edit", tr("Edit message"), summary(about.text))
        else:
            who = tr("You") if about.own else isolated(about.name or about.nickname)
            self._composer.set_context("reply", tr("Reply to {who}").format(who=who), summary(about.text))

    # --- sending ------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """Send the text in the box, or change the message it came from."""
        if self._editing:
            self._send_edit(text)
            return
        answered = self._entry(self._replies.get(self._key, ""))  # it may be gone meanwhile, as the bar says
        taken, changes = self._session.send_text(self._key, text, answered.id if answered is not None else "")
        if taken:
            self._sent.add(text)
            self._replies.pop(self._key, None)
            self._fill("")
            self.keep()
            self.show_context()
        self._do(changes)
        if taken:
            self._view.sent()

    def _send_edit(self, text: str) -> None:
        entry = self._entry(self._editing)
        if entry is not None and entry.text == text:
            self.cancel_edit()
            return
        taken, changes = self._session.edit(self._key, self._editing, text)
        if taken:
            self.cancel_edit()
        self._do(changes)

    def _recall(self, step: int) -> None:
        """Put what was sent before or after into the box; an old message that is being changed stays."""
        text = self._sent.step(step, self._composer.text()) if not self._editing else None
        if text is not None:
            self._fill(text)
            self.keep()

    def _typed(self, text: str) -> None:
        if self._loading or not self._key:
            return
        self.keep()
        if not self._editing and not text.startswith("/"):
            self._tell(self._session.typing(self._key, text))

    def _offers(self, begun: completion.Begun) -> list[completion.Offer]:
        session = self._session
        here = session.conversations.get(self._key)
        if begun.sign == "/" and self._editing:  # an old message becomes no command
            return []
        return completion.offers(begun, here, session.conversations.values(), session.nickname)

    def _tell(self, changes: list[Change]) -> None:
        """Hand on what is rarely anything: this may happen while the page shows other changes."""
        if changes:
            self._do(changes)

    def _fill(self, text: str) -> None:
        self._loading = True
        try:
            self._composer.set_text(text)
        finally:
            self._loading = False

    def _entry(self, entry_id: str) -> Entry | None:
        conversation = self._session.conversations.get(self._key)
        if conversation is None or not entry_id:
            return None
        return next((entry for entry in reversed(conversation.entries) if entry.id == entry_id), None)
