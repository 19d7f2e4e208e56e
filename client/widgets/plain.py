"""Showing foreign text where Qt would guess whether it is HTML."""

from __future__ import annotations

import html


def tooltip(text: str) -> str:
    """The text as a tooltip that shows exactly these characters (tooltips have no plain-text mode)."""
    return f"<span>{html.escape(text)}</span>" if "<" in text else text
