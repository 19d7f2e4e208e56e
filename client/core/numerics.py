"""What the server answers in numbers ("Numerics" of Modern IRC), while we are online.

Pure. Some fill in what we know, some are errors about a message or a channel, some say what nobody
asked for; whatever else carries text is shown, so that no answer to a person's command is lost.
"""

from __future__ import annotations

from collections.abc import Callable

from client.changes import Conversation
from client.core.channels import WHO_TOKEN, Channels
from client.core.delivery import Deliveries
from client.core.entering import Entering
from client.core.link import Link
from client.core.moderation import Moderation
from client.core.pins import Pins
from client.core.presence import Presence
from client.core.profiles import Profiles
from client.core.rolls import Rolls
from client.core.sentences import refusal
from client.core.state import State
from client.core.texts import server_time, shown_text
from protocol import Message
from translations import tr

IN_CLEAR = "!"
"""The flag of our server in WHO for who speaks without TLS over the network (docs/protocol.md)."""
LISTED_CHANNELS = 100
"""Most lines shown of one /list; networks can have tens of thousands."""

_ABOUT_MESSAGES = frozenset({"401", "403", "404", "408", "412", "415", "417", "477", "486", "531", "716"})
"""Errors that may answer a PRIVMSG."""
_ABOUT_JOINING = frozenset({"403", "405", "437", "448", "471", "473", "474", "475", "476", "477", "479", "480", "489"})
_UNASKED = frozenset({"001", "002", "003", "004", "008", "010", "042", "250", "251", "252", "253", "254", "255"})
_UNASKED |= {"770", "265", "266", "318", "321", "329", "333", "366", "372", "375", "396"}
"""Welcome, statistics, message of the day, ends of lists: nobody needs these in a conversation."""


