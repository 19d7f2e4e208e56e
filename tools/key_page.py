"""Writes docs/keys.md, the keys of the window in Markdown, from the table in `client/keys.py`.

    python3 -m tools.key_page

tests/client/test_keys.py says when the page is stale.
"""

from __future__ import annotations

from pathlib import Path

from client.keys import KEYS, Group, Key

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"
HEAD = """\
# Keys of the window

Ctrl+/ shows this list in the window, in its language. Everything that the mouse can do can be done by keys; how that is
checked is in [accessibility.md](accessibility.md). Written from `client/keys.py` by `python3 -m tools.key_page`.
"""


def page() -> str:
    """The whole page: a table for each group."""
    tables = []
    for group in Group:
        lines = [f"## {group.value}", "", "| Key | Does |", "|---|---|"]
        lines += [f"| {_keys(key)} | {key.text} |" for key in KEYS.values() if key.group is group]
        tables.append("\n".join(lines))
    return "\n".join([HEAD, "\n\n".join(tables), ""])


def _keys(key: Key) -> str:
    """`A / B` as code, each by itself."""
    return " / ".join(f"`{part}`" for part in key.told.split(" / "))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
