"""The command that takes the pictures in docs: it runs, and the pages that show them have them all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from PyQt5.QtGui import QImage

from tools.pictures import DENSE, PICTURES, ROOT

PAGES = ("README.md", "README.id.md")


def test_a_few_are_taken_and_show_something(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.pictures", str(tmp_path), "login-en", "narrow-id", "menu", "lost"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    taken = {file.stem: QImage(str(file)) for file in tmp_path.iterdir()}
    assert {name: (image.width(), image.height()) for name, image in taken.items()} == {
        "login-en": (800, 1120),
        "narrow-id": (960, 1280),
        "menu": (1040, 680),
        "lost": (1040, 680),
    }
    assert all(len(set(image.colorTable())) > 50 for image in taken.values())  # text has that many shades


def test_all_that_are_listed_are_there_and_small() -> None:
    folder = ROOT / "docs" / "pictures"
    sizes = {picture.file: (folder / picture.file).stat().st_size for picture in PICTURES}
    assert max(sizes.values()) < 200_000
    assert sum(sizes.values()) < 2_000_000


def test_each_page_shows_the_best_six_in_its_language() -> None:
    for page, code in zip(PAGES, ("en", "id"), strict=True):
        shown = set(re.findall(r"!\[[^\]]+\]\(docs/pictures/([^)]+)\)", (ROOT / page).read_text("utf-8")))
        best = {picture.file for picture in PICTURES if picture.density == DENSE and picture.code == code}
        assert shown == best
