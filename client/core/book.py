"""The conversations: what stands in them, who is in them, what is unread, which one is on screen.

Pure. Only this room changes `Conversation` objects' lists and counts, and it notes every change in the
journal. Memory is bounded whatever the server sends: the constants below say how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, Unpack

from client.changes import Conversation, Delivery, Entry, EntryKind, Gap, Member
from client.core.journal import Journal
from client.core.texts import shown_name

HISTORY_ENTRIES = 20_000
"""Entries kept per conversation; the oldest are forgotten, `HISTORY_SLACK` at a time."""
REMEMBERED_ENTRIES = 4_000
"""The same where the server remembers them: what is forgotten comes back when somebody scrolls there."""
HISTORY_SLACK = 500
ALL_ENTRIES = 100_000
"""Entries kept in all conversations together; above that each keeps its fair share."""
CONVERSATIONS = 200
"""Above that a new conversation replaces the last one in the list."""
MEMBERS = 20_000
"""Members kept per channel; more are not listed."""

HOSTS = 5_000
"""People whose hosts are remembered; the least recent are forgotten."""

LOCAL = "local-"
"""Ids that begin so are ours, not the server's."""

COUNTED = frozenset({EntryKind.MESSAGE, EntryKind.ACTION, EntryKind.NOTICE})
"""Entries that can be unread."""


class Values(TypedDict, total=False):
    """What `Book.update` can set."""

    title: str
    joined: bool
    topic: str
    away: bool
    away_text: str
    seen: float


