"""The window as a process and as a whole: its command line, its start, its end, and what it survives."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QGuiApplication
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from client import language, theme
from client.main import Faults, read_arguments
from client.places import fit_on_screen
from client.settings import Settings
from client.widgets.fault_bar import FaultBar
from client.window import MainWindow

ROOT = Path(__file__).resolve().parents[2]
CLOSE_S = 1.0
"""Closing the window ends the process within this time (issue)."""


# --- the command line -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([], ("", 0, "", "", False)),
        (["--host", "lab2", "--port", "99", "--name", "Siti", "--login"], ("lab2", 99, "Siti", "", True)),
        (["--host", "[::1]:99"], ("::1", 99, "", "", False)),
        (["irc://lab2:8888/tugas"], ("lab2", 8888, "", "#tugas", False)),
        (["ircs://lab2", "--port", "99"], ("lab2", 99, "", "", False)),
    ],
)
def test_the_command_line_names_a_server_a_name_and_a_room(
    line: list[str], expected: tuple[str, int, str, str, bool]
) -> None:
    options = read_arguments(line)
    assert (options.host, options.port, options.name, options.channel, options.login) == expected


@pytest.mark.parametrize("line", [["--port", "0"], ["--port", "x"], ["irc://"], ["--host", "a b"], ["--what"]])
def test_a_wrong_command_line_is_a_sentence_and_exit_code_2(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments(line)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [["-m", "client.main"], ["client/main.py"], [str(ROOT / "client" / "main.py")]])
def test_the_window_starts_as_a_module_and_as_a_file(command: list[str], tmp_path: Path) -> None:
    folder = tmp_path if Path(command[0]).is_absolute() else ROOT
    done = subprocess.run([sys.executable, *command, "--help"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "irc://HOST:PORT/ROOM" in done.stdout


@pytest.mark.parametrize("command", [["-m", "client.main"], ["client/main.py"]])
def test_without_pyqt5_it_says_what_to_do(command: list[str]) -> None:
    bare = [sys.executable, "-S"]  # without the folder that packages are installed in
    done = subprocess.run([*bare, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr
        == "The window needs PyQt5. Run: python3 start.py (or, without a window: python3 -m client.terminal)\n"
    )


# --- the process ------------------------------------------------------------------------------

REPORTING = """
import socket, sys, time
from PyQt5.QtCore import QTimer
{before}
from client import main
app, window = main.open_window(main.read_arguments(sys.argv[1:]))
signals = main.TerminalSignals(window)
def report():
    if {ready}:
        print("ready", flush=True)
        timer.stop()
timer = QTimer()
timer.timeout.connect(report)
timer.start(10)
code = app.exec()
signals.close()
main.leave(window, code)
"""
CONNECTING = "window.session.state.value == 'connecting'"
BLOCKED = "socket.getaddrinfo = lambda *_, **__: time.sleep(60)"


@contextmanager
def window_process(*arguments: str, before: str = "", ready: str = "True") -> Iterator[subprocess.Popen[str]]:
    """The window in a process of its own, once `ready` is true there."""
    source = REPORTING.format(before=before, ready=ready)
    with subprocess.Popen(
        [sys.executable, "-c", source, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.stderr.read() if process.stderr else ""
            yield process
        finally:
            process.kill()


@contextmanager
def deaf_listener() -> Iterator[int]:
    """The port of a listener that accepts nobody and whose backlog is full: to connect takes for ever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
        for sock in waiting:
            sock.close()


def assert_ends_soon(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> None:
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=10) == 0, process.stderr.read() if process.stderr else ""
    assert time.monotonic() - began < CLOSE_S


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_terminal_closes_the_window(number: signal.Signals) -> None:
    with window_process() as process:
        assert_ends_soon(process, number)


@pytest.mark.parametrize(("arguments", "state"), [((), "connecting"), (("--host", "elsewhere"), "offline")])
def test_a_window_connects_by_itself_unless_the_command_line_names_something(
    arguments: tuple[str, ...], state: str
) -> None:
    with deaf_listener() as port:
        login = {"host": "127.0.0.1", "port": port, "name": "Siti", "on_start": True}
        Settings().change(logins={"deaf": login})
        with window_process(*arguments, ready=f"window.session.state.value == '{state}'") as process:
            assert_ends_soon(process)


def test_a_signal_leaves_what_is_under_way_alone() -> None:
    in_the_midst = "not os.kill(os.getpid(), 15) and window.isVisible()"
    with window_process(before="import os", ready=in_the_midst) as process:
        assert process.wait(timeout=10) == 0


