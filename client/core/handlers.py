"""What the server says while we are online, command by command; numerics are in `numerics.py`.

Pure. One table names the handler of each command and the parameters it needs; messages with fewer, and
unknown commands, are passed over. Nothing in here raises, whatever the server sends (fuzzed).
"""

from __future__ import annotations

from collections.abc import Callable

from client.changes import Conversation, EntryKind, StripKind
from client.core.batches import SEARCH, Batch, Batches
from client.core.channels import Channels
from client.core.composing import Composing
from client.core.delivery import Deliveries
from client.core.entering import Entering
from client.core.history import History
from client.core.link import Link
from client.core.live import Live
from client.core.markers import Markers
from client.core.moderation import Moderation
from client.core.numerics import Numerics
from client.core.pins import Pins
from client.core.reading import Reader, param
from client.core.search import Search
from client.core.sentences import refusal
from client.core.state import State
from client.core.texts import own_name, shown_text
from protocol import VENDOR, Message, fold, nickname_from_name
from translations import tr

CLEAR_TAG = f"{VENDOR}/clear"
"""The tag of the JOIN of who speaks without TLS over the network (docs/protocol.md)."""


class Handlers:
    """Follows the server's messages; `handle` is the way in."""

    def __init__(
        self,
        state: State,
        reader: Reader,
        live: Live,
        numerics: Numerics,
        batches: Batches,
        channels: Channels,
        deliveries: Deliveries,
        link: Link,
        history: History,
        markers: Markers,
        composing: Composing,
        search: Search,
        moderation: Moderation,
        pins: Pins,
        entering: Entering,
    ) -> None:
        self._state = state
        self._reader = reader
        self._live = live
        self._numerics = numerics
        self._batches = batches
        self._channels = channels
        self._deliveries = deliveries
        self._link = link
        self._history = history
        self._markers = markers
        self._composing = composing
        self._search = search
        self._moderation = moderation
        self._entering = entering
        self._table: dict[str, tuple[Callable[[Message], None], int]] = {
            "PRIVMSG": (self._said, 2),
            "NOTICE": (self._said, 2),
            "TAGMSG": (live.tagged, 1),
            "REDACT": (live.changed, 2),
            "UNREDACT": (live.changed, 2),
            "MARKREAD": (self._markread, 2),
            "JOIN": (self._join, 1),
            "PART": (self._part, 1),
            "KICK": (self._kick, 2),
            "QUIT": (self._quit, 0),
            "NICK": (self._nick, 1),
            "SETNAME": (self._setname, 1),
            "AWAY": (self._away, 0),
            "CHGHOST": (self._chghost, 2),
            "METADATA": (pins.told, 2),
            "TOPIC": (self._topic, 2),
            "MODE": (self._mode, 2),
            "INVITE": (self._invite, 2),
            "PING": (self._ping, 0),
            "ERROR": (self._error, 1),
            "CAP": (link.handle_capability, 3),
            "ACK": (self._ack, 0),
            "FAIL": (self._standard_reply, 3),
            "WARN": (self._standard_reply, 3),
            "NOTE": (self._standard_reply, 3),
            "WALLOPS": (self._wallops, 1),
        }

    def handle(self, message: Message) -> None:
        """Take one message."""
        whole = self._batches.take(message)
        if isinstance(whole, Batch):
            if whole.kind == SEARCH:
                self._search.answered(whole)
            else:
                self._history.answered(whole)
        elif whole is not None:
            self._handle(whole)

    def _handle(self, message: Message) -> None:
        known = self._table.get(message.command) or self._table.get(message.command.upper())
        if known is not None:
            handler, needed = known
            if len(message.params) >= needed:
                handler(message)
        elif message.command.isdecimal():
            self._numerics.handle(message, self._batches.label(message))

    def _event(
        self, conversation: Conversation, kind: EntryKind, message: Message, text: str = "", target: str = ""
    ) -> None:
        """Add the entry of something that somebody did."""
        self._state.book.add(conversation, self._reader.event(conversation, kind, message, text, target))

    # --- messages ------------------------------------------------------------------------------

    def _said(self, message: Message) -> None:
        self._live.said(message, self._batches.label(message))

    def _markread(self, message: Message) -> None:
        conversation = self._state.book.find(message.params[0])
        if conversation is not None:
            self._markers.marked(conversation, message.params[1])

    # --- who is where --------------------------------------------------------------------------

    def _join(self, message: Message) -> None:
        state = self._state
        nickname = message.nickname
        realname = message.params[2] if len(message.params) > 2 else ""
        state.book.saw(nickname, message.source.rpartition("@")[2])
        if state.is_me(nickname):
            if not state.features.is_channel(message.params[0]):
                return
            state.source = message.source
            conversation = self._channels.joined(message.params[0])
            self._link.settle()
            self._add_member(conversation, nickname, state.name)
            self._history.catch_up(conversation)
            return
        found = state.book.find(message.params[0])
        if found is None or not found.channel:
            return
        if realname:
            state.book.learn(nickname, realname=realname)
        self._add_member(found, nickname, realname)
        state.book.learn(nickname, in_clear=CLEAR_TAG in message.tags)
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
        self._event(conversation, EntryKind.PART, message, param(message, 1))
        if not own:
            self._gone(conversation, message.nickname)

    def _gone(self, conversation: Conversation, nickname: str) -> None:
        self._composing.stopped(conversation, nickname)
        self._state.book.remove_member(conversation, nickname)

    def _kick(self, message: Message) -> None:
        state = self._state
        conversation = state.book.find(message.params[0])
        if conversation is None or not conversation.channel:
            return
        who, reason = message.params[1], param(message, 2)
        own = state.is_me(who)
        target = self._reader.name_in(conversation, who, own)
        self._event(conversation, EntryKind.KICK, message, reason, target)
        if not own:
            self._gone(conversation, who)
            return
        by = self._reader.name_in(conversation, message.nickname, state.is_me(message.nickname))
        if not self._channels.left(conversation):
            state.show_strip(StripKind.KICKED, conversation.key, by, shown_text(reason))

    def _quit(self, message: Message) -> None:
        state = self._state
        nickname = message.nickname
        if state.is_me(nickname):
            return
        for conversation in state.book.channels_of(nickname):
            self._event(conversation, EntryKind.QUIT, message, param(message, 0))
            self._gone(conversation, nickname)
        chat = state.book.find(nickname)
        if chat is not None and not chat.channel and chat.joined:
            self._event(chat, EntryKind.QUIT, message, param(message, 0))
            self._composing.stopped(chat, nickname)
            state.book.update(chat, joined=False, away=False, seen=self._reader.time(message))

    def _nick(self, message: Message) -> None:
        state = self._state
        old, new = message.nickname, message.params[0]
        if not new or not old or state.features.is_channel(new):
            return
        own = state.is_me(old)
        chat = state.book.find(old)
        for conversation in state.book.channels_of(old):
            self._event(conversation, EntryKind.NICK, message, new)
            self._composing.stopped(conversation, old)
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
        text = param(message, 0)
        self._state.book.learn(message.nickname, away=bool(text), away_text=shown_text(text))

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
        if state.is_me(message.params[0]):
            for letter, added, _ in state.features.mode_changes(message.params[1], []):
                if letter == "o":
                    state.set_operator(added)
            return
        conversation = state.book.find(message.params[0])
        if conversation is None or not conversation.channel:
            return
        changes = state.features.mode_changes(message.params[1], message.params[2:])
        for letter, added, value in changes:
            if letter == "b" and added and state.is_me(message.nickname):
                self._moderation.banned(conversation, value)
            self._set_mode(conversation, letter, added, value)
        self._event(conversation, EntryKind.MODE, message, " ".join(message.params[1:]))
        for sign, added, nickname in state.features.changed_prefixes(message.params[1], message.params[2:]):
            key = state.fold(nickname)
            member = conversation.members.get(key)
            if member is not None:
                others = member.prefixes.replace(sign, "")
                member.prefixes = state.features.sorted_prefixes(others + sign if added else others)
                state.journal.member_changed(conversation, key, member.nickname)
        self._channels.set_up(conversation)

    def _set_mode(self, conversation: Conversation, letter: str, added: bool, value: str) -> None:
        """Note a mode of the channel itself."""
        features = self._state.features
        if letter in features.prefix_modes or letter in features.list_modes:
            return
        if added:
            conversation.modes[letter] = value
        else:
            conversation.modes.pop(letter, None)

    def _invite(self, message: Message) -> None:
        if self._state.is_me(message.params[0]):
            name = self._state.name_of(message.nickname)
            self._state.server_text(tr("{name} invites you to {channel}.").format(name=name, channel=message.params[1]))
            self._entering.invited(message.nickname, message.params[1])

    # --- the connection ------------------------------------------------------------------------

    def _ping(self, message: Message) -> None:
        self._state.send("PONG", *message.params[-1:])

    def _error(self, message: Message) -> None:
        self._link.said_error(message.params[-1])

    def _ack(self, message: Message) -> None:
        self._deliveries.acknowledged(self._batches.label(message))

    def _standard_reply(self, message: Message) -> None:
        """FAIL, WARN, NOTE: command, code, context, description."""
        text = refusal(message.command, message.params[-1])
        conversation = None
        if message.command.upper() == "FAIL":
            about, code = message.params[0].upper(), message.params[1]
            context = message.params[2:-1]
            conversation = next(filter(None, map(self._state.book.find, context)), None)
            label = self._batches.label(message)
            speaks_of_text = about in {"PRIVMSG", "NOTICE", "*"}
            answered = (
                (about == "CHATHISTORY" and self._history.refused(label, code, context))
                or (about == "SEARCH" and self._search.refused(label, context, text))
                or self._deliveries.refused(label, conversation if speaks_of_text else None, text)
            )
            if answered or about == "MARKREAD":
                return
        self._state.server_text(text, conversation)

    def _wallops(self, message: Message) -> None:
        self._state.server_text(f"{message.nickname}: {message.params[-1]}")
