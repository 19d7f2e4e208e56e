"""Every key of the table in `client/keys.py`, pressed in the real window by somebody without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QKeySequence, QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from client import keys, theme
from client.changes import Conversation
from client.choosing import Choosing
from client.noticing import Noticing
from client.session import Session
from client.settings import Settings
from client.widgets.deeds import Deed, ReactionPicker
from client.window import MainWindow
from tests.client.test_window import Driven
from tests.client.test_writing import ALL
from tools import key_page
from translations import tr

ELSEWHERE = {
    "code": "widgets/test_marked_text.py",
    "offers": "test_completion.py",
    "actions": "test_keys.py",
    "wheel": "test_keys.py",
    "edit": "test_keys.py",
    "switch": "test_switching.py",
    "notify": "test_noticing.py",
}
"""Keys that are no single press, or pressed in another file."""


class Person(Driven):
    """Siti without a mouse, in #lobby and #tugas."""

    def enter(self) -> None:
        self.log_in()
        self.server(
            ":Siti!u@h JOIN #tugas",
            ":srv 366 Siti #tugas :End",
            "@msgid=m1 :Budi!u@h PRIVMSG #lobby :halo semua",
            "@msgid=m2 :Siti!u@h PRIVMSG #lobby :pagi",
            "@msgid=m3 :Budi!u@h PRIVMSG #lobby :sudah selesai?",
        )
        self.window.handle(self.window.session.select("#lobby"))
        self.page.setFocus(Qt.OtherFocusReason)

    @property
    def page(self):  # type: ignore[no-untyped-def]  # the chat page; its parts are looked at freely here
        return self.window.chat_page

    @property
    def here(self) -> QWidget:
        return QApplication.focusWidget()

    def press(self, name: str) -> None:
        """The keys of the table, where the keyboard is."""
        self.type_key(keys.KEYS[name].told.partition(" / ")[0])

    def type_key(self, written: str) -> None:
        """`Ctrl+Shift+D`, where the keyboard is."""
        pressed = QKeySequence(written.replace("Page", "Pg"))[0]  # as Qt writes PageUp
        mask = int(Qt.KeyboardModifierMask)
        QTest.keyClick(self.here, Qt.Key(pressed & ~mask), Qt.KeyboardModifiers(pressed & mask))

    def to_messages(self, text: str = "") -> None:
        """The keyboard to the message with this text."""
        view = self.page.view
        view.setFocus(Qt.ShortcutFocusReason)
        for number in range(view.messages.rowCount()):
            if text and view.messages.row(number).entry.text == text:
                view._set_current(number)

    def at(self) -> str:
        """The text of the message where the keyboard is."""
        view = self.page.view
        return str(view.messages.row(view.currentIndex().row()).entry.text)


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setattr(Session, "abilities", ALL)

    def own(session: Session, key: str, entry_id: str) -> bool:
        return any(entry.id == entry_id and entry.own for entry in session.conversations[key].entries)

    monkeypatch.setattr(Session, "may_edit", own)
    monkeypatch.setattr(Session, "may_delete", own)
    window = MainWindow(Settings(tmp_path))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made = Person(window)
    made.enter()
    yield made
    window.quit()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    QApplication.clipboard().clear()
    theme.apply(app, theme.LIGHT, 1.0)


def test_alt_and_the_arrows_go_from_room_to_room_and_with_shift_to_the_unread_ones(person: Person) -> None:
    person.press("next room")
    assert person.window.session.current == "#tugas"
    person.press("previous room")
    assert person.window.session.current == "#lobby"
    person.press("next unread")
    assert person.window.session.current == "#lobby"  # there is none
    person.server(":Budi!u@h PRIVMSG #tugas :baru")
    person.press("next unread")
    assert person.window.session.current == "#tugas"
    person.server(":Budi!u@h PRIVMSG #lobby :baru")
    person.press("previous unread")
    assert person.window.session.current == "#lobby"


def test_f6_goes_round_the_panes_and_shift_f6_back(person: Person) -> None:
    person.window.resize(1000, 600)
    page = person.page
    panes = [page.composer.box, page.members.list, page.rooms.list, page.view]
    assert person.here is panes[0]
    for pane in (*panes[1:], panes[0]):
        person.press("next pane")
        assert person.here is pane
    for pane in (*panes[:0:-1], panes[0]):
        person.press("previous pane")
        assert person.here is pane


