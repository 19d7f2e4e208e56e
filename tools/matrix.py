"""Writes the matrix of everything the server speaks into docs/protocol.md: each thing, whether it is there, its test.

    python3 -m tools.matrix

What there is comes from the server's own tables; what tries it, from the marks of the tests (tests/covering.py), which
are read as text; why something is not there, from `REASONS`. tests/test_matrix.py says when the page is stale, when
something has neither test nor reason, and when a mark or a reason is about nothing.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import protocol
from chatd.bans import EXTBANS
from chatd.capabilities import NAMES
from chatd.channel import FLAGS, LISTS, PREFIXES
from chatd.commands import COMMANDS
from chatd.commands.call import Context
from chatd.commands.information import isupport_tokens
from chatd.commands.usermodes import LETTERS
from chatd.config import Config, Features, Server
from chatd.log.memory import MemoryLog

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "protocol.md"
BEGIN = "<!-- matrix: written by tools/matrix.py -->"
END = "<!-- end of matrix -->"
SHOWN_TESTS = 2

TAGS = (
    *("time", "msgid", "account", "batch", "bot", "draft/oper"),
    *("+reply", "+draft/reply", "+typing", "+channel-context", "+draft/react", "+draft/unreact"),
)
"""Tags that have a meaning here; every other one with a `+` is relayed as it is."""

REASONS = {
    "STARTTLS": "deprecated by IRCv3; TLS is spoken from the first byte on",
    "WEBIRC": "nothing stands between the server and its clients that it would have to believe",
    "SILENCE": "no token and no command: who does not want to hear somebody says so to their own program",
    "010": "there is one server, and it sends nobody elsewhere",
    "276": "no certificates of clients: Python's ssl does not show self-signed ones",
    "300": "a dummy that no server sends",
    "436": "there is one server, so no two nicknames collide",
    "476": 'a mask that is none is 696 (Modern, "ERR_INVALIDMODEPARAM")',
    "525": 'a key that is none is 696 (Modern, "ERR_INVALIDMODEPARAM")',
    "670": "STARTTLS is deprecated",
    "691": "STARTTLS is deprecated",
    "723": "operators have no finer rights; who is none gets 481",
    "cap:tls": "deprecated by IRCv3",
    "token:MAXTARGETS": "TARGMAX says it for each command",
    "token:SILENCE": "see SILENCE",
}
"""What Modern IRC or IRCv3 describe and the server does not do."""

Kind = tuple[str, dict[str, str]]
"""A heading, and mark -> how it is shown."""


def kinds() -> list[Kind]:
    """Everything there is, by kind."""
    names = {value: name for name, value in vars(protocol).items() if name.startswith(("RPL_", "ERR_"))}
    with_parameter = {"k": "key", "l": "limit", "S": "slow mode"}
    letters = sorted({*FLAGS, *LISTS, *with_parameter}, key=lambda letter: (letter.lower(), letter))
    return [
        ("Commands", {name: f"`{name}`" for name in sorted(COMMANDS)}),
        ("Numerics", {number: f"`{number}` {name}" for number, name in sorted(names.items())}),
        ("Modes of channels", {f"chanmode:{letter}": f"`{letter}`" for letter in letters}),
        ("Ranks", {f"prefix:{letter}": f"`{letter}` (`{sign}`)" for letter, sign in PREFIXES.items()}),
        ("Extended bans", {f"extban:{letter}": f"`{letter}:`" for letter in EXTBANS}),
        ("Modes of people", {f"usermode:{letter}": f"`{letter}`" for letter in LETTERS}),
        ("Tokens of 005", {f"token:{name}": f"`{name}`" for name in _tokens()}),
        ("Capabilities", {f"cap:{name}": f"`{name}`" for name in sorted({*NAMES, "sts"})}),
        ("Tags", {f"tag:{name}": f"`{name}`" for name in TAGS}),
    ]


def _tokens() -> list[str]:
    """The names of all tokens, with those that only a setting brings."""
    chosen = Features(client_tags_denied=("x",))
    context = Context(
        config=Config(server=Server(icon="https://example.org/a.png"), features=chosen),
        log=MemoryLog(time.time),
        now=time.time,
        monotonic=time.monotonic,
        host_of=str,
        motd=list,
        version="",
        started_at=0,
    )
    return sorted(token.partition("=")[0] for token in isupport_tokens(context))


def marks() -> dict[str, list[str]]:
    """What the tests say they cover: thing -> `file::test`, in the order of the files."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for thing, test in _marks_in(path):
            found.setdefault(thing, []).append(f"{path.relative_to(ROOT / 'tests').as_posix()}::{test}")
    return found


def _marks_in(path: Path) -> Iterator[tuple[str, str]]:
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for mark in function.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "covers":
                for word in mark.args:
                    yield str(ast.literal_eval(word)), function.name


def table() -> str:
    """The matrix in Markdown."""
    covered, parts = marks(), []
    for heading, things in kinds():
        rows = [f"| {shown} | {_state(thing, covered)} |" for thing, shown in things.items()]
        parts.append("\n".join([f"### {heading}", "", "| | here | test, or why not |", "|---|---|---|", *rows]))
    known = {thing for _, things in kinds() for thing in things}
    others = [
        f"| `{thing.partition(':')[2] or thing}` | {why} |" for thing, why in REASONS.items() if thing not in known
    ]
    parts.append("\n".join(["### Not here", "", "| | why |", "|---|---|", *others]))
    return "\n\n".join(parts)


def _state(thing: str, covered: dict[str, list[str]]) -> str:
    own = "test_" + re.sub(r"^[a-z]+:(draft/)?", "", thing).lower().replace("-", "_")
    tests = sorted(covered.get(thing, []), key=lambda test: own not in test)
    if not tests:
        return f"no | {REASONS.get(thing, 'NOT TESTED')}"
    more = f" and {len(tests) - SHOWN_TESTS} more" if len(tests) > SHOWN_TESTS else ""
    return "yes | " + ", ".join(f"`{test.removeprefix('end2end/')}`" for test in tests[:SHOWN_TESTS]) + more


def renewed(page: str) -> str:
    """The page with the matrix as it is now. Raises ValueError for a page without the two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the matrix")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