class Numerics:
    """One handler per numeric that changes something; the rest is text."""

    def __init__(
        self,
        state: State,
        deliveries: Deliveries,
        channels: Channels,
        link: Link,
        moderation: Moderation,
        rolls: Rolls,
        profiles: Profiles,
        presence: Presence,
        pins: Pins,
        entering: Entering,
    ) -> None:
        self._state = state
        self._deliveries = deliveries
        self._channels = channels
        self._link = link
        self._moderation = moderation
        self._rolls = rolls
        self._profiles = profiles
        self._presence = presence
        self._pins = pins
        self._entering = entering
        self._label = ""
        """Of the command that is being answered, "" if unknown."""
        self._listed = 0
        self._table: dict[str, tuple[Callable[[Message], None], int]] = {
            "005": (self._features, 2),
            "221": (self._own_modes, 2),
            "263": (self._try_again, 0),
            "301": (self._away_text, 3),
            "305": (self._own_away, 1),
            "306": (self._own_away, 1),
            "315": (self._who_end, 0),
            "322": (self._channel_listed, 3),
            "323": (self._list_end, 0),
            "324": (self._modes, 3),
            "331": (self._topic, 2),
            "332": (self._topic, 3),
            "352": (self._who, 8),
            "353": (self._names, 3),
            "354": (self._whox, 6),
            "366": (self._names_end, 2),
            "367": (self._on_roll, 3),
            "368": (self._roll_end, 2),
            "376": (self._welcome_end, 0),
            "341": (self._inviting, 3),
            "381": (self._operator, 0),
            "421": (self._unknown, 2),
            "422": (self._welcome_end, 0),
            "730": (self._monitored, 2),
            "731": (self._monitored, 2),
            "761": (self._metadata, 3),
            "766": (self._metadata, 3),
            "774": (pins.later, 2),
            "940": (self._roll_end, 2),
            "710": (self._knocking, 3),
            **dict.fromkeys(("711", "712", "713", "714"), (self._knocked, 2)),
            "941": (self._on_roll, 3),
        }

    def handle(self, message: Message, label: str) -> None:
        """Take one numeric; `label` is that of the command it answers, "" if unknown."""
        self._label = label
        known = self._table.get(message.command)
        if self._profiles.take(message, label):
            return
        if known is not None:
            handler, needed = known
            if len(message.params) >= needed:
                handler(message)
        elif "400" <= message.command <= "599":
            self._error(message, label)
        elif message.command not in _UNASKED:
            self._text(" ".join(message.params[1:]), message)

    def _text(self, text: str, message: Message, conversation: Conversation | None = None) -> None:
        time = server_time(message.tags.get("time", ""), self._state.clock.now)
        self._state.server_text(text, conversation, time)

    def _error(self, message: Message, label: str) -> None:
        """An error: of a message of ours, of joining a channel, or just to be shown."""
        state = self._state
        text = refusal(message.command, message.params[-1] if message.params else "")
        context = message.params[1:-1]
        conversation = next(filter(None, map(state.book.find, context)), None)
        if self._entering.knock_answered(message.command, context, text):
            return
        if conversation is not None:
            self._moderation.refused(message.command, conversation)
        if message.command == "401" and conversation is not None and not conversation.channel:
            state.book.update(conversation, joined=False)
        if message.command in _ABOUT_JOINING:
            for name in context:
                self._refused_to_join(name, text)
            answered = [name for name in context if self._entering.refused(name, message.command, text)]
            if answered:
                return
        about_message = conversation if message.command in _ABOUT_MESSAGES else None
        if self._deliveries.refused(label, about_message, text):
            return
        named = [name for name in context if conversation is None or state.fold(name) != conversation.key]
        self._text(": ".join([*named, text]), message, conversation)

    def _refused_to_join(self, name: str, text: str) -> None:
        conversation = self._channel(name)
        if conversation is not None and self._channels.is_coming_back(conversation):
            self._deliveries.give_up(conversation, text)
        self._channels.refused(name)

    # --- the server and we ---------------------------------------------------------------------

    def _features(self, message: Message) -> None:
        self._state.learn_features(message.params[1:])

    def _welcome_end(self, _: Message) -> None:
        self._link.settle()

    def _own_away(self, message: Message) -> None:
        if not self._presence.told(away=message.command == "306"):
            self._text(message.params[-1], message)

    def _metadata(self, message: Message) -> None:
        if not self._pins.answered(message):
            self._text(" ".join(message.params[1:]), message)

    def _monitored(self, message: Message) -> None:
        self._presence.monitored(message.params[1], here=message.command == "730")

    def _away_text(self, message: Message) -> None:
        """Somebody we wrote to is away; said once, not after each message."""
        nickname, text = message.params[1], shown_text(message.params[2])
        self._state.book.learn(nickname, away=True, away_text=text)
        conversation = self._state.book.find(nickname)
        recent = conversation.entries[-10:] if conversation else []
        if not any(entry.text == text and not entry.nickname for entry in recent):
            self._text(text, message, conversation)

    def _own_modes(self, message: Message) -> None:
        """221: the modes we have as a person."""
        self._state.set_operator("o" in message.params[1])

    def _operator(self, message: Message) -> None:
        """381: we are an operator of the server."""
        self._state.set_operator(True)
        for conversation in self._state.book.channels():
            self._channels.set_up(conversation)
        self._text(refusal("381", message.params[-1] if message.params else ""), message)

    def _unknown(self, message: Message) -> None:
        """421: the server does not know a command."""
        command = message.params[1]
        if not (self._moderation.unknown(command) or self._profiles.unknown(command)):
            self._error(message, "")

    # --- channels ------------------------------------------------------------------------------

    def _channel(self, name: str) -> Conversation | None:
        found = self._state.book.find(name)
        return found if found is not None and found.channel else None

    def _topic(self, message: Message) -> None:
        conversation = self._channel(message.params[1])
        if conversation is not None:
            topic = shown_text(message.params[2]) if message.command == "332" else ""
            self._state.book.update(conversation, topic=topic)

    def _names(self, message: Message) -> None:
        """353: `@+nick!user@host` each, with the prefixes and masks the capabilities allow."""
        state = self._state
        conversation = self._channel(message.params[-2])
        if conversation is None:
            self._text(": ".join(message.params[-2:]), message)
            return
        for word in message.params[-1].split():
            prefixes, rest = state.features.split_prefixes(word)
            nickname, _, mask = rest.partition("!")
            if nickname:
                realname = state.name if state.is_me(nickname) else ""
                member = state.book.add_member(conversation, nickname, realname)
                member.prefixes = state.features.sorted_prefixes(prefixes)
                state.book.saw(nickname, mask.rpartition("@")[2])
        state.journal.members_reset(conversation)

    def _names_end(self, message: Message) -> None:
        conversation = self._channel(message.params[1])
        if conversation is not None:
            self._channels.listed(conversation)
            self._entering.settled(conversation)
            self._channels.learn_modes(conversation)

    def _inviting(self, message: Message) -> None:
        """341: whom we invited where."""
        name = self._state.name_of(message.params[1])
        self._text(tr("{name} is invited.").format(name=name), message, self._channel(message.params[2]))

    def _knocking(self, message: Message) -> None:
        """710: channel, channel again or who reads it, who asks to be let in."""
        conversation = next(filter(None, map(self._channel, message.params[:2])), None)
        name = self._state.name_of(message.params[-2].partition("!")[0])
        self._text(tr("{name} asks to be let in. /invite lets them.").format(name=name), message, conversation)

    def _knocked(self, message: Message) -> None:
        """711: our knock was heard; 712 and the next ones: why not."""
        if not self._entering.knock_answered(message.command, message.params[1:-1], message.params[-1]):
            self._text(message.params[-1], message)

    def _modes(self, message: Message) -> None:
        """324: the modes of a channel; asked for by us once we know who is there, or by the person."""
        conversation = self._channel(message.params[1])
        if conversation is None:
            return
        modes, values = message.params[2], message.params[3:]
        conversation.modes = {letter: value for letter, _, value in self._state.features.mode_changes(modes, values)}
        self._channels.set_up(conversation)
        if self._moderation.modes_told(conversation):
            self._text(" ".join(message.params[2:]), message, conversation)

    def _on_roll(self, message: Message) -> None:
        """367 and 941: a ban, a word."""
        if not self._rolls.listed(message):
            self._text(" ".join(message.params[1:]), message)

    def _roll_end(self, message: Message) -> None:
        if not self._rolls.ended(message):
            self._text(message.params[-1], message)

    def _who(self, message: Message) -> None:
        """352: me, channel, user, host, server, nickname, flags, `hops realname`."""
        self._learn(message.params[5], message.params[6], message.params[7].partition(" ")[2])

    def _whox(self, message: Message) -> None:
        """354, as we ask for it: me, token, channel, nickname, flags, realname."""
        if message.params[1] == WHO_TOKEN:
            self._learn(message.params[3], message.params[4], message.params[5])

    def _learn(self, nickname: str, flags: str, realname: str) -> None:
        in_clear = IN_CLEAR in flags
        if self._state.is_me(nickname):
            self._state.book.learn(nickname, in_clear=in_clear)
        else:
            self._state.book.learn(nickname, realname=realname, away=flags[:1] == "G", in_clear=in_clear)

    def _who_end(self, _: Message) -> None:
        self._channels.who_answered()

    def _try_again(self, message: Message) -> None:
        """263: too busy for a command."""
        text = message.params[-1] if message.params else ""
        taken = {"LIST": self._entering.list_refused, "JOIN": self._entering.too_often}
        command = message.params[1] if len(message.params) > 1 else ""
        if command == "WHO":
            self._channels.who_answered()
        elif command not in taken or not taken[command](refusal("263", text)):
            self._text(text, message)

    def _channel_listed(self, message: Message) -> None:
        if self._entering.listed(message, self._label):
            return
        self._listed += 1
        if self._listed <= LISTED_CHANNELS:
            name, count = message.params[1:3]
            topic = message.params[3] if len(message.params) > 3 else ""
            self._text(f"{name} ({count}) {topic}".rstrip(), message)

    def _list_end(self, message: Message) -> None:
        if self._entering.list_ended(self._label):
            return
        if self._listed > LISTED_CHANNELS:
            self._text(f"… +{self._listed - LISTED_CHANNELS}", message)
        self._listed = 0
