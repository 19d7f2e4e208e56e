"""While messages are on their way: first nothing, from 200 ms on quiet blocks, and never a word that there are none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtGui import QColor, QImage
from PyQt5.QtWidgets import QApplication

from client import language, theme
from client.widgets.skeleton import Skeleton
from tests.client.pasts import batch, said
from tests.client.widgets.scene import Recorded, on_screen
from tests.fakes import CAPABILITIES, REMEMBERING

EMPTY = "No messages yet. Write the first one."


class Remembering(Recorded):
    """A scene whose server remembers what was said, and answers when it is told to."""

    capabilities = REMEMBERING

    @property
    def skeleton(self) -> Skeleton:
        return self.page.view.skeleton

    def label(self, target: str) -> str:
        """The label of the question about this conversation."""
        return next(line.split()[0][7:] for line in self.lines if "CHATHISTORY" in line and f" {target} " in line)

    def answer(self, *lines: str, target: str = "#lobby") -> None:
        """The past of this conversation comes in."""
        self.feed(*batch(*lines, label=self.label(target), target=target))

    def wait(self) -> None:
        """The time has passed from which on something is shown."""
        assert self.skeleton.timer.isActive()
        self.skeleton.timer.stop()
        self.skeleton.timer.timeout.emit()

    def says(self) -> str:
        """What stands in the middle of the list."""
        empty = self.page.view._empty
        return empty.text() if empty.isVisible() else ""

    def picture(self) -> QImage:
        """The list as it is on screen."""
        self.settle()
        return self.page.view.viewport().grab().toImage()


@pytest.fixture
def scene() -> Iterator[Remembering]:
    """Siti came into #lobby and asked what was said there."""
    with on_screen(Remembering()) as made:
        made.log_in("Budi")
        yield made


def ink(image: QImage, area: QRect | None = None) -> set[str]:
    """The colours in this part of a picture."""
    area = area or image.rect()
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(area.left(), area.right() + 1, 2)
        for y in range(area.top(), area.bottom() + 1, 2)
    }


# --- when -------------------------------------------------------------------------------------


def test_for_200_ms_the_list_is_bare_and_then_blocks_stand_there(scene: Remembering) -> None:
    assert scene.skeleton.timer.isSingleShot()
    assert scene.skeleton.timer.interval() == 200
    assert not scene.skeleton.isVisible()
    assert scene.says() == ""
    assert ink(scene.picture()) == {theme.LIGHT.window}
    scene.wait()
    assert scene.skeleton.isVisible()
    assert scene.skeleton.accessibleName() == "Loading messages…"
    assert ink(scene.picture()) > {theme.LIGHT.window, theme.LIGHT.pressed}


def test_what_comes_sooner_is_there_without_a_flash(scene: Remembering) -> None:
    scene.answer(said(1, "halo"))
    assert not scene.skeleton.timer.isActive()
    assert not scene.skeleton.isVisible()
    assert scene.page.view.visible_text()[-1].endswith("halo")


def test_the_blocks_go_with_the_first_message(scene: Remembering) -> None:
    scene.wait()
    scene.answer(said(1, "halo"))
    assert not scene.skeleton.isVisible()
    assert scene.says() == ""


def test_the_blocks_never_cover_what_one_says_meanwhile(scene: Remembering) -> None:
    scene.wait()
    scene.page.composer.set_text("halo")
    scene.page.composer.submit()
    assert scene.page.view.messages.rowCount() == 1
    assert not scene.skeleton.isVisible()


def test_where_nothing_was_said_that_is_said_below_the_beginning(scene: Remembering) -> None:
    scene.wait()
    scene.answer()
    assert not scene.skeleton.isVisible()
    assert scene.says() == EMPTY
    assert scene.page.view.visible_text() == ["Start of #lobby."]
    mark = scene.page.view._delegate.layout_of(0)
    assert scene.page.view._empty.geometry().top() >= mark.block_at.y() + mark.block.height
    scene.say("Budi", "halo")
    assert scene.says() == ""


def test_in_a_list_too_low_for_both_the_beginning_says_enough(scene: Remembering) -> None:
    scene.answer()
    assert scene.says() == EMPTY
    scene.page.view.resize(scene.page.view.width(), 40)
    assert scene.says() == ""
    scene.page.view.resize(scene.page.view.width(), 200)
    assert scene.says() == EMPTY


