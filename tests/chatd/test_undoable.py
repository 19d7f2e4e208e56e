"""`chatd/undoable.py`: what operators took back and can have again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatd.events import Audience, Event, Outcome
from chatd.log import Record
from chatd.undoable import MOST, UNDO_S, Undoable

RECORD = Record(7, "b-7", "T", "PRIVMSG", ":siti!u@h PRIVMSG #x :halo", "+a=b", "3")


def removal(seq: int = 9) -> Event:
    event = Event(Audience.CHANNEL, "REDACT", ":op!u@h REDACT #x b-7", None, "#x")
    event.seq = seq
    return event


def test_it_can_be_had_again_once_within_its_time() -> None:
    undoable = Undoable()
    undoable.add(RECORD, removal(), 0.0)
    assert undoable.take("b-7", "#y", 1.0) is None, "not from another channel"
    assert undoable.take("b-7", "#x", UNDO_S) == RECORD
    assert undoable.take("b-7", "#x", UNDO_S) is None
    undoable.add(RECORD, removal(), 0.0)
    assert undoable.take("b-7", "#x", UNDO_S + 1) is None


def test_it_goes_with_a_channel_that_gets_another_name() -> None:
    undoable = Undoable()
    undoable.add(RECORD, removal(), 0.0)
    undoable.renamed("#x", "#y")
    assert undoable.take("b-7", "#x", 1.0) is None
    assert undoable.take("b-7", "#y", 1.0) == RECORD


@pytest.mark.parametrize(("seq", "outcome"), [(0, Outcome.DONE), (9, Outcome.FAILED)])
def test_what_is_not_removed_is_not_there_to_undo(seq: int, outcome: Outcome) -> None:
    undoable, event = Undoable(), removal(seq)
    event.outcome = outcome
    undoable.add(RECORD, event, 0.0)
    assert undoable.take("b-7", "#x", 1.0) is None


def test_an_edited_message_comes_with_its_latest_text() -> None:
    edit = replace(RECORD, seq=8, line=":siti!u@h PRIVMSG #x :hai", extra="{}")
    undoable = Undoable()
    undoable.add(replace(RECORD, edit=edit), removal(), 0.0)
    found = undoable.take("b-7", "#x", 1.0)
    assert found is not None
    assert (found.seq, found.line, found.client_tags, found.edit) == (7, edit.line, "+a=b", None)


def test_only_so_many_are_kept_and_none_for_longer_than_its_time() -> None:
    undoable = Undoable()
    for number in range(MOST + 5):
        undoable.add(replace(RECORD, id=f"b-{number}"), removal(), 0.0)
    assert undoable.take("b-4", "#x", 1.0) is None
    assert undoable.take("b-5", "#x", 1.0) is not None
    undoable.add(RECORD, removal(), UNDO_S + 1)
    assert len(undoable._kept) == 1