def test_tab_leaves_the_message_box(person: Person) -> None:
    person.type_key("Tab")
    assert person.here is not person.page.composer.box


def test_alt_1_brings_the_rooms_in_a_narrow_window(person: Person) -> None:
    person.window.resize(480, 400)
    person.press("rooms")
    assert person.here is person.page.rooms.list
    person.press("back")
    assert person.here is person.page.composer.box
    assert not person.page.panes.overlay_open


def test_ctrl_w_closes_a_private_chat(person: Person) -> None:
    person.window.handle(person.window.session.open_private("Budi"))
    assert person.window.session.current == "budi"
    person.press("leave")
    assert "budi" not in person.window.session.conversations


def test_shift_escape_reads_all_rooms_of_all_servers(person: Person) -> None:
    window, second = person.window, person.window._make_network()
    kept = Conversation("#obrolan", "#obrolan", channel=True, unread=3, mentions=1)
    second.session.login("irc.example", 6697, "Siti")
    second.handle(second.session.restore([kept]))
    person.server(":Budi!u@h PRIVMSG #tugas :baru", ":Ani!u@h PRIVMSG Siti :halo")
    person.press("read")
    assert not any(each.unread for each in (*window.session.conversations.values(), kept))


def test_ctrl_f_searches_the_room_ctrl_shift_f_all_and_escape_comes_back(person: Person) -> None:
    person.press("search room")
    assert person.here is person.page.search_bar.field
    person.press("search everywhere")
    assert person.here is person.page.finding.panel.field
    person.press("back")
    assert person.here is person.page.composer.box


def test_pages_are_turned_from_the_box_and_ctrl_end_leads_to_the_newest(person: Person) -> None:
    person.server(*(f":Budi!u@h PRIVMSG #lobby :baris {number}" for number in range(100)))
    QApplication.processEvents()
    bar = person.page.view.verticalScrollBar()
    bottom = bar.value()
    person.press("page")
    assert bar.value() < bottom
    assert person.here is person.page.composer.box
    person.press("newest")
    assert bar.value() == bar.maximum()
    person.to_messages()
    person.press("page")
    assert bar.value() < bar.maximum()
    person.type_key("PageDown")
    assert bar.value() == bar.maximum()


def test_arrows_home_and_end_walk_through_the_messages(person: Person) -> None:
    person.to_messages("pagi")
    person.press("step")
    assert person.at() == "halo semua"
    person.type_key("Down")
    assert person.at() == "pagi"
    person.type_key("End")
    assert person.at() == "sudah selesai?"
    person.press("ends")
    assert person.page.view.currentIndex().row() == 0


@pytest.mark.parametrize(("name", "title"), [("reply", "Reply to you"), ("edit", "Edit message")])
def test_r_answers_and_e_edits_the_message(person: Person, name: str, title: str) -> None:
    person.to_messages("pagi")
    person.press(name)
    assert person.here is person.page.composer.box
    context = person.page.composer.context
    assert context.accessibleName().casefold().startswith(title.casefold())
    person.press("back")
    assert not context.isVisible()


def test_del_asks_in_the_row_before_it_deletes(person: Person) -> None:
    asked: list[object] = []
    person.page.view.deed_requested.connect(lambda deed, _id: asked.append(deed))
    person.to_messages("pagi")
    person.press("delete")
    assert asked == []
    person.type_key("Return")
    assert asked == [Deed.DELETE]


def test_plus_offers_reactions(person: Person) -> None:
    person.to_messages("halo semua")
    person.press("react")
    assert person.window.findChild(ReactionPicker) is not None


def test_c_copies_the_message(person: Person) -> None:
    person.to_messages("halo semua")
    person.press("copy")
    assert QApplication.clipboard().text() == "halo semua"
    person.to_messages("pagi")
    person.type_key("Ctrl+C")
    assert QApplication.clipboard().text() == "pagi"


def test_the_menu_key_opens_all_that_can_be_done_with_the_message_and_tells_their_keys(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "exec_", lambda menu, _at: opened.append(menu))
    person.to_messages("pagi")
    person.type_key("Shift+F10")  # the menu key is the system's matter: tests/end2end/test_desktop_keys.py
    told = {action.text(): action.shortcut().toString() for action in opened[0].actions() if action.text()}
    assert told == {"React…": "+", "Reply": "R", "Edit": "E", "Delete…": "Del", "Copy message": "C"}


