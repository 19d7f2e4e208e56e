"""The login page as people use it, for tests: its controls by the names that are promised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PyQt5.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from client import language, theme
from client.changes import LoginFailed, Problem
from client.login_ui import LoginPage

Kind = TypeVar("Kind", bound=QWidget)


class Page:
    """The page and the controls people see, found by the names that are promised."""

    def __init__(self, page: LoginPage) -> None:
        self.page = page
        self.host_box = self.find(QComboBox, "host_box")
        self.host = self.host_box.lineEdit()
        self.port = self.find(QLineEdit, "port_edit")
        self.name = self.find(QLineEdit, "name_edit")
        self.login = self.find(QPushButton, "login_button")
        self.status = self.find(QLabel, "status_label")
        self.action = self.find(QPushButton, "action_button")
        self.requests: list[tuple[str, int, str]] = []
        page.login_requested.connect(lambda *request: self.requests.append(request))

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.page.findChild(kind, name)
        assert found is not None
        return found

    def fields(self) -> tuple[str, str, str]:
        return self.host.text(), self.port.text(), self.name.text()

    def fail(self, problem: Problem, suggestion: str = "", text: str = "") -> None:
        self.page.show_problem(LoginFailed(problem, "lab2", 8888, "Siti", suggestion, text))

    def problems(self) -> set[str]:
        controls: tuple[QWidget, ...] = (self.host_box, self.port, self.name)
        return {control.objectName() for control in controls if control.property("problem")}


@contextmanager
def on_screen(qtbot: QtBot) -> Iterator[Page]:
    """The page in a window of its own, filled in; language and look are put back afterwards."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT)
    widget = LoginPage()
    qtbot.addWidget(widget)
    widget.resize(400, 560)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    widget.fill("lab2", 8888, "Siti")
    yield Page(widget)
    language.switch("en")
    theme.apply(app, theme.LIGHT)


def focus() -> QWidget:
    """What has the keyboard."""
    return QApplication.focusWidget()
