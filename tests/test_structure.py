"""The shape of the code: what import-linter and ruff cannot see.

Sizes (style: no file over 500 lines, no function over 60, `protocol.py` up to 700) and the purity of
the files that must run without a screen, a socket or a thread.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("chatd", "client", "translations", "tests", "tools")
FILES = sorted([*ROOT.glob("*.py"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
FILE_LINES = 500
FILE_LINES_OF = {"protocol.py": 700}
FUNCTION_LINES = 60

PURE = {"__future__", "collections", "dataclasses", "enum", "re", "typing", "unicodedata"}
"""What `protocol.py` may import: nothing here can open a file, a socket or a thread."""
PURE_CLIENT = PURE | {
    "checkwords",
    "base64",
    "binascii",
    "bisect",
    "datetime",
    "functools",
    "hashlib",
    "hmac",
    "itertools",
    "random",
    "stringprep",
    "time",
    "client",
    "protocol",
    "translations",
}
PURE_CLIENT_ROOMS = {
    "client.changes",
    "client.effects",
    "client.credentials",
    "client.order",
    "client.people",
    "client.abilities",
    "client.directory",
    "client.core",
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Every module the file imports, anywhere in it, with dots."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_protocol_imports_only_the_pure_parts_of_the_standard_library() -> None:
    assert {name.partition(".")[0] for name in imports(ROOT / "protocol.py")} <= PURE


def session_files() -> list[Path]:
    return sorted(
        [
            ROOT / "client/session.py",
            ROOT / "client/changes.py",
            ROOT / "client/effects.py",
            ROOT / "client/order.py",
            ROOT / "client/directory.py",
            *(ROOT / "client/core").rglob("*.py"),
        ]
    )


@pytest.mark.parametrize("path", session_files(), ids=relative)
def test_the_clients_logic_imports_nothing_that_needs_a_screen_a_socket_or_a_thread(path: Path) -> None:
    names = imports(path)
    assert {name.partition(".")[0] for name in names} <= PURE_CLIENT
    assert {".".join(name.split(".")[:2]) for name in names if name.startswith("client")} <= PURE_CLIENT_ROOMS


def test_no_file_holds_a_second_idea() -> None:
    lines = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count > FILE_LINES_OF.get(name, FILE_LINES)} == {}


def test_no_function_holds_a_second_idea() -> None:
    lines = {
        f"{relative(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in FILES
        for node in functions(path)
    }
    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES} == {}


def test_every_file_begins_by_saying_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in FILES
        if (text := path.read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_the_limits_are_read_from_real_files() -> None:
    assert {"protocol.py", "start.py", "client/changes.py", "tests/test_structure.py"} <= set(map(relative, FILES))
