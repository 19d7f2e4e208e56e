"""What a service is: a name, and orders that people give it in words. Imports `call`, `nicknames` and `permissions`.

A handler raises `Declined` for what it will not do. Entered by every I/O thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import protocol
from chatd import permissions
from chatd.channel import Channel
from chatd.commands import audit, nicknames
from chatd.commands.call import Call

MASK = "***"
REFUSALS = {
    protocol.ERR_NEEDREGGEDNICK: "Log in to an account first: /NS IDENTIFY password",
    protocol.ERR_NICKLOCKED: "You are logged in to an account already",
    protocol.ERR_CHANOPRIVSNEEDED: "Your account may not do this in that channel",
    protocol.ERR_NOPRIVILEGES: "This is for operators of the server",
}
"""What stands in the table, in words."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 channel`, `2 channels`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


class Declined(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """The service does not do it; the text says why."""


@dataclass(slots=True)
class Request:
    """Somebody asks a service for something."""

    call: Call
    service: str
    name: str
    """Of the order."""
    words: list[str]
    """What stands behind it."""

    def say(self, text: str) -> None:
        """Answer with a notice."""
        line = nicknames.notice(self.call.context, self.service, self.call.connection.target, text)
        self.call.line(protocol.cut_bytes(line, protocol.LINE_BYTES - 2))

    def check_locked(self, channel: Channel | None = None) -> None:
        """Raise `Declined` for what the table does not allow the asker's account (in this channel)."""
        actor = permissions.by_account(self.call.connection.person, channel)
        cell = permissions.SERVICES[f"{self.service} {self.name}"][actor]
        if cell != permissions.ALLOWED:
            raise Declined(REFUSALS[cell])

    def after_log(self, then: Callable[[], None]) -> None:
        """Go on with `then` once all that was queued is back from the log; a handler ends with it."""
        self.call.after_log(lambda: self.attempt(then))

    def attempt(self, act: Callable[[], None]) -> None:
        """Do it, and say why not where it is declined."""
        try:
            act()
        except Declined as declined:
            self.say(str(declined))


@dataclass(frozen=True, slots=True)
class Order:
    handler: Callable[[Request], None]
    usage: str
    """What stands behind its name."""
    about: str
    least: int = 0
    """Fewest words behind its name."""
    secret: int = 0
    """From which of these words on nobody else should read them; 0 for none of them."""
    of_channel: bool = False
    """Whether the handler checks the rights, for they are those in a channel."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    short: str
    """The command that stands for it."""
    about: str
    orders: Mapping[str, Order]
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of orders, as other services have them."""

    def serve(self, call: Call, words: list[str]) -> None:
        """Find out which order it is, and carry it out."""
        given = words[0].upper() if words else "HELP"
        request = Request(call, self.name, self.aliases.get(given, given), words[1:])
        request.attempt(lambda: self._serve(request))

    def _serve(self, request: Request) -> None:
        if request.name == "HELP":
            self._help(request)
            return
        order = self.orders.get(request.name)
        if order is None:
            raise Declined(f"There is no {request.name[:30]}; /{self.short} HELP says what there is")
        if not order.of_channel:
            with request.call.state.lock:
                request.check_locked()
        if len(request.words) < order.least:
            raise Declined(f"Write it like this: {self._usage(request.name)}")
        if permissions.SERVICES[f"{self.name} {request.name}"][permissions.Actor.ACCOUNT] == protocol.ERR_NOPRIVILEGES:
            with request.call.state.lock:
                what = f"{self.name} {self.without_secrets([request.name, *request.words])}"
                audit.note_locked(request.call.context, request.call.called, what)
        order.handler(request)

    def _usage(self, name: str) -> str:
        return f"/{self.short} {name} {self.orders[name].usage}".rstrip()

    def _help(self, request: Request) -> None:
        wanted = request.words[0].upper() if request.words else ""
        wanted = self.aliases.get(wanted, wanted)
        if wanted in self.orders:
            request.say(self._usage(wanted))
            request.say(self.orders[wanted].about)
            return
        request.say(f"{self.name}: {self.about}")
        for name in self.orders:
            if permissions.SERVICES[f"{self.name} {name}"][self._asker(request)] != protocol.ERR_NOPRIVILEGES:
                request.say(self._usage(name))
        request.say(f"/{self.short} HELP <one of these> says more.")

    @staticmethod
    def _asker(request: Request) -> permissions.Actor:
        return permissions.by_account(request.call.connection.person)

    def without_secrets(self, words: list[str]) -> str:
        """What was said to the service, with stars for passwords; also for what may be an order misspelled."""
        given = words[0].upper() if words else ""
        order = self.orders.get(self.aliases.get(given, given))
        secret = 1 if order is None else order.secret
        shown = words if not secret or len(words) <= secret else [*words[:secret], MASK]
        return " ".join(shown)
