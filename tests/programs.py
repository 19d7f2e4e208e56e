"""A program of ours as it is installed or built, and what it prints; for tests/deploy."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.end2end.harness import WAIT_S


def end(process: subprocess.Popen[Any]) -> None:
    """Ask it to end; one that does not is killed, and that is a failure."""
    process.terminate()
    try:
        process.wait(WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Program:
    """It runs within `with`, is asked to end there at last, and must have written no traceback until then."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.output = ""
        self._arrived = threading.Condition()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._collect, name="program-output")

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            end(self.process)
        finally:
            self._reader.join(WAIT_S)
        assert "Traceback" not in self.output, self.output

    def _collect(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                with self._arrived:
                    self.output += line
                    self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until what it printed holds this pattern."""
        with self._arrived:
            self._arrived.wait_for(
                lambda: re.search(pattern, self.output) is not None or not self._reader.is_alive(), WAIT_S
            )
            found = re.search(pattern, self.output)
        assert found, f"{pattern!r} is not in what it printed:\n{self.output}"
        return found
