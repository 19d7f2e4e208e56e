"""A change of modes as sentences: `+b m:a:siti` reads "Budi muted Siti."

Pure, and the same for window and terminal, which say how names are written in a sentence. What has no sentence here, or
does not read as expected (letters mean other things elsewhere), is shown as it came.
"""

from __future__ import annotations

from collections.abc import Callable

from client.core.spans import in_words, of_seconds
from translations import N_, tr

_VALUE = frozenset("qaohvbeIgk")
_VALUE_WHEN_SET = frozenset("Sl")

_SENTENCES = {
    "+q": N_("{who} made {target} the founder of this room."),
    "-q": N_("{who} took the rank of founder from {target}."),
    "+a": N_("{who} made {target} an administrator of this room."),
    "-a": N_("{who} took the rank of administrator from {target}."),
    "+o": N_("{who} made {target} an operator of this room."),
    "-o": N_("{who} took the rank of operator from {target}."),
    "+h": N_("{who} made {target} a helper in this room."),
    "-h": N_("{who} took the rank of helper from {target}."),
    "+v": N_("{who} gave {target} voice."),
    "-v": N_("{who} took voice from {target}."),
    "+b": N_("{who} banned {target} from this room."),
    "-b": N_("{who} lifted the ban of {target}."),
    "+b m:": N_("{who} muted {target}."),
    "-b m:": N_("{who} lets {target} speak again."),
    "+m": N_("{who} made this a room for announcements: only people with voice may write."),
    "-m": N_("{who} lets everybody write again."),
    "+U": N_("{who} made this room quiet: only those who run it read what the others write."),
    "-U": N_("{who} ended the quiet: everybody reads everybody again."),
    "+S": N_("{who} slowed this room down: one message in {span}."),
    "-S": N_("{who} ended slow mode."),
    "+i": N_("{who} closed this room: only people who are invited may come in."),
    "-i": N_("{who} opened this room: everybody may come in."),
    "+k": N_("{who} put a password on this room."),
    "-k": N_("{who} took the password off this room."),
    "+g": N_("{who} added a word that is not wanted here."),
    "-g": N_("{who} allowed a word again."),
    "+t": N_("{who} keeps the topic to those who run this room."),
    "-t": N_("{who} lets everybody set the topic."),
}
_BY_SERVER = {
    "-b": N_("The ban of {target} is over."),
    "-b m:": N_("The mute of {target} is over: they may speak again."),
}
"""What the server does by itself when the time is up."""


def changes_of(text: str) -> list[tuple[str, str]] | None:
    """`+o-b siti a:budi` as [("+o", "siti"), ("-b", "a:budi")]; None if it does not read so."""
    words = text.split()
    if not words or words[0][0] not in "+-":
        return None
    rest, sign = iter(words[1:]), "+"
    found: list[tuple[str, str]] = []
    for letter in words[0]:
        if letter in "+-":
            sign = letter
            continue
        takes = letter in _VALUE or (sign == "+" and letter in _VALUE_WHEN_SET)
        value = next(rest, "") if takes else ""
        if takes and not value and (sign, letter) != ("-", "k"):
            return None
        found.append((sign + letter, value))
    return None if next(rest, "") else found


def meant(mask: str) -> tuple[str, str]:
    """Whom a mask names, as far as it says: a nickname or account and no host, or no name and a host."""
    inner = mask[2:] if mask[:2] == "m:" else mask
    if inner[:2] == "a:":
        return inner[2:], ""
    nickname, _, rest = inner.partition("!")
    if rest in {"", "*@*"}:
        return nickname, ""
    return "", rest.partition("@")[2] if (nickname, rest[:2]) == ("*", "*@") else ""


def sentence(text: str, who: str, target: str, show: Callable[[str], str], *, by_server: bool = False) -> str:
    """What somebody did; `target` is the name of the one person it is about, where that is known.

    `who` is ready to be shown; `show` makes a name or a mask so.
    """
    changes = changes_of(text)
    raw = tr("{who} changed the mode: {mode}")
    if not changes:
        return raw.format(who=who, mode=show(text))
    told: list[str] = []
    for letter, value in changes:
        key = f"{letter} m:" if letter in {"+b", "-b"} and value.startswith("m:") else letter
        known = (_BY_SERVER.get(key) if by_server else None) or _SENTENCES.get(key)
        slow = letter == "+S" and value.isascii() and value.isdecimal() and len(value) < 10
        span = in_words(of_seconds(int(value))) if slow else ""
        if letter == "+S" and not slow:
            known = None
        if known is None:
            told.append(raw.format(who=who, mode=show(f"{letter} {value}".rstrip())))
        else:
            name = target if target and len(changes) == 1 else meant(value)[0] or value.removeprefix("m:")
            told.append(tr(known).format(who=who, target=show(name), span=span))
    return " ".join(dict.fromkeys(told))
