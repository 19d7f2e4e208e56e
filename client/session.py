"""The client itself, without a screen: what it knows, what the person does, what the server says.

Pure: no Qt, socket or thread; imports only the client's other pure rooms and `protocol`. One thread
uses it (the GUI thread, or the terminal client's main thread). Every method returns the list of
`Change` that screens repaint from (see the end of `changes.py` for how to read it); after every
method `take_effects()` says what the network side has to do, in order.

The work is done in `client/core/`; here is what the outside sees of it.
"""

from __future__ import annotations

import random as randomness
import time
from collections.abc import Callable, Iterable

from client.abilities import Abilities
from client.changes import CLEAR, Change, Conversation, Entry, LinkState, Problem, Security, StripChanged
from client.core import ranks
from client.core.profiles import last_seen
from client.core.rooms import Rooms
from client.core.state import Clock
from client.core.texts import sendable_text
from client.credentials import NOTHING, Credentials
from client.directory import Invitation
from client.effects import Effect, Send
from client.order import Power, Roll, RoomPower
from protocol import Message


class Session:
    """All of the client's logic.

    `monotonic` and `now` give seconds (a steady clock, and since the epoch), `random` a float in [0, 1),
    `token` 32 hexadecimal digits that nobody can guess.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        random: Callable[[], float] = randomness.random,
        token: Callable[[], str] = lambda: f"{randomness.SystemRandom().getrandbits(128):032x}",
    ) -> None:
        self._rooms = Rooms(Clock(monotonic, now, random, token))
        self._state = self._rooms.state

    # --- what screens read (and never write) ---------------------------------------------------

    @property
    def state(self) -> LinkState:
        """Where the link stands. After NAME_TAKEN and NAME_LOST it is OFFLINE, though the connection may be kept."""
        return self._state.link

    @property
    def host(self) -> str:
        """As given to `login`."""
        return self._state.host

    @property
    def port(self) -> int:
        """Likewise."""
        return self._state.port

    @property
    def known(self) -> str:
        """How the server is known (`changes.ServerMet`), "" for one that speaks in clear or was never met."""
        return self._state.known

    @property
    def name(self) -> str:
        """Our name as typed (spaces collapsed)."""
        return self._state.name

    @property
    def nickname(self) -> str:
        """Our nickname as the server knows it ("" before the first login)."""
        return self._state.nickname

    @property
    def away(self) -> str | None:
        """Why we are away, None while we are here; a NetworkChanged tells that it is another now."""
        return self._state.away

    @property
    def network(self) -> str:
        """What the server calls itself (ISUPPORT NETWORK), else the host."""
        return self._state.network

    @property
    def conversations(self) -> dict[str, Conversation]:
        """By key, in the order to show: channels by name, then private chats, the latest message first."""
        return self._state.book.conversations

    @property
    def current(self) -> str:
        """Key of the conversation on screen, "" for none."""
        return self._state.book.current

    @property
    def strips(self) -> dict[str, StripChanged]:
        """The strips that stand now: "" for the link's, a channel's key for its own (only those not NONE)."""
        return self._state.strips

    @property
    def abilities(self) -> Abilities:
        """What can be done on this server; it changes with the link (look again after a LinkChanged)."""
        return self._state.abilities

    def may_edit(self, key: str, entry_id: str) -> bool:
        """Whether this entry is an own message whose text can still be changed."""
        conversation = self.conversations.get(key)
        return conversation is not None and self._rooms.annotations.may_edit(conversation, entry_id)

    def may_delete(self, key: str, entry_id: str) -> bool:
        """Whether this entry is a message that we can ask the server to remove (it has the last word)."""
        conversation = self.conversations.get(key)
        return conversation is not None and self._rooms.annotations.may_delete(conversation, entry_id)

    def may_undelete(self, key: str, entry_id: str) -> bool:
        """Whether this entry is a message that somebody else deleted and that we may have there again."""
        conversation = self.conversations.get(key)
        return conversation is not None and self._rooms.annotations.may_undelete(conversation, entry_id)

    def may_pin(self, key: str, entry_id: str = "") -> bool:
        """Whether we may have this entry stand out in its room, or no longer; without one, any that does."""
        conversation = self.conversations.get(key)
        if conversation is None:
            return False
        pins = self._rooms.pins
        return pins.may_pin(conversation, entry_id) if entry_id else pins.may(conversation)

    def is_catching_up(self, key: str) -> bool:
        """Whether what was said here before is on its way."""
        conversation = self.conversations.get(key)
        return conversation is not None and self._rooms.history.is_catching_up(conversation)

    def powers_over(self, key: str, nickname: str) -> frozenset[Power]:
        """What we may do to this person in a channel; screens offer no more."""
        conversation = self.conversations.get(key)
        return ranks.powers_over(self._state, conversation, nickname) if conversation is not None else frozenset()

    def powers_in(self, key: str) -> frozenset[RoomPower]:
        """What we may do to a channel."""
        conversation = self.conversations.get(key)
        return ranks.powers_in(self._state, conversation) if conversation is not None else frozenset()

    @property
    def invitations(self) -> dict[str, Invitation]:
        """Where we are wanted, by the key of the room, the latest last (look again after an InvitationsChanged)."""
        return self._rooms.entering.invitations

    @property
    def next_tick(self) -> float | None:
        """When (monotonic clock, seconds) `tick` wants to be called next; None for not at all."""
        return self._rooms.next_tick

    def fold(self, name: str) -> str:
        """The key of a channel or nickname on this server (its CASEMAPPING)."""
        return self._state.fold(name)

    # --- what the person does ------------------------------------------------------------------

    def login(
        self,
        host: str,
        port: int,
        name: str,
        channel: str = "",
        secret: str | None = None,
        known: str = "",
        credentials: Credentials = NOTHING,
    ) -> list[Change]:
        """Connect and log in, forgetting any earlier server; `channel` (irc:// link) is joined and selected.

        `secret` is what AccountMade last said of this server and name, "" for nothing, None if no secret can be kept:
        then we are a guest. `known` is what ServerMet last said of this server, "" for nothing. `credentials` come
        before the secret, and hold for reconnections. Ends in LoggedIn or LoginFailed.
        """
        self._rooms.link.login(host, port, name, channel, secret, known, credentials)
        return self._changes()

    def restore(self, conversations: list[Conversation]) -> list[Change]:
        """Show what an earlier session kept of this server; right after `login`, before its answer.

        Waiting own entries among them go out once we are online. While only the network fails, this login does not
        either: it tries again (WAITING), beside what is on screen.
        """
        for conversation in conversations:
            self._rooms.restore(conversation)
        if conversations:
            self._rooms.link.restored()
        return self._changes()

    def login_as(self, name: str, *, secret: str | None = None) -> list[Change]:
        """After NAME_TAKEN or NAME_LOST: go on as `name`, on the same connection while it is open."""
        self._rooms.link.login_as(name, secret)
        return self._changes()

    def cancel(self) -> list[Change]:
        """Give up a login that is under way (Esc); nothing otherwise."""
        self._rooms.link.cancel()
        return self._changes()

    def logout(self) -> list[Change]:
        """Leave the server and forget its conversations: back to the login page."""
        self._rooms.link.logout()
        return self._changes()

    def hang_up(self) -> list[Change]:
        """End the connection, and stay beside what is known until `retry_now`."""
        self._rooms.link.hang_up()
        return self._changes()

    def retry_now(self) -> list[Change]:
        """The strip's "Try now" and "Connect": connect again without waiting."""
        self._rooms.link.retry_now()
        return self._changes()

    def send_text(self, key: str, text: str, reply_to: str = "") -> tuple[bool, list[Change]]:
        """Send what was typed into a conversation, or do the `/command` in it.

        `reply_to` is the id of the entry that a message answers.

        A text that is too long, or has several lines where the server has no such messages, becomes several. While we
        are offline it is taken and waits. False: not taken, the text stays in the box (removed from the channel,
        unknown command, a command that needs the server); the changes say why. `//` begins a text with a slash.
        """
        conversation = self.conversations.get(key)
        taken = conversation is not None and self._rooms.commands.send_text(conversation, text, reply_to)
        return taken, self._changes()

    def resend(self, key: str, entry_id: str) -> list[Change]:
        """Send a FAILED entry again: it moves to the end, and waits there while we are offline."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.commands.resend(conversation, entry_id)
        return self._changes()

    def discard(self, key: str, entry_id: str) -> list[Change]:
        """Delete a FAILED entry from the screen, or one that was never sent."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.deliveries.discard(conversation, entry_id)
        return self._changes()

    def load_gap(self, key: str, entry_id: str) -> list[Change]:
        """An OPEN gap came near the viewport, or was clicked: fetch what belongs there."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.history.load_gap(conversation, entry_id)
        return self._changes()

    def show_message(self, key: str, msgid: str) -> list[Change]:
        """Go to this message: ShowEntry follows, at once or when it has been fetched."""
        conversation = self.conversations.get(key)
        if conversation is None and key and not self._state.features.is_channel(key):
            conversation = self._rooms.history.open_private(key)
        if conversation is not None:
            self._state.book.select(conversation.key)
            self._rooms.history.show(conversation, msgid)
        return self._changes()

    def react(self, key: str, entry_id: str, text: str) -> list[Change]:
        """React with this (an emoji) to an entry, or take the same reaction back."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.annotations.react(conversation, entry_id, text)
        return self._changes()

    def edit(self, key: str, entry_id: str, text: str) -> tuple[bool, list[Change]]:
        """Change the text of an own message. False: not taken, the text stays in the box."""
        conversation = self.conversations.get(key)
        taken = conversation is not None and self._rooms.annotations.edit(conversation, entry_id, text)
        return taken, self._changes()

    def delete(self, key: str, entry_id: str) -> list[Change]:
        """Ask the server to remove a message; one that was never sent is deleted at once."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.deliveries.discard(conversation, entry_id)
            self._rooms.annotations.delete(conversation, entry_id)
        return self._changes()

    def undelete(self, key: str, entry_id: str) -> list[Change]:
        """Ask the server to have a deleted message there again."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.annotations.undelete(conversation, entry_id)
        return self._changes()

    def ask_roll(self, key: str, roll: Roll) -> list[Change]:
        """Ask who is kept from what; RollShown follows. Lifting is a command: /unban, /words, /unkline."""
        room = self.conversations.get(key) if roll is not Roll.SERVER else None
        if self.state is LinkState.ONLINE and (room is not None or roll is Roll.SERVER):
            self._rooms.moderation.ask(roll, room)
        return self._changes()

    def set_away(self, text: str | None) -> list[Change]:
        """Say that we are away, and why, or here again (None); it stays so over breaks of the link."""
        self._rooms.presence.go(text)
        return self._changes()

    def last_seen(self, key: str) -> float:
        """When the other one of a private chat was last here, as far as that is known; else 0.0."""
        conversation = self.conversations.get(key)
        return last_seen(conversation) if conversation is not None else 0.0

    def ask_about(self, nickname: str) -> list[Change]:
        """Ask who this is; ProfileShown follows."""
        if self.state is LinkState.ONLINE:
            self._rooms.profiles.ask(nickname)
        return self._changes()

    def pin(self, key: str, entry_id: str) -> list[Change]:
        """Have a message stand out in its room; PinsChanged follows."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.pins.pin(conversation, entry_id)
        return self._changes()

    def unpin(self, key: str, entry_id: str) -> list[Change]:
        """The opposite of `pin`."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.pins.unpin(conversation, entry_id)
        return self._changes()

    def ask_pins(self, key: str) -> list[Change]:
        """Ask what the messages say that stand out in a room; PinsShown follows."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.pins.ask(conversation)
        return self._changes()

    def typing(self, key: str, text: str) -> list[Change]:
        """The box of this conversation holds this text now (call it at each change): others are told now and then."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            self._rooms.composing.box(conversation, text)
        return self._changes()

    def search(self, text: str, key: str = "") -> list[Change]:
        """Search all that we may read, or one conversation; SearchResults follow."""
        self._rooms.search.begin(text, key)
        return self._changes()

    def search_more(self) -> list[Change]:
        """Fetch more of the last search, older ones."""
        self._rooms.search.more()
        return self._changes()

    def keep_draft(self, key: str, text: str) -> list[Change]:
        """Remember what stands in the box of this conversation."""
        conversation = self.conversations.get(key)
        if conversation is not None:
            conversation.draft = text
        return self._changes()

    def select(self, key: str) -> list[Change]:
        """This conversation is on screen now: read, if the window is active; the one left loses its unread line."""
        self._state.book.select(key)
        return self._changes()

    def watch(self, words: Iterable[str]) -> None:
        """These highlight words make a message a mention like our name, in what is said from now on."""
        self._state.watch(words)

    def take_heard(self) -> list[tuple[Conversation, Entry]]:
        """What others said since the last call, live, and not where the person was looking; the last ones of many."""
        heard = list(self._state.heard)
        self._state.heard.clear()
        return heard

    def set_active(self, active: bool) -> list[Change]:
        """Whether the window has the focus (True at the start); only then is what is on screen read."""
        self._state.book.set_active(active)
        return self._changes()

    def open_private(self, nickname: str) -> list[Change]:
        """Open the private chat with this person (or the one that exists) and select it."""
        if nickname and not self._state.is_me(nickname):
            self._rooms.history.open_private(nickname, select=True)
        return self._changes()

    def join(self, channel: str) -> list[Change]:
        """Join a channel (`#` is added if missing) and select it once joined; also "Join again"."""
        self._rooms.commands.join(channel)
        return self._changes()

    def enter(self, name: str, password: str = "", topic: str = "", modes: str = "") -> list[Change]:
        """`join`, but RoomRefused says why not; one that is ours by that gets this topic and these modes (letters)."""
        self._rooms.entering.enter(name, password, topic, modes)
        return self._changes()

    def ask_rooms(self) -> list[Change]:
        """Ask which channels the server has; RoomsListed follows."""
        self._rooms.entering.ask()
        return self._changes()

    def knock(self, name: str) -> list[Change]:
        """Ask those in a channel to let us in; KnockAnswered follows."""
        self._rooms.entering.knock(name)
        return self._changes()

    def decline(self, key: str) -> list[Change]:
        """Forget the invitation to this channel."""
        self._rooms.entering.decline(key)
        return self._changes()

    def reopen(self, conversation: Conversation) -> list[Change]:
        """Undo `close`: the conversation is there again with all that it held, and selected; a channel is joined."""
        self._rooms.reopen(conversation)
        return self._changes()

    def mark_read(self, *keys: str) -> list[Change]:
        """All of these conversations is read; without keys, of all there are."""
        for conversation in self.conversations.values():
            if (not keys or conversation.key in keys) and (conversation.unread or conversation.first_unread):
                self._rooms.markers.read(conversation)
        return self._changes()

    def set_topic(self, key: str, topic: str) -> list[Change]:
        """Set the topic of this channel, "" for none; it changes when the server says so."""
        if key in self.conversations and self.state is LinkState.ONLINE:
            self._state.send("TOPIC", self.conversations[key].title, sendable_text(" ".join(topic.split())))
        return self._changes()

    def invite(self, key: str, nickname: str) -> list[Change]:
        """Invite somebody into this channel; the server's answer appears in it."""
        if key in self.conversations and self.state is LinkState.ONLINE:
            self._state.send("INVITE", nickname, self.conversations[key].title)
        return self._changes()

    def close(self, key: str) -> list[Change]:
        """Close a private chat, or leave a channel."""
        conversation = self.conversations.get(key)
        if conversation is not None and conversation.channel:
            self._rooms.channels.part(conversation)
        elif conversation is not None:
            self._state.book.remove(conversation)
        return self._changes()

    # --- what the network side says ------------------------------------------------------------

    def connected(self, security: Security = CLEAR, secret: str | None = "") -> list[Change]:
        """The connection asked for by `Connect` is open.

        `secret` as for `login`, where only now it is known which server this is; "" leaves what was said then.
        """
        self._rooms.link.connected(security, secret)
        return self._changes()

    def connection_failed(self, problem: Problem, text: str = "") -> list[Change]:
        """There is no connection, or no chat server at its end, or another than is known (`text`: its fingerprint)."""
        self._rooms.link.connection_failed(problem, text)
        return self._changes()

    def connection_lost(self, text: str) -> list[Change]:
        """The open connection ended without our asking; `text` is the system's reason, may be ""."""
        self._rooms.link.connection_lost(text)
        return self._changes()

    def received(self, messages: list[Message]) -> list[Change]:
        """What the server sent, in order. Never raises, whatever it is."""
        for message in messages:
            if self._state.link is LinkState.ONLINE:
                self._rooms.handlers.handle(message)
            elif self._rooms.link.listens:
                self._rooms.link.handle(message)
        return self._changes()

    def derived(self, key: bytes) -> list[Change]:
        """What `Derive` asked for."""
        self._rooms.link.derived(key)
        return self._changes()

    # --- time ----------------------------------------------------------------------------------

    def tick(self) -> list[Change]:
        """Do what is due (call at `next_tick`; earlier does no harm)."""
        self._rooms.tick()
        return self._changes()

    def take_effects(self) -> list[Effect]:
        """What the network side has to do now, in order; each effect is handed out once."""
        effects: list[Effect] = []
        for effect in self._state.effects:
            last = effects[-1] if effects else None
            if isinstance(effect, Send) and isinstance(last, Send):
                effects[-1] = Send(last.data + effect.data)
            else:
                effects.append(effect)
        self._state.effects = []
        return effects

    def _changes(self) -> list[Change]:
        self._rooms.end_step()
        return self._state.journal.finish()
