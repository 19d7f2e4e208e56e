#!/usr/bin/env python3
"""Sets up what Obrolan needs, then shows it (`python3 start.py`) or tests it (`python3 start.py test`).

Standard library only: it runs before anything is installed, on Linux, macOS and Windows, and imports
of ours only `translations`. An older Python must be able to read the file in order to say that it is too
old: what stands above the version check runs on 3.6, the rest at least parses there.
"""

import gettext
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    tr = gettext.translation("obrolan", str(Path(__file__).resolve().parent / "translations"), fallback=True).gettext
    sys.exit(
        tr("Obrolan needs Python 3.11 or newer; this is Python {version}.").format(
            version="{}.{}".format(*sys.version_info)
        )
    )

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import translations
from translations import tr

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

PORT = 8888
HOST = "127.0.0.1"
NAMES = ("Siti", "Budi")
PROGRAMS = {"window": "client.main", "terminal": "client.terminal", "bench": "tests.bench"}
SERVER_START_S = 10.0
SERVER_TRIES = 3  # another program may take the port between the look and the start
TALK_S = 60.0
STOP_S = 3.0
REPORT = re.compile(r"^\{.*\}\n", re.MULTILINE)
"""The line of JSON that a window which talks by itself prints at its end."""
ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]

REQUIREMENTS = "requirements.txt"
DEV_REQUIREMENTS = "requirements-dev.txt"
OFFSCREEN_PACKAGES = ["libgl1", "libglib2.0-0", "libfontconfig1", "libfreetype6", "libx11-6", "libxext6", "libdbus-1-3"]
XCB_PACKAGES = [
    *OFFSCREEN_PACKAGES,
    *("libx11-xcb1", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0"),
    *("libxcb-render0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0", "libxcb-xinerama0"),
    *("libxcb-xkb1", "libxkbcommon-x11-0"),
]
TEST_EXTRAS = {n: n for n in ("strace", "tmux", "irssi", "openbox", "xdotool")} | {"weechat": "weechat-curses"}
TEXT_FONT_PACKAGE = "fonts-noto-core"
EMOJI_FONT_PACKAGE = "fonts-noto-color-emoji"


class StartError(Exception):
    """Something a person has to do first; the text says what."""


# --- what the system brings ---------------------------------------------------------------------


def captured(command: Sequence[object], **environment: str) -> tuple[int, str]:
    """Run a program without a word: its exit code and what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout.strip()


def run(command: Sequence[object], failed: str, **environment: str) -> None:
    """Run a program without a word; StartError, when it fails, says `failed` and what it printed."""
    code, output = captured(command, **environment)
    if code:
        raise StartError(f"{last_lines(output)}\n{failed} ({' '.join(map(str, command))}: {code})")


def last_lines(output: str, count: int = 12) -> str:
    """The end of what a program printed, where it says why it failed."""
    return "\n".join(output.splitlines()[-count:])


def can_install() -> bool:
    """Whether system packages can be installed without asking anybody."""
    return LINUX and shutil.which("apt-get") is not None and os.geteuid() == 0


def provide(packages: Sequence[str]) -> None:
    """Install Debian packages as root, otherwise raise StartError with the command that would."""
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        raise StartError(
            tr("Please install what these Debian packages hold, then start again: {packages}").format(
                packages=" ".join(packages)
            )
        )
    if not can_install():
        raise StartError(
            tr("Something is missing on this computer. Please run this, then start again:")
            + f"\n  sudo apt-get update && sudo {shlex.join(install)}"
        )
    print(tr("Installing system packages: {packages}").format(packages=" ".join(packages)))
    failed = tr("The system packages could not be installed.")
    run(["apt-get", "update"], failed)
    run(install, failed, DEBIAN_FRONTEND="noninteractive")


def lacks_venv() -> bool:
    """Whether this Python cannot make a virtual environment (Debian packs that separately)."""
    importlib.invalidate_caches()
    try:
        importlib.import_module("venv")
        importlib.import_module("ensurepip")
    except ImportError:
        return True
    return False


def missing_libraries(plugin: str) -> list[str]:
    """The shared libraries that a platform plugin of the installed Qt does not find here."""
    found = next(VENV.glob(f"lib/python*/site-packages/PyQt5/Qt5/plugins/platforms/{plugin}"), None)
    if found is None or not shutil.which("ldd"):
        return []
    return re.findall(r"^\s*(\S+) => not found", captured(["ldd", found])[1], re.MULTILINE)


def font_files() -> list[str]:
    """The file names of the fonts installed on this Linux system."""
    if shutil.which("fc-list"):
        paths = [Path(line) for line in captured(["fc-list", "--format", "%{file}\n"])[1].splitlines()]
    else:
        folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
        folders += [Path.home() / ".local/share/fonts", Path.home() / ".fonts"]
        paths = [path for folder in folders for path in folder.rglob("*")]
    return [path.name.lower() for path in paths if path.suffix.lower() in (".ttf", ".otf", ".ttc")]


def missing_font_packages() -> list[str]:
    """The packages of the fonts without which texts are not drawn at all, or emoji without colour."""
    names = font_files()
    lacking = []
    if not any("emoji" not in name for name in names):
        lacking.append(TEXT_FONT_PACKAGE)
    if not any("emoji" in name for name in names):
        lacking.append(EMOJI_FONT_PACKAGE)
    return lacking


# --- the environment ----------------------------------------------------------------------------


def prepare(requirements: str, *, xcb: bool, qt: bool = True, packages: Sequence[str] = ()) -> None:
    """Make `.venv` hold what `requirements` names and the system what Qt needs; quick when all is there.

    `packages` are Debian packages wanted besides. Raises StartError.
    """
    wanted = list(packages)
    if not is_installed(requirements):
        if lacks_venv():
            wanted += ["python3-venv"]
        if wanted:
            provide(wanted)
            wanted = []
        install(requirements)
    if LINUX and qt:
        if xcb and missing_libraries("libqxcb.so"):
            wanted += XCB_PACKAGES
        elif missing_libraries("libqoffscreen.so"):
            wanted += OFFSCREEN_PACKAGES
        fonts = missing_font_packages()
        if fonts == [EMOJI_FONT_PACKAGE] and not wanted and not can_install():
            print(tr("Emoji will have no colour: the package {package} is missing.").format(package=fonts[0]))
        else:
            wanted += fonts
    if wanted:
        provide(wanted)


def fingerprint(requirements: str) -> str:
    """A digest of all that decides what is installed: the files and the Python."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for name in dict.fromkeys([requirements, REQUIREMENTS]):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed(requirements: str) -> bool:
    """Whether `.venv` was filled from these very requirements (those for tests hold all others)."""
    for name in {requirements, DEV_REQUIREMENTS}:
        stamp = VENV / f"{name}.installed"
        if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint(name):
            return True
    return False


def install(requirements: str) -> None:
    """Make `.venv` if there is none that works, and install into it."""
    usable = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if not PYTHON.exists() or captured([PYTHON, "-c", usable])[0]:
        print(tr("Making .venv…"))
        run([sys.executable, "-m", "venv", "--clear", VENV], tr("The environment .venv could not be made."))
    print(tr("Installing {requirements} (only this once)…").format(requirements=requirements))
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    run(pip, tr("The packages could not be installed."))
    (VENV / f"{requirements}.installed").write_text(fingerprint(requirements), encoding="ascii")


# --- the demo -----------------------------------------------------------------------------------


def platform() -> str:
    """The Qt platform on which windows can be seen here, or "offscreen" when none can be opened.

    Found by trying: a child process opens a connection to the display (a failure there ends it).
    """
    if not LINUX:
        return os.environ.get("QT_QPA_PLATFORM", "")
    name = os.environ.get("QT_QPA_PLATFORM", "xcb")
    if name == "xcb" and not os.environ.get("DISPLAY"):
        return "offscreen"
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"  # Qt gives up by abort()
        "from PyQt5.QtGui import QGuiApplication; QGuiApplication(['try'])"
    )
    failed, _ = captured([PYTHON, "-c", code], QT_QPA_PLATFORM=name, QT_XCB_GL_INTEGRATION="none")
    return "offscreen" if failed else name


