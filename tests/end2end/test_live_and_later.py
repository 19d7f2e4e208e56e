"""Who was there and who asks later know the same: random things happen, and history is held against what was seen.

R1 to R3 of the reliability contract, without a client of ours: no gap, no duplicate, one order.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest

from protocol import VENDOR, Message, format_line, parse
from tests.end2end.harness import NAME, Connect, IrcClient

EDIT, EDITED = f"{VENDOR}/edit", f"{VENDOR}/edited"
HISTORY = ("draft/chathistory", "draft/event-playback", "batch", "server-time", "message-tags")
WATCHERS = {
    "semua": (*HISTORY, "extended-join", "draft/multiline", "draft/message-redaction", EDIT),
    "tanpa_edit": (*HISTORY, "draft/multiline", "draft/message-redaction"),
    "tanpa_baris": (*HISTORY, "draft/message-redaction", EDIT),
    "sederhana": HISTORY,
}
ACTOR = ("draft/multiline", "draft/message-redaction", "message-tags", "batch", "echo-message", EDIT)
STEPS = 120
PAGE = 23


class Actor:
    """Somebody restless in one channel."""

    def __init__(self, chance: random.Random, client: IrcClient, channel: str) -> None:
        self._chance = chance
        self.client = client
        self._channel = channel
        self.inside = False
        self._said: list[str] = []
        self._number = 0

    def act(self, known: Sequence[str]) -> list[str]:
        """Do something; the ids of what was said. `known` are those of everybody."""
        channel, chance = self._channel, self._chance
        self._number += 1
        text = f"{self.client.nickname} {self._number}"
        if not self.inside:
            self.inside = True
            return self._ids(f"JOIN {channel}")
        kind = chance.choice(
            ["say"] * 5 + ["lines", "edit", "redact", "react", "react", "topic", "nick", "part", "notice"]
        )
        mine, any_ = chance.choice(self._said or [""]), chance.choice(known or [""])
        match kind:
            case "lines":
                inside = [
                    f"@batch=1 PRIVMSG {channel} :{text}",
                    f"@batch=1;draft/multiline-concat PRIVMSG {channel} :+",
                ]
                return self._ids(f"BATCH +1 draft/multiline {channel}", *inside, "BATCH -1")
            case "edit" if mine:
                self._ids(f"@{EDIT}={mine} PRIVMSG {channel} :{text} edited")
            case "redact" if mine:
                self._said.remove(mine)
                self.client.ask(f"REDACT {channel} {mine}")
            case "react" if any_:
                self.client.ask(f"@+reply={any_};+draft/react={chance.choice('👍🎉')} TAGMSG {channel}")
            case "topic":
                self.client.ask(f"TOPIC {channel} :{text}")
            case "nick":
                self.client.ask(f"NICK {self.client.nickname}{self._number}")
            case "part":
                self.inside = False
                self.client.ask(f"PART {channel} :{text}")
            case "notice":
                self.client.ask(f"NOTICE {channel} :{text}")
            case _:
                return self._ids(f"PRIVMSG {channel} :{text}")
        return []

    def _ids(self, *lines: str) -> list[str]:
        answers = [parse(line) for line in self.client.ask(*lines)]
        own = [answer for answer in answers if answer.command in ("PRIVMSG", "BATCH") and "msgid" in answer.tags]
        ids = [answer.tags["msgid"] for answer in own if answer.nickname.startswith(self.client.nickname)]
        if lines[0].startswith(("PRIVMSG", "BATCH")):
            self._said += ids[-1:]
            return ids[-1:]
        return []


def seen(lines: Sequence[str]) -> list[Message]:
    """What others did, without what the server answered."""
    messages = [parse(line) for line in lines]
    return [message for message in messages if message.source != NAME]


def later(live: list[Message], removed: set[str], knows_edits: bool) -> list[str]:
    """What history must give for what was seen live: removed messages are gone, edited ones have their latest text."""
    texts: dict[str, Message] = {}
    for message in live:
        if EDIT in message.tags:
            texts[message.tags[EDIT]] = message
    lines = []
    dropped = ""
    whole = False
    for message in live:
        first, about = message.tags.get("msgid", ""), about_of(message)
        if dropped and (message.tags.get("batch") == dropped or message.params[0] == "-" + dropped):
            continue  # the lines of a message that is gone or has another text
        if whole and message.command == "PRIVMSG" and not first and "batch" not in message.tags:
            continue  # the same for who gets them as messages
        if message.command == "TAGMSG" and not first:
            continue  # it changed nothing, or came when what it is about was gone
        edit = texts.get(first) if knows_edits and EDIT not in message.tags else None
        gone = first in removed or about in removed
        whole = gone or edit is not None
        if message.command == "BATCH" and (gone or edit is not None):
            dropped = message.params[0][1:]
        if edit is not None:
            message = Message(edit.command, edit.params, message.source, message.tags)
        if not gone:
            lines.append(format_line(message))
    return lines


def about_of(message: Message) -> str:
    """Which message this edit is about, "" if it is none; those who do not know edits see an answer."""
    if message.command in ("PRIVMSG", "NOTICE") and message.params[1].startswith("* "):
        return message.tags["+reply"]
    return message.tags.get(EDIT, "")


def fetched(client: IrcClient, channel: str, after: str) -> list[str]:
    """Everything after this id, page by page, as it would have been written live."""
    found: list[str] = []
    while True:
        start, *lines, _ = client.ask(f"CHATHISTORY AFTER {channel} msgid={after} {PAGE}")
        name = parse(start).params[0][1:]
        if not lines:
            return found
        for line in lines:
            message = parse(line)
            tags = {key: value for key, value in message.tags.items() if key != EDITED}
            if tags.get("batch") == name:
                del tags["batch"]
            after = tags.get("msgid", after)
            found.append(format_line(Message(message.command, message.params, message.source, tags)))


def until_all_quit(watcher: IrcClient, count: int) -> list[str]:
    """All that it was sent, so many QUITs included."""
    lines = watcher.fence()
    missing = count - sum(parse(line).command == "QUIT" for line in lines)
    while missing > 0:
        lines.append(str(watcher.line()))
        missing -= parse(lines[-1]).command == "QUIT"
    return lines


@pytest.mark.parametrize("seed", range(3))
def test_history_gives_what_was_seen_live_whatever_happened(connect: Connect, seed: int) -> None:
    chance, channel = random.Random(seed), f"#acak{seed}"
    watchers = {name: connect(name, *caps) for name, caps in WATCHERS.items()}
    first: dict[str, str] = {}
    for name, watcher in watchers.items():
        watcher.ask(f"JOIN {channel}")
        first[name] = parse(watcher.ask(f"CHATHISTORY LATEST {channel} * 1")[1]).tags["msgid"]
    actors = [Actor(chance, connect(f"aktor{seed}{number}", *ACTOR), channel) for number in range(4)]
    known: list[str] = []
    for _ in range(STEPS):
        known += chance.choice(actors).act(known)
    for actor in actors:
        actor.client.leave()
    inside = sum(actor.inside for actor in actors)
    live = {name: seen(until_all_quit(watcher, inside)) for name, watcher in watchers.items()}
    removed = {message.params[1] for message in live["semua"] if message.command == "REDACT"}
    for name, watcher in watchers.items():
        lines = fetched(watcher, channel, first[name])
        assert lines == later(live[name], removed, EDIT in WATCHERS[name]), name
        ids = re.findall("msgid=([^; ]+)", "\n".join(lines))
        assert len(set(ids)) == len(ids) > 30