def test_the_blocks_stand_in_a_private_chat_too(scene: Remembering) -> None:
    scene.answer(said(1))
    scene.take(scene.session.open_private("Budi"))
    assert scene.says() == ""
    scene.wait()
    assert scene.skeleton.isVisible()
    scene.answer(target="Budi")
    assert not scene.skeleton.isVisible()
    assert scene.says().endswith(EMPTY)


def test_each_conversation_waits_for_itself(scene: Remembering) -> None:
    scene.wait()
    scene.join("#tugas", "Siti")
    scene.take(scene.session.select("#tugas"))
    assert not scene.skeleton.isVisible()
    assert scene.says() == ""
    scene.wait()
    assert scene.skeleton.isVisible()
    scene.answer(said(1, target="#tugas"), target="#tugas")
    assert not scene.skeleton.isVisible()
    scene.take(scene.session.select("#lobby"))
    scene.wait()
    assert scene.skeleton.isVisible()


# --- never for ever ---------------------------------------------------------------------------


def test_a_lost_connection_ends_it(scene: Remembering) -> None:
    scene.wait()
    scene.take(scene.session.connection_lost(""))
    assert not scene.skeleton.isVisible()


def test_a_refusal_ends_it(scene: Remembering) -> None:
    scene.wait()
    scene.feed(f"@label={scene.label('#lobby')} :srv FAIL CHATHISTORY INVALID_TARGET LATEST #lobby :No")
    assert not scene.skeleton.isVisible()
    assert scene.says() == EMPTY


def test_silence_ends_it(scene: Remembering) -> None:
    scene.wait()
    scene.clock += 60
    scene.take(scene.session.tick())
    assert not scene.skeleton.isVisible()


def test_where_the_server_remembers_nothing_there_is_nothing_to_wait_for() -> None:
    with on_screen(Remembering()) as made:
        made.capabilities = CAPABILITIES
        made.log_in("Budi")
        assert not made.skeleton.timer.isActive()
        assert made.says() == EMPTY


# --- how --------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK, theme.HIGH_CONTRAST], ids=lambda look: look.name)
@pytest.mark.parametrize(("width", "zoom"), [(1040, 1.0), (480, 1.0), (1366, 2.0), (480, 2.0)])
def test_each_block_stands_out_and_within_the_column_of_the_text(
    scene: Remembering, qapp: QApplication, look: theme.Theme, width: int, zoom: float
) -> None:
    theme.apply(qapp, look, zoom)
    scene.page.resize(width, 768)
    scene.wait()
    image = scene.picture()
    blocks = [block.toAlignedRect() for block in scene.skeleton.blocks()]
    shown = scene.page.view._delegate.look
    assert len(blocks) >= 3
    for block in blocks:
        assert image.rect().contains(block)
        assert block.left() in {shown.gutter, shown.avatar_left}
        assert block.right() <= shown.gutter + shown.text_width
        assert image.pixelColor(block.center()).name().upper() == look.pressed
    assert ink(image, QRect(QPoint(0, blocks[-1].bottom() + 2), image.rect().bottomRight())) == {look.window}


def test_it_can_be_seen_but_stays_faint() -> None:
    def light(colour: str) -> float:
        parts = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in QColor(colour).getRgbF()
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for look in theme.THEMES.values():
        low, high = sorted((light(look.window), light(look.pressed)))
        assert 1.2 <= (high + 0.05) / (low + 0.05) <= 3, look.name


def test_it_does_not_move(scene: Remembering) -> None:
    scene.wait()
    before = scene.picture()
    QApplication.processEvents()
    assert scene.picture() == before


def test_it_speaks_the_language_in_use(scene: Remembering) -> None:
    scene.wait()
    language.switch("id")
    scene.settle()
    try:
        assert scene.skeleton.accessibleName() == "Memuat pesan…"
    finally:
        language.switch("en")


def test_in_a_list_too_low_for_a_group_there_are_no_pieces_of_one(scene: Remembering) -> None:
    scene.wait()
    scene.skeleton.resize(400, 20)
    assert scene.skeleton.blocks() == []
