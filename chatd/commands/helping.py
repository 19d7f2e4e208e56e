"""HELP and HELPOP: the texts of `helptexts.py`, in lines (Modern, "HELP message")."""

from __future__ import annotations

import textwrap

import protocol
from chatd.commands import helptexts
from chatd.commands.call import Call
from chatd.commands.table import Command

COLUMNS = 72


def help_(call: Call) -> None:
    """HELP: what there is, or about one command or topic."""
    subject = call.params[0] if call.params else ""
    name = subject.upper()
    if not subject:
        _tell(call, "*", "Help", _index())
    elif name in helptexts.COMMANDS:
        _tell(call, subject, f"The {name} command", helptexts.COMMANDS[name].splitlines())
    elif name in helptexts.TOPICS:
        title, *lines = helptexts.TOPICS[name].splitlines()
        _tell(call, subject, title, lines)
    else:
        call.reply(protocol.ERR_HELPNOTFOUND, subject, "No help available on this topic")


def _index() -> list[str]:
    lines = textwrap.wrap(" ".join(sorted(helptexts.COMMANDS)), COLUMNS)
    return ["HELP <command> says more about each of these:", *lines, f"and about {', '.join(helptexts.TOPICS)}."]


def _tell(call: Call, subject: str, title: str, lines: list[str]) -> None:
    """A title, an empty line, the text; its last line ends the answer."""
    call.reply(protocol.RPL_HELPSTART, subject, f"** {title} **")
    for line in ["", *lines[:-1]]:
        call.reply(protocol.RPL_HELPTXT, subject, line)
    call.reply(protocol.RPL_ENDOFHELP, subject, lines[-1])


COMMANDS = {"HELP": Command(help_), "HELPOP": Command(help_)}
