"""Keeping order from the terminal: the window's commands, explained, and the lists they bring."""

from __future__ import annotations

import pytest

from tests.terminals import Table


@pytest.fixture
def table() -> Table:
    """Logged in, with nothing said yet."""
    table = Table()
    table.log_in()
    return table


def test_help_explains_one_command(table: Table) -> None:
    table.talk.accept("/help mute")
    table.talk.accept("/help /who")
    assert table.paper.take() == [
        "-- /mute NAME [TIME] [REASON]: they may stay, but not write",
        "-- /who: who is in this room",
    ]


def test_order_is_kept_by_the_same_commands_and_lists_are_told(table: Table) -> None:
    table.server(":srv 005 Siti PREFIX=(ohv)@%+ EXTBAN=,amr obrolan.example/BOOT=a1 :ok", ":srv MODE #lobby +o Siti")
    table.wire.take()
    table.paper.take()
    for typed in ("/mute Budi 10m ramai", "/bans"):
        assert table.talk.accept(typed)
    assert table.wire.take() == ["TBAN #lobby 10m m:Budi ramai", "TBAN #lobby"]
    table.server(
        ":Siti!~u@host.lan MODE #lobby +b m:a:budi",
        ":srv NOTICE @#lobby :Siti has muted a:budi for 10m: ramai",
        ":srv NOTICE Siti :#lobby: m:a:budi by Siti, 10m left: ramai",
        ":srv NOTICE Siti :#lobby: 1 bans and mutes",
    )
    assert table.paper.take() == [
        "-- Siti muted Budi.",
        "-- Budi is muted for 10 minutes: ramai",
        "-- Budi · muted · 10 minutes left · by Siti · ramai",
    ]
    table.talk.accept("/words")
    table.server(":srv 941 Siti #lobby kasar", ":srv 940 Siti #lobby :End")
    table.talk.accept("/bans")
    table.server(":srv NOTICE Siti :#lobby: 0 bans and mutes")
    assert table.paper.take() == ["-- kasar", "-- There are none."]
