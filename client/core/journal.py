"""What one step changed, written down as the shortest list of changes.

Pure. A step is one call of a `Session` method, often a batch of hundreds of messages. While it runs,
rooms note what they did to which conversation; at its end `finish` says it once, with indexes that are
right in the state after the step (the rules stand at the end of `changes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from client.changes import (
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    ConversationsReordered,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryRemoved,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    MembersReset,
    TypingChanged,
    UnreadChanged,
)

MEMBER_CHANGES = 50
"""More changes than this to one member list in one step become one MembersReset."""


@dataclass(slots=True)
class _Touched:
    """What happened to one conversation in this step."""

    conversation: Conversation
    known_key: str
    """The key screens know it by; "" when it is new."""
    select: bool = False
    changed: bool = False
    unread: bool = False
    typing: bool = False
    before: list[Entry] | None = None
    """The entries as screens have them, once anything but adding at the end happens."""
    runs: list[list[int]] = field(default_factory=list)
    """[first, count] of entries added at the end, from top to bottom."""
    dropped: int = 0
    entries: list[Entry] = field(default_factory=list)
    members: list[MemberAdded | MemberRemoved | MemberChanged] = field(default_factory=list)
    member_keys: set[str] = field(default_factory=set)
    members_reset: bool = False


class Journal:
    """Takes notes during a step, hands out changes at its end."""

    def __init__(self) -> None:
        self._touched: dict[int, _Touched] = {}
        self._before: list[Change] = []
        self._removed: list[str] = []
        self._reordered = False
        self._after: list[Change] = []

    # --- notes ---------------------------------------------------------------------------------

    def before(self, change: Change) -> None:
        """A change of the link: it comes before all that happened to conversations."""
        self._before.append(change)

    def after(self, change: Change) -> None:
        """A strip: it comes last."""
        self._after.append(change)

    def reordered(self) -> None:
        """The order of conversations changed."""
        self._reordered = True

    def conversation_added(self, conversation: Conversation, select: bool) -> None:
        """A conversation came into being."""
        self._touched[id(conversation)] = _Touched(conversation, "", select)

    def conversation_removed(self, conversation: Conversation) -> None:
        """A conversation is gone, and with it what was noted about it."""
        touched = self._touched.pop(id(conversation), None)
        known_key = touched.known_key if touched else conversation.key
        if known_key:
            self._removed.append(known_key)

    def conversation_changed(self, conversation: Conversation, old_key: str = "") -> None:
        """Title, topic or `joined` changed; or the key, which was `old_key`."""
        touched = self._touched.pop(id(conversation), None) or _Touched(conversation, old_key or conversation.key)
        self._touched[id(conversation)] = touched  # renames are told in the order in which they happened
        touched.changed = True

    def unread_changed(self, conversation: Conversation) -> None:
        """The unread counts or the unread line changed."""
        self._note(conversation).unread = True

    def typing_changed(self, conversation: Conversation) -> None:
        """Others write now, or none do."""
        self._note(conversation).typing = True

    def entry_added(self, conversation: Conversation, index: int) -> None:
        """One entry now stands at `index`, at or below all others added in this step."""
        runs = self._note(conversation).runs
        if runs and index == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([index, 1])

    def entry_changed(self, conversation: Conversation, entry: Entry) -> None:
        """Something about this entry changed."""
        self._note(conversation).entries.append(entry)

    def rearranging(self, conversation: Conversation) -> None:
        """Entries are about to be put in or taken out anywhere; those that stay keep their order."""
        touched = self._note(conversation)
        if touched.before is None and touched.known_key:
            entries = conversation.entries
            new = {id(entry) for first, count in touched.runs for entry in entries[first : first + count]}
            touched.before = [entry for entry in entries if id(entry) not in new]

    def entries_dropped(self, conversation: Conversation, count: int) -> None:
        """The `count` oldest entries are gone; comes after all else in this step."""
        touched = self._note(conversation)
        runs = []
        for first, length in touched.runs:
            lost = max(0, min(length, count - first))
            if lost < length:
                runs.append([first + lost - count, length - lost])
            touched.dropped -= lost
        touched.runs = runs
        touched.dropped += count

    def member_added(self, conversation: Conversation, key: str, nickname: str) -> None:
        """A member is new."""
        self._member(conversation, MemberAdded(conversation.key, nickname), key)

    def member_removed(self, conversation: Conversation, key: str, nickname: str) -> None:
        """A member is gone."""
        self._member(conversation, MemberRemoved(conversation.key, nickname), key)

    def member_changed(
        self, conversation: Conversation, key: str, nickname: str, old_nickname: str = "", old_key: str = ""
    ) -> None:
        """Something about a member changed, perhaps the nickname (then old ones are given)."""
        change = MemberChanged(conversation.key, nickname, old_nickname or nickname)
        self._member(conversation, change, key, old_key or key)

    def members_reset(self, conversation: Conversation) -> None:
        """Much of the member list changed."""
        self._note(conversation).members_reset = True

    def _note(self, conversation: Conversation) -> _Touched:
        touched = self._touched.get(id(conversation))
        if touched is None:
            touched = self._touched[id(conversation)] = _Touched(conversation, conversation.key)
        return touched

    def _member(
        self, conversation: Conversation, change: MemberAdded | MemberRemoved | MemberChanged, *keys: str
    ) -> None:
        touched = self._note(conversation)
        if touched.members_reset or not touched.member_keys.isdisjoint(keys) or len(touched.members) == MEMBER_CHANGES:
            touched.members_reset = True
            return
        touched.member_keys.update(keys)
        touched.members.append(change)

    # --- the list ------------------------------------------------------------------------------

    def finish(self) -> list[Change]:
        """Everything noted since the last call, and an empty page again."""
        changes = self._before
        changes += map(ConversationRemoved, self._removed)
        for touched in self._touched.values():
            changes += _changes(touched)
        if self._reordered:
            changes.append(ConversationsReordered())
        changes += self._after
        self._touched, self._before, self._removed, self._reordered, self._after = {}, [], [], False, []
        return changes


def _changes(touched: _Touched) -> list[Change]:
    conversation = touched.conversation
    key = conversation.key
    changes: list[Change] = []
    if not touched.known_key:
        changes.append(ConversationAdded(key, touched.select))
    else:
        if touched.changed:
            changes.append(ConversationChanged(key, touched.known_key))
        if touched.before is not None:
            changes += _rearranged(key, touched.before, conversation.entries)
        else:
            changes += [EntriesDropped(key, touched.dropped)] if touched.dropped else []
            changes += [EntriesAdded(key, first, count) for first, count in touched.runs]
        changes += _entry_changes(key, conversation.entries, touched.entries)
        if touched.members_reset:
            changes.append(MembersReset(key))
        else:
            changes += touched.members
    if touched.unread:
        changes.append(UnreadChanged(key))
    if touched.typing:
        changes.append(TypingChanged(key))
    return changes


def _rearranged(key: str, before: list[Entry], now: list[Entry]) -> list[Change]:
    """What went and what came, seen by comparing the two."""
    stay = set(map(id, now)) & set(map(id, before))
    dropped = next((i for i, entry in enumerate(before) if id(entry) in stay), len(before))
    changes: list[Change] = []
    changes += [EntryRemoved(key, i) for i in range(len(before) - 1, dropped, -1) if id(before[i]) not in stay]
    changes += [EntriesDropped(key, dropped)] if dropped else []
    end = 0
    for new, run in groupby(now, lambda entry: id(entry) not in stay):
        first, end = end, end + sum(1 for _ in run)
        if new:
            changes.append(EntriesAdded(key, first, end - first))
    return changes


def _entry_changes(key: str, entries: list[Entry], changed: list[Entry]) -> list[Change]:
    """Their indexes, sought from the end, where entries that change usually stand."""
    wanted = set(map(id, changed))
    changes: list[Change] = []
    for index in range(len(entries) - 1, -1, -1):
        if not wanted:
            break
        if id(entries[index]) in wanted:
            wanted.remove(id(entries[index]))
            changes.append(EntryChanged(key, index))
    return changes
