"""What our programs are called where they run: `python3 server.py` in a checkout, `obrolan-server` once installed.

Texts name the programs as a checkout does; `tr` puts the other names in where Obrolan was installed by pip or frozen
by PyInstaller. Standard library only; any thread.
"""

from __future__ import annotations

import sys
from pathlib import Path

INSTALLED = hasattr(sys, "frozen") or Path(__file__).parents[1].name in ("site-packages", "dist-packages")
"""Whether this is no folder of the person's own, with server.py and start.py in it."""
NAMES = {
    "python3 start.py": "pip install PyQt5 prompt_toolkit",  # texts name it where one of these is missing
    "python3 -m client.main": "obrolan",
    "python3 -m client.terminal": "obrolan-terminal",
    "python3 server.py": "obrolan-server",
    "server.py": "obrolan-server",
}


def called(text: str, *, installed: bool = INSTALLED) -> str:
    """The text with the names that the programs have here."""
    if installed:
        for ours, theirs in NAMES.items():
            text = text.replace(ours, theirs)
    return text
