"""`start.py`: what it finds, what it says, and the demo itself, with and without a display.

The demo runs in a copy of the code that borrows this environment, so nothing is installed and no
picture is left in the checkout.
"""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import start
from tests.end2end import desktop

ROOT = Path(__file__).resolve().parent.parent
CODE = ("start.py", "server.py", "protocol.py", "checkwords.py", "requirements.txt", "requirements-dev.txt")
ROOMS = ("chatd", "client", "translations")
OLD_PYTHONS = [
    path
    for minor in range(6, 11)
    if (path := shutil.which(f"python3.{minor}"))
    and not subprocess.run([path, "--version"], capture_output=True, check=False).returncode  # a shim may lead nowhere
]
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="asks Linux about its libraries or displays"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of the code with a `.venv` that holds everything already; what still runs there at the end is killed."""
    folder = tmp_path / "obrolan"
    folder.mkdir()
    for name in CODE:
        shutil.copy(ROOT / name, folder)
    for name in ROOMS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = folder / ".venv"
    environment.mkdir()
    for place in Path(sys.prefix).iterdir():
        (environment / place.name).symlink_to(place)
    for name in (start.REQUIREMENTS, start.DEV_REQUIREMENTS):
        stamp = environment / f"{name}.installed"
        stamp.unlink(missing_ok=True)
        stamp.write_text(start.fingerprint(name), encoding="ascii")
    yield folder
    for number in processes_in(folder):
        os.kill(number, signal.SIGKILL)


@pytest.fixture
def display() -> Iterator[str]:
    """A display of its own (Xvfb) for one test."""
    if not shutil.which("Xvfb"):
        pytest.skip("needs Xvfb (package xvfb)")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


def environment(**changes: str) -> dict[str, str]:
    """What the demo sees: this environment without a display."""
    kept = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "QT_QPA_PLATFORM"}}
    return {**kept, **changes}


# --- before anything is installed ---------------------------------------------------------------


def test_python_3_6_can_read_the_file() -> None:
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(("language", "words"), [("en", "needs Python 3.11"), ("id", "memerlukan Python 3.11")])
def test_an_old_python_is_told_so_in_one_sentence(language: str, words: str) -> None:
    if not OLD_PYTHONS:
        pytest.skip("no older Python here")
    for python in OLD_PYTHONS:
        done = subprocess.run(
            [python, ROOT / "start.py"],
            env=environment(LANGUAGE=language),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_new_python_that_claims_to_be_old_is_told_so() -> None:
    code = "import runpy, sys; sys.version_info = (3, 9, 0); runpy.run_path('start.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Obrolan needs Python 3.11 or newer; this is Python 3.9.\n")


# --- what the system lacks ----------------------------------------------------------------------


@linux_only
def test_somebody_who_is_not_root_gets_the_exact_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    command = "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3-venv xvfb"
    with pytest.raises(start.StartError, match=command):
        start.provide(["python3-venv", "xvfb"])


@linux_only
def test_root_installs_without_questions_and_a_failure_shows_what_apt_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    script = f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> {log}\necho "E: no such package"\n[ "$1" = update ]\n'
    (tmp_path / "apt-get").write_text(script, encoding="ascii")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DEBIAN_FRONTEND", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(start.StartError, match="E: no such package"):
        start.provide(["xvfb"])
    wanted = " update\nnoninteractive install -y --no-install-recommends xvfb\n"
    assert log.read_text(encoding="ascii") == wanted
    assert capsys.readouterr().out == "Installing system packages: xvfb\n"


@linux_only
def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(start.StartError, match="Debian packages hold, then start again: libgl1 xvfb"):
        start.provide(["libgl1", "xvfb"])


def test_what_drives_windows_is_installed_for_the_tests() -> None:
    assert set(desktop.PACKAGES.items()) - {("Xvfb", "xvfb")} <= set(start.TEST_EXTRAS.items())


def test_a_python_without_ensurepip_cannot_make_an_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not start.lacks_venv()
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert start.lacks_venv()


@linux_only
def test_libraries_that_a_plugin_does_not_find_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not shutil.which("cc"):
        pytest.skip("needs a C compiler")
    plugins = tmp_path / "lib/python3/site-packages/PyQt5/Qt5/plugins/platforms"
    plugins.mkdir(parents=True)
    source = tmp_path / "empty.c"
    source.write_text("void obrolan(void) {} void use(void) { obrolan(); }\n", encoding="ascii")
    needed = tmp_path / "libneeded.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", needed, source], check=True)
    link = ["-Wl,--no-as-needed", f"-L{tmp_path}", "-lneeded"]
    subprocess.run(["cc", "-shared", "-fPIC", "-o", plugins / "libqxcb.so", source, *link], check=True)
    monkeypatch.setattr(start, "VENV", tmp_path)
    assert start.missing_libraries("libqxcb.so") == ["libneeded.so"]
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert start.missing_libraries("libqxcb.so") == []
    assert start.missing_libraries("libqoffscreen.so") == []


@linux_only
@pytest.mark.parametrize(
    ("fonts", "lacking"),
    [
        ([], ["fonts-noto-core", "fonts-noto-color-emoji"]),
        (["NotoColorEmoji.ttf"], ["fonts-noto-core"]),
        (["DejaVuSans.ttf", "README"], ["fonts-noto-color-emoji"]),
        (["NotoSans-Regular.ttf", "NotoColorEmoji.ttf"], []),
    ],
)
def test_missing_fonts_are_noticed_by_their_files(
    fonts: list[str], lacking: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".fonts").mkdir()
    for name in fonts:
        (tmp_path / ".fonts" / name).touch()
    listed = "".join(f"{tmp_path}/.fonts/{name}\n" for name in fonts)
    (tmp_path / "fc-list").write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{listed}END\n", encoding="utf-8")
    (tmp_path / "fc-list").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert start.missing_font_packages() == lacking


# --- the environment ----------------------------------------------------------------------------


def test_an_environment_counts_as_installed_until_a_requirement_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path)
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    for name in (start.REQUIREMENTS, start.DEV_REQUIREMENTS):
        (tmp_path / name).write_text("one==1\n", encoding="ascii")
    assert not start.is_installed(start.REQUIREMENTS)
    stamp = tmp_path / f"{start.DEV_REQUIREMENTS}.installed"
    stamp.write_text(start.fingerprint(start.DEV_REQUIREMENTS), encoding="ascii")
    assert start.is_installed(start.DEV_REQUIREMENTS)
    assert start.is_installed(start.REQUIREMENTS)
    (tmp_path / start.REQUIREMENTS).write_text("one==2\n", encoding="ascii")
    assert not start.is_installed(start.DEV_REQUIREMENTS)
    assert not start.is_installed(start.REQUIREMENTS)
    stamp.write_text(start.fingerprint(start.DEV_REQUIREMENTS), encoding="ascii")
    monkeypatch.setattr(start, "PYTHON", tmp_path / "gone")
    assert not start.is_installed(start.REQUIREMENTS)


def test_every_requirement_is_pinned_and_names_its_licence() -> None:
    for name in (start.REQUIREMENTS, start.DEV_REQUIREMENTS):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                requirement, _, licence = line.partition("  # ")
                assert "==" in requirement, line
                assert licence, line


def test_this_environment_holds_exactly_what_is_pinned() -> None:
    pinned = {}
    for name in (start.REQUIREMENTS, start.DEV_REQUIREMENTS):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            requirement, _, marker = line.partition("  #")[0].partition(";")
            if "==" in requirement and ("win32" not in marker or ("==" in marker) == start.WINDOWS):
                package, _, version = requirement.partition("==")
                pinned[package] = version
    assert {package: importlib.metadata.version(package) for package in pinned} == pinned


# --- ports and displays -------------------------------------------------------------------------


def test_a_taken_port_is_said_and_another_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(start, "PORT", number)
        port = start.free_port()
        assert port not in {0, number}
        assert f"Port {number} is used by another program; the demo uses {port}." in capsys.readouterr().out
    assert start.free_port() == number
    assert capsys.readouterr().out == ""


@linux_only
def test_a_display_counts_only_when_it_can_be_opened(monkeypatch: pytest.MonkeyPatch, display: str) -> None:
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert start.platform() == "offscreen"
    monkeypatch.setenv("DISPLAY", ":9999")
    assert start.platform() == "offscreen"
    monkeypatch.setenv("DISPLAY", display)
    assert start.platform() == "xcb"


# --- the demo -----------------------------------------------------------------------------------


@linux_only
def test_without_a_display_two_windows_talk_and_leave_their_pictures(checkout: Path) -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "start.py"],
        cwd=checkout,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Their pictures: demo-1.png, demo-2.png" in done.stdout
    for name in ("demo-1.png", "demo-2.png"):
        assert (checkout / name).read_bytes().startswith(b"\x89PNG")
    assert time.monotonic() - began < 20
    assert processes_in(checkout) == {}


@linux_only
def test_demos_that_start_at_once_do_not_take_each_others_server(checkout: Path) -> None:
    demos = [
        subprocess.Popen([sys.executable, "start.py"], cwd=checkout, env=environment(), stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [demo.wait() for demo in demos] == [0, 0, 0]


@pytest.fixture
def shown_demo(checkout: Path, display: str) -> Iterator[subprocess.Popen[str]]:
    """The demo on a display, at the moment when both people have joined."""
    with subprocess.Popen(
        [sys.executable, "-u", "start.py"],
        cwd=checkout,
        env=environment(DISPLAY=display),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        seen = ""
        for line in demo.stdout:  # the server's own lines
            seen += line
            if all(name in seen for name in start.NAMES):
                break
        assert "Traceback" not in seen
        yield demo
        demo.send_signal(signal.SIGTERM)


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_server_and_both_windows(
    shown_demo: subprocess.Popen[str], checkout: Path, number: signal.Signals
) -> None:
    assert len(processes_in(checkout)) == 4
    shown_demo.send_signal(number)
    shown_demo.send_signal(number)  # somebody impatient
    output, _ = shown_demo.communicate(timeout=30)
    assert shown_demo.returncode == 0, output
    assert "Traceback" not in output
    assert processes_in(checkout) == {}


@linux_only
def test_the_demo_ends_when_both_windows_are_closed(shown_demo: subprocess.Popen[str], checkout: Path) -> None:
    windows = [number for number, command in processes_in(checkout).items() if "client.main" in command]
    assert len(windows) == 2
    os.kill(windows[0], signal.SIGTERM)  # a window takes this for being closed
    with pytest.raises(subprocess.TimeoutExpired):
        shown_demo.wait(timeout=1)
    os.kill(windows[1], signal.SIGTERM)
    output, _ = shown_demo.communicate(timeout=30)
    assert shown_demo.returncode == 0, output
    assert processes_in(checkout) == {}


def processes_in(folder: Path) -> dict[int, str]:
    """The processes that work in this folder: their numbers and command lines."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "cwd").resolve() == folder.resolve():
                found[int(place.name)] = (place / "cmdline").read_text(encoding="utf-8").replace("\0", " ")
        except OSError:  # gone meanwhile, or not ours
            continue
    return found
