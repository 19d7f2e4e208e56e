"""Takes the pictures in docs/pictures: `python -m tools.pictures [FOLDER] [WORD...]`; words choose by name.

The real window with a school class in it (`tools/picture_scenes.py`), at a moment that is always the same. What the
READMEs show is taken twice as dense, and in both languages. To see every state there is, while working on it:
`tests/bench/screenshots.py`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QImage

ROOT = Path(__file__).resolve().parent.parent
DENSE, PLAIN = "2", "1"
ROOM, LOGIN, NARROW, LARGE = (1040, 680), (400, 560), (480, 640), (1366, 768)
SMALLEST = 0
"""PNG's strongest compression, as Qt counts."""


class Picture(NamedTuple):
    """What to take: the scene, and how the window is."""

    scene: str
    """A function of `picture_scenes`."""
    code: str = "en"
    look: str = "light"
    size: tuple[int, int] = ROOM
    zoom: float = 1.0
    density: str = PLAIN
    name: str = ""
    """Other than the scene's, for a scene that is taken more than once."""

    @property
    def file(self) -> str:
        """The picture's name, with the language where there are both."""
        name = self.name or self.scene.replace("_", "-")
        return f"{name}-{self.code}.png" if self.density == DENSE else f"{name}.png"


def _both(*pictures: Picture) -> Iterator[Picture]:
    for picture in pictures:
        for code in ("en", "id"):
            yield picture._replace(code=code, density=DENSE)


PICTURES = (
    *_both(
        Picture("room"),
        Picture("login", size=LOGIN),
        Picture("code", look="dark"),
        Picture("search"),
        Picture("order"),
        Picture("room", size=NARROW, name="narrow"),
    ),
    Picture("connecting", "id", size=LOGIN),
    Picture("error", size=LOGIN),
    Picture("first", "id"),
    Picture("emoji"),
    Picture("completion", "id"),
    Picture("switcher"),
    Picture("rooms", "id"),
    Picture("pins"),
    Picture("card", "id"),
    Picture("settings"),
    Picture("keys", "id"),
    Picture("menu", "id"),
    Picture("lost"),
    Picture("room", look="contrast", name="contrast"),
    Picture("room", "id", size=LARGE, zoom=2.0, name="zoom"),
)


def take(pictures: list[Picture], folder: Path) -> None:
    """Take these in this process; all have the same density."""
    from tools import picture_scenes  # noqa: PLC0415 - which stops the clock: not where pictures are only listed
    from tools.stage import Stage, let_go, window  # noqa: PLC0415

    for picture in pictures:
        with window(picture.code, picture.look, picture.zoom, picture.size) as shown:
            scene: Callable[[Stage, str], None] = getattr(picture_scenes, picture.scene)
            scene(Stage(shown, picture.size), picture.code)
            let_go()
            compact(shown.grab().toImage()).save(str(folder / picture.file), quality=SMALLEST)


def compact(picture: QImage) -> QImage:
    """The same in the 256 colours that it has most of: a third of the bytes."""
    plain = picture.convertToFormat(QImage.Format_RGB32)
    pixels = memoryview(plain.constBits().asstring(plain.sizeInBytes())).cast("I")
    colours = [colour for colour, _ in Counter(pixels).most_common(256)]
    nearest = Qt.ImageConversionFlags(Qt.ThresholdDither | Qt.AvoidDither)
    return plain.convertToFormat(QImage.Format_Indexed8, colours, nearest)


def main(arguments: list[str] | None = None) -> None:
    """Take all, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "pictures")
    parser.add_argument("words", nargs="*", help="only pictures with one of these in their names")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not options.words or any(word in one.file for word in options.words)]
    density = os.environ.get("QT_SCALE_FACTOR")  # Qt reads it once: a process for each
    if density in {DENSE, PLAIN}:
        take([picture for picture in wanted if picture.density == density], options.folder)
        return
    for density in (DENSE, PLAIN):
        command = [sys.executable, "-m", "tools.pictures", str(options.folder.absolute()), *options.words]
        environment = {**os.environ, "QT_SCALE_FACTOR": density}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - our own program


if __name__ == "__main__":
    main()
