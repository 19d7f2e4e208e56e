"""What a stored line says: who spoke, and the text as people read it.

For search, export and checks, which see lines of the log and no connections. Pure; any thread.
"""

from __future__ import annotations

import json
import re

import protocol

_FORMATTING = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?|[\x00-\x08\x0b-\x1f\x7f]")
"""Colours, bold and other control characters; line end and tab stay."""
ACTION = "\x01ACTION "


def nickname_of(line: str) -> str:
    """Who spoke, as the name stood then."""
    return line[1:].partition(" ")[0].partition("!")[0]


def raw_text_of(line: str, extra: str = "") -> str:
    """The last parameter of a PRIVMSG or NOTICE; all lines of a multiline message."""
    if extra:
        text = ""
        for number, (part, concat) in enumerate(json.loads(extra).get("lines", [])):
            text += part if concat or not number else "\n" + part
        if text:
            return text
    return line.partition(" :")[2]


def readdressed(verb: str, line: str, extra: str, key: str) -> tuple[str, str]:
    """A stored line and its extra as they belong to the channel of this key, which had another name then (RENAME)."""
    words = line.split(" ", 3)
    if len(words) < 3 or not words[2].startswith("#") or not key.startswith("#") or protocol.fold(words[2]) == key:
        return line, extra
    words[2] = key
    if verb == "JOIN" and extra:
        extended = json.loads(extra)["extended"].split(" ", 3)
        extra = json.dumps({"extended": " ".join([*extended[:2], key, *extended[3:]])}, ensure_ascii=False)
    return " ".join(words), extra


def is_action(line: str) -> bool:
    """Whether it is "/me waves"."""
    return line.partition(" :")[2].startswith(ACTION)


def text_of(line: str, extra: str = "") -> str:
    """The text without colours and control characters; "" for what programs say to each other (CTCP)."""
    text = raw_text_of(line, extra)
    if text.startswith("\x01"):
        text = text.removeprefix(ACTION) if text.startswith(ACTION) else ""
    return _FORMATTING.sub("", text)
