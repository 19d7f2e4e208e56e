"""`chatd/serverbans.py`: bans from the server, as they are kept."""

from __future__ import annotations

import pytest

from chatd import serverbans
from chatd.channel import ListEntry


def test_bans_are_restored_as_they_were_but_for_what_is_over() -> None:
    entries = {
        "a:x": ListEntry("guru", 5, 0, "lama"),
        "b!*@*": ListEntry("guru", 5, 90),
        "c!*@*": ListEntry("g", 5, 10),
    }
    facts = {mask: serverbans.kept(mask, entry).value for mask, entry in entries.items()}
    found = serverbans.restored(facts, 20.0)
    assert found == {mask: entry for mask, entry in entries.items() if mask != "c!*@*"}


def test_what_cannot_be_read_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR", "obrolan")
    assert serverbans.restored({"a!*@*": "{", "b!*@*": '{"by": 1, "at": 2, "more": 3}'}, 0.0) == {}


def test_a_lifted_ban_is_forgotten() -> None:
    assert serverbans.forgotten("a!*@*").value == ""