class Book:
    """All conversations of one session, in the order in which they are shown."""

    def __init__(self, journal: Journal, fold: Callable[[str], str], *, active: bool = True) -> None:
        self.journal = journal
        self.fold = fold
        self.conversations: dict[str, Conversation] = {}
        self.current = ""
        self.active = active
        """Whether the person looks at the window."""
        self._recent: dict[str, None] = {}
        """Keys of the private chats, the one with the latest message last."""
        self._order_stale = False
        self._local_ids = 0
        self._hosts: dict[str, tuple[str, str]] = {}
        """By folded nickname: nickname and host, also of those who have left."""

    # --- conversations -------------------------------------------------------------------------

    def find(self, name: str) -> Conversation | None:
        """The conversation with this channel or nickname, if there is one."""
        return self.conversations.get(self.fold(name))

    def channels(self) -> list[Conversation]:
        """Those that are channels, in order."""
        return [conversation for conversation in self.conversations.values() if conversation.channel]

    def open_channel(self, title: str, select: bool = False) -> Conversation:
        """The conversation of this channel, made if need be; the first one of all is selected."""
        found = self.find(title)
        if found is None:
            found = self._add(Conversation(self.fold(title), title, channel=True), select)
        elif select:
            self.select(found.key)
        return found

    def open_private(self, nickname: str, select: bool = False) -> Conversation:
        """The private chat with this person, made if need be."""
        found = self.find(nickname)
        if found is None:
            title = self.name_of(nickname)
            chat = Conversation(self.fold(nickname), title, channel=False, nickname=nickname, joined=True)
            found = self._add(chat, select)
        elif select:
            self.select(found.key)
        return found

    def restore(self, kept: Conversation) -> None:
        """Take a conversation from an earlier session."""
        kept.held = None
        kept.joined, kept.members, kept.typing, kept.away, kept.pinned = False, {}, [], False, []
        for entry in kept.entries:
            if entry.id.startswith(LOCAL):
                entry.id, old = self.local_id(), entry.id
                kept.first_unread = entry.id if kept.first_unread == old else kept.first_unread
            if entry.gap is Gap.LOADING:
                entry.gap = Gap.OPEN
        kept.ids = {entry.id for entry in kept.entries}
        self._add(kept, select=False)

    def _add(self, new: Conversation, select: bool) -> Conversation:
        if len(self.conversations) >= CONVERSATIONS:
            oldest_first = [*self._recent, *reversed(self.conversations)]
            self.remove(self.conversations[next(key for key in oldest_first if key != self.current)])
        select = select or not self.conversations
        self.conversations[new.key] = new
        self.journal.conversation_added(new, select)
        self._order_stale = True
        if not new.channel:
            self._recent[new.key] = None
        if select:
            self.select(new.key)
        return new

    def remove(self, conversation: Conversation) -> None:
        """Forget it; if it was on screen, its neighbour is now."""
        self._reorder()
        keys = list(self.conversations)
        place = keys.index(conversation.key)
        del self.conversations[conversation.key]
        self._recent.pop(conversation.key, None)
        self.journal.conversation_removed(conversation)
        if self.current == conversation.key:
            self.current = ""
            neighbours = keys[place + 1 :] or keys[:place][-1:]
            if neighbours:
                self.select(neighbours[0])

    def rename_private(self, conversation: Conversation, nickname: str) -> None:
        """The other person has a new nickname; a chat already open under that one is left alone."""
        old_key, key = conversation.key, self.fold(nickname)
        if key != old_key and key in self.conversations:
            return
        conversation.key, conversation.nickname, conversation.title = key, nickname, self.name_of(nickname)
        self.conversations = {c.key: c for c in self.conversations.values()}
        self._recent = {key if recent == old_key else recent: None for recent in self._recent}
        self.current = key if self.current == old_key else self.current
        self.journal.conversation_changed(conversation, old_key)

    def update(self, conversation: Conversation, **values: Unpack[Values]) -> None:
        """Set what is given, and note it if that changed something."""
        changed = False
        for name, value in values.items():
            if getattr(conversation, name) != value:
                changed = True
                setattr(conversation, name, value)
        if changed:
            self.journal.conversation_changed(conversation)

    def _reorder(self) -> None:
        """Channels by name, then private chats, the latest message first."""
        if self._order_stale:
            self._order_stale = False
            keys = [*sorted(conversation.key for conversation in self.channels()), *reversed(self._recent)]
            if keys != list(self.conversations):
                self.conversations = {key: self.conversations[key] for key in keys}
                self.journal.reordered()

    # --- what is read --------------------------------------------------------------------------

    def select(self, key: str) -> None:
        """This one is on screen now; the one left loses its line of unread messages."""
        if key not in self.conversations:
            return
        left = self.conversations.get(self.current)
        if left is not None and left.key != key and left.first_unread:
            left.first_unread = ""
            self.journal.unread_changed(left)
        self.current = key
        self._read()

    def set_active(self, active: bool) -> None:
        """Whether the person looks at the window."""
        self.active = active
        self._read()

    def looks_at(self, conversation: Conversation) -> bool:
        """Whether the person looks at this conversation."""
        return self.active and conversation.key == self.current

    def _read(self) -> None:
        conversation = self.conversations.get(self.current)
        if self.active and conversation is not None and conversation.unread:
            conversation.unread = conversation.mentions = 0
            self.journal.unread_changed(conversation)

    def _count(self, conversation: Conversation, entry: Entry) -> None:
        if self.looks_at(conversation):
            return
        if not conversation.unread:
            conversation.first_unread = entry.id
        conversation.unread += 1
        conversation.mentions += entry.mention or not conversation.channel
        self.journal.unread_changed(conversation)

    def set_unread(self, conversation: Conversation, unread: int, mentions: int, first: str) -> None:
        """What is unread now, by another account than our own counting."""
        before = (conversation.unread, conversation.mentions, conversation.first_unread)
        conversation.unread, conversation.mentions, conversation.first_unread = unread, mentions, first
        if before != (unread, mentions, first):
            self.journal.unread_changed(conversation)

    # --- entries -------------------------------------------------------------------------------

    def local_id(self) -> str:
        """An id for an entry that has none from the server."""
        self._local_ids += 1
        return f"{LOCAL}{self._local_ids}"

    def add(self, conversation: Conversation, entry: Entry) -> None:
        """Put an entry at the end, but above own messages that wait: the server has not ordered those yet."""
        if entry.id in conversation.ids:
            return
        waits = entry.delivery is Delivery.WAITING
        if conversation.held is not None and not waits:
            if len(conversation.held) < HISTORY_ENTRIES:
                conversation.held.append(entry)
            return
        conversation.ids.add(entry.id)
        index = len(conversation.entries) if waits else self.end_of(conversation)
        conversation.entries.insert(index, entry)
        self.journal.entry_added(conversation, index)
        if entry.kind in COUNTED:
            if not entry.own:
                self._count(conversation, entry)
            if not conversation.channel and next(reversed(self._recent)) != conversation.key:
                self._recent[conversation.key] = self._recent.pop(conversation.key)
                self._order_stale = True

    def identify(self, conversation: Conversation, entry: Entry, msgid: str) -> bool:
        """Give an entry the server's id in place of the local one; False if that id stands already."""
        if msgid in conversation.ids:
            return False
        conversation.ids.discard(entry.id)
        conversation.ids.add(msgid)
        entry.id = msgid
        return True

    def take_out(self, conversation: Conversation, entry: Entry) -> None:
        """Remove an entry."""
        self.journal.rearranging(conversation)
        del conversation.entries[self.place_of(conversation, entry)]
        conversation.ids.discard(entry.id)

    def cut(self, conversation: Conversation, first: int, end: int) -> None:
        """Remove a run of entries."""
        self.journal.rearranging(conversation)
        conversation.ids.difference_update(entry.id for entry in conversation.entries[first:end])
        del conversation.entries[first:end]

    @staticmethod
    def place_of(conversation: Conversation, entry: Entry) -> int:
        """Where this entry stands; -1 if it is there no more."""
        return next((i for i, other in enumerate(conversation.entries) if other is entry), -1)

    @staticmethod
    def end_of(conversation: Conversation) -> int:
        """The index above own messages that wait, where what is said next belongs."""
        entries = conversation.entries
        index = len(entries)
        while index and entries[index - 1].delivery is Delivery.WAITING:
            index -= 1
        return index

    @staticmethod
    def entry(conversation: Conversation, entry_id: str) -> Entry | None:
        """The entry with this id, held ones included; sought from the end."""
        if entry_id in conversation.ids:
            return next(entry for entry in reversed(conversation.entries) if entry.id == entry_id)
        return next((entry for entry in conversation.held or () if entry.id == entry_id), None)

    def insert(self, conversation: Conversation, index: int, *entries: Entry) -> None:
        """Put entries of the past, or marks, in their place; none of them is unread by that."""
        self.journal.rearranging(conversation)
        conversation.entries[index:index] = entries
        conversation.ids.update(entry.id for entry in entries)

    def hold(self, conversation: Conversation) -> None:
        """Older messages are on their way: what is said now comes behind them."""
        conversation.held = conversation.held or []

    def release(self, conversation: Conversation) -> None:
        """The older ones are there (or will not come)."""
        held, conversation.held = conversation.held or [], None
        for entry in held:
            self.add(conversation, entry)

    def mark(self, kind: EntryKind, gap: Gap | None = None, time: float = 0.0) -> Entry:
        """A new entry that nobody wrote."""
        return Entry(self.local_id(), kind, "", "", "", time, gap=gap)

    def end_step(self, *, history: bool) -> None:
        """Put all in order and keep the bounds; a step may hold hundreds of messages.

        Where there is `history`, what is forgotten can be fetched again.
        """
        self._reorder()
        limit, slack = REMEMBERED_ENTRIES if history else HISTORY_ENTRIES, HISTORY_SLACK
        if sum(len(conversation.entries) for conversation in self.conversations.values()) > ALL_ENTRIES:
            limit, slack = min(limit, ALL_ENTRIES * 9 // 10 // len(self.conversations)), 0
        for conversation in self.conversations.values():
            surplus = len(conversation.entries) - limit
            if surplus > slack:
                if history:
                    self.journal.rearranging(conversation)
                del conversation.entries[:surplus]
                conversation.ids = {entry.id for entry in conversation.entries}  # an emptied set gives nothing back
                self.journal.entries_dropped(conversation, surplus)
                if history:
                    self.insert(conversation, 0, self.mark(EntryKind.GAP, Gap.OPEN))

    # --- members -------------------------------------------------------------------------------

    def person(self, nickname: str) -> Member | None:
        """What some channel knows about this person."""
        key = self.fold(nickname)
        members = (c.members.get(key) for c in self.conversations.values() if c.channel)
        return next((member for member in members if member is not None), None)

    def name_of(self, nickname: str) -> str:
        """What screens call this person."""
        member = self.person(nickname)
        return member.name if member else nickname

    def saw(self, nickname: str, host: str) -> None:
        """Somebody comes from there, as the server shows it."""
        if nickname and host:
            key = self.fold(nickname)
            self._hosts.pop(key, None)
            self._hosts[key] = (nickname, host)
            if len(self._hosts) > HOSTS:
                del self._hosts[next(iter(self._hosts))]

    def host_of(self, nickname: str) -> str:
        """Where somebody comes from, "" if that was never seen."""
        return self._hosts.get(self.fold(nickname), ("", ""))[1]

    def from_host(self, host: str) -> str:
        """The nickname of who was seen last with this host, "" for nobody."""
        folded = host.lower()
        return next((nick for nick, seen in reversed(self._hosts.values()) if seen.lower() == folded), "")

    def channels_of(self, nickname: str) -> list[Conversation]:
        """The channels in which this person is."""
        key = self.fold(nickname)
        return [c for c in self.conversations.values() if c.channel and key in c.members]

    def add_member(self, conversation: Conversation, nickname: str, realname: str = "") -> Member:
        """The member of this channel with this nickname, new if need be; the journal is left to the caller.

        Above `MEMBERS` the answer belongs to no list.
        """
        key = self.fold(nickname)
        member = conversation.members.get(key)
        if member is None:
            known = self.person(nickname)
            realname = realname or (known.realname if known else "")
            member = Member(nickname, shown_name(nickname, realname), realname=realname)
            member.away, member.away_text = (known.away, known.away_text) if known else (False, "")
            if len(conversation.members) < MEMBERS:
                conversation.members[key] = member
        return member

    def remove_member(self, conversation: Conversation, nickname: str) -> None:
        """This person is not in the channel any more."""
        key = self.fold(nickname)
        if conversation.members.pop(key, None) is not None:
            self.journal.member_removed(conversation, key, nickname)

    def rename_member(self, conversation: Conversation, old: str, new: str) -> None:
        """A member of this channel has a new nickname."""
        old_key, key = self.fold(old), self.fold(new)
        member = conversation.members.pop(old_key)
        old = member.nickname  # screens know it as it was written here, whatever the capitals
        member.nickname, member.name = new, shown_name(new, member.realname)
        if key in conversation.members:
            self.journal.members_reset(conversation)
        conversation.members[key] = member
        self.journal.member_changed(conversation, key, new, old, old_key)

    def learn(
        self,
        nickname: str,
        *,
        realname: str | None = None,
        away: bool | None = None,
        away_text: str = "",
        in_clear: bool | None = None,
    ) -> None:
        """Something about a person became known: note it wherever that person is listed."""
        key = self.fold(nickname)
        for conversation in self.channels_of(nickname):
            member = conversation.members[key]
            before = (member.name, member.away, member.away_text, member.in_clear)
            if realname is not None:
                member.realname, member.name = realname, shown_name(member.nickname, realname)
            if away is not None:
                # Who lists people says only that they are away: what was heard of the reason stays.
                member.away_text = (away_text or member.away_text) if away else ""
                member.away = away
            member.in_clear = member.in_clear if in_clear is None else in_clear
            if before != (member.name, member.away, member.away_text, member.in_clear):
                self.journal.member_changed(conversation, key, member.nickname)
        chat = self.conversations.get(key)
        if chat is not None and not chat.channel:
            if realname is not None:
                self.update(chat, title=shown_name(chat.nickname, realname))
            if away is not None:
                self.update(chat, away=away, away_text=(away_text or chat.away_text) if away else "")

    def clear_members(self, conversation: Conversation) -> None:
        """Begin the member list anew."""
        conversation.members = {}
        self.journal.members_reset(conversation)
