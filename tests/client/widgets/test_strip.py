"""The strip says what is wrong in a sentence, and offers the one thing to do about it."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from client.changes import LinkState, StripChanged, StripKind
from client.models.texts import plain
from client.widgets.strip import Strip
from translations import set_language


class Clock:
    now = 100.0


@pytest.fixture
def strip(qtbot: QtBot) -> Strip:
    made = Strip()
    qtbot.addWidget(made)
    made.set_clock(lambda: Clock.now)
    made.resize(700, 40)
    made.show()
    return made


@pytest.mark.parametrize(
    ("changed", "state", "sentence", "action"),
    [
        (
            StripChanged(StripKind.LOST),
            LinkState.WAITING,
            "Sambungan terputus. Mencoba lagi dalam 3 detik.",
            "Coba sekarang",
        ),
        (StripChanged(StripKind.LOST), LinkState.CONNECTING, "Sambungan terputus. Menyambung…", ""),
        (StripChanged(StripKind.BACK), LinkState.ONLINE, "Tersambung kembali", ""),
        (
            StripChanged(StripKind.OFFLINE_SEND),
            LinkState.WAITING,
            "Belum terkirim: sambungan terputus.",
            "Coba sekarang",
        ),
        (StripChanged(StripKind.CLOSING, text="x"), LinkState.ONLINE, "Server dimatikan.", ""),
        (StripChanged(StripKind.RESTARTED), LinkState.ONLINE, "Server dimulai ulang", ""),
        (
            StripChanged(StripKind.KICKED, "#lobby", "Pak Adi", "tenang"),
            LinkState.ONLINE,
            "Anda dikeluarkan oleh Pak Adi: tenang",
            "Masuk lagi",
        ),
        (StripChanged(StripKind.KICKED, "#lobby", "Adi"), LinkState.ONLINE, "Anda dikeluarkan oleh Adi.", "Masuk lagi"),
        (
            StripChanged(StripKind.NAME_LOST, text="Siti2"),
            LinkState.OFFLINE,
            "Nama “Siti” sedang dipakai.",
            "Masuk sebagai Siti2",
        ),
        (
            StripChanged(StripKind.HUNG_UP),
            LinkState.OFFLINE,
            "Anda tidak tersambung.",
            "Sambungkan",
        ),
        (
            StripChanged(StripKind.ANNOUNCEMENTS, "#lobby"),
            LinkState.ONLINE,
            "Hanya pengumuman: Anda dapat membaca di sini, tetapi tidak menulis.",
            "",
        ),
        (
            StripChanged(StripKind.HUSHED, "#lobby"),
            LinkState.ONLINE,
            "Mode hening: pesan Anda hanya dibaca pengelola.",
            "",
        ),
        (
            StripChanged(StripKind.CLOSED, text="banned"),
            LinkState.OFFLINE,
            "Server menutup sambungan. banned",
            "Coba sekarang",
        ),
    ],
)
def test_each_trouble_has_its_sentence_and_at_most_one_action(
    strip: Strip, changed: StripChanged, state: LinkState, sentence: str, action: str
) -> None:
    set_language("id")
    strip.set_link(state, Clock.now + 2.5 if state is LinkState.WAITING else None, "Siti")
    strip.show_strip(changed)
    assert strip.isVisible()
    assert plain(strip.text()) == sentence
    assert strip.accessibleName() == sentence
    assert (plain(strip.button.text()) if strip.button.isVisible() else "") == action


def test_the_seconds_count_down_by_the_sessions_clock(strip: Strip, monkeypatch: pytest.MonkeyPatch) -> None:
    strip.set_link(LinkState.WAITING, Clock.now + 8, "Siti")
    strip.show_strip(StripChanged(StripKind.LOST))
    seen = []
    for now in (100.0, 106.5, 107.2, 109.0):
        monkeypatch.setattr(Clock, "now", now)
        strip._timer.timeout.emit()
        seen.append(strip.text())
    assert seen == [
        "Connection lost. Trying again in 8 seconds.",
        "Connection lost. Trying again in 2 seconds.",
        "Connection lost. Trying again in 1 second.",
        "Connection lost. Trying again in 0 seconds.",
    ]


def test_no_timer_runs_when_nothing_is_counted(strip: Strip) -> None:
    strip.set_link(LinkState.WAITING, Clock.now + 8, "Siti")
    strip.show_strip(StripChanged(StripKind.LOST))
    assert strip._timer.isActive()
    strip.show_strip(None)
    assert not strip._timer.isActive()
    assert not strip.isVisible()


def test_the_button_tells_what_it_was_pressed_for(strip: Strip) -> None:
    pressed: list[StripChanged] = []
    strip.action_requested.connect(pressed.append)
    kicked = StripChanged(StripKind.KICKED, "#lobby", "Adi")
    strip.show_strip(kicked)
    QTest.mouseClick(strip.button, Qt.LeftButton)
    assert pressed == [kicked]


def test_a_long_reason_is_cut_to_two_lines_and_whole_in_the_tooltip(strip: Strip) -> None:
    strip.show_strip(StripChanged(StripKind.KICKED, "#lobby", "Adi", "tolong tenang " * 60))
    assert strip.layout().heightForWidth(strip.width()) <= 60
    assert "<" not in strip._text.toolTip()
    assert strip._text.toolTip() == plain(strip.text())


def test_a_reason_is_never_read_as_html(strip: Strip) -> None:
    strip.show_strip(StripChanged(StripKind.KICKED, "#lobby", "Adi", "<b>x</b> " * 60))
    assert strip._text.textFormat() == Qt.PlainText
    assert "&lt;b&gt;" in strip._text.toolTip()


def test_the_check_words_are_never_cut(strip: Strip) -> None:
    strip.set_narrow(True)
    strip.resize(150, 40)
    strip.show_strip(StripChanged(StripKind.NEW_SERVER, text="lentera · pisang · damai · sawah"))
    shown = strip.findChild(QLabel, "strip_text")
    assert shown is not None
    assert shown.text() == "New server, remembered. Check words: lentera · pisang · damai · sawah"