def test_the_menu_key_reaches_the_links_of_a_message(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "exec_", lambda menu, _at: opened.append(menu))
    person.server("@msgid=m4 :Budi!u@h PRIVMSG #lobby :lihat https://example.org/a, di situ ada semua yang kita cari")
    person.to_messages("lihat https://example.org/a, di situ ada semua yang kita cari")
    person.type_key("Shift+F10")
    assert [action.text() for action in opened[0].actions()][:2] == ["Open", "Copy link"]


def test_enter_sends_ctrl_enter_too_and_shift_enter_begins_a_line(person: Person) -> None:
    composer = person.page.composer
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    QTest.keyClicks(person.here, "satu")
    person.type_key("Shift+Return")
    QTest.keyClicks(person.here, "dua")
    person.press("send")
    QTest.keyClicks(person.here, "tiga")
    person.press("send always")
    assert sent == ["satu\ndua", "tiga"]


def test_up_in_an_empty_box_edits_the_last_own_message(person: Person) -> None:
    person.press("edit last")
    assert person.page.composer.text() == "pagi"
    assert person.page.composer.context.accessibleName().startswith(tr("Edit message"))


def test_ctrl_up_brings_back_what_was_sent_and_ctrl_down_what_was_begun(person: Person) -> None:
    for text in ("satu", "dua\ntiga"):
        person.page.composer.set_text(text)
        person.press("send")
    QTest.keyClicks(person.here, "mulai")
    shown = []
    person.press("recall")
    shown.append(person.page.composer.text())
    person.press("recall")  # from its last line: the editor's own key
    shown.append(person.page.composer.text())
    person.type_key("Ctrl+Home")
    for key in ("Ctrl+Up", "Ctrl+Up", "Ctrl+Down", "Ctrl+Down", "Ctrl+Down"):
        person.type_key(key)
        shown.append(person.page.composer.text())
    assert shown == ["dua\ntiga", "dua\ntiga", "satu", "satu", "dua\ntiga", "mulai", "mulai"]
    assert person.window.session.conversations["#lobby"].draft == "mulai"


def test_ctrl_e_opens_the_emoji(person: Person) -> None:
    button = person.page.composer.emoji_button
    person.press("emoji")
    assert button.panel is not None
    assert button.panel.isVisible()
    button.toggle()


def test_ctrl_comma_opens_the_settings_and_ctrl_slash_the_keys(person: Person) -> None:
    choosing = person.window.findChild(Choosing)
    assert choosing is not None
    person.press("settings")
    assert choosing.panel.isVisible()
    person.press("keys")
    assert (choosing.panel.isVisible(), choosing.key_sheet.isVisible()) == (False, True)
    assert person.here is choosing.key_sheet.list
    person.press("back")
    assert not choosing.key_sheet.isVisible()
    assert person.here is person.page.composer.box


def test_the_sheet_shows_every_key_of_the_table_and_walks_with_the_arrows(person: Person) -> None:
    person.press("keys")
    choosing = person.window.findChild(Choosing)
    assert choosing is not None
    shown = choosing.key_sheet.list.sentences.stringList()
    for key in keys.KEYS.values():
        assert f"{tr(key.text)}: {key.told}" in shown
    assert [text for text in shown if ": " not in text] == [group.value for group in keys.Group]
    assert choosing.key_sheet.list.currentIndex().row() == 1, "the first key, not the caption above it"
    person.type_key("Down")
    assert choosing.key_sheet.list.currentIndex().row() == 2


def test_ctrl_with_plus_minus_and_0_zooms(person: Person) -> None:
    person.press("larger")
    person.press("larger")
    assert theme.zoom() == 1.25
    person.press("smaller")
    assert theme.zoom() == 1.1
    person.press("as it was")
    assert theme.zoom() == 1.0


def turn(widget: QWidget, steps: int, modifiers: int) -> None:
    """The wheel over the middle of the widget; as from the system, what does not want it hands it up."""
    place, turned = QPointF(widget.rect().center()), QPoint(0, 120 * steps)
    at, pressed = QPointF(widget.mapToGlobal(place.toPoint())), Qt.KeyboardModifiers(modifiers)
    event = QWheelEvent(place, at, turned, turned, Qt.NoButton, pressed, Qt.NoScrollPhase, False)
    taker: QWidget | None = widget
    while taker is not None:
        event.accept()
        QApplication.sendEvent(taker, event)
        taker = None if event.isAccepted() else taker.parentWidget()


