"""Bans from the whole server as they are kept: facts (`SetFact`), mask by mask. Imports `log` and `channel`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict

from chatd.channel import ListEntry
from chatd.log import SetFact

KIND = "serverban"

logger = logging.getLogger("obrolan.registry")


def kept(mask: str, entry: ListEntry) -> SetFact:
    return SetFact(KIND, mask, json.dumps(asdict(entry), ensure_ascii=False))


def forgotten(mask: str) -> SetFact:
    return SetFact(KIND, mask, "")


def restored(facts: Mapping[str, str], now: float) -> dict[str, ListEntry]:
    """Those that still hold (`now` in seconds since the epoch); one that cannot be read is left out."""
    found: dict[str, ListEntry] = {}
    for mask, text in facts.items():
        try:
            entry = ListEntry(**json.loads(text))
            if not entry.until or entry.until > now:
                found[mask] = entry
        except (ValueError, TypeError):
            logger.error("what was kept of the ban %s cannot be read and is left out", mask)
    return found
