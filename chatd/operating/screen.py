"""A prompt that can be edited, with the lines of the log above it and words that Tab completes: by prompt_toolkit.

It is a loop of asyncio in the thread `prompt`; `cancel` and what `Output` calls come from any thread and only leave
something for the loop. The terminal is in raw mode while somebody types, so Ctrl+C comes as a key.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable

# The terminal is never asked where its cursor is: answers would mix with what is typed.
os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.shortcuts import CompleteStyle

from chatd.operating.output import Output

PROMPT = "> "


class _Words(Completer):
    def __init__(self, candidates: Callable[[str], list[str]]) -> None:
        self._candidates = candidates

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        typed = len(before) - before.rfind(" ") - 1
        for word in self._candidates(before):
            yield Completion(word, start_position=-typed)


class Screen:
    """See the module."""

    def __init__(
        self,
        output: Output,
        candidates: Callable[[str], list[str]],
        interrupted: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        """`candidates` completes, `interrupted` is Ctrl+C, `ended` says what Ctrl+D does not do."""
        self._output = output
        self._interrupted = interrupted
        self._ended = ended
        self._cancelled = False
        self._task: asyncio.Task[None] | None = None
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            completer=_Words(candidates),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=self._bindings(),
        )

    def read(self, take: Callable[[str], None]) -> None:
        """Give each line to `take`, until `cancel`, Ctrl+C or the terminal is gone."""
        with self._runner, contextlib.suppress(asyncio.CancelledError):
            self._runner.run(self._read(take))

    def cancel(self) -> None:
        self._cancelled = True
        if self._task is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def _read(self, take: Callable[[str], None]) -> None:
        self._task = asyncio.current_task()
        while not self._cancelled:
            try:
                line = await self._session.prompt_async(
                    pre_run=self._begin, handle_sigint=False, set_exception_handler=False
                )
            except KeyboardInterrupt:
                self._interrupted()
                return
            except (EOFError, OSError):
                return  # the terminal is gone
            finally:
                self._output.give_back()
            take(line)

    def _begin(self) -> None:
        self._output.lend(self._wake)

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._paint)

    def _paint(self) -> None:
        """Take the prompt away, write what waits, and have the prompt come back below."""
        text, app = self._output.take(), self._session.app
        if text:
            app.renderer.erase()
            app.output.write_raw(text.replace("\n", "\r\n"))
            app.output.flush()
            app.invalidate()

    def _bindings(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-d", filter=Condition(lambda: not get_app().current_buffer.text))
        def _(_event: KeyPressEvent) -> None:
            self._ended()

        @keys.add("c-z")
        def _(_event: KeyPressEvent) -> None:
            """A server is not suspended by mistake."""

        return keys
