"""Settings read anew while the server runs (SIGHUP, REHASH): what of them holds at once, and what with the next start.

Imports `config` only; a pure comparison, so any thread may call it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from chatd.config import Config

AT_START: dict[str, frozenset[str]] = {
    "server": frozenset({"name", "data_dir"}),
    "lobby": frozenset({"name"}),
    "accounts": frozenset({"new_per_address", "new_in_all", "always_on"}),
    "history": frozenset({"enabled", "retention", "public_days", "private_days"}),
    "features": frozenset({"websocket"}),
}
"""Settings by which something was built at the start."""
AT_ONCE: dict[str, frozenset[str]] = {
    "limits": frozenset(
        {"nick_length", "channel_length", "topic_length", "channels_per_client", "list_entries", "monitor_entries"}
        | {"multiline_max_bytes", "multiline_max_lines", "login_throttle"}
    ),
    "listen": frozenset({"tls_cert", "tls_key", "require_tls", "metrics_token"}),
    "logs": frozenset({"level"}),
    "classic": frozenset(),
}
"""Tables of which only these hold at once."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reload:
    """What came of reading the settings anew."""

    config: Config
    """What holds from now on."""
    changed: tuple[str, ...]
    """Settings that have changed, as `table.key`."""
    later: tuple[str, ...]
    """Those that change with the next start only."""


def compare(now: Config, new: Config) -> Reload:
    """What of the new settings can be taken up without a start."""
    changed: list[str] = []
    later: list[str] = []
    if now.operators != new.operators:
        changed.append("operators")
    tables: dict[str, Any] = {"operators": new.operators}
    for table in (entry.name for entry in dataclasses.fields(Config) if entry.name != "operators"):
        before: Any = getattr(now, table)
        after: Any = getattr(new, table)
        for key in (entry.name for entry in dataclasses.fields(before)):
            old, value = getattr(before, key), getattr(after, key)
            if old == value:
                continue
            if _waits(table, key):
                later.append(f"{table}.{key}")
                after = dataclasses.replace(after, **{key: old})
            else:
                changed.append(f"{table}.{key}")
        tables[table] = after
    return Reload(Config(**tables), tuple(changed), tuple(later))


def _waits(table: str, key: str) -> bool:
    return key not in AT_ONCE[table] if table in AT_ONCE else key in AT_START.get(table, ())
