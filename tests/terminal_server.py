"""`server.py` in a pseudo-terminal, as whoever starts it sees it; see `tests/terminals.py`."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tests.end2end.harness import IrcClient, certificate_files
from tests.terminals import Terminal

if sys.platform != "win32":
    import termios

BARE = "import sys; sys.modules['prompt_toolkit'] = None; import server; sys.exit(server.main())"
"""A server without the package."""


class TerminalServer(Terminal):
    """A server on 127.0.0.1 whose first screen stands; `bare` is one without prompt_toolkit."""

    def __init__(
        self, folder: Path, *options: object, bare: bool = False, language: str = "en", columns: int = 200
    ) -> None:
        self.data = folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "host-key").write_bytes(bytes(32))
        for name, content in certificate_files().items():
            (self.data / name).write_bytes(content)
        self._clients: list[IrcClient] = []
        program: Sequence[str] = ("-c", BARE) if bare else ("server.py",)
        super().__init__(
            *("--host", "127.0.0.1", "--port", 0, "--data", self.data, *options),
            environment={"LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
            program=program,
            columns=columns,
            lines=40,
        )
        self.wait_until(lambda: self._said(r"--port (\d+)"), "the first screen")
        self.port = int(re.findall(r"--port (\d+)", "\n".join(self.shown))[0])
        self.wait_until(lambda: self._said(r"\d ms$"), "the last line of the start")
        if not bare:
            self.wait_for_prompt(">")

    def _said(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.shown)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        super().__exit__(kind, error, trace)
        if error is None:
            assert "Traceback" not in self.written

    def connect(self, nickname: str = "", *lines: str) -> IrcClient:
        """A client, registered if it gets a nickname, that has said these lines; closed with the server."""
        client = IrcClient(self.port)
        self._clients.append(client)
        if nickname:
            client.register(nickname)
        client.ask(*lines)
        return client

    def order(self, text: str, answer: str) -> None:
        """Type this, and wait for a line that begins so."""
        before = self._count(answer)
        self.enter(text)
        self.wait_until(lambda: self._count(answer) > before, answer)

    def _count(self, answer: str) -> int:
        return sum(line.startswith(answer) for line in self.shown)

    def send_signal(self, number: signal.Signals) -> None:
        self.process.kill(number)

    @property
    def edits_lines(self) -> bool:
        """Whether the terminal reads whole lines, shows what is typed, and makes signals of keys."""
        wanted = termios.ICANON | termios.ECHO | termios.ISIG
        local: int = termios.tcgetattr(self.process.child_fd)[3]
        return local & wanted == wanted
