"""States of the chat page about rooms, for `screenshots.py`: going to one, entering, inviting, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client.directory import Denial, KnockAnswered, ListedRoom, RoomRefused, RoomsListed

if TYPE_CHECKING:
    from tools.stage import Stage


def switch(chat: Stage) -> Iterator[str]:
    """Where to go: what is unread, and what a letter means."""
    switching = chat.window.chat_page.switching
    switching.open()
    yield "chat-switcher"
    switching.switcher.field.setText("#tug")
    yield "chat-switcher-typed"
    switching.close()
    yield from drag(chat)
    yield from enter(chat)


def drag(chat: Stage) -> Iterator[str]:
    """A room on its way to another place; in a narrow window, in the list over the messages."""
    page = chat.window.chat_page
    view = page.rooms.list
    page.panes.toggle_left()
    index = view.rooms.index(view.rooms.number_of("#tugas"))
    view.scrollTo(index)
    area = view.visualRect(index)
    for kind, y in (
        (QEvent.MouseButtonPress, area.center().y()),
        (QEvent.MouseMove, area.top() - area.height() * 2 // 3),
    ):
        held = QMouseEvent(kind, QPointF(area.center().x(), y), Qt.LeftButton, Qt.LeftButton, Qt.NoModifier)
        QApplication.sendEvent(view.viewport(), held)
    yield "chat-drag"
    QTest.keyClick(view, Qt.Key_Escape)
    QTest.mouseRelease(view.viewport(), Qt.LeftButton)
    page.panes.close_overlay()


def enter(chat: Stage) -> Iterator[str]:
    """All rooms, a new one, and why one is not let in."""
    entering = chat.window.chat_page.entering
    entering.open()
    names = (("#lobby", 12, "Tugas minggu ini: jaringan komputer, bab 3 dan 4"), ("#tugas", 5, ""), ("#lab", 1, "x"))
    rooms = [ListedRoom(name, people, topic) for name, people, topic in names]
    rooms += [ListedRoom(f"#kelas-{n}", 1, "Ruang kelas, " * 9) for n in range(1, 12)]
    entering.take(RoomsListed(tuple(rooms)))
    yield "chat-rooms"
    entering.take(RoomRefused("#guru", Denial.KEY, may_knock=True))
    yield "chat-rooms-password"
    entering.take(KnockAnswered("#guru"))
    yield "chat-rooms-knocked"
    entering.open_new()
    entering.sheet.form.name.setText("a b")
    entering.sheet.form.submit()
    yield "chat-rooms-new"
    entering.close()
    page, noticing = chat.window.chat_page, chat.window._noticing
    assert noticing is not None
    place = f"{chat.window.session.host}:{chat.window.session.port} #tugas"
    chat.server(f":Budi!~u@lan INVITE {chat.window.session.nickname} #kelompok-tugas-jaringan")
    noticing.change(levels={place: "nothing"})
    yield "chat-invited"
    page.switching.pick("#tugas", lambda _nickname: None)
    yield "chat-invite"
    page.switching.close()
    page.tending.leave("ani")
    yield "chat-left"
    page.offer_bar.buttons[0].click()
    chat.window.handle(chat.window.session.select("#lobby"))
    noticing.change(levels={place: "mentions"})
    page.tending._decline(next(iter(chat.window.session.invitations.values())))
