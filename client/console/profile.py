"""What the terminal client keeps and reads between two runs: the history of what was typed, the language.

The folder is the one of the window's settings (client/settings.py), found without Qt. Main thread.
A file that cannot be read or written costs the memory, never the chat.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PROFILE_VARIABLE = "OBROLAN_PROFILE"
"""Names a folder that is used instead of the person's own."""
HISTORY_FILE = "terminal-history"
KEPT = 500
"""Typed lines that are remembered."""


def folder() -> Path:
    """Where the client keeps its files (QStandardPaths.GenericConfigLocation); it need not exist."""
    named = os.environ.get(PROFILE_VARIABLE)
    return Path(named) if named else _config_folder() / "obrolan"


def _config_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Preferences"
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named.startswith("/") else Path.home() / ".config"


def language() -> str:
    """The language chosen in the window (`id` or `en`), "" for that of the system."""
    try:
        stored = json.loads((folder() / "settings.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    chosen = stored.get("language", "") if isinstance(stored, dict) else ""
    return chosen if isinstance(chosen, str) else ""


class InputHistory:
    """The lines typed so far, in a file only the person can read: one JSON string per line, the newest last."""

    def __init__(self, place: Path | None = None) -> None:
        self._file = (place or folder()) / HISTORY_FILE

    def load(self) -> list[str]:
        """The newest `KEPT` lines, oldest first; a file grown to twice that is cut down to them."""
        try:
            raw = self._file.read_bytes().splitlines()
        except OSError:
            return []
        if len(raw) > 2 * KEPT:
            self._replace(raw[-KEPT:])
        return [text for line in raw[-KEPT:] if (text := _read(line))]

    def add(self, text: str) -> None:
        """Remember a line. One write each, so that two terminals can use the file at once."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(json.dumps(text).encode() + b"\n")
        except OSError:
            pass  # see the module

    def _replace(self, lines: list[bytes]) -> None:
        fresh = self._file.with_name(f"{HISTORY_FILE}.{os.getpid()}")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.writelines(line + b"\n" for line in lines)
            fresh.replace(self._file)
        except OSError:
            pass  # see the module


def _read(line: bytes) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
