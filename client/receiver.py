"""The network thread of the window: a QThread around `connection.Connection` that speaks in signals.

Its methods are called in the GUI thread, where its signals arrive too; between the threads there are
only the connection's notes and one queued signal. The socket is never touched from here.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable

from PyQt5.QtCore import QObject, QThread, pyqtSignal, pyqtSlot

from client.connection import Connection
from client.effects import Effect
from client.events import Connected, Derived, Event, Failed, Lost, Received


class Receiver(QThread):
    """One network thread for the life of the window; it starts with the first effect.

    Signals (GUI thread): `connected(Security)`; `failed(Problem, str)`; `lost(str)` the system's reason, may be "";
    `batch_received(list[Message])` - answer with `batch_taken()` once it is applied; `derived(bytes)`.
    """

    connected = pyqtSignal(object)
    failed = pyqtSignal(object, str)
    lost = pyqtSignal(str)
    batch_received = pyqtSignal(list)
    derived = pyqtSignal(bytes)
    _happened = pyqtSignal(int, object)
    """From the network thread to the GUI thread: number of the link, event."""

    def __init__(
        self,
        parent: QObject | None = None,
        make_connection: Callable[[Callable[[int, Event], None]], Connection] = Connection,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("network")
        self.connection = make_connection(self._happened.emit)
        self._happened.connect(self._tell)  # queued by Qt, as it is emitted in the other thread

    def perform(self, effect: Effect) -> None:
        """Have an effect of the session carried out."""
        self.connection.perform(effect)
        if not self.isRunning():
            self.start()

    def batch_taken(self) -> None:
        """The last batch is applied; the next may come."""
        self.connection.batch_taken()

    def stop(self, deadline_s: float = 1.0) -> bool:
        """End the thread and wait for it, at most this long; False if it still runs. A resolver is not waited for."""
        self.connection.stop()
        return self.wait(int(deadline_s * 1000))

    def run(self) -> None:
        """The network thread."""
        try:
            self.connection.run()
        except Exception as error:  # noqa: BLE001 - the outermost function of a thread
            traceback.print_exc(file=sys.stderr)
            self._happened.emit(self.connection.link, Lost(str(error)))

    @pyqtSlot(int, object)
    def _tell(self, link: int, event: Event) -> None:
        """Pass an event on, unless the person has gone elsewhere since."""
        if link != self.connection.link:
            return
        match event:
            case Connected(security):
                self.connected.emit(security)
            case Failed(problem, text):
                self.failed.emit(problem, text)
            case Lost(text):
                self.lost.emit(text)
            case Received(messages):
                self.batch_received.emit(messages)
            case Derived(key):
                self.derived.emit(key)