def test_closing_ends_the_process_while_a_name_is_looked_up() -> None:
    arguments = ("--host", "lab2", "--name", "Siti", "--login")
    with window_process(*arguments, before=BLOCKED, ready=CONNECTING) as process:
        assert_ends_soon(process)


def test_closing_ends_the_process_while_nobody_answers_the_connection() -> None:
    with (
        deaf_listener() as port,
        window_process(
            "--host", "127.0.0.1", "--port", str(port), "--name", "Siti", "--login", ready=CONNECTING
        ) as process,
    ):
        assert_ends_soon(process)


def test_the_window_that_closed_is_remembered(profile: Path) -> None:
    with window_process(before="", ready="(window.resize(500, 600), window.width() == 500)[1]") as process:
        assert_ends_soon(process)
    assert Settings(profile).values.geometry["login"][2:4] == [500, 600]


# --- the whole window -------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


@pytest.fixture
def window(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    settings.change(theme="light")
    language.switch("en")
    made = open_one(qtbot, settings)
    yield made
    made.close()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, 1.0)
    language.switch("en")


def open_one(qtbot: QtBot, settings: Settings) -> MainWindow:
    made = MainWindow(settings)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def line(window: MainWindow, name: str) -> str:
    found = window.findChild(QLineEdit, name)
    assert found is not None
    return found.text()


def status(window: MainWindow) -> str:
    found = window.findChild(QLabel, "status_label")
    assert found is not None
    return found.text()


def test_the_login_page_is_prefilled_with_what_was_used_last(qtbot: QtBot, settings: Settings) -> None:
    settings.remember("lab2", 9000, "Siti")
    window = open_one(qtbot, settings)
    window.fill("", 0, "")
    assert (line(window, "port_edit"), line(window, "name_edit")) == ("9000", "Siti")
    window.fill("lab3", 0, "Budi")
    assert (line(window, "port_edit"), line(window, "name_edit")) == ("9000", "Budi")


def test_a_second_window_is_prefilled_with_another_name_of_this_computer(qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("Budi", "Siti"):
        Settings(tmp_path).remember("lab2", 9000, name)
    windows = [open_one(qtbot, Settings(tmp_path)) for _ in range(3)]
    for window in windows:
        window.fill("", 0, "")
    assert [line(window, "name_edit") for window in windows] == ["Siti", "Budi", ""]


def test_a_refused_connection_is_told_in_the_page(window: MainWindow, qtbot: QtBot) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        window.fill("127.0.0.1", port, "Siti")
        window.login_page.submit()
        qtbot.waitUntil(lambda: bool(status(window)))
    assert status(window) == f"There is no server at 127.0.0.1 port {port}. Make sure that server.py is running."
    assert not window.findChildren(QMessageBox)


def test_esc_gives_up_a_connection_and_the_fields_are_open_again(window: MainWindow, qtbot: QtBot) -> None:
    with deaf_listener() as port:
        window.fill("127.0.0.1", port, "Siti")
        QTest.keyClick(window.login_page, Qt.Key_Return)
        name = window.findChild(QLineEdit, "name_edit")
        assert name is not None
        qtbot.waitUntil(lambda: not name.isEnabled())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_Escape)
        assert name.isEnabled()
        assert status(window) == ""


def test_ctrl_shift_d_switches_between_light_and_dark_and_is_remembered(window: MainWindow, settings: Settings) -> None:
    shown = []
    for _ in range(2):
        QTest.keyClick(window, Qt.Key_D, Qt.ControlModifier | Qt.ShiftModifier)
        shown.append((theme.current().name, settings.values.theme))
    assert shown == [("dark", "dark"), ("light", "light")]


