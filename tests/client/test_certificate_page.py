"""`client/widgets/certificate_page.py` and what the window does with it: the way out is the default."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

import translations
from client import language
from client.changes import AUTHORITY, LoginFailed, Problem
from client.login_fields import words_of
from client.trust import Trust
from client.widgets.certificate_page import CertificatePage

OLD, NEW = "00" * 32, "11" * 32


def page_for(qtbot: QtBot, problem: Problem, known: str, text: str) -> CertificatePage:
    page = CertificatePage(LoginFailed(problem, "192.168.1.20", 8888, "Siti", text=text), known)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    qtbot.waitExposed(page)
    page.ask()
    return page


def shown(page: CertificatePage) -> list[str]:
    return [each.text() for each in page.findChildren(QLabel) if each.isVisible() and each.text()]


def buttons(page: CertificatePage) -> list[QPushButton]:
    return list(page.findChildren(QPushButton))


@pytest.mark.parametrize("code", translations.LANGUAGES)
def test_both_words_are_shown_and_enter_does_not_connect(qtbot: QtBot, code: str) -> None:
    language.switch(code)
    page = page_for(qtbot, Problem.CERTIFICATE_CHANGED, OLD, NEW)
    assert words_of(OLD) in shown(page)
    assert words_of(NEW) in shown(page)
    assert page.focusWidget() is buttons(page)[0]
    for key in (Qt.Key_Return, Qt.Key_Space, Qt.Key_Escape):
        with qtbot.waitSignal(page.refused):
            QTest.keyClick(buttons(page)[0], key)
    with qtbot.waitSignal(page.trusted):
        buttons(page)[1].click()


def test_words_that_nobody_knows_are_not_shown(qtbot: QtBot) -> None:
    page = page_for(qtbot, Problem.TLS_GONE, AUTHORITY, "")
    assert len(shown(page)) == 2, "a title and a sentence"


def test_nothing_is_cut_off_in_a_small_window(qtbot: QtBot) -> None:
    page = page_for(qtbot, Problem.CERTIFICATE_CHANGED, OLD, NEW)
    page.resize(page.minimumSizeHint())
    for each in (*page.findChildren(QLabel), *buttons(page)):
        assert each.width() >= each.minimumSizeHint().width()


# --- what is remembered


def test_a_server_is_remembered_by_host_and_port(tmp_path: Path) -> None:
    trust = Trust(tmp_path)
    assert trust.known("Lab", 8888) == ""
    trust.remember("Lab", 8888, OLD)
    trust.remember("lab", 6697, AUTHORITY)
    again = Trust(tmp_path)
    assert (again.known("LAB", 8888), again.known("lab", 6697), again.known("lab", 1)) == (OLD, AUTHORITY, "")
    again.remember("lab", 8888, "")
    assert Trust(tmp_path).known("lab", 8888) == ""
    assert (tmp_path / "servers.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["servers.json"]


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"lab:8888": 5}', "\xff"])
def test_a_file_that_cannot_be_read_costs_the_memory_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "servers.json").write_bytes(content.encode("latin-1"))
    trust = Trust(tmp_path)
    assert trust.known("lab", 8888) == ""
    trust.remember("lab", 8888, NEW)
    assert trust.known("lab", 8888) == NEW


def test_a_folder_that_cannot_be_written_costs_the_memory_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    trust = Trust(tmp_path / "file")
    trust.remember("lab", 8888, NEW)
    assert trust.known("lab", 8888) == ""
