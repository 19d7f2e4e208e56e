"""The face on a terminal: the line being typed stays at the bottom, what arrives appears above it.

One prompt_toolkit application runs from the first prompt to the end, so whatever happens to the
connection, the typed line is still there. Lines are printed between two of its paints: the prompt is
taken away, the lines are written, the prompt comes back below them. The terminal stays in raw mode all
the while, so nothing typed meanwhile is echoed or lost. The main thread owns all of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterable, Sequence

# The terminal is never asked where its cursor is: answers would mix with what is typed.
os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style

from client.console.completion import Cycle
from client.console.contract import Talk
from client.console.lines import STYLES, Line
from client.console.profile import InputHistory
from translations import tr

SHOWN_WAITING = 3
"""Own messages without an echo shown above the prompt."""
WAITING_CHARACTERS = 200


class _StoredHistory(History):
    """The arrow keys' memory, kept by `InputHistory`."""

    def __init__(self, stored: InputHistory) -> None:
        super().__init__()
        self._stored = stored

    def load_history_strings(self) -> Iterable[str]:
        return reversed(self._stored.load())

    def store_string(self, string: str) -> None:
        self._stored.add(string)


class Screen:
    """The terminal this process runs in."""

    def __init__(self, talk: Talk, history: InputHistory) -> None:
        self._talk = talk
        self._cycle = Cycle()
        self._asked_to_quit = False
        """Ctrl+C was pressed once."""
        self._code: int | None = None
        self._failure: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._styles = Style.from_dict({})
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._session: PromptSession[str] = PromptSession(
            self._message,
            history=_StoredHistory(history),
            key_bindings=self._bindings(),
            enable_suspend=True,
            erase_when_done=True,
        )
        self._app = self._session.app
        buffer = self._session.default_buffer
        buffer.accept_handler = self._accept
        buffer.on_text_changed += self._edited

    def run(self) -> int:
        """Until the talk is over; its exit code."""
        with self._runner:
            return self._runner.run(self._run())

    async def _run(self) -> int:
        self._loop.set_exception_handler(self._caught)
        try:
            with contextlib.suppress(EOFError, OSError):  # the terminal is gone
                await self._session.prompt_async(pre_run=self._begin, handle_sigint=False, set_exception_handler=False)
        finally:
            self._talk.quit()
            self._talk.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._failure is not None:
            raise self._failure
        return self._code or 0

    def _begin(self) -> None:
        self._loop.call_soon(self._talk.start, self)  # after the first paint

    def _caught(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """A mistake of ours: end, and fail with it once the terminal is as it was."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._failure = self._failure or error
            self.end(1)
        else:
            loop.default_exception_handler(context)

    # --- what the talk asks --------------------------------------------------------------------

    def show(self, lines: Sequence[Line]) -> None:
        """Print them above the prompt."""
        text: StyleAndTextTuples = []
        for line in lines:
            text += [(STYLES.get(style, f"fg:{style}"), part) for style, part in line.parts]
            text.append(("", "\n"))
        with contextlib.suppress(OSError):  # the terminal is gone; its end is seen elsewhere
            if self._app.is_running:
                self._app.renderer.erase()
            print_formatted_text(self._app.output, text, self._styles, color_depth=self._app.color_depth)
        self._app.invalidate()

    def refresh(self) -> None:
        """Paint the prompt, and look up when the talk wants to be woken."""
        self._app.invalidate()
        if self._timer is not None:
            self._timer.cancel()
        due = self._talk.next_tick
        self._timer = None if due is None else self._loop.call_later(due - time.monotonic(), self._talk.tick)

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Leave it for the loop."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(callback)

    def end(self, code: int) -> None:
        """Take the prompt away and leave."""
        if self._code is None:
            self._code = code
            if self._app.is_running:
                self._app.exit()

    # --- the prompt ----------------------------------------------------------------------------

    def _message(self) -> StyleAndTextTuples:
        waiting = [text[:WAITING_CHARACTERS] for text in self._talk.waiting[-SHOWN_WAITING:]]
        above = [f"… {text}" for text in waiting]
        if self._talk.status:
            above.append(self._talk.status)
        if self._asked_to_quit:
            above.append(tr("Ctrl+C once more leaves."))
        return [*((STYLES["note"], text + "\n") for text in above), ("", self._talk.prompt)]

    def _accept(self, buffer: Buffer) -> bool:
        """Enter; whether the text stays."""
        return not self._talk.accept(buffer.text)

    def _edited(self, buffer: Buffer) -> None:
        if buffer.text:
            self._asked_to_quit = False
        self._talk.edited(buffer.text)

    def _bindings(self) -> KeyBindings:
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)

        @keys.add("tab", filter=typing)
        def _(event: KeyPressEvent) -> None:
            self._complete(event.current_buffer, 1)

        @keys.add("s-tab", filter=typing)
        def _(event: KeyPressEvent) -> None:
            self._complete(event.current_buffer, -1)

        @keys.add("c-c", filter=typing)
        def _(event: KeyPressEvent) -> None:
            if self._asked_to_quit:
                self._talk.quit()
            else:
                event.current_buffer.reset()
                self._asked_to_quit = True

        @keys.add("c-d", filter=typing)
        def _(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.delete()
            else:
                self._talk.quit()

        return keys

    def _complete(self, buffer: Buffer, step: int) -> None:
        text, cursor = self._cycle.press(buffer.text, buffer.cursor_position, self._talk.words, step)
        buffer.document = Document(text, cursor)