def free_port() -> int:
    """8888 if nobody listens there, otherwise another free one, which is said."""
    with socket.socket() as probe:
        if not WINDOWS:  # there, this option would let two programs share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", PORT))
        except OSError:
            pass
        else:
            return PORT
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = int(probe.getsockname()[1])
    print(tr("Port {taken} is used by another program; the demo uses {port}.").format(taken=PORT, port=port))
    return port


class Child:
    """A program of the demo, in a process group of its own, so that Ctrl+C reaches only start.py.

    What it prints goes to the file `output`, else to the terminal.
    """

    def __init__(self, *arguments: object, environment: dict[str, str], output: Path | None = None) -> None:
        file = output.open("wb") if output else None
        self.process = subprocess.Popen(
            [str(PYTHON), *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            start_new_session=not WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            stdout=file,
            stderr=subprocess.STDOUT if file else None,
        )
        if file:
            file.close()

    def stop(self) -> None:
        """Ask it to end, wait, and end it."""
        if self.process.poll() is not None:
            return
        if sys.platform == "win32":
            self.process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def stopped_at_the_end() -> Iterator[list[Child]]:
    """A list; the children put into it are stopped at the end, the last one first."""
    children: list[Child] = []
    try:
        yield children
    finally:
        for child in reversed(children):
            child.stop()


def start_server(folder: Path, children: list[Child]) -> int:
    """Put a server that answers into `children`; its port. Its files go into the folder. Raises StartError."""
    name = f"demo-{os.getpid()}.local"
    config = folder / "demo.toml"
    config.write_text(f'[server]\nname = "{name}"\n', encoding="ascii")
    deadline = time.monotonic() + SERVER_START_S
    for _ in range(SERVER_TRIES):
        port = free_port()
        options = ("--host", HOST, "--port", port, "--data", folder / "data", "--config", config)
        children.append(Child("server.py", *options, environment={}))
        while children[-1].process.poll() is None and time.monotonic() < deadline:
            if is_answered_by(name, port):
                return port
            time.sleep(0.02)
    raise StartError(tr("The server did not start."))


def is_answered_by(name: str, port: int) -> bool:
    """Whether the server of this name answers there (and not, say, the one of another demo)."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1) as probe:
        probe.sendall(b"PING demo\r\n")
        return probe.recv(512).startswith(f":{name} ".encode())
    return False


def show_windows(port: int, environment: dict[str, str]) -> None:
    """Two windows, logged in; returns when both are closed."""
    with stopped_at_the_end() as windows:
        for name in NAMES:
            arguments = ("-m", "client.main", "--host", HOST, "--port", port, "--name", name, "--login")
            windows.append(Child(*arguments, environment=environment))
        print(tr("Two windows are open. Close both, or press Ctrl+C here, to end."))
        codes = [window.process.wait() for window in windows]
    if any(codes):
        raise StartError(tr("A window ended with an error."))


def let_them_talk(port: int, environment: dict[str, str]) -> None:
    """Two windows that nobody sees talk by themselves and leave their pictures. Raises StartError."""
    lines = [
        (NAMES[0], tr("Good morning everyone 👋")),
        (NAMES[1], tr("Good morning, Siti! Is today's task ready? 😀")),
        (NAMES[0], tr("Yes, it is. I will share it after class.")),
        (NAMES[1], tr("Thank you ❤️")),
    ]
    pictures = [ROOT / f"demo-{number}.png" for number in (1, 2)]
    reports = [Path(environment["OBROLAN_PROFILE"]).with_name(f"report-{number}") for number in (1, 2)]
    with stopped_at_the_end() as windows:
        for name, picture, report in zip(NAMES, pictures, reports, strict=True):
            picture.unlink(missing_ok=True)
            arguments = ("-m", "client.demo", "--host", HOST, "--port", port, "--name", name)
            talk = ("--lines", json.dumps(lines), "--picture", picture)
            windows.append(Child(*arguments, *talk, environment=environment, output=report))
        deadline = time.monotonic() + TALK_S
        for window, name, report in zip(windows, NAMES, reports, strict=True):
            problem = reported_problem(window, report, deadline)
            if problem:
                sentence = tr("The window of {name} failed: {problem}").format(name=name, problem=problem)
                raise StartError(f"{last_lines(REPORT.sub('', printed(report)))}\n{sentence}")
    print(
        tr(
            "No display could be opened, so two windows talked unseen: each shows what the other wrote. "
            "Their pictures: {pictures}"
        ).format(pictures=", ".join(picture.name for picture in pictures))
    )


def printed(output: Path) -> str:
    """What a child has printed so far."""
    return output.read_text(encoding="utf-8", errors="replace")


def reported_problem(window: Child, output: Path, deadline: float) -> str:
    """Wait for what a window that talks by itself reports as its problem; "" when all went well."""
    while window.process.poll() is None and time.monotonic() < deadline:
        report = REPORT.search(printed(output))
        if report:
            return str(json.loads(report[0])["problem"])
        time.sleep(0.05)
    return tr("it ended, or took too long, without a report")


def demo() -> int:
    """The server and two windows, until both are closed or Ctrl+C is pressed."""
    prepare(REQUIREMENTS, xcb=bool(os.environ.get("DISPLAY")))
    name = platform()
    with tempfile.TemporaryDirectory(prefix="obrolan-", ignore_cleanup_errors=True) as folder:
        environment = {"OBROLAN_PROFILE": str(Path(folder, "profile"))}
        if "XDG_RUNTIME_DIR" not in os.environ:
            environment["XDG_RUNTIME_DIR"] = folder  # Qt wants a private folder, and complains without
        if name:
            environment["QT_QPA_PLATFORM"] = name
        act: Callable[[int, dict[str, str]], None] = let_them_talk if name == "offscreen" else show_windows
        with stopped_at_the_end() as servers:
            act(start_server(Path(folder), servers), environment)
    return 0


def start_program(what: str, arguments: Sequence[str]) -> int:
    """A client of ours, or the benchmark, with what it needs; its exit code."""
    prepare(REQUIREMENTS, xcb=bool(os.environ.get("DISPLAY")), qt=what == "window")
    return subprocess.run([PYTHON, "-m", PROGRAMS[what], *arguments], cwd=ROOT, check=False).returncode


# --- the tests ----------------------------------------------------------------------------------
PURE_TESTS = ("test_protocol*.py", "client/test_session*.py", "client/core/test_*.py", "chatd/test_channel*.py")
"""Each file that must be covered wholly is covered by the tests named after it, without any other."""


def steps() -> Iterator[tuple[str, list[str]]]:
    """What CI runs: a name and the arguments for Python."""
    gated = sorted(path.relative_to(ROOT).as_posix() for name in PURE_TESTS for path in ROOT.glob(f"tests/{name}"))
    yield "ruff format", ["-m", "ruff", "format", "--check"]
    yield "ruff check", ["-m", "ruff", "check"]
    yield "mypy", ["-m", "mypy"]
    yield "lint-imports", ["-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-logo"]
    yield "translations", ["-m", "translations.update", "--check"]
    yield "coverage run", ["-m", "coverage", "run", "-m", "pytest", "-q", *gated]
    yield "coverage report", ["-m", "coverage", "report"]
    driven = sorted(str(path) for path in Path("tests", "end2end").glob("test_desktop*.py"))
    yield "desktop", ["-m", "pytest", "-q", "-n", "2", "--desktop", *driven]  # alone: on a busy screen all waits
    yield "pytest", ["-m", "pytest", "-q", "-n", "2"]


def test() -> int:
    """Run everything that CI runs; quiet about what is well. Returns the exit code."""
    packages = ["xvfb"] if LINUX and not shutil.which("Xvfb") else []
    packages += [name for program, name in TEST_EXTRAS.items() if can_install() and not shutil.which(program)]
    # DejaVu draws some emoji by itself, in black, and a test looks for colour.
    packages += [TEXT_FONT_PACKAGE] if LINUX and "notosans-regular.ttf" not in font_files() else []
    prepare(DEV_REQUIREMENTS, xcb=True, packages=packages)
    failed = []
    for name, arguments in steps():
        if sys.stdout.isatty():
            print(f"{name}…")
        code, output = captured([PYTHON, *arguments])
        if code:
            failed.append(name)
            print(f"{output}\n{name}: " + tr("FAILED"))
    print(tr("Failed: {steps}").format(steps=", ".join(failed)) if failed else last_lines(output, 1))
    return 1 if failed else 0


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl+C does, once: what is being stopped then is not disturbed by a second one."""
    for name in ENDING_SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """The command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal of an old encoding gets "?", not a traceback; lines stand in order beside the server's.
            stream.reconfigure(errors="replace", line_buffering=True)
    translations.set_language(translations.system_language())
    parser = argparse.ArgumentParser(description=tr("Shows Obrolan, opens a client, tests it, or measures it."))
    parser.add_argument("what", nargs="?", choices=("demo", *PROGRAMS, "test"), default="demo")
    options, arguments = parser.parse_known_args()
    for number in ENDING_SIGNALS:
        signal.signal(number, interrupt)
    try:
        if options.what in PROGRAMS:
            return start_program(options.what, arguments)
        parser.parse_args()  # for these there is nothing more to say: it refuses what is left
        return demo() if options.what == "demo" else test()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130 if options.what == "test" else 0


if __name__ == "__main__":
    sys.exit(main())
