"""The client's front door: reads the command line, starts Qt and opens the window.

    python3 -m client.main [--host H] [--port P] [--name N] [--login] [irc://host:port/room]

Also catches what nobody else caught (a line in the window, the traceback in a file), and turns the
signals of a terminal into a closed window. GUI thread, but for the two exception hooks.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType

if not __package__ and not hasattr(sys, "frozen"):
    # Run as a file: Python put client/ first on the path, where `protocol` is not and our modules have other names.
    sys.path[:] = [
        str(Path(__file__).resolve().parent.parent),
        *(place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent),
    ]

# Nothing we draw needs OpenGL; without its libraries the window takes half the memory. Qt reads it when it is loaded.
os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")

import translations
from translations import tr
from translations.calling import called

try:
    from PyQt5.QtCore import QObject, QSocketNotifier, Qt, QTimer, pyqtSignal
    from PyQt5.QtGui import QGuiApplication
    from PyQt5.QtWidgets import QApplication
except ImportError as error:
    translations.set_language(translations.system_language())
    reason = "" if isinstance(error, ModuleNotFoundError) else f"\n({error})"  # a system library is missing
    needed = tr("The window needs PyQt5. Run: python3 start.py (or, without a window: python3 -m client.terminal)")
    sys.exit(needed + reason)

from client import language, login_fields
from client.settings import Settings
from client.widgets.controls import FocusRing, logo_icon
from client.window import MainWindow

HELP_COLUMNS = 100
"""To learn how wide the terminal is, argparse would load what compresses files."""
ERROR_LOG_BYTES = 1_000_000
"""A longer errors.log is begun anew."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; the process's exit code."""
    translations.set_language(translations.system_language())
    options = read_arguments(arguments)
    app, window = open_window(options)
    signals = TerminalSignals(window)
    code = app.exec()
    signals.close()
    return leave(window, code)


def leave(window: MainWindow, code: int) -> int:
    """The exit code, once the network thread is gone; if it hangs, the process ends here."""
    if not window.stopped():
        os._exit(code)  # a call that cannot be interrupted must not keep the process
    return code


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line as `host`, `port`, `name`, `channel`, `login`; wrong ones end the process with 2."""
    parser = argparse.ArgumentParser(
        prog=called("python3 -m client.main"),
        description=tr("The chat window."),
        formatter_class=partial(argparse.HelpFormatter, width=HELP_COLUMNS),
    )
    parser.add_argument("link", nargs="?", default="", metavar="irc://HOST:PORT/ROOM", help=tr("a server and a room"))
    parser.add_argument("--host", default="", help=tr("the server's address"))
    parser.add_argument("--port", default="", help=tr("the server's port, usually 8888"))
    parser.add_argument("--name", default="", help=tr("your name in the chat"))
    parser.add_argument("--login", action="store_true", help=tr("log in at once"))
    options = parser.parse_args(arguments)
    options.channel = ""
    for given in (options.link, options.host):
        address = login_fields.read_address(given) if given else login_fields.Address("")
        if address is None:
            parser.error(tr("“{text}” is no address").format(text=given))
        options.host = address.host or options.host
        options.port = options.port or (str(address.port) if address.port else "")
        options.channel = options.channel or address.channel
    port = login_fields.read_port(options.port) if options.port else 0
    if port is None:
        parser.error(tr("The port must be a number from 1 to 65535; usually {port}.").format(port=8888))
    options.port = port
    return options


def open_window(options: argparse.Namespace) -> tuple[QApplication, MainWindow]:
    """The application and its window, shown; the caller runs the event loop."""
    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    QApplication.setAttribute(Qt.AA_UseHighDpiPixmaps)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("obrolan")
    app.setApplicationDisplayName("Obrolan")
    app.setDesktopFileName("obrolan")
    app.setWindowIcon(logo_icon())  # drawn: to read one from a file Qt loads nine libraries for other formats
    settings = Settings()
    faults = Faults(settings.folder / "errors.log", app)
    language.switch(settings.values.language or translations.system_language())
    window = MainWindow(settings, options.channel)
    faults.happened.connect(window.show_fault)
    FocusRing(app)
    window.fill(options.host, options.port, options.name)
    window.show()
    if options.login:
        QTimer.singleShot(0, window.login_page.submit)
    elif not (options.host or options.port or options.name):  # whoever names something wants that
        QTimer.singleShot(0, window.connect_on_start)
    return app, window


class Faults(QObject):
    """Takes over `sys.excepthook` and `threading.excepthook`: the traceback goes to a file.

    Without it PyQt ends the process at the first exception in a slot. Signal: happened(sentence),
    which reaches the GUI thread from any thread.
    """

    happened = pyqtSignal(str)

    def __init__(self, file: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._file = file
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def _caught(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, value, trace))
        print(text, file=sys.stderr)
        try:
            mode = "w" if self._file.exists() and self._file.stat().st_size > ERROR_LOG_BYTES else "a"
            with self._file.open(mode, encoding="utf-8") as log:
                log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n{text}\n")
        except OSError as error:
            print(f"{self._file}: {error}", file=sys.stderr)
        self.happened.emit(tr("Something went wrong in this window. Details: {file}").format(file=self._file))

    def _caught_in_thread(self, hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            self._caught(hook.exc_type, hook.exc_value, hook.exc_traceback)


def _woken_anyway(_number: int, _frame: FrameType | None) -> None:
    """The handler of signals that `TerminalSignals` reads from its socket."""


class TerminalSignals(QObject):
    """Closes the window on Ctrl+C in its terminal and on SIGTERM.

    Python runs a signal's handler only between two byte codes, and Qt's loop runs none: so the
    signal writes into a socket that wakes the loop. The handler itself does nothing: it may run
    in the midst of painting, say, where the messages must not go away.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _woken_anyway)
        descriptor = self._reader.fileno()
        self._notifier = QSocketNotifier(descriptor, QSocketNotifier.Read, self)  # type: ignore[arg-type]  # stub: voidptr
        self._notifier.activated.connect(self._woken)

    def _woken(self) -> None:
        self._reader.recv(64)
        self._window.quit()

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()


if __name__ == "__main__":
    sys.exit(main())
