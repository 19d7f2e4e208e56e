"""What the server says while we are online, command by command; numerics are in `numerics.py`.

Pure. One table names the handler of each command and the parameters it needs; messages with fewer, and
unknown commands, are passed over. Nothing in here raises, whatever the server sends (fuzzed).
"""

from __future__ import annotations

from collections.abc import Callable

from client.changes import Conversation, Entry, EntryKind, StripKind
from client.core.channels import Channels
from client.core.delivery import Deliveries
from client.core.link import Link
from client.core.numerics import Numerics
from client.core.state import State
from client.core.texts import own_name, server_time, shown_text
from protocol import Message, fold, nickname_from_name
from translations import tr

BATCHES = 1_000
"""Open batches remembered for their labels; more of them make the oldest forgotten."""


class Handlers:
    """Follows the server's messages; `handle` is the way in."""

    def __init__(self, state: State, deliveries: Deliveries, channels: Channels, link: Link) -> None:
        self._state = state
        self._deliveries = deliveries
        self._channels = channels
        self._link = link
        self._numerics = Numerics(state, deliveries, channels, link)
        self._labels: dict[str, str] = {}
        """The label of each open batch, by its reference."""
        self._table: dict[str, tuple[Callable[[Message], None], int]] = {
            "PRIVMSG": (self._said, 2),
            "NOTICE": (self._said, 2),
            "JOIN": (self._join, 1),
            "PART": (self._part, 1),
            "KICK": (self._kick, 2),
            "QUIT": (self._quit, 0),
            "NICK": (self._nick, 1),
            "SETNAME": (self._setname, 1),
            "AWAY": (self._away, 0),
            "CHGHOST": (self._chghost, 2),
            "TOPIC": (self._topic, 2),
            "MODE": (self._mode, 2),
            "INVITE": (self._invite, 2),
            "PING": (self._ping, 0),
            "ERROR": (self._error, 1),
            "CAP": (link.handle_capability, 3),
            "BATCH": (self._batch, 1),
            "ACK": (self._ack, 0),
            "FAIL": (self._standard_reply, 3),
            "WARN": (self._standard_reply, 3),
            "NOTE": (self._standard_reply, 3),
            "WALLOPS": (self._wallops, 1),
        }

    def handle(self, message: Message) -> None:
        """Take one message."""
        known = self._table.get(message.command) or self._table.get(message.command.upper())
        if known is not None:
            handler, needed = known
            if len(message.params) >= needed:
                handler(message)
        elif message.command.isdecimal():
            self._numerics.handle(message, self._label(message))

    # --- what most messages need ---------------------------------------------------------------

    def _label(self, message: Message) -> str:
        """The label of ours that this answers, directly or by its batch; "" for none."""
        tags = message.tags
        return (tags.get("label") or self._labels.get(tags.get("batch", ""), "")) if tags else ""

    def _time(self, message: Message) -> float:
        return server_time(message.tags.get("time", ""), self._state.clock.now)

    def _id(self, message: Message) -> str:
        """The server's id for it, "" if it has none (or one that looks like ours)."""
        msgid = message.tags.get("msgid", "")
        return "" if msgid.startswith("local-") else msgid

    def _event(
        self, conversation: Conversation, kind: EntryKind, message: Message, text: str = "", target: str = ""
    ) -> None:
        """Add the entry of something that somebody did."""
        nickname = message.nickname
        own = self._state.is_me(nickname)
        name = self._name_in(conversation, nickname, own)
        msgid = self._id(message) or self._state.book.local_id()
        entry = Entry(msgid, kind, nickname, name, shown_text(text), self._time(message), own)
        entry.target = target
        self._state.book.add(conversation, entry)

    def _name_in(self, conversation: Conversation, nickname: str, own: bool) -> str:
        if own:
            return self._state.name
        if not conversation.channel and self._state.fold(nickname) == conversation.key:
            return conversation.title
        member = conversation.members.get(self._state.fold(nickname))
        return member.name if member else self._state.book.name_of(nickname)

    # --- messages ------------------------------------------------------------------------------

    def _said(self, message: Message) -> None:
        """PRIVMSG and NOTICE."""
        state = self._state
        nickname = message.nickname
        text = message.params[1]
        kind = EntryKind.NOTICE if message.command.upper() == "NOTICE" else EntryKind.MESSAGE
        if text[:1] == "\x01":
            action, _, content = text.strip("\x01").partition(" ")
            if kind is EntryKind.MESSAGE and action.upper() == "ACTION":
                kind, text = EntryKind.ACTION, content
            elif action.upper() == "DCC":
                text = text.strip("\x01")  # shown, never done: files by DCC name any path and address
            else:
                return
        own = state.is_me(nickname)
        text = shown_text(text)
        if "!" not in message.source and (nickname in {"", state.server} or "." in nickname):
            self._server_said(message, text)
            return
        conversation = self._place(message.params[0], nickname, kind, own)
        if conversation is None:
            return
        time = self._time(message)
        msgid = self._id(message)
        if own and self._deliveries.echoed(conversation, self._label(message), text, msgid, time):
            return
        name = self._name_in(conversation, nickname, own)
        mention = not own and state.mentions.found_in(text)
        entry_id = msgid or state.book.local_id()
        state.book.add(conversation, Entry(entry_id, kind, nickname, name, text, time, own, mention))

    def _server_said(self, message: Message, text: str) -> None:
        self._state.server_text(text, self._state.book.find(self._channel_in(message.params[0])), self._time(message))

    def _channel_in(self, target: str) -> str:
        """The target without STATUSMSG prefixes (`@#staff` is said to the operators in #staff)."""
        features = self._state.features
        rest = target.lstrip(features.status_prefixes) if target[:1] in features.status_prefixes else target
        return rest if features.is_channel(rest) else target

    def _place(self, target: str, nickname: str, kind: EntryKind, own: bool) -> Conversation | None:
        """The conversation in which something was said; None for channels we know nothing of."""
        state = self._state
        target = self._channel_in(target)
        found = state.book.find(target)
        if found is not None and found.channel:
            return found
        other = target if own else nickname
        if not other or state.features.is_channel(target) or state.features.is_channel(other):
            return None
        on_screen = state.book.conversations.get(state.book.current)
        if kind is EntryKind.NOTICE and not own and on_screen is not None and state.book.find(other) is None:
            return on_screen  # services answer this way: no chat opens
        chat = state.book.open_private(other)
        state.show_held_texts()
        if not own:
            state.book.update(chat, joined=True)
        return chat

    # --- who is where --------------------------------------------------------------------------

    def _join(self, message: Message) -> None:
        state = self._state
        nickname = message.nickname
        realname = message.params[2] if len(message.params) > 2 else ""
        if state.is_me(nickname):
            if not state.features.is_channel(message.params[0]):
                return
            state.source = message.source
            conversation = self._channels.joined(message.params[0])
            self._link.settle()
            self._add_member(conversation, nickname, state.name)
            return
        found = state.book.find(message.params[0])
        if found is None or not found.channel:
            return
        if realname:
            state.book.learn(nickname, realname=realname)
        self._add_member(found, nickname, realname)
        self._event(found, EntryKind.JOIN, message)

    def _add_member(self, conversation: Conversation, nickname: str, realname: str) -> None:
        key = self._state.fold(nickname)
        known = key in conversation.members
        self._state.book.add_member(conversation, nickname, realname)
        if not known:
            self._state.journal.member_added(conversation, key, nickname)

    def _part(self, message: Message) -> None:
        state = self._state
        conversation = state.book.find(message.params[0])
        if conversation is None or not conversation.channel:
            return
        own = state.is_me(message.nickname)
        if own and self._channels.left(conversation):
            return
        self._event(conversation, EntryKind.PART, message, _reason(message, 1))
        if not own:
            state.book.remove_member(conversation, message.nickname)

    def _kick(self, message: Message) -> None:
        state = self._state
        conversation = state.book.find(message.params[0])
        if conversation is None or not conversation.channel:
            return
        who, reason = message.params[1], _reason(message, 2)
        own = state.is_me(who)
        target = self._name_in(conversation, who, own)
        self._event(conversation, EntryKind.KICK, message, reason, target)
        if not own:
            state.book.remove_member(conversation, who)
            return
        by = self._name_in(conversation, message.nickname, state.is_me(message.nickname))
        if not self._channels.left(conversation):
            state.show_strip(StripKind.KICKED, conversation.key, by, shown_text(reason))

    def _quit(self, message: Message) -> None:
        state = self._state
        nickname = message.nickname
        if state.is_me(nickname):
            return
        for conversation in state.book.channels_of(nickname):
            self._event(conversation, EntryKind.QUIT, message, _reason(message, 0))
            state.book.remove_member(conversation, nickname)
        chat = state.book.find(nickname)
        if chat is not None and not chat.channel and chat.joined:
            self._event(chat, EntryKind.QUIT, message, _reason(message, 0))
            state.book.update(chat, joined=False)

    def _nick(self, message: Message) -> None:
        state = self._state
        old, new = message.nickname, message.params[0]
        if not new or not old or state.features.is_channel(new):
            return
        own = state.is_me(old)
        chat = state.book.find(old)
        for conversation in state.book.channels_of(old):
            self._event(conversation, EntryKind.NICK, message, new)
            state.book.rename_member(conversation, old, new)
        if own:
            self._own_nick(new)
        elif chat is not None and not chat.channel:
            self._event(chat, EntryKind.NICK, message, new)
            state.book.rename_private(chat, new)

    def _own_nick(self, new: str) -> None:
        state = self._state
        asked = state.renaming
        if not asked or fold(nickname_from_name(asked)) != fold(new):
            state.call_me(new)  # the server's doing: when we come back we ask for our own again
            return
        state.renaming = ""
        state.call_me(new, asked)
        self._link.renamed(new)
        state.book.learn(new, realname=asked)
        if "setname" in state.capabilities:
            state.send("SETNAME", asked)

    def _setname(self, message: Message) -> None:
        nickname, realname = message.nickname, message.params[0]
        self._state.book.learn(nickname, realname=realname)
        if self._state.is_me(nickname) and own_name(realname):
            self._state.call_me(nickname, own_name(realname))

    def _away(self, message: Message) -> None:
        self._state.book.learn(message.nickname, away=bool(message.params and message.params[0]))

    def _chghost(self, message: Message) -> None:
        if self._state.is_me(message.nickname):
            self._state.source = f"{self._state.nickname}!{message.params[0]}@{message.params[1]}"

    # --- what a channel is ---------------------------------------------------------------------

    def _topic(self, message: Message) -> None:
        conversation = self._state.book.find(message.params[0])
        if conversation is not None and conversation.channel:
            self._event(conversation, EntryKind.TOPIC, message, message.params[1])
            self._state.book.update(conversation, topic=shown_text(message.params[1]))

    def _mode(self, message: Message) -> None:
        state = self._state
        conversation = state.book.find(message.params[0])
        if conversation is None or not conversation.channel:
            return
        self._event(conversation, EntryKind.MODE, message, " ".join(message.params[1:]))
        for sign, added, nickname in state.features.changed_prefixes(message.params[1], message.params[2:]):
            key = state.fold(nickname)
            member = conversation.members.get(key)
            if member is not None:
                others = member.prefixes.replace(sign, "")
                member.prefixes = state.features.sorted_prefixes(others + sign if added else others)
                state.journal.member_changed(conversation, key, member.nickname)

    def _invite(self, message: Message) -> None:
        if self._state.is_me(message.params[0]):
            name = self._state.name_of(message.nickname)
            self._state.server_text(tr("{name} invites you to {channel}.").format(name=name, channel=message.params[1]))

    # --- the connection ------------------------------------------------------------------------

    def _ping(self, message: Message) -> None:
        self._state.send("PONG", *message.params[-1:])

    def _error(self, message: Message) -> None:
        self._link.said_error(message.params[-1])

    def _batch(self, message: Message) -> None:
        """Only labels matter: what is inside is taken as it comes, whatever the batch is called."""
        sign, reference = message.params[0][:1], message.params[0][1:]
        if sign == "-":
            self._labels.pop(reference, None)
        elif label := self._label(message):
            self._labels[reference] = label
            if len(self._labels) > BATCHES:
                del self._labels[next(iter(self._labels))]

    def _ack(self, message: Message) -> None:
        self._deliveries.acknowledged(self._label(message))

    def _standard_reply(self, message: Message) -> None:
        """FAIL, WARN, NOTE: command, code, context, description."""
        text = message.params[-1]
        conversation = None
        if message.command.upper() == "FAIL":
            context = message.params[2:-1]
            conversation = next(filter(None, map(self._state.book.find, context)), None)
            speaks_of_text = message.params[0].upper() in {"PRIVMSG", "NOTICE", "*"}
            if self._deliveries.refused(self._label(message), conversation if speaks_of_text else None, text):
                return
        self._state.server_text(text, conversation)

    def _wallops(self, message: Message) -> None:
        self._state.server_text(f"{message.nickname}: {message.params[-1]}")


def _reason(message: Message, place: int) -> str:
    return message.params[place] if len(message.params) > place else ""
