"""Writes the permission table of the server into docs/protocol.md, from `chatd/permissions.toml`.

    python3 -m tools.permission_table

It stands between two marks there; tests/chatd/test_permissions.py says when it is stale.
"""

from __future__ import annotations

from pathlib import Path

from chatd.permissions import ALLOWED, Actor, Table, read_sections

PAGE = Path(__file__).parents[1] / "docs" / "protocol.md"
BEGIN = "<!-- permissions: written by tools/permission_table.py -->"
END = "<!-- end of permissions -->"

_SHORT = {Actor.SERVER_OPERATOR: "server op", Actor.UNREGISTERED: "not registered"}
SERVICES = """\
The services go by accounts: a rank is the one that the account has in the registered channel (`ACCESS`), wherever its
owner is. They answer in words; the numeric says which."""
_CELLS = {ALLOWED: "✓", "-": "silence"}


def table() -> str:
    """The table in Markdown: one line for each action; what the services do stands in a second one."""
    sections = read_sections()
    services = sections.pop("services")
    commands = {action: row for rows in sections.values() for action, row in rows.items()}
    return f"{_written(commands)}\n\n{SERVICES}\n\n{_written(services)}"


def _written(rows: Table) -> str:
    heads = [_SHORT.get(actor, str(actor)) for actor in next(iter(rows.values()))]
    lines = [f"| action | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for action, row in rows.items():
        cells = [_CELLS.get(cell, cell) for cell in row.values()]
        lines.append(f"| `{action}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with the table as it is now. Raises ValueError for a page without the two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the table")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
