"""The login page, driven as people do: keys, the clipboard, clicks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QColor
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
)
from pytestqt.qtbot import QtBot

import translations
from client import language, theme
from client.changes import LinkState, Problem
from client.credentials import Credentials
from client.login_fields import Options
from client.widgets.controls import FocusRing
from tests.client.login_page import Page, focus, on_screen


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    with on_screen(qtbot) as made:
        yield made


def paste(control: QLineEdit, text: str) -> None:
    QApplication.clipboard().setText(text)
    control.setFocus()
    control.selectAll()
    QTest.keyClick(control, Qt.Key_V, Qt.ControlModifier)


def test_enter_logs_in_from_anywhere(page: Page) -> None:
    controls = (page.host, page.port, page.name, page.login, page.find(QPushButton, "language_id"))
    for control in controls:
        control.setFocus()
        QTest.keyClick(control, Qt.Key_Return)
    assert page.requests == [("lab2", 8888, "Siti")] * len(controls)


def test_the_name_is_selected_so_that_typing_replaces_it(page: Page) -> None:
    assert focus() is page.name
    QTest.keyClicks(focus(), "Budi")
    QTest.mouseClick(page.login, Qt.LeftButton)
    assert page.requests == [("lab2", 8888, "Budi")]


def test_tab_goes_through_the_fields_in_their_order(page: Page) -> None:
    page.host.setFocus()
    order = []
    for _ in range(6):
        order.append(focus().objectName() or focus().parentWidget().objectName())
        QTest.keyClick(focus(), Qt.Key_Tab)
    assert order == ["host_box", "port_edit", "name_edit", "login_button", "options_button", "language_id"]


@pytest.mark.parametrize(("code", "keys"), [("en", "APN"), ("id", "APN")])
def test_alt_and_a_letter_goes_to_each_field(page: Page, code: str, keys: str) -> None:
    language.switch(code)
    page.page.retranslate()
    for key, control in zip(keys, (page.host, page.port, page.name), strict=True):
        QTest.keyClick(page.page, getattr(Qt, f"Key_{key}"), Qt.AltModifier)
        assert focus() in {control, control.parentWidget()}


@pytest.mark.parametrize(
    ("pasted", "host", "port"),
    [
        ("192.168.1.20:9000", "192.168.1.20", "9000"),
        ("[::1]:8888", "::1", "8888"),
        ("irc://lab3:7777/tugas", "lab3", "7777"),
        ("ircs://lab3", "lab3", "6697"),
        ("lab4", "lab4", "8888"),
    ],
)
def test_a_pasted_address_is_spread_over_the_fields(page: Page, pasted: str, host: str, port: str) -> None:
    paste(page.host, pasted)
    assert page.fields() == (host, port, "Siti")


def test_a_typed_address_is_spread_when_the_typing_ends(page: Page) -> None:
    page.host.setFocus()
    page.host.selectAll()
    QTest.keyClicks(page.host, "lab3:99")
    assert page.host.text() == "lab3:99"
    QTest.keyClick(page.host, Qt.Key_Return)
    assert page.fields()[:2] == ("lab3", "99")
    assert page.requests == [("lab3", 99, "Siti")]


def test_a_remembered_server_brings_its_port(page: Page) -> None:
    page.page.set_servers([("lab2", 8888), ("::1", 9000)])
    assert page.fields()[0] == "lab2"
    assert [page.host_box.itemText(index) for index in range(2)] == ["lab2:8888", "[::1]:9000"]
    page.host_box.setCurrentIndex(1)
    page.host_box.activated[int].emit(1)
    assert page.fields()[:2] == ("::1", "9000")


def test_a_name_is_cleaned_before_it_is_used(page: Page) -> None:
    page.name.setText("  Siti   Rahma\u0301 ")
    page.page.submit()
    assert page.requests == [("lab2", 8888, "Siti Rahm\u00e1")]
    assert page.name.text() == "Siti Rahm\u00e1"


@pytest.mark.parametrize("name", ["", "   ", "x" * 31, "Si\u202eti", "Sitі"])
def test_a_wrong_name_is_told_under_the_field_and_nothing_is_sent(page: Page, name: str) -> None:
    page.name.setText(name)
    page.page.submit()
    assert page.requests == []
    assert page.problems() == {"name_edit"}
    assert page.name.accessibleDescription()
    assert focus() is page.name
    page.name.setText("Siti")
    page.page.submit()
    assert page.problems() == set()
    assert not page.name.accessibleDescription()


@pytest.mark.parametrize("port", ["", "0", "70000"])
def test_a_wrong_port_offers_the_usual_one(page: Page, port: str) -> None:
    page.port.setText(port)
    page.page.submit()
    assert page.requests == []
    assert page.problems() == {"port_edit"}
    assert page.status.text() == "The port must be a number from 1 to 65535; usually 8888."
    assert page.action.text() == "Use 8888"
    QTest.mouseClick(page.action, Qt.LeftButton)
    assert (page.port.text(), page.problems(), page.status.text()) == ("8888", set(), "")


def test_letters_cannot_be_typed_into_the_port(page: Page) -> None:
    page.port.clear()
    QTest.keyClicks(page.port, "8a8.8-8")
    assert page.port.text() == "8888"


@pytest.mark.parametrize("host", ["", "lab 2", "lab2:0"])
def test_a_wrong_address_is_told(page: Page, host: str) -> None:
    page.host.setText(host)
    page.page.submit()
    assert page.requests == []
    assert page.problems() == {"host_box"}
    assert focus() in {page.host, page.host_box}


ERRORS = [
    (Problem.UNKNOWN_HOST, "Alamat “lab2” tidak ditemukan. Periksa tulisannya.", "Ubah alamat"),
    (Problem.REFUSED, "Tidak ada server di lab2 port 8888. Pastikan server.py sedang berjalan.", "Coba lagi"),
    (
        Problem.NO_ANSWER,
        "Komputer lab2 tidak menjawab. Pastikan kedua komputer ada di jaringan yang sama.",
        "Coba lagi",
    ),
    (Problem.NAME_TAKEN, "Nama “Siti” sedang dipakai.", "Masuk sebagai Siti2"),
    (Problem.NAME_MIXED, "Nama ini mencampur huruf dari beberapa aksara. Pakai satu aksara saja.", "Ganti nama"),
    (Problem.NOT_A_CHAT_SERVER, "Program di alamat itu bukan server obrolan.", "Ubah alamat"),
    (Problem.SERVER_FULL, "Server sudah penuh (200 orang).", "Coba lagi"),
]


@pytest.mark.parametrize(("problem", "sentence", "action"), ERRORS)
def test_each_error_has_the_sentence_of_the_design_and_one_action(
    page: Page, problem: Problem, sentence: str, action: str
) -> None:
    language.switch("id")
    page.page.retranslate()
    page.fail(problem, "Siti2", "Server is full (200 people)")
    assert (page.status.text(), page.action.text()) == (sentence, action)


@pytest.mark.parametrize("code", translations.LANGUAGES)
@pytest.mark.parametrize("problem", Problem)
def test_every_problem_is_told_in_the_page_with_an_action(page: Page, problem: Problem, code: str) -> None:
    language.switch(code)
    page.page.retranslate()
    page.fail(problem, text="00" * 32 if problem is Problem.CERTIFICATE_CHANGED else "{odd} words & more")
    assert page.status.text()
    assert page.status.textFormat() == Qt.PlainText
    assert page.action.isVisible()
    assert page.action.text()
    assert (focus() is page.action) is (problem is not Problem.NOT_ENCRYPTED), "a second Enter must not agree to it"
    assert page.action.accessibleDescription() == page.status.text()
    assert QApplication.topLevelWidgets().count(page.page) == 1
    assert QApplication.activeModalWidget() is None


def test_the_actions_do_what_they_say(page: Page) -> None:
    page.fail(Problem.REFUSED)
    QTest.keyClick(focus(), Qt.Key_Return)
    assert page.requests == [("lab2", 8888, "Siti")]
    page.fail(Problem.UNKNOWN_HOST)
    assert page.problems() == {"host_box"}
    page.action.click()
    assert focus() in {page.host, page.host_box}
    assert page.host.selectedText() == "lab2"
    page.fail(Problem.NAME_NOT_ALLOWED)
    assert page.problems() == {"name_edit"}
    page.action.click()
    assert focus() is page.name


def test_a_free_name_is_one_click_away(page: Page, qtbot: QtBot) -> None:
    page.fail(Problem.NAME_TAKEN, "Siti & co2")
    assert page.action.text() == "Log in as Siti && co2"  # Qt writes && for &
    with qtbot.waitSignal(page.page.login_as_requested) as signal:
        page.action.click()
    assert signal.args == ["Siti & co2"]
    assert page.requests == []


def test_while_connecting_the_fields_are_closed_and_esc_gives_up(page: Page, qtbot: QtBot) -> None:
    language.switch("id")
    page.page.retranslate()
    page.page.show_state(LinkState.CONNECTING)
    assert not any(control.isEnabled() for control in (page.host_box, page.port, page.name, page.login))
    assert page.login.text() == "Menyambung… (Esc untuk batal)"
    QTest.keyClick(focus(), Qt.Key_Return)
    assert page.requests == []
    with qtbot.waitSignal(page.page.cancelled):
        QTest.keyClick(focus(), Qt.Key_Escape)
    page.page.show_state(LinkState.REGISTERING)
    assert not page.name.isEnabled()
    page.page.show_state(LinkState.OFFLINE)
    assert page.name.isEnabled()
    assert page.login.text() == "Masuk"
    assert focus() is page.name


def test_esc_does_nothing_while_nothing_goes_on(page: Page, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.page.cancelled):
        QTest.keyClick(page.name, Qt.Key_Escape)


def test_a_long_connect_says_so_and_can_be_given_up_with_the_mouse(page: Page, qtbot: QtBot) -> None:
    language.switch("id")
    page.page.retranslate()
    page.page._slow_timer.setInterval(1)
    page.page.show_state(LinkState.CONNECTING)
    qtbot.waitUntil(lambda: page.status.text() == "Masih menyambung ke lab2…")
    with qtbot.waitSignal(page.page.cancelled):
        QTest.mouseClick(page.action, Qt.LeftButton)
    page.page.show_state(LinkState.OFFLINE)
    assert page.status.text() == ""
    assert not page.action.isVisible()


def test_a_new_try_clears_the_last_error(page: Page) -> None:
    page.fail(Problem.UNKNOWN_HOST)
    page.page.show_state(LinkState.CONNECTING)
    assert (page.status.text(), page.problems()) == ("", set())


def test_an_error_stays_when_the_session_says_offline_after_it(page: Page) -> None:
    page.page.show_state(LinkState.CONNECTING)
    page.fail(Problem.REFUSED)
    page.page.show_state(LinkState.OFFLINE)
    assert page.status.text()


def test_the_language_is_switched_live_even_in_an_error(page: Page, qtbot: QtBot) -> None:
    page.page.language_changed.connect(language.switch)
    page.fail(Problem.REFUSED)
    QTest.mouseClick(page.find(QPushButton, "language_id"), Qt.LeftButton)
    qtbot.waitUntil(lambda: page.login.text() == "Masuk")
    assert page.action.text() == "Coba lagi"
    assert page.find(QPushButton, "language_id").isChecked()
    QTest.mouseClick(page.find(QPushButton, "language_en"), Qt.LeftButton)
    qtbot.waitUntil(lambda: page.login.text() == "Log in")
    assert page.action.text() == "Try again"


def test_qts_own_texts_are_translated_too_and_unknown_ones_left_alone(page: Page) -> None:
    language.switch("id")
    assert QApplication.translate("QLineEdit", "&Undo") == "&Urungkan"
    assert QApplication.translate("QLineEdit", "Something else") == "Something else"


def test_every_control_has_a_name_for_screen_readers(page: Page) -> None:
    for code in translations.LANGUAGES:
        language.switch(code)
        page.page.retranslate()
        page.fail(Problem.REFUSED)
        controls = [*page.page.findChildren(QAbstractButton), *page.page.findChildren(QLineEdit), page.host_box]
        assert [control.objectName() for control in controls if not control.accessibleName()] == []


def test_every_label_shows_its_text_as_it_is(page: Page) -> None:
    labels = page.page.findChildren(QLabel)
    assert labels
    assert {label.textFormat() for label in labels} == {Qt.PlainText}


@pytest.mark.parametrize("code", translations.LANGUAGES)
@pytest.mark.parametrize(("width", "zoom"), [(320, 1.0), (400, 1.0), (320, 2.0), (640, 2.0), (1366, 1.5)])
def test_nothing_is_wider_than_the_page_and_long_errors_can_be_read(
    page: Page, qtbot: QtBot, code: str, width: int, zoom: float
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, zoom)
    language.switch(code)
    page.page.retranslate()
    page.page.resize(width, 400)
    page.fail(Problem.NAME_TAKEN, "x" * 30)
    view = page.page.findChild(QScrollArea)
    assert view is not None
    shown = page.action
    qtbot.waitUntil(lambda: view.viewport().rect().contains(shown.mapTo(view.viewport(), shown.rect().center())))
    assert view.widget().width() == view.viewport().width()
    assert page.status.height() >= page.status.heightForWidth(page.status.width())


def test_a_wrong_name_is_seen_in_the_smallest_window_too(page: Page, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, 2.0)
    page.page.resize(480, 400)
    page.login.setFocus()
    page.name.setText("x" * 31)
    page.page.submit()
    area, told = page.page.findChild(QScrollArea), page.page._name_trouble
    assert area is not None
    view = area.viewport()
    qtbot.waitUntil(lambda: view.rect().contains(told.mapTo(view, told.rect().bottomLeft())))
    assert view.rect().contains(page.name.mapTo(view, page.name.rect().topLeft()))


def test_the_button_with_the_keyboard_wears_a_ring(page: Page, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    ring = FocusRing(app)
    page.name.setFocus()
    before = page.page.grab().toImage()
    QTest.keyClick(page.name, Qt.Key_Tab)
    assert focus() is page.login
    page.page.grab()
    assert ring._ring is not None
    corner = page.login.mapTo(page.page, page.login.rect().center())
    above = (corner.x(), corner.y() - page.login.height() // 2 - 3)
    assert page.page.grab().toImage().pixelColor(*above) == QColor(theme.LIGHT.focus)
    assert before.pixelColor(*above) != QColor(theme.LIGHT.focus)
    ring.deleteLater()


# --- passwords and what else few people need -------------------------------------------------------


def open_options(page: Page) -> tuple[QLineEdit, QLineEdit, QLineEdit]:
    QTest.mouseClick(page.find(QToolButton, "options_button"), Qt.LeftButton)
    password, account = page.find(QLineEdit, "password_edit"), page.find(QLineEdit, "account_edit")
    return password, account, page.find(QLineEdit, "account_password_edit")


def test_the_options_are_made_when_they_are_opened(page: Page) -> None:
    assert page.page.findChild(QLineEdit, "password_edit") is None
    assert page.page.options == Options()
    password, account, account_password = open_options(page)
    assert password.isVisible()
    assert {password.echoMode(), account_password.echoMode()} == {QLineEdit.Password}
    QTest.mouseClick(page.find(QToolButton, "options_button"), Qt.LeftButton)
    assert not account.isVisible()


@pytest.mark.parametrize("code", ["en", "id"])
@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize(("zoom", "width"), [(1.0, 400), (2.0, 800)])
def test_what_opens_the_options_stands_in_line_with_the_fields(
    page: Page, code: str, opened: bool, zoom: float, width: int
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, zoom)
    language.switch(code)
    toggle = page.page.more.toggle
    toggle.setChecked(opened)
    page.page.resize(width, 1100)
    QApplication.processEvents()
    image = toggle.grab().toImage()
    drawn = [x for x in range(image.width()) for y in range(image.height()) if image.pixel(x, y) != image.pixel(0, 0)]
    assert toggle.mapTo(page.page, QPoint()).x() == page.name.mapTo(page.page, QPoint()).x()
    assert min(drawn) <= theme.px(1)


def test_tab_goes_on_from_the_options_into_their_fields(page: Page) -> None:
    open_options(page)
    page.page.more.set_can_remember(can=True)
    page.find(QToolButton, "options_button").setFocus()
    order = []
    for _ in range(7):
        order.append(focus().objectName())
        QTest.keyClick(focus(), Qt.Key_Tab)
    fields = ["password_edit", "account_edit", "account_password_edit", "remember_box", "on_start_box"]
    assert order == ["options_button", *fields, "language_id"]


def test_passwords_go_with_the_login_and_enter_logs_in_from_their_fields(page: Page) -> None:
    for field, text in zip(open_options(page), ("sesam", " siti ", " rahasia "), strict=True):
        field.setFocus()
        QTest.keyClicks(field, text)
    QTest.keyClick(focus(), Qt.Key_Return)
    assert page.requests == [("lab2", 8888, "Siti")]
    assert page.page.options.credentials == Credentials("sesam", "siti", " rahasia ")


def test_a_missing_password_is_asked_for_where_it_belongs(page: Page) -> None:
    page.fail(Problem.PASSWORD)
    assert page.action.text() == "Type the password"
    QTest.keyClick(focus(), Qt.Key_Return)
    assert focus().objectName() == "password_edit"
    page.fail(Problem.ACCOUNT, text="SASL authentication failed")
    assert page.status.text().endswith("SASL authentication failed")
    page.action.click()
    assert focus().objectName() == "account_password_edit"


def test_a_password_goes_out_in_clear_only_when_the_person_says_so_and_once(page: Page) -> None:
    agreed: list[bool] = []
    page.page.login_requested.connect(lambda *_: agreed.append(page.page.options.credentials.in_clear))
    page.fail(Problem.NOT_ENCRYPTED)
    page.action.click()
    page.login.click()
    assert agreed == [True, False]


def test_what_is_wrong_with_the_fields_takes_the_agreement_back(page: Page) -> None:
    page.fail(Problem.NOT_ENCRYPTED)
    page.host.setText("")
    page.action.click()
    assert (page.requests, page.page.options.credentials.in_clear) == ([], False)


def test_a_pasted_link_keeps_its_room_for_the_login(page: Page) -> None:
    clipboard = QApplication.clipboard()
    clipboard.setText("ircs://irc.example/obrolan")
    page.host.setFocus()
    page.host.selectAll()
    QTest.keyClick(page.host, Qt.Key_V, Qt.ControlModifier)
    assert page.fields() == ("irc.example", "6697", "Siti")
    assert page.page.channel == "#obrolan"
    page.host.setText("lab2")
    assert page.page.channel == "", "another address was typed over it"