WHERE: dict[str, Callable[[Person], QWidget]] = {
    "messages": lambda person: person.page.view.viewport(),
    "rooms": lambda person: person.page.rooms.list.viewport(),
    "members": lambda person: person.page.members.list.viewport(),
    "box": lambda person: person.page.composer.box.viewport(),
    "header": lambda person: person.page.header,
}


@pytest.mark.parametrize("where", WHERE)
def test_ctrl_and_the_wheel_zoom_wherever_the_pointer_is(person: Person, where: str) -> None:
    person.server(*(f":p{number}!u@h JOIN #lobby" for number in range(60)))
    turn(WHERE[where](person), 1, int(Qt.ControlModifier))
    assert theme.zoom() == 1.1
    turn(WHERE[where](person), -1, int(Qt.ControlModifier))
    assert theme.zoom() == 1.0
    turn(WHERE[where](person), -1, 0)
    assert theme.zoom() == 1.0


def test_ctrl_shift_d_is_dark_and_light_again(person: Person) -> None:
    person.press("dark")
    assert theme.current() is theme.DARK
    person.press("dark")
    assert theme.current() is theme.LIGHT


def test_ctrl_q_quits_whatever_closing_the_window_does(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Noticing, "stays", True)
    person.press("quit")
    assert person.window.stopped()


def test_a_window_that_was_closed_into_the_tray_reads_nothing(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Noticing, "stays", True)
    person.window.close()
    assert not person.window.isVisible()
    QApplication.processEvents()
    person.server(":Budi!u@h PRIVMSG #lobby :masih di sana?")
    assert person.window.session.conversations["#lobby"].unread == 1


def test_the_menu_of_the_name_does_what_keys_do_for_who_has_only_a_mouse(person: Person) -> None:
    menu = person.page.rooms.account.menu()
    inside = [action for each in menu.actions() for action in (each.menu().actions() if each.menu() else [each])]
    told = {action.text(): action for action in inside}
    for name in ("search everywhere", "read", "larger", "smaller", "as it was", "dark", "quit"):
        written = told[tr(keys.KEYS[name].text)].shortcut().toString()
        assert written == keys.KEYS[name].told.partition(" / ")[0]
    told["Dark or light"].trigger()
    assert theme.current() is theme.DARK
    told["Everything larger"].trigger()
    assert theme.zoom() > 1
    person.server(":Budi!u@h PRIVMSG #tugas :baru")
    told["Mark all rooms as read"].trigger()
    assert not person.window.session.conversations["#tugas"].unread
    told["Search in all rooms"].trigger()
    assert person.page.finding.panel.isVisible()
    told["Quit"].trigger()
    assert not person.window.isVisible()


def test_the_menu_of_the_name_hangs_up_and_connects_again(person: Person) -> None:
    def choose(text: str) -> None:
        next(action for action in person.page.rooms.account.menu().actions() if action.text() == text).trigger()

    choose("Disconnect")
    assert person.page.strip.text() == "You are disconnected."
    choose("Connect")
    assert person.page.strip.text() == "Connection lost. Connecting…"
    choose("Disconnect")
    person.page.strip.button.click()
    assert person.page.strip.text() == "Connection lost. Connecting…"


def test_the_menu_of_a_room_tells_the_key_that_leaves_the_one_on_screen(person: Person) -> None:
    person.press("next room")
    rooms = person.page.rooms.list
    told = {
        action.text(): action.shortcut().toString()
        for action in rooms.menu_for(rooms.rooms.number_of("#tugas")).actions()
    }
    assert told["Leave room"] == "Ctrl+W"


def test_every_key_of_the_table_is_pressed_by_a_test() -> None:
    here = Path(__file__).read_text("utf-8")
    pressed = {name for name in keys.KEYS if f'press("{name}")' in here or f'[("{name}", ' in here}
    assert set(keys.KEYS) - pressed - set(ELSEWHERE) == set()
    for name in ELSEWHERE.values():
        assert (Path(__file__).parent / name).exists()


def test_no_two_things_have_the_same_key() -> None:
    bound = [sequence for key in keys.KEYS.values() for sequence in key.sequences]
    assert len(bound) == len(set(bound))
    assert all(QKeySequence(sequence).count() == 1 for sequence in bound)


def test_the_page_in_the_docs_is_the_table() -> None:
    assert key_page.PAGE.read_text("utf-8") == key_page.page(), "run: python3 -m tools.key_page"
