"""What /help says: the commands of the terminal and their lines, and those that keep order. Pure texts."""

from __future__ import annotations

from client.core.commands import ABOUT
from client.core.moderation import HELP as ORDER
from client.core.moderation import SERVER
from translations import N_, tr

HELP = (
    ("/help", N_("/help: this list")),
    ("/who", N_("/who: who is in this room")),
    ("/msg", ABOUT["msg"]),
    ("/me", ABOUT["me"]),
    ("/history", N_("/history [COUNT]: what was said last, with numbers for the commands below")),
    ("/reply", N_("/reply [NUMBER] TEXT: reply to a message; without a number to the last one")),
    ("/react", N_("/react [NUMBER] EMOJI: react to a message; the same again takes it back")),
    ("/edit", N_("/edit [NUMBER] TEXT: edit a message of yours")),
    ("/delete", N_("/delete [NUMBER]: delete a message of yours")),
    ("/search", N_("/search WORDS: find messages; alone it shows more. Also from: in: before: after: has:link")),
    ("/join", ABOUT["join"]),
    ("/room", N_("/room NAME: switch to a room or a private chat; alone it lists them")),
    ("/part", ABOUT["part"]),
    ("/nick", ABOUT["nick"]),
    ("/topic", ABOUT["topic"]),
    ("/away", ABOUT["away"]),
    ("/names", ""),
    ("/whois", ""),
    ("/list", ABOUT["list"]),
    ("/quit", N_("/quit or exit: leave")),
)
"""The commands and their lines in /help; the ones without are known to those who want them."""
COMMANDS = (*(command for command, _ in HELP), *(f"/{word}" for word in ORDER))
"""All that Tab completes."""
HELP_KEYS = N_("Tab completes names, #rooms and /commands; // begins a text with a slash.")


def help_lines(about: str) -> list[str]:
    """What /help says, of everything or of one command."""
    word = about.lstrip("/").lower()
    known = ORDER.get(word) or next((text for command, text in HELP if command == f"/{word}"), "")
    if word and known:
        return [tr(known)]
    rooms, server = (" ".join(f"/{w}" for w in ORDER if (w in SERVER) is whole) for whole in (False, True))
    return [
        *(tr(text) for _, text in HELP if text),
        tr("In rooms that you run: {commands}. /help kick, for example, says more.").format(commands=rooms),
        tr("On a server that you run: {commands}.").format(commands=server),
        tr(HELP_KEYS),
    ]