@pytest.mark.parametrize("desktop", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_first_run_is_as_light_or_dark_as_the_desktop(
    qtbot: QtBot, qapp: QApplication, settings: Settings, desktop: theme.Theme
) -> None:
    theme.apply(qapp, desktop)  # what the application finds when it starts
    open_one(qtbot, settings)
    assert theme.current() is desktop
    theme.apply(qapp, theme.LIGHT)


def test_ctrl_plus_minus_and_0_zoom_from_75_to_200_percent(window: MainWindow, settings: Settings) -> None:
    for _ in range(9):
        QTest.keyClick(window, Qt.Key_Plus, Qt.ControlModifier)
    assert theme.zoom() == settings.values.zoom == 2.0
    QTest.keyClick(window, Qt.Key_0, Qt.ControlModifier)
    assert theme.zoom() == 1.0
    for _ in range(9):
        QTest.keyClick(window, Qt.Key_Minus, Qt.ControlModifier)
    assert theme.zoom() == 0.75


def test_the_language_is_remembered(window: MainWindow, settings: Settings, qtbot: QtBot) -> None:
    window.login_page.language_changed.emit("id")
    assert settings.values.language == "id"
    title = window.login_page.findChild(QLabel)
    assert title is not None
    qtbot.waitUntil(lambda: "Masuk ke Obrolan" in {label.text() for label in window.findChildren(QLabel)})


def test_ctrl_q_closes_the_window(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key_Q, Qt.ControlModifier)
    assert not window.isVisible()
    assert window.stopped()


def test_an_exception_in_a_slot_is_a_line_in_the_window_and_a_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back at the end
    monkeypatch.setattr("threading.excepthook", None)
    faults = Faults(tmp_path / "errors.log", window)
    faults.happened.connect(window.show_fault)
    sys.excepthook(ValueError, ValueError("a mistake of ours"), None)
    bar = window.findChild(FaultBar)
    assert bar is not None
    assert bar.isVisible()
    assert "a mistake of ours" in (tmp_path / "errors.log").read_text()
    assert str(tmp_path / "errors.log") in {label.text().rpartition(" ")[2] for label in bar.findChildren(QLabel)}
    assert "a mistake of ours" in capsys.readouterr().err


def test_the_process_survives_an_exception_in_a_slot(profile: Path) -> None:
    trouble = "(QTimer.singleShot(0, lambda: 1 / 0), (main.Path(window._settings.folder) / 'errors.log').exists())[1]"
    with window_process(ready=trouble) as process:
        assert_ends_soon(process)
    assert "ZeroDivisionError" in (profile / "errors.log").read_text()


# --- places on the screen ---------------------------------------------------------------------

SCREEN = QRect(0, 0, 1000, 800)


@pytest.mark.parametrize(
    ("box", "whole", "fitted"),
    [
        (QRect(100, 100, 400, 560), True, QRect(100, 100, 400, 560)),
        (QRect(-50, -80, 400, 560), True, QRect(0, 0, 400, 560)),
        (QRect(900, 700, 400, 560), True, QRect(600, 240, 400, 560)),
        (QRect(5000, 5000, 400, 560), True, QRect(600, 240, 400, 560)),
        (QRect(0, 0, 2000, 2000), True, QRect(0, 0, 1000, 800)),
        (QRect(0, 0, 1040, 680), False, QRect(70, 0, 900, 680)),
    ],
)
def test_a_window_always_stands_on_a_screen(box: QRect, whole: bool, fitted: QRect) -> None:
    assert fit_on_screen(box, SCREEN, whole=whole) == fitted


def test_each_window_of_a_computer_has_its_own_remembered_place(qtbot: QtBot, tmp_path: Path) -> None:
    one, two = Settings(tmp_path), Settings(tmp_path)
    first, second = open_one(qtbot, one), open_one(qtbot, two)
    room = QGuiApplication.primaryScreen().availableGeometry().height()
    assert (first.width(), first.height()) == (400, min(560, int(room * 0.9)))
    first.setGeometry(10, 20, 420, 500)
    second.setGeometry(300, 100, 430, 510)
    first.close()
    second.close()
    assert Settings(tmp_path).values.geometry == {"login": [10, 20, 420, 500, 0], "login 1": [300, 100, 430, 510, 0]}
    del one, two
    assert open_one(qtbot, Settings(tmp_path)).geometry() == QRect(10, 20, 420, 500)


def test_a_window_without_a_place_of_its_own_does_not_cover_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    one = Settings(tmp_path)
    one.change(geometry={"login": [10, 20, 400, 500, 0]})
    two = Settings(tmp_path)
    assert open_one(qtbot, one).pos() != open_one(qtbot, two).pos()


def test_hidpi_is_set_up_and_opengl_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_XCB_GL_INTEGRATION", raising=False)
    high = "app.testAttribute(main.Qt.AA_EnableHighDpiScaling) and app.testAttribute(main.Qt.AA_UseHighDpiPixmaps)"
    with window_process(ready=f"{high} and main.os.environ['QT_XCB_GL_INTEGRATION'] == 'none'") as process:
        assert_ends_soon(process)
