"""Messages that are written differently for who asked for what: several lines (IRCv3 draft/multiline), edits.

Also the tags that say who wrote it (account-tag, oper-tag, bot-mode). Pure; imports `protocol` only. What is live is
written from an event, what is history from a record; both by these functions, so that a reader cannot tell them apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import protocol
from protocol import VENDOR

CONCAT = "draft/multiline-concat"
EDIT = f"{VENDOR}/edit"
"""The tag that names the message whose text this one replaces."""
EDIT_MARK = "* "
"""What an edited text begins with for those who do not know edits."""
REPLIES = ("+reply", "+draft/reply")
"""The tags that name the message that is answered: the one of today, and that of older clients."""


Lines = tuple[tuple[str, bool], ...]
"""Each line, and whether it goes on where the one before ended."""


def pack(lines: Lines) -> str:
    """The lines as `Event.extra` keeps them."""
    return json.dumps({"lines": lines}, ensure_ascii=False, separators=(",", ":"))


def unpack(extra: str) -> Lines:
    """The lines of a kept message, none for one that has a single line."""
    lines = json.loads(extra).get("lines", ()) if extra else ()
    return tuple((text, concat) for text, concat in lines)


def joined(lines: Lines) -> str:
    """The text that the lines make together."""
    return "".join(text if concat or not number else "\n" + text for number, (text, concat) in enumerate(lines))


def head_of(line: str) -> str:
    """`:source PRIVMSG target :`, what stands in front of the text of each line."""
    return line[: line.index(" :", 1) + 2]


def as_batch(name: str, tags: str, head: str, lines: Lines) -> list[str]:
    """The message for those with the capability; `tags` (without `@`) stand on the opening."""
    source, _, rest = head.partition(" ")
    target = rest.split(" ", 1)[1][:-2]
    opening = f"{source} BATCH +{name} draft/multiline {target}"
    return [
        f"@{tags} {opening}" if tags else opening,
        *(f"@batch={name}{';' + CONCAT if concat else ''} {head}{text}" for text, concat in lines),
        f"{source} BATCH -{name}",
    ]


def as_lines(tags: str, later_tags: str, head: str, texts: Iterable[str]) -> list[str]:
    """The message for everybody else: what is blank is left out, only the first line has all the tags."""
    kept = [text for text in texts if text]
    return [
        f"@{own} {head}{text}" if own else head + text
        for own, text in zip([tags, *[later_tags] * len(kept)], kept, strict=False)
    ]


OPER = "draft/oper"
"""The tag of who is a server operator; it does not say which one (that is nobody's business in a room)."""
BOT = "bot"
"""The tag of a bot; it goes to who asked for message-tags, as client tags do, and stands in front of those."""


def account_tag(account: str) -> str:
    """The tag that names the account of who wrote a message."""
    return f"account={protocol.escape_tag(account)}"


def as_bot(client_tags: str) -> str:
    """The same tags for what a bot sent."""
    return f"{BOT};{client_tags}" if client_tags else BOT


def bot_of(client_tags: str) -> str:
    """The tag of a bot, if these are the tags of one."""
    return BOT if client_tags.partition(";")[0] == BOT else ""


def edit_tags(client_tags: str, msgid: str) -> str:
    """The tags of an edit for those who do not know edits: it answers the message that it edits."""
    others = [tag for tag in client_tags.split(";") if tag and tag.partition("=")[0] not in REPLIES]
    return ";".join([*(f"{name}={msgid}" for name in REPLIES), *others])


def tagged(tag: str, line: str) -> str:
    """The line with this tag in front of its own; one that stands in a batch already stays as it is."""
    if line[0] != "@":
        return f"@{tag} {line}"
    return line if line.startswith("@batch=") else f"@{tag};{line[1:]}"
