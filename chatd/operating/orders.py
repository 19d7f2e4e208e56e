"""The words that can be typed in the server's terminal: finding out which order it is, help, and what Tab completes.

A line goes in, lines come out; see the package. Entered by the thread `prompt`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from chatd.commands.call import Context, Refused
from chatd.commands.stewardship import OrderError
from chatd.config import LEVELS
from chatd.configfile import SECTIONS, nearest
from chatd.operating import people, running
from chatd.operating.desk import Desk, Means, refused
from chatd.operating.layout import texts, wrapped
from protocol import fold, show_hidden
from translations import N_, tr

COMPLETED = 100
"""Most words that Tab offers."""

logger = logging.getLogger("obrolan.server")


@dataclass(frozen=True, slots=True)
class Order:
    carry_out: Callable[[Desk, list[str]], list[str]]
    usage: str
    """How it is written."""
    about: str
    least: int = 0
    """Fewest words behind it."""
    words: tuple[str, ...] = ()
    """What may stand behind it, where that is no nickname."""


ORDERS = {
    "who": Order(people.who, N_("who [#ROOM]"), N_("who is here, from where, and as whom")),
    "channels": Order(people.channels, "channels", N_("the rooms there are")),
    "kick": Order(
        people.kick, N_("kick NAME [#ROOM] [WHY]"), N_("put somebody out of a room; without a room, cut them"), 1
    ),
    "ban": Order(
        people.ban,
        N_("ban [#ROOM] NAME|MASK [TIME] [WHY]"),
        N_("keep somebody out of the server or a room (10m, 2h, 7d; without a time for ever); ban alone lists"),
    ),
    "unban": Order(people.unban, N_("unban [#ROOM] NAME|MASK"), N_("lift a ban"), 1),
    "mute": Order(people.mute, N_("mute #ROOM NAME [TIME] [WHY]"), N_("let somebody read in a room, but not write"), 1),
    "unmute": Order(people.unmute, N_("unmute #ROOM NAME"), N_("let them write again"), 2),
    "say": Order(people.say, N_("say [#ROOM] TEXT"), N_("a notice to everybody, or to a room"), 1),
    "op": Order(
        people.op, N_("op [#ROOM] NAME"), N_("make somebody operator of a room, or of the server until they leave"), 1
    ),
    "deop": Order(people.deop, N_("deop [#ROOM] NAME"), N_("take that back"), 1),
    "owner": Order(running.owner, "owner", N_("whose server it is, or the code that makes it yours")),
    "config": Order(
        running.config,
        N_("config [SECTION|reload]"),
        N_("the settings, passwords too; reload reads them anew"),
        words=("reload", *SECTIONS),
    ),
    "log": Order(
        running.log,
        N_("log [LEVEL]"),
        N_("how much is shown: debug, info, warning or error"),
        words=LEVELS,
    ),
    "audit": Order(running.audit, N_("audit [#ROOM] [NUMBER]"), N_("who did what")),
    "stats": Order(running.stats, "stats", N_("people, messages, memory and other figures")),
    "backup": Order(running.backup, N_("backup FILE [--force]"), N_("copy everything that is kept into one file"), 1),
    "stop": Order(
        running.stop,
        N_("stop [WHY]"),
        N_("end the server; everybody is told"),
    ),
}
HELP = "help"
AS_IT_IS = {"config"}
"""Whose lines are not wrapped: people copy them."""


class Orders:
    """See the module."""

    def __init__(self, context: Context, means: Means) -> None:
        self._context = context
        self._means = means

    def carry_out(self, line: str, width: int) -> list[str]:
        """Do what the line says; the lines of the answer, safe for a terminal of this width."""
        word, *rest = line.split() or [""]
        word = word.lower().removeprefix("/")
        if not word:
            return []
        answer: list[str] = []
        try:
            answer = self._answer(word, rest, width)
        except OrderError as error:
            answer = str(error).splitlines()
        except Refused as refusal:
            answer = [refused(refusal)]
        except Exception:
            logger.exception("%s could not be carried out", show_hidden(word))
            answer = [tr("The server made a mistake")]
        finally:
            self._context.log.wake()
        safe = map(show_hidden, answer)
        return list(safe) if word in AS_IT_IS else [line for each in safe for line in wrapped(each, width)]

    def _answer(self, word: str, rest: list[str], width: int) -> list[str]:
        if word == HELP:
            return _help(rest, width)
        order = ORDERS.get(word)
        if order is None:
            text = tr("There is no {word} here{hint}; type help").format(
                word=word[:30], hint=nearest(word, [*ORDERS, HELP])
            )
            raise OrderError(text)
        if len(rest) < order.least:
            raise OrderError(_written(order))
        return order.carry_out(Desk(self._context, self._means, width), rest)

    def candidates(self, before: str) -> list[str]:
        """What the last word of this may become: an order, a room, or a nickname."""
        front, _, word = before.lstrip().rpartition(" ")
        known = list(self._words(front.split(), word))
        folded = fold(word)
        return sorted((each for each in known if fold(each).startswith(folded)), key=fold)[:COMPLETED]

    def _words(self, front: list[str], word: str) -> list[str]:
        if not front or front == [HELP]:
            return [*ORDERS, HELP]
        order = ORDERS.get(front[0].lower())
        if order is not None and order.words:
            return list(order.words)
        state = self._context.state
        with state.lock:
            return [each.name for each in state.channels.values()] if word.startswith("#") else [*set(state.nicknames)]


def _written(order: Order) -> str:
    return tr("Write it like this: {usage}").format(usage=tr(order.usage))


def _help(words: list[str], width: int) -> list[str]:
    """All orders, or one of them."""
    order = ORDERS.get(words[0].lower()) if words else None
    if order is not None:
        return texts([[tr(order.usage), tr(order.about)]], width)
    rows = [[tr(each.usage), tr(each.about)] for each in ORDERS.values()]
    rows.append([tr("help [ORDER]"), tr("this list, or one of them")])
    return [*texts(rows, width), tr("Ctrl+C stops the server. More: docs/administration.md")]
