"""Builds folders that run without Python, for the system this runs on (deploy/obrolan.spec), and says their sizes:

    python3 -m pip install -r requirements-build.txt       once; on Debian also: apt install binutils
    python3 -m tools.build [FOLDER]                        dist/obrolan, dist/obrolan-server

A folder over `MOST_MB` is an error: then something came along that nobody uses.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import make_icons

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("obrolan", "obrolan-server")
MOST_MB = 90
NO_ICU_DATA = struct.pack("<HBBHHBBBB4s4B4B8xII", 32, 0xDA, 0x27, 20, 0, 0, 0, 2, 0, b"ToCP", 1, *bytes(7), 0, 0)
"""A header of ICU's and a table of contents with nothing in it."""


def build(target: Path) -> None:
    """Have PyInstaller make the folders in `target`. Raises CalledProcessError."""
    work = ROOT / "build"
    work.mkdir(exist_ok=True)
    (work / "obrolan.ico").write_bytes(make_icons.make_ico())
    (work / "obrolan.icns").write_bytes(make_icons.make_icns())
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", str(target), "--workpath", str(work)]
    spec = str(ROOT / "deploy" / "obrolan.spec")
    subprocess.run([sys.executable, "-m", "PyInstaller", *options, spec], check=True)  # noqa: S603 - all ours
    empty_icu(target / "obrolan")


def empty_icu(folder: Path) -> None:
    """Put libraries of data that hold none in the place of ICU's, a fourth of the whole.

    Qt asks ICU for the order of words and for old encodings, which the window does not use; it does without. ICU itself
    is built against such a library. A folder without ICU (Windows, macOS) stays as it is.
    """
    for library in folder.rglob("libicudata.so.*"):
        name = f"icudt{library.suffix[1:]}_dat"
        with tempfile.TemporaryDirectory() as work:
            (Path(work) / "icu").write_bytes(NO_ICU_DATA)
            symbol = f"--defsym={name}=_binary_icu_start"
            for options in (
                ["-r", "-b", "binary", "icu", "-o", "icu.o"],
                ["-shared", "-soname", library.name, symbol, "icu.o", "-o", str(library)],
            ):
                subprocess.run(["ld", *options], cwd=work, check=True)  # noqa: S603, S607 - PyInstaller needs binutils too


def megabytes(folder: Path) -> float:
    """What the files in it take, links not counted."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1_000_000


def main() -> int:
    """Build, and say the sizes; 1 if a folder is too large."""
    target = Path(sys.argv[1] if sys.argv[1:] else ROOT / "dist").resolve()
    build(target)
    sizes = {name: megabytes(target / name) for name in FOLDERS}
    for name, size in sizes.items():
        print(f"{target / name}: {size:.1f} MB (at most {MOST_MB})")
    return 1 if max(sizes.values()) > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
