"""How the tokens of numeric 005 are told: at the welcome, by ISUPPORT and VERSION, and when they change.

The tokens themselves are listed in `information.py`. IRCv3 extended-isupport: ISUPPORT also before registration, and a
batch around the lines. Imports `call` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import protocol
from chatd import capabilities
from chatd.commands.call import Call, Context, Refused, batch_name
from chatd.commands.table import Command
from chatd.connection import Connection

TOKENS_PER_LINE = 13
"""Most tokens in one 005 (Modern, "RPL_ISUPPORT")."""
BATCHED = capabilities.BATCH | capabilities.EXTENDED_ISUPPORT


def isupport(call: Call) -> None:
    """ISUPPORT: all tokens; before registration for those who asked for the capability."""
    if not call.connection.registered and not call.connection.caps & capabilities.EXTENDED_ISUPPORT:
        raise Refused(protocol.ERR_NOTREGISTERED, "You have not registered")
    tell(call)


def tell(call: Call) -> None:
    """Answer with all tokens, in a batch for those who asked for that."""
    tokens = call.context.isupport
    batched = call.connection.caps & BATCHED == BATCHED
    batch = call.open_batch("draft/isupport") if batched else ""
    for line in _lines(call.context.name, call.connection.target, tokens):
        call.line(f"@batch={batch} {line}" if batch else line)
    call.close_batch(batch)


def lines(context: Context, session: Connection, tokens: list[str]) -> Iterator[str]:
    """The lines by which somebody who did not ask is told of these tokens."""
    written = _lines(context.name, session.target, tokens) if tokens else ()
    if not tokens or session.caps & BATCHED != BATCHED:
        yield from written
        return
    name = batch_name(context)
    yield f":{context.name} BATCH +{name} draft/isupport"
    for line in written:
        yield f"@batch={name} {line}"
    yield f":{context.name} BATCH -{name}"


def changes(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """The tokens that tell what became different: new and changed ones, and `-NAME` for those that are no more."""
    old, new = set(before), list(after)
    names = {_name(token) for token in new}
    return [token for token in new if token not in old] + sorted(
        f"-{_name(token)}" for token in old if _name(token) not in names
    )


def _name(token: str) -> str:
    return token.partition("=")[0]


def _lines(server: str, target: str, tokens: Iterable[str]) -> Iterator[str]:
    """As many 005 as are needed; each token stands whole in one of them."""
    head, tail = f":{server} {protocol.RPL_ISUPPORT} {target} ", " :are supported by this server"
    room = protocol.LINE_BYTES - 2 - len((head + tail).encode())
    words: list[str] = []
    for token in tokens:
        if len(words) == TOKENS_PER_LINE or len(" ".join([*words, token]).encode()) > room:
            yield head + " ".join(words) + tail
            words = []
        words.append(token)
    yield head + " ".join(words) + tail


COMMANDS = {"ISUPPORT": Command(isupport, feature="extended_isupport", before_registration=True)}
