"""A screen that nobody sees, with a window manager, and the window as a program of its own on it.

Driven from outside as a person does it: keys, wheel and pointer by `xdotool`. What is seen is read from outside too:
the pixels (Xvfb keeps them in a file), titles, which windows there are, who has the keyboard, and what the profile's
file remembers. Every wait is for a condition, looked at again and again until a deadline.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.end2end.harness import ROOT, WAIT_S
from tests.programs import end

PACKAGES = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
MISSING = [package for program, package in PACKAGES.items() if not shutil.which(program)]
LOOK_S = 0.01
"""Between two looks at what is waited for."""
SMALL = (1280, 800)
WIDER = 480
"""The chat is at least so wide; the login page, as it opens, is not."""

_CONFIGURATION = """<openbox_config xmlns="http://openbox.org/3.4/rc">
<placement><policy>Smart</policy><center>yes</center></placement>
<keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
<mouse>
<context name="Titlebar">
<mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
<mousebind button="Left" action="DoubleClick"><action name="ToggleMaximize"/></mousebind>
</context>
<context name="Client">
<mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
</context>
</mouse>
</openbox_config>
"""
"""What openbox does by itself, less its keys (of which Shift+Alt+Up is ours too)."""
_X_NAMES = {
    "Enter": "Return",
    "Esc": "Escape",
    "Del": "Delete",
    "PageUp": "Prior",
    "PageDown": "Next",
    ",": "comma",
    "/": "slash",
    "-": "minus",
    "=": "equal",
    "+": "plus",
}


class Box(NamedTuple):
    """A part of the screen."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def part(self, left: float, top: float, right: float, bottom: float) -> Box:
        """What lies between these shares of its sides."""
        x, y = self.x + round(self.width * left), self.y + round(self.height * top)
        return Box(x, y, self.x + round(self.width * right) - x, self.y + round(self.height * bottom) - y)

    def holds(self, other: Box) -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


def until(condition: Callable[[], Any], said: str) -> Any:
    """What the condition says, once that is something; fails with these words if it does not come to that."""
    deadline = time.monotonic() + WAIT_S
    while not (found := condition()):
        assert time.monotonic() < deadline, said
        time.sleep(LOOK_S)
    return found


def x_key(written: str) -> str:
    """`Ctrl+Shift+D` or `Ctrl++`, as `keys.py` writes it, for xdotool."""
    held, _, key = written[:-1].rpartition("+")
    key += written[-1]
    name = _X_NAMES.get(key) or (key.lower() if len(key) == 1 else key)
    return "+".join([*filter(None, held.lower().split("+")), name])


_PASSED_OVER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)
"""A window may be gone before we ask about it; by itself libX11 would end the process then."""


