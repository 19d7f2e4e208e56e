"""States of the chat page about keeping order, for `screenshots.py`: menus, questions, lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, Qt

from client.order import Kept, Roll, RollShown
from client.theme import px

if TYPE_CHECKING:
    from tools.stage import Stage


def order(chat: Stage) -> Iterator[str]:
    """We run the room: the menus of a person, a message and the room, the question, the lists, what was done."""
    nickname = chat.window.session.nickname
    page, view = chat.window.chat_page, chat.window.chat_page.view
    isupport = "PREFIX=(qaohv)~&@%+ CHANMODES=Ibeg,k,Sl,CMPRUimnst EXTBAN=,amr obrolan.example/BOOT=a1 :ok"
    chat.server(f":srv 005 {nickname} {isupport}", f":srv MODE #lobby +o {nickname}", f":srv 381 {nickname} :x")
    chat.server(f":srv 324 {nickname} #lobby +ntmS 10")
    for change in ("+b m:a:Budi", "+U", "+S 60", "+o Ani"):
        chat.at(f":Pak_Adi!~u@lan MODE #lobby {change}")
    for did in ("TBAN 10m m:a:Budi: terlalu ramai", "KICK Dewi: keluar dulu", "MODE +m", "REDACT m7 of Budi"):
        chat.server(f":srv NOTICE {nickname} :2026-11-20 03:32:00 #lobby Pak_Adi: {did}")
    chat.server(f":srv NOTICE {nickname} :4 notes; times are UTC")
    view.to_newest()
    yield "chat-order"
    number = page.members.list.members.number_of("Budi")
    row = next(n for n in range(view.messages.rowCount()) if view.messages.row(n).entry.nickname == "Budi")
    layout = view._delegate.layout_of(row)
    menus = {
        "person": page.members.list.menu_for(number),
        "message": view.menu_for(view.messages.row(row), layout, QPoint(-1, -1)),
        "room": page.rooms.list.menu_for(1),
    }
    for name, menu in menus.items():
        assert menu is not None
        menu.setParent(chat.window, Qt.Widget)
        menu.adjustSize()
        menu.move(px(240), px(40))
        menu.show()
        menu.raise_()
        yield f"chat-order-menu-{name}"
        menu.hide()
    page.ordering._ask_ban("#lobby", "Budi")
    page.ask_panel.reason.setText("terlalu ramai")
    yield "chat-order-ask"
    page.ordering._ask_topic("#lobby")
    yield "chat-order-topic"
    page.ordering.close()
    yield from rolls(chat)


def rolls(chat: Stage) -> Iterator[str]:
    """The lists that are kept."""
    ordering = chat.window.chat_page.ordering
    kept = (
        Kept("m:a:budi", "Budi", mute=True, by="Pak Adi", left="9m30s", reason="terlalu ramai " * 12),
        Kept("*!*@10.0.0.0/8", "*!*@10.0.0.0/8", by="Ani", reason="jaringan lain"),
        Kept("a:joko", "joko", by="Siti Rahmawati", left="6d23h"),
    )
    ordering.shown(RollShown("#lobby", Roll.BANS, kept))
    yield "chat-order-bans"
    words = tuple(Kept(word, word, by="Pak Adi") for word in ("kasar", "bodoh"))
    ordering.shown(RollShown("#lobby", Roll.WORDS, words))
    yield "chat-order-words"
    ordering.shown(RollShown("", Roll.SERVER))
    yield "chat-order-none"
    ordering.close()
