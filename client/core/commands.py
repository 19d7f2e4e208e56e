"""What the person types: text for a conversation, or a `/command`.

Pure. A command is one line that starts with a slash and a word; `//` begins a text with a slash, and
what only looks like a path (`/usr/bin`) is a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from client.changes import Conversation, EntryKind, LinkState, StripKind
from client.core.channels import Channels
from client.core.composing import Composing
from client.core.delivery import Deliveries
from client.core.history import History
from client.core.link import Link
from client.core.moderation import HELP, SECRET, SERVER, Moderation
from client.core.presence import Presence
from client.core.state import State
from client.core.texts import own_name, sendable_text
from client.effects import is_loopback
from protocol import nickname_from_name
from translations import N_, tr

ABOUT: dict[str, str] = {
    "me": N_("/me TEXT: what you are doing"),
    "msg": N_("/msg NAME TEXT: write to one person"),
    "join": N_("/join #ROOM: enter a room, or switch to it"),
    "part": N_("/part: leave this room"),
    "nick": N_("/nick NAME: change your name"),
    "topic": N_("/topic TEXT: set the topic; alone it shows it"),
    "away": N_("/away TEXT: say that you are away; alone: back again"),
    "names": N_("/names: who is in this room"),
    "whois": N_("/whois NAME: what the server knows of somebody"),
    "list": N_("/list: all rooms of the server"),
    "quit": N_("/quit: leave the server"),
    "help": N_("/help [COMMAND]: the commands"),
}
"""The commands of everybody and what they do; those that keep order are in `moderation.HELP`."""

_WAITING = frozenset({"me", "msg", "help"})
"""Commands that can be done offline: what they say waits."""
_WITH_PASSWORD = frozenset({"auth", "drop", "id", "identify", "login", "passwd", "register", "sapasswd", "saregister"})
"""What is said to NickServ together with a password."""
_COMMAND = re.compile(r"/([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)


class Commands:
    """Does what is typed; every command answers whether it was taken (else its text stays in the box)."""

    def __init__(
        self,
        state: State,
        deliveries: Deliveries,
        channels: Channels,
        link: Link,
        history: History,
        composing: Composing,
        moderation: Moderation,
        presence: Presence,
    ) -> None:
        self._history = history
        self._composing = composing
        self._state = state
        self._deliveries = deliveries
        self._channels = channels
        self._link = link
        self._warned = self._warned_before = ""
        """The text with a password that was held back just now, and by what was typed before."""
        self._table: dict[str, Callable[[Conversation, str], bool]] = {
            "me": self._me,
            "msg": self._msg,
            "join": self._join,
            "part": self._part,
            "nick": self._nick,
            "topic": self._topic,
            "away": lambda _, rest: presence.typed(rest),
            "names": self._names,
            "whois": self._whois,
            "list": self._list,
            "quit": self._quit,
            "help": self._help,
            **{word: partial(moderation.run, word) for word in HELP},
        }

    def send_text(self, conversation: Conversation, text: str, reply_to: str = "") -> bool:
        """Send the text, or do the command; False: not taken."""
        self._warned, self._warned_before = "", self._warned
        lines = list(map(sendable_text, re.split(r"\r\n|\r|\n", text)))
        while lines and not lines[-1].strip():
            lines.pop()
        while lines and not lines[0].strip():
            del lines[0]
        if not lines:
            return True
        command = _COMMAND.fullmatch(lines[0]) if len(lines) == 1 else None
        if command is not None:
            word = command[1].lower()
            known = self._table.get(word)
            if known is not None and word not in _WAITING and self._state.link is not LinkState.ONLINE:
                self._link.offline_send()
                return False
            if known is not None and word in SECRET and command[2] and self._warns(conversation, lines[0]):
                return False
            if known is not None:
                return known(conversation, (command[2] or "").strip())
            self._say_here(
                conversation, tr("There is no command /{command}. /help lists them.").format(command=command[1])
            )
            return False
        if lines[0].startswith("//"):
            lines[0] = lines[0][1:]
        return self._say(conversation, EntryKind.MESSAGE, lines, reply_to)

    def resend(self, conversation: Conversation, entry_id: str) -> None:
        """Send a FAILED entry again, if anything can be said there."""
        if self._may_say(conversation):
            self._deliveries.resend(conversation, entry_id)

    def _say(self, conversation: Conversation, kind: EntryKind, lines: list[str], reply_to: str = "") -> bool:
        if not self._may_say(conversation):
            return False
        if self._holds_password(conversation, lines) and self._warns(conversation, "\n".join(lines)):
            return False
        if not self._deliveries.say(conversation, kind, lines, reply_to):
            self._link.offline_send()
            return False
        self._composing.sent(conversation)
        return True

    def _may_say(self, conversation: Conversation) -> bool:
        """Whether a message for this conversation can go out, now or when we are back; if not, a strip says why."""
        strip = self._state.strips.get(conversation.key)
        if strip is None or strip.kind is not StripKind.KICKED:
            return True
        self._state.show_strip(strip.kind, strip.key, strip.who, strip.text)
        return False

    def _holds_password(self, conversation: Conversation, lines: list[str]) -> bool:
        """Whether this tells NickServ a password."""
        words = "\n".join(lines).lower().split()
        to_services = not conversation.channel and self._state.fold(conversation.nickname) == "nickserv"
        return to_services and len(words) > 1 and words[0] in _WITH_PASSWORD

    def _warns(self, conversation: Conversation, text: str) -> bool:
        """Whether others on the network could read this password: it is held back; the same once more is sent."""
        state = self._state
        if state.secure or is_loopback(state.host) or text == self._warned_before:
            return False
        self._warned = text
        warning = tr(
            "Not sent: the connection to this server is not encrypted, so others on the network could read the "
            "password. Send it once more if you want to anyway."
        )
        self._say_here(conversation, warning)
        return True

    def _say_here(self, conversation: Conversation, text: str) -> None:
        self._state.server_text(text, conversation)

    def _usage(self, conversation: Conversation, usage: str) -> bool:
        return self._state.usage(usage, conversation)

    # --- commands ------------------------------------------------------------------------------

    def _me(self, conversation: Conversation, rest: str) -> bool:
        return self._say(conversation, EntryKind.ACTION, [rest]) if rest else self._usage(conversation, tr("/me text"))

    def _msg(self, conversation: Conversation, rest: str) -> bool:
        nickname, _, text = rest.partition(" ")
        if not text.strip() or self._state.features.is_channel(nickname) or nickname[0] == ":":
            return self._usage(conversation, tr("/msg nickname text"))
        chat = self._history.open_private(nickname, select=True)
        return self._say(chat, EntryKind.MESSAGE, [text.strip()])

    def join(self, name: str, password: str = "") -> bool:
        """Join a channel; False if that cannot be, now or ever."""
        if self._state.link is not LinkState.ONLINE:
            self._link.offline_send()
            return False
        return self._channels.join(name, password)

    def _join(self, conversation: Conversation, rest: str) -> bool:
        words = rest.split()
        if words and self.join(*words[:2]):
            return True
        return self._usage(conversation, tr("/join #channel"))

    def _part(self, conversation: Conversation, rest: str) -> bool:
        first, _, reason = rest.partition(" ")
        named = self._state.book.find(first) if self._state.features.is_channel(first) else None
        leave = named or conversation
        if not leave.channel:
            return self._usage(conversation, tr("/part #channel"))
        self._channels.part(leave, reason if named else rest)
        return True

    def _nick(self, conversation: Conversation, rest: str) -> bool:
        nickname = nickname_from_name(own_name(rest))
        if not nickname:
            return self._usage(conversation, tr("/nick name"))
        self._state.renaming = own_name(rest)
        return self._state.send("NICK", nickname)

    def _topic(self, conversation: Conversation, rest: str) -> bool:
        if not conversation.channel:
            return self._usage(conversation, tr("/topic text"))
        if rest:
            return self._state.send("TOPIC", conversation.title, rest)
        self._say_here(conversation, conversation.topic or tr("No topic is set."))
        return True

    def _names(self, conversation: Conversation, rest: str) -> bool:
        if rest:
            return self._state.send("NAMES", rest)
        names = sorted((member.prefixes + member.name for member in conversation.members.values()), key=str.casefold)
        self._say_here(conversation, ", ".join(names))
        return True

    def _whois(self, conversation: Conversation, rest: str) -> bool:
        nickname = rest or conversation.nickname
        return self._state.send("WHOIS", nickname) if nickname else self._usage(conversation, tr("/whois nickname"))

    def _list(self, _: Conversation, rest: str) -> bool:
        return self._state.send("LIST", *([rest] if rest else []))

    def _quit(self, _: Conversation, rest: str) -> bool:
        self._link.logout(rest)
        return True

    def _help(self, conversation: Conversation, rest: str) -> bool:
        word = rest.lstrip("/").lower()
        if word in HELP:
            self._say_here(conversation, tr(HELP[word]))
            return True

        def listed(words: Iterable[str]) -> str:
            return " ".join(f"/{word}" for word in words)

        own = listed(word for word in self._table if word not in HELP)
        rooms, server = (listed(word for word in HELP if (word in SERVER) is server) for server in (False, True))
        for text in (
            tr("Commands: {commands}. Text that starts with a slash: //").format(commands=own),
            tr("In rooms that you run: {commands}. /help kick, for example, says more.").format(commands=rooms),
            tr("On a server that you run: {commands}.").format(commands=server),
        ):
            self._say_here(conversation, text)
        return True