class XServer:
    """What xdotool does not tell, or (of a window in a frame) tells wrongly: asked of libX11 itself."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XInternAtom.restype = self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XSetErrorHandler(_PASSED_OVER)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def box(self, window: int) -> Box:
        """Where it is on the screen, without its frame; an empty box if it is gone."""
        x, y = ctypes.c_int(), ctypes.c_int()
        numbers = [ctypes.c_uint() for _ in range(6)]
        root, size = ctypes.c_ulong(), [ctypes.byref(number) for number in numbers]
        there = ctypes.c_ulong(window)
        inside = [ctypes.byref(ctypes.c_int()), ctypes.byref(ctypes.c_int())]
        self._x.XGetGeometry(self._display, there, ctypes.byref(root), *inside, *size[:4])
        place = [ctypes.byref(x), ctypes.byref(y), ctypes.byref(ctypes.c_ulong())]
        self._x.XTranslateCoordinates(self._display, there, self._root, 0, 0, *place)
        return Box(x.value, y.value, numbers[0].value, numbers[1].value)

    def has_state(self, window: int, state: str) -> bool:
        """Whether `_NET_WM_STATE` holds this, as `_NET_WM_STATE_HIDDEN`."""
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, rest = ctypes.c_ulong(), ctypes.c_ulong()
        value = ctypes.POINTER(ctypes.c_ulong)()
        wanted, any_kind = self._atom("_NET_WM_STATE"), ctypes.c_ulong(0)
        answer = [ctypes.byref(each) for each in (kind, form, count, rest, value)]
        bounds = (ctypes.c_long(0), ctypes.c_long(64), 0, any_kind)
        self._x.XGetWindowProperty(self._display, ctypes.c_ulong(window), wanted, *bounds, *answer)
        found = [value[number] for number in range(count.value)]
        self._x.XFree(value)
        return self._atom(state).value in found

    def _atom(self, name: str) -> ctypes.c_ulong:
        return ctypes.c_ulong(self._x.XInternAtom(self._display, name.encode(), 0))

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)


class Desktop:
    """A screen with openbox on it; used with `with`."""

    def __init__(self, folder: Path, size: tuple[int, int] = SMALL) -> None:
        self.folder = folder
        self.box = Box(0, 0, *size)
        self._programs: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        number = self._start_screen()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "XDG_CURRENT"))}
        self.environment = {**kept, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        with (self.folder / "Xvfb_screen0").open("rb") as file:
            self._screen = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = struct.unpack(">25I", self._screen[:100])
        self._line, self._begin = header[12], header[0] + 12 * header[19]
        configuration = self.folder / "openbox.xml"
        configuration.write_text(_CONFIGURATION, encoding="ascii")
        self._start(["openbox", "--sm-disable", "--config-file", str(configuration)], env=self.environment)
        until(lambda: self.xdotool("get_num_desktops"), "openbox did not start")
        self.x = XServer(f":{number}")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.x.close()
        for program in reversed(self._programs):
            program.kill()
            program.wait(WAIT_S)

    def _start_screen(self) -> int:
        """Start Xvfb; its number (with one that it chooses itself, two that start at once may share it)."""
        size = f"{self.box.width}x{self.box.height}x24"
        for number in range(2000 + os.getpid() % 20_000, 32_000):
            reader, writer = os.pipe()
            command = ["Xvfb", f":{number}", "-displayfd", str(writer), "-screen", "0", size, "-dpi", "96"]
            command += ["-nolisten", "tcp", "-noreset", "-fbdir", str(self.folder)]
            self._start(command, pass_fds=(writer,))
            os.close(writer)
            with os.fdopen(reader) as ready:
                if ready.readline():
                    return number
            self._programs.pop().wait(WAIT_S)
        raise AssertionError((self.folder / "Xvfb.log").read_text())

    def _start(self, command: list[str], **options: Any) -> None:
        with (self.folder / f"{command[0]}.log").open("wb") as log:
            self._programs.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
            )

    def xdotool(self, *words: object) -> str:
        """What it prints; "" if it fails."""
        done = subprocess.run(
            ["xdotool", *map(str, words)], env=self.environment, capture_output=True, encoding="utf-8", check=False
        )
        return done.stdout.strip() if not done.returncode else ""

    # --- what is seen

    def picture(self, box: Box) -> bytes:
        """The pixels of this part of the screen."""
        starts = (self._begin + y * self._line + 4 * box.x for y in range(box.y, box.bottom))
        return b"".join(self._screen[start : start + 4 * box.width] for start in starts)

    def colour(self, x: int, y: int) -> str:
        """One pixel, as `#16181d`."""
        blue, green, red, _ = self.picture(Box(x, y, 1, 1))
        return f"#{red:02x}{green:02x}{blue:02x}"

    def save(self, file: Path, box: Box | None = None) -> None:
        """The screen as a PNG, for people."""
        from PyQt5.QtGui import QImage

        box = box or self.box
        QImage(self.picture(box), box.width, box.height, 4 * box.width, QImage.Format_RGB32).save(str(file))

    def until(self, condition: Callable[[], Any], said: str) -> Any:
        """As the function does; a screen on which it does not come to that is kept to be looked at."""
        try:
            return until(condition, said)
        except AssertionError as error:
            file = self.folder / f"failed-{time.monotonic_ns()}.png"
            self.save(file)
            raise AssertionError(f"{said} (see {file})") from error

    def wait_for_change(self, box: Box, before: bytes, said: str) -> None:
        self.until(lambda: self.picture(box) != before, f"{said}: the picture did not change")

    def wait_for_picture(self, box: Box, picture: bytes, said: str) -> None:
        self.until(lambda: self.picture(box) == picture, f"{said}: the picture is not as it was")

    def stands_still(self, box: Box) -> bytes:
        """The picture, once it was the same at ten looks."""
        seen = [self.picture(box)]

        def still() -> bool:
            seen.append(self.picture(box))
            return len(seen) > 10 and len(set(seen[-10:])) == 1

        self.until(still, "the picture does not come to rest")
        return seen[-1]

    # --- what is done

    def press(self, *written: str) -> None:
        """Keys as `keys.py` writes them, one after another, to whoever has the keyboard."""
        self.xdotool("key", "--delay", 2, *map(x_key, written))

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", 1, text)

    def click(self, x: int, y: int, button: int = 1) -> None:
        self.xdotool("mousemove", x, y, "click", button)

    def active(self) -> str:
        return self.xdotool("getactivewindow")


class Client:
    """`python -m client.main` on a desktop; used with `with`, which ends it and looks for tracebacks."""

    def __init__(
        self, desktop: Desktop, profile: Path, *arguments: object, environment: Mapping[str, str] | None = None
    ) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        self.desktop, self.profile = desktop, profile
        self._log = profile.parent / f"{profile.name}-{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "client.main", *map(str, arguments)],
                cwd=ROOT,
                env={**desktop.environment, "OBROLAN_PROFILE": str(profile), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.window = ""

    def __enter__(self) -> Self:
        windows = self.desktop.until(lambda: self.windows() or self.process.poll() is not None, "no window came")
        assert isinstance(windows, list), self._log.read_text()
        (self.window,) = windows
        self.desktop.until(lambda: self.desktop.active() == self.window, "the new window has no focus")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            end(self.process)
        finally:
            if kind is None:
                printed = self._log.read_text(encoding="utf-8")
                assert not printed, printed

    # --- what is seen

    def windows(self) -> list[str]:
        """All windows of it that are on the screen: its own, menus, tooltips, dialogs."""
        return self.desktop.xdotool("search", "--onlyvisible", "--pid", self.process.pid).split()

    def popups(self) -> list[str]:
        return [window for window in self.windows() if window != self.window]

    @property
    def title(self) -> str:
        return self.desktop.xdotool("getwindowname", self.window)

    def box(self, window: str = "") -> Box:
        """Where it is, without what the window manager draws around it."""
        return self.desktop.x.box(int(window or self.window))

    def settings(self) -> dict[str, Any]:
        """What the profile remembers."""
        file = self.profile / "settings.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    def wait_for_title(self, pattern: str) -> None:
        self.desktop.until(lambda: re.search(pattern, self.title), f"the title does not become {pattern!r}")

    def wait_for_chat(self) -> None:
        """It is logged in: the page with the rooms is there, which is wider than the other one."""
        self.wait_for_title("^#lobby ")
        self.desktop.until(lambda: self.box().width >= WIDER, "the chat does not come")
        self.desktop.stands_still(self.box())

    def wait_for_setting(self, name: str, value: object) -> None:
        self.desktop.until(lambda: self.settings().get(name) == value, f"{name} does not become {value!r}")

    # --- what is done

    def wait_for_popup(self) -> str:
        """A menu is there, whole on the screen; its window."""
        (popup,) = self.desktop.until(self.popups, "no menu came")
        self.desktop.until(lambda: self.box(popup).width > 1, "the menu stays empty")
        assert self.desktop.box.holds(self.box(popup)), f"{self.box(popup)} is not all on {self.desktop.box}"
        return str(popup)

    def wait_for_no_popup(self) -> None:
        self.desktop.until(lambda: not self.popups(), "the menu is still there")

    @contextmanager
    def changing(self, box: Box, said: str) -> Iterator[None]:
        """What is done within is seen in this part of the screen."""
        before = self.desktop.stands_still(box)
        yield
        self.desktop.wait_for_change(box, before, said)
