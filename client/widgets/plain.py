"""Showing foreign text where Qt would guess whether it is HTML."""

from __future__ import annotations


def tooltip(text: str) -> str:
    """The text as a tooltip that shows exactly these characters (tooltips have no plain-text mode)."""
    if "<" not in text:
        return text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")  # `html` is half a megabyte
    return f"<span>{escaped}</span>"
