"""How tests play a server that remembers: what was asked of it, and answers made of lines."""

from __future__ import annotations

from client.changes import Change
from protocol import Message, parse
from tests.fakes import REMEMBERING, Chat

WITHOUT_LABELS = REMEMBERING.replace("labeled-response ", "")


def asked(chat: Chat, command: str = "CHATHISTORY") -> list[Message]:
    """What was asked with this command since this was last looked at; anything else that was sent is forgotten."""
    return [message for message in map(parse, chat.sent()) if message.command == command]


def words(chat: Chat, command: str = "CHATHISTORY") -> list[str]:
    """The same as text."""
    return [" ".join(message.params) for message in asked(chat, command)]


def batch(*lines: str, label: str = "", target: str = "#lobby", kind: str = "chathistory") -> list[str]:
    """An answer: a batch of these lines (`@tags :source ...` or `:source ...`)."""
    inside = [f"@batch=9;{line[1:]}" if line[0] == "@" else f"@batch=9 {line}" for line in lines]
    return [f"{f'@label={label} ' if label else ''}:srv BATCH +9 {kind} {target}".rstrip(), *inside, ":srv BATCH -9"]


def said(number: int, text: str = "", who: str = "Budi", target: str = "#lobby", tags: str = "") -> str:
    """Something that was said in second `number`."""
    time = f"2026-11-20T03:{number // 60:02}:{number % 60:02}.000Z"
    extra = f";{tags}" if tags else ""
    return f"@msgid=m{number};time={time}{extra} :{who}!u@h PRIVMSG {target} :{text or number}"


def label_of(chat: Chat, target: str) -> str:
    """The label of the question about this conversation that is on its way."""
    requests = chat.session._rooms.history._requests._running
    return next(r.label for r in requests if r.conversation is not None and r.conversation.target == target)


def answer(chat: Chat, *lines: str, target: str = "#lobby") -> list[Change]:
    """Answer the question about this conversation with these lines; what was sent before is forgotten."""
    chat.sent()
    return chat.server(*batch(*lines, label=label_of(chat, target), target=target))


def refuse(chat: Chat, code: str = "MESSAGE_ERROR", target: str = "#lobby") -> list[Change]:
    """Refuse to answer the question about this conversation; what was sent before is forgotten."""
    chat.sent()
    words = f"AFTER {target} m1" if code == "MESSAGE_ERROR" else f"AFTER {target}"
    return chat.server(f"@label={label_of(chat, target)} :srv FAIL CHATHISTORY {code} {words} :Could not")


def opened(*lines: str, capabilities: str = REMEMBERING) -> Chat:
    """Somebody logged in to a server that remembers these lines of #lobby, and no private chats."""
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(capabilities)
    questions = asked(chat)
    for question in questions:
        label = question.tags.get("label", "")
        if question.params[0] == "TARGETS":
            chat.server(*batch(label=label, target="", kind="draft/chathistory-targets"))
        else:
            chat.server(*batch(*lines, label=label))
    chat.sent()
    return chat


def back(chat: Chat, capabilities: str = REMEMBERING) -> None:
    """The link is lost and found; the questions that follow are still to be answered."""
    chat.done(chat.session.connection_lost("x"))
    chat.wait(60)
    chat.welcome(capabilities)


def rows(chat: Chat, key: str = "#lobby") -> list[str]:
    """What stands there: texts of messages, and the marks by their kind ("gap open")."""
    return [
        entry.text or " ".join(filter(None, [entry.kind.value, entry.gap.value if entry.gap else ""]))
        for entry in chat.conversation(key).entries
    ]


def gap(chat: Chat, key: str = "#lobby") -> str:
    """The id of the first gap."""
    return next(entry.id for entry in chat.conversation(key).entries if entry.gap is not None)
