"""Pinned messages in the window: who may pin, the header's button, the panel, and going to the message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import language, theme
from client.core.pins import KEY, MOST
from tests.client.test_ordering import become, choose, message_menu, texts
from tests.client.widgets.scene import Recorded


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    """In the lobby of a server with metadata, with Budi."""
    theme.apply(qapp, theme.LIGHT)
    made = Recorded()
    made.capabilities = "message-tags server-time draft/metadata-2"
    made.page.resize(1040, 680)
    made.page.show()
    made.log_in("Budi")
    made.sent()
    yield made
    made.close()
    theme.apply(qapp, theme.LIGHT)


def told(scene: Recorded, *ids: str) -> None:
    """The server tells what is pinned in the lobby."""
    value = f" :{' '.join(ids)}" if ids else ""
    scene.feed(f":srv METADATA #lobby {KEY} *{value}")


def say_and_pin(scene: Recorded, *said: str) -> None:
    for text in said:
        scene.say("Budi", text)
    ids = [entry.id for entry in scene.session.conversations["#lobby"].entries if entry.text in said]
    told(scene, *reversed(ids))


def rows(scene: Recorded) -> list[str]:
    return [row.text.text() for row in scene.page.pinning.panel.rows]


def open_panel(scene: Recorded) -> None:
    QTest.mouseClick(scene.page.header.pins_button, Qt.LeftButton)
    assert scene.page.pinning.panel.isVisible()


def test_who_runs_the_room_pins_and_unpins_by_the_messages_menu(scene: Recorded) -> None:
    scene.say("Budi", "halo")
    assert "Pin" not in texts(message_menu(scene))
    become(scene, "o")
    scene.say("Budi", "tugas nomor 4")
    choose(message_menu(scene), "Pin")
    msgid = scene.session.conversations["#lobby"].entries[-1].id
    assert scene.sent() == [f"METADATA #lobby SET {KEY} {msgid}"]
    told(scene, msgid)
    choose(message_menu(scene), "Unpin")
    assert scene.sent() == [f"METADATA #lobby SET {KEY}"]
    told(scene, *(f"x{number}" for number in range(MOST)))
    assert "Pin (in place of the oldest)" in texts(message_menu(scene))


def test_the_header_counts_what_is_pinned_here(scene: Recorded) -> None:
    button = scene.page.header.pins_button
    assert not button.isVisible()
    say_and_pin(scene, "satu", "dua")
    assert button.isVisible()
    assert (button.text(), button.accessibleName()) == ("2", "Pinned messages 2")
    scene.join("#tugas", "Siti")
    scene.take(scene.session.select("#tugas"))
    assert not button.isVisible()
    scene.take(scene.session.select("#lobby"))
    assert button.isVisible()
    told(scene)
    assert not button.isVisible()


def test_the_panel_lists_them_and_shows_one_where_it_was_said(scene: Recorded) -> None:
    say_and_pin(scene, "satu", "dua  baris")
    open_panel(scene)
    panel = scene.page.pinning.panel
    assert rows(scene) == ["dua baris", "satu"]
    assert panel.rows[1].head.text().startswith("Budi · ")
    assert panel.rows[0].show_button.accessibleName().startswith("Show: Budi, dua baris")
    assert not panel.rows[0].unpin_button.isVisible()
    assert not panel.hint.isVisible()
    QTest.mouseClick(panel.rows[1].show_button, Qt.LeftButton)
    assert not panel.isVisible()
    view = scene.page.view
    assert view.messages.row(view.currentIndex().row()).entry.text == "satu"


def test_who_may_unpins_there_and_the_panel_follows(scene: Recorded) -> None:
    become(scene, "o")
    say_and_pin(scene, "satu", "dua")
    open_panel(scene)
    panel = scene.page.pinning.panel
    scene.sent()
    QTest.mouseClick(panel.rows[0].unpin_button, Qt.LeftButton)
    one = panel.rows[1].pinned.id
    assert scene.sent() == [f"METADATA #lobby SET {KEY} {one}"]
    told(scene, one)
    assert rows(scene) == ["satu"]
    told(scene)
    assert rows(scene) == []
    assert panel.hint.text() == "Nothing is pinned here."


def test_what_is_not_known_any_more_is_said_so(scene: Recorded) -> None:
    say_and_pin(scene, "satu")
    told(scene, "gone", *scene.session.conversations["#lobby"].pinned)
    open_panel(scene)
    assert rows(scene) == ["satu"]
    assert scene.page.pinning.panel.hint.text() == "Some pinned messages are not here any more."


def test_the_button_esc_another_sheet_and_another_room_close_it(scene: Recorded) -> None:
    say_and_pin(scene, "satu")
    panel = scene.page.pinning.panel
    open_panel(scene)
    QTest.mouseClick(scene.page.header.pins_button, Qt.LeftButton)
    assert not panel.isVisible()
    open_panel(scene)
    QTest.keyClick(panel, Qt.Key_Escape)
    assert not panel.isVisible()
    open_panel(scene)
    scene.page.knowing.ask("Budi")
    scene.feed(":srv 318 Siti Budi :End")
    assert not panel.isVisible()
    open_panel(scene)
    assert not scene.page.knowing.card.isVisible()
    scene.join("#tugas", "Siti")
    scene.take(scene.session.select("#tugas"))
    assert not panel.isVisible()


def test_pins_elsewhere_open_and_change_nothing_here(scene: Recorded) -> None:
    scene.join("#tugas", "Siti")
    scene.feed(f":srv METADATA #tugas {KEY} * :m1")
    assert not scene.page.header.pins_button.isVisible()
    scene.take(scene.session.ask_pins("#tugas"))
    assert not scene.page.pinning.panel.isVisible()


def test_in_a_tiny_window_the_numbers_give_way_to_the_title(scene: Recorded) -> None:
    say_and_pin(scene, "satu")
    button = scene.page.header.pins_button
    assert button.toolButtonStyle() == Qt.ToolButtonTextBesideIcon
    scene.page.header.resize(280, 48)
    assert button.toolButtonStyle() == Qt.ToolButtonIconOnly
    assert button.accessibleName() == "Pinned messages 1"


def test_it_speaks_the_language_in_use(scene: Recorded) -> None:
    say_and_pin(scene, "satu")
    open_panel(scene)
    language.switch("id")
    try:
        QApplication.processEvents()
        panel = scene.page.pinning.panel
        assert panel.accessibleName() == "Pesan tersemat"
        assert panel.rows[0].show_button.text() == "Tampilkan"
    finally:
        language.switch("en")
