"""Pictures of every page and state, to be looked at: `python tests/bench/screenshots.py FOLDER [WORD...]`.

Runs on the platform QT_QPA_PLATFORM names (offscreen without it; `xvfb-run ... QT_QPA_PLATFORM=xcb`
for the real one). Each picture is `<state>-<language>-<theme>.png`; words choose those whose name
holds one of them. Uses the real window, without a server: states are shown as the session would.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tools.stage import HOST, NAME, NICKNAME, NOW, PORT, Stage  # isort: split

from PyQt5.QtCore import QEvent, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from client import language
from client.changes import (
    Conversation,
    Delivery,
    Entry,
    EntryKind,
    Gap,
    Hit,
    LinkState,
    LoginFailed,
    Problem,
    Quote,
    Reaction,
    SearchResults,
)
from client.credentials import Credentials
from client.login_fields import Options
from client.login_ui import LoginPage
from client.main import open_window, read_arguments
from client.settings import Settings
from client.widgets.deeds import Deed, ReactionPicker
from client.window import MainWindow
from tests.bench.order_scenes import order
from tests.bench.room_scenes import switch
from tests.bench.settings_scenes import choices

STATES: dict[str, Callable[[LoginPage], None]] = {}


def state(function: Callable[[LoginPage], None]) -> Callable[[LoginPage], None]:
    """Register a state of the login page under its function's name."""
    STATES[function.__name__.replace("_", "-")] = function
    return function


@state
def login(_page: LoginPage) -> None:
    """As it opens."""


@state
def login_connecting(page: LoginPage) -> None:
    page.show_state(LinkState.CONNECTING)
    QTest.qWait(500)  # until the progress line is somewhere in the middle


@state
def login_slow(page: LoginPage) -> None:
    page.show_state(LinkState.CONNECTING)
    page._slow = True
    page._show_texts()
    QTest.qWait(500)  # until the progress line is somewhere in the middle


@state
def login_bad_name(page: LoginPage) -> None:
    page.fill(HOST, PORT, "Siti Rahmawati Kusumaningrum Wijayakusuma")
    page.submit()


@state
def login_bad_port(page: LoginPage) -> None:
    port = page.findChild(QLineEdit, "port_edit")
    assert port is not None
    port.setText("99999")
    page.submit()


@state
def login_button_focus(page: LoginPage) -> None:
    button = page.findChild(QPushButton, "login_button")
    assert button is not None
    button.setFocus()


@state
def login_options(page: LoginPage) -> None:
    page.more.set_options(Options(Credentials("sesam", "siti", "rahasia"), on_start=True))
    page.more.set_can_remember(can=False)
    page.more.open_account()
    QTest.qWait(50)  # until the page has scrolled there


for _problem in Problem:

    def _show(page: LoginPage, problem: Problem = _problem) -> None:
        suggestion = f"{NAME}2" if problem is Problem.NAME_TAKEN else ""
        words = {Problem.SERVER_FULL: "Server is full (200 people)", Problem.BANNED: "Spam until tomorrow"}.get(
            problem, ""
        )
        page.show_problem(LoginFailed(problem, HOST, PORT, NAME, suggestion, words))

    STATES[f"login-error-{_problem.name.lower().replace('_', '-')}"] = _show


LOOKS: dict[str, tuple[float, tuple[int, int] | None, tuple[int, int] | None]] = {
    "light": (1.0, (400, 560), (1040, 680)),
    "dark": (1.0, (400, 560), (1040, 680)),
    "contrast": (1.0, (400, 560), (1040, 680)),
    "light-small": (1.0, (320, 400), (480, 400)),
    "light-zoom150": (1.5, None, (1366, 768)),
    "light-zoom200": (2.0, (800, 1120), (1366, 768)),
    "light-zoom200-small": (2.0, (480, 400), (480, 400)),
    "dark-zoom200-smallest": (2.0, (320, 400), None),
    "light-wide": (1.0, (1366, 768), (1920, 1000)),
}
"""Per look: zoom, size of the login and of the chat window; the first word is the theme."""


class Chat(Stage):
    """The scene in these pictures."""

    def join(self) -> None:
        """Come into two rooms."""
        self.server(
            f":{NICKNAME}!~u@lan JOIN #lobby",
            f":srv 332 {NICKNAME} #lobby :Tugas minggu ini: jaringan komputer, bab 3 dan 4",
            f":srv 353 {NICKNAME} = #lobby :@Pak_Adi +Ani Budi Dewi {NICKNAME} Eko",
            f":srv 366 {NICKNAME} #lobby :End",
            f":{NICKNAME}!~u@lan JOIN #tugas",
            f":srv 353 {NICKNAME} = #tugas :{NICKNAME} Budi",
            f":srv 366 {NICKNAME} #tugas :End",
        )


def scenes(chat: Chat) -> Iterator[str]:
    """The states of the chat page, one after the other."""
    chat.log_in("Lab 2")
    chat.window.chat_page._show_empty()
    yield "chat-none"
    chat.join()
    yield "chat-empty"
    chat.server(f":srv 324 {NICKNAME} #lobby +nm")
    yield "chat-announcements"
    chat.server(f":srv 324 {NICKNAME} #lobby +n")
    chat.say("Pak_Adi", "Selamat pagi semua 👋")
    chat.say("Pak_Adi", "Tugas hari ini ada di https://lab.contoh.sch.id/jaringan/bab-3?halaman=12#latihan", 0)
    chat.say(NICKNAME, "Selamat pagi, Pak. Terima kasih 😀", 2)
    chat.say(
        "Budi", "Pagi! Ada yang sudah mengerjakan nomor 4? " + "Soal itu panjang sekali, saya belum mengerti. " * 3
    )
    for line in (":Joko!~u@lan JOIN #lobby", ":Dewi!~u@lan QUIT :Ping timeout", ":Eko!~u@lan AWAY :makan"):
        chat.at(line)
    chat.say("Budi", f"{NICKNAME}: kamu sudah? ❤️", 7)
    chat.say(NICKNAME, "Sudah, nanti saya jelaskan", 1)
    chat.say("Ani", "Halo Siti, nanti pulang bersama?", 1, NICKNAME)
    chat.say("Budi", "baris di ruang lain", 1, "#tugas")
    yield "chat"
    yield from switch(chat)
    yield from offered(chat)
    annotate(chat)
    yield "chat-answers"
    scroll(chat)
    yield "chat-history"
    search(chat, everywhere=False)
    yield "chat-search"
    search(chat, everywhere=True)
    yield "chat-search-all"
    chat.window.chat_page.finding.close()
    yield from people(chat)
    yield from order(chat)
    marks(chat)
    yield "chat-marks"
    chat.window.chat_page.composer.paste_bar.ask("kode\n" * 24, code=True)
    yield "chat-paste"
    chat.window.chat_page.composer.paste_bar.drop()
    yield from choices(chat)
    chat.at(f":Pak_Adi!~u@lan KICK #lobby {NICKNAME} :terlalu ramai")
    yield "chat-kicked"
    chat.server(f":{NICKNAME}!~u@lan JOIN #lobby", f":srv 353 {NICKNAME} = #lobby :@Pak_Adi Budi {NICKNAME}")
    chat.window.handle(chat.window.session.open_private("Ani"))
    yield "chat-private"
    chat.window.handle(chat.window.session.connection_lost(""))
    yield "chat-lost"
    chat.window.network.memory.trust.remember(HOST, PORT, "00" * 32)
    chat.window._show_failure(
        chat.window.network, LoginFailed(Problem.CERTIFICATE_CHANGED, HOST, PORT, NAME, text="11" * 32)
    )
    yield "certificate"


def offered(chat: Chat) -> Iterator[str]:
    """What can be completed while one types, and all emoji."""
    composer = chat.window.chat_page.composer
    composer.take_keyboard()
    for name, text in (("people", "@"), ("commands", "/"), ("emoji", "selamat :jem")):
        composer.set_text("")
        QTest.keyClicks(composer.box, text)
        yield f"chat-offers-{name}"
    composer.set_text("")
    composer.emoji_button.toggle()
    yield "chat-emoji"
    composer.emoji_button.toggle()


def annotate(chat: Chat) -> None:
    """What a server with history brings: a gap, answers, reactions, an edit, a deletion, people who type."""
    session, page = chat.window.session, chat.window.chat_page
    room = session.conversations["#lobby"]
    entries = [entry for entry in room.entries if entry.kind is EntryKind.MESSAGE]
    adi, own, budi, last = entries[0], entries[2], entries[3], entries[-1]
    adi.reactions = (
        Reaction("👍", ["Ani", "Budi", "Siti"], own=True),
        Reaction("❤️", ["Eko"]),
        Reaction("setuju!", ["Ani"]),
    )
    adi.edited = own.edited = last.edited = True
    last.quote = Quote(budi.id, "Budi", budi.text)
    own.quote = Quote("m0")
    last.reactions = (Reaction("😂", ["Budi"] * 12),)
    entries[1].deleted = True
    room.entries.insert(0, Entry("gap", EntryKind.GAP, "", "", "", adi.time, gap=Gap.OPEN))
    room.entries.insert(4, Entry("lost", EntryKind.GAP, "", "", "", adi.time, gap=Gap.LOST))
    room.typing = ["Ani", "Budi"]
    room.first_unread = last.id
    page.view.show_conversation(room)
    page.typing_line.set_names(room.typing)
    page.view.to_oldest()
    page.view.rights = lambda _entry: frozenset(set(Deed) - {Deed.UNDELETE})
    page.view.ask(last.id)
    page.writing.reply(budi.id)
    page.view.flash.start(own.id)
    number = next(n for n in range(page.view.messages.rowCount()) if page.view.messages.row(n).entry is budi)
    at = QPointF(page.view.visualRect(page.view.messages.index(number)).center())
    move = QMouseEvent(QEvent.MouseMove, at, Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(page.view.viewport(), move)


MARKED = """**Penting:** kumpulkan _paling lambat_ ~~Kamis~~ Jumat, berkas `laporan.pdf`, lihat [panduan](https://lab.contoh.sch.id/a)
> Apakah boleh berdua?
> Kalau **boleh**, siapa yang mengumpulkan? Saya tanya dulu sebelum mulai, supaya tidak ada yang mengulang.
- satu orang per kelompok
- baris yang panjang sekali menggantung di bawah kata pertamanya, bukan di bawah tandanya, juga di layar kecil
1. `snake_case` dan __init__ tetap seperti ditulis
```python
def jumlah(angka: list[int]) -> int:
    return sum(angka)

hasil = jumlah([satu for satu in range(1000) if satu % 3 == 0 or satu % 5 == 0 or satu % 7 == 0 or satu % 11 == 0])
```
Coba dulu, ya 😀"""


def marks(chat: Chat) -> None:
    """Messages with marks, code and all; only emoji; one that speaks to us."""
    view = chat.window.chat_page.view
    room = chat.window.session.conversations["#lobby"]
    seconds = NOW.replace(hour=0, minute=0).timestamp() + chat.clock * 60
    room.entries[:] = [
        Entry("k1", EntryKind.MESSAGE, "Pak_Adi", "Pak Adi", MARKED, seconds),
        Entry("k2", EntryKind.MESSAGE, "Budi", "Budi", f"{NICKNAME}: *terima kasih*", seconds + 60, mention=True),
        Entry("k3", EntryKind.MESSAGE, "Budi", "Budi", "😀 ❤️ 👍🏽", seconds + 70),
    ]
    view.ask("")
    view.show_conversation(room)


def scroll(chat: Chat) -> None:
    """The beginning of the room, messages that are being fetched, more new ones below, a choice of reactions."""
    page, session = chat.window.chat_page, chat.window.session
    room, view = session.conversations["#lobby"], chat.window.chat_page.view
    view.ask("")
    view.flash.stop()
    page.writing.cancel()
    first = room.entries[0]
    first.kind, first.gap, first.nickname, first.name = EntryKind.START, None, "Pak_Adi", "Pak Adi"
    last = room.entries[-1]
    room.entries.insert(1, Entry("loading", EntryKind.GAP, "", "", "", last.time, gap=Gap.LOADING))
    room.entries.insert(2, Entry("open", EntryKind.GAP, "", "", "", last.time, gap=Gap.OPEN))
    room.entries += [
        Entry(f"w{n}", EntryKind.MESSAGE, NICKNAME, NAME, text, last.time + n, own=True, delivery=delivery)
        for n, (text, delivery) in enumerate(
            (("nanti dikirim", Delivery.WAITING), ("gagal\ndua baris", Delivery.FAILED))
        )
    ]
    for n in range(12):
        room.entries.append(Entry(f"n{n}", EntryKind.MESSAGE, "Ani", "Ani", f"pesan baru {n}", last.time + 10 + n))
    room.first_unread = "n0"
    view.show_conversation(room)
    view.to_oldest()
    QTest.qWait(50)
    view.do(Deed.REACT, view.messages.row(3))


def search(chat: Chat, *, everywhere: bool) -> None:
    """Something was looked for and found."""
    session, page = chat.window.session, chat.window.chat_page
    page.header.set_search(available=True)
    room = session.conversations["#lobby"]
    said = [entry for entry in room.entries if entry.kind is EntryKind.MESSAGE]
    hits = tuple(Hit("#lobby", "#lobby", entry.id, entry.name, entry.text, entry.time) for entry in reversed(said))
    query = "from:budi saya"
    page.writing.cancel()
    for picker in chat.window.findChildren(ReactionPicker):
        picker.close_picker()
    if everywhere:
        page.search_bar.hide()
        page.finding.panel.field.setText(query)
        page.finding.panel.open()
        page.finding.panel.show_results(SearchResults(query, "", hits * 3, more=True))
    else:
        page.search_bar.field.setText(query)
        page.search_bar.open()
        page.finding.results(SearchResults(query, "#lobby", hits, more=True))
    page.finding._timer.stop()


def people(chat: Chat) -> Iterator[str]:
    """Who somebody is, and who is gone."""
    page = chat.window.chat_page
    page.knowing.ask("Budi")
    chat.server(
        f":srv 352 {NICKNAME} #lobby ~b lan srv Budi H! :0 Budi",
        f":srv 311 {NICKNAME} Budi ~b budi.lan * :Budi",
        f":srv 330 {NICKNAME} Budi budi :is logged in as",
        f":srv 301 {NICKNAME} Budi :rapat guru sampai pukul dua, sesudah itu saya di ruang kelas",
        f":srv 378 {NICKNAME} Budi :is connecting from *@192.168.1.44 192.168.1.44",
        f":srv 317 {NICKNAME} Budi 1500 1795140000 :idle",
        f":srv 318 {NICKNAME} Budi :End",
    )
    yield "chat-card"
    page.knowing.ask("Dewi")
    chat.server(f":srv 401 {NICKNAME} Dewi :No such nick", f":srv 318 {NICKNAME} Dewi :End")
    chat.server(f":srv 312 {NICKNAME} Dewi srv :Thu Nov 19 2026 07:05:00 UTC", f":srv 369 {NICKNAME} Dewi :End")
    yield "chat-card-gone"
    page.knowing.close()
    chat.window.handle(chat.window.session.set_away("rapat guru sampai pukul dua"))
    chat.server(f":srv 306 {NICKNAME} :You have been marked as being away")
    yield "chat-away"
    page.rooms.account.start_status()
    yield "chat-away-status"
    page.rooms.account._stop_renaming()
    chat.window.handle(chat.window.session.set_away(None))
    chat.server(f":srv 305 {NICKNAME} :back")
    chat.server(f":srv 005 {NICKNAME} MONITOR=100 :ok")
    chat.window.handle(chat.window.session.open_private("Rina"))
    chat.server(f":srv 731 {NICKNAME} :Rina")
    chat.server(f":srv 312 {NICKNAME} Rina srv :Thu Nov 19 2026 07:05:00 UTC", f":srv 369 {NICKNAME} Rina :End")
    yield "chat-private-gone"
    chat.window.handle(chat.window.session.close("rina"))
    chat.window.handle(chat.window.session.select("#lobby"))
    chat.window.session._state.capabilities.add("draft/metadata-2")
    entries = chat.window.session.conversations["#lobby"].entries
    ids = [e.id for e in entries if e.kind is EntryKind.MESSAGE and e.id.startswith("m") and not e.deleted]
    chat.server(f":srv METADATA #lobby obrolan.example/pinned * :{' '.join([*ids[:4], 'gone'])}")
    chat.server(f":Pak_Adi!~u@lan MODE #lobby +o {NICKNAME}")
    page.pinning.toggle()
    yield "chat-pins"
    page.pinning.close()
    chat.server(f":Pak_Adi!~u@lan MODE #lobby -o {NICKNAME}")


def waiting_scenes(chat: Chat) -> Iterator[str]:
    """A room whose messages are on their way, and one in which none were said."""
    chat.log_in("Lab 2", "batch draft/chathistory message-tags server-time echo-message multi-prefix")
    chat.join()
    QTest.qWait(250)  # until it has become worth while to show something
    yield "waiting"
    chat.server(":srv BATCH +1 chathistory #lobby", ":srv BATCH -1")
    yield "waiting-for-nothing"
    chat.window.handle(chat.window.session.open_private("Budi"))
    chat.server(":srv BATCH +1 chathistory Budi", ":srv BATCH -1")
    yield "waiting-for-nothing-private"


def server_scenes(chat: Chat) -> Iterator[str]:
    """Two servers in the list at the left, the second one waiting; then one more is asked for."""
    chat.log_in("Lab 2")
    chat.say("Ani", "Halo Siti, nanti pulang bersama?", 1, NICKNAME)
    window = chat.window
    second = window._make_network()
    changes = second.session.login("irc.example", 6697, NAME)
    second.session.take_effects()
    page = second.make_page()
    second.handle(changes)
    second.handle(second.session.restore([Conversation("#obrolan", "#obrolan", channel=True)]))
    second.handle(second.session.set_active(False))
    second.session.take_effects()
    window._show_servers()
    yield "servers"
    second.by_itself = True
    window._show_chat(second)
    page.panes.close_overlay()
    yield "servers-connecting"
    second.failure = LoginFailed(Problem.ACCOUNT, "irc.example", 6697, NAME, text="SASL authentication failed")
    window._show_bar()
    yield "servers-failed"
    window._go_elsewhere(window._networks[0].number, "")
    window.add_server()
    yield "servers-add"


def login_pictures(window: MainWindow, size: tuple[int, int], wanted: Callable[[str], bool]) -> Iterator[str]:
    """Bring the login page into each wanted state."""
    page = window.login_page
    for name, show in filter(lambda item: wanted(item[0]), STATES.items()):
        page.show_state(LinkState.OFFLINE)
        page._clear_problems()
        page.more.toggle.setChecked(False)
        page.fill(HOST, PORT, NAME)
        window.resize(*size)
        show(page)
        yield name


def pictures(words: list[str]) -> Iterator[tuple[str, QWidget]]:
    """Bring a window into each wanted state: the picture's name, and what to take."""
    for look, (zoom, login_size, chat_size) in LOOKS.items():
        for code in ("id", "en"):

            def wanted(name: str, end: str = f"-{code}-{look}") -> bool:
                return not words or any(word in name + end for word in words)

            window = MainWindow(Settings())
            window._settings.change(theme=look.partition("-")[0], zoom=zoom)
            window.appearance.apply()
            language.switch(code)
            window.login_page.set_servers([(HOST, PORT), ("lab2.local", 9000)])
            window.show()
            window.activateWindow()
            QTest.qWaitForWindowActive(window)
            for name in login_pictures(window, login_size, wanted) if login_size else ():
                yield f"{name}-{code}-{look}", window
            for name in scenes(Chat(window)) if chat_size else ():
                window.resize(*chat_size or (0, 0))
                if wanted(name):
                    yield f"{name}-{code}-{look}", window
            for name in waiting_scenes(Chat(window)) if chat_size and wanted("waiting") else ():
                window.resize(*chat_size or (0, 0))
                yield f"{name}-{code}-{look}", window
            chat = Chat(window) if chat_size and wanted("servers") else None
            for name in server_scenes(chat) if chat is not None else ():
                window.resize(*(login_size or (400, 560)) if name == "servers-add" else chat_size or (0, 0))
                yield f"{name}-{code}-{look}", window
            window.close()


def main() -> int:
    """Write the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    _app, first = open_window(read_arguments([]))
    first.hide()
    for name, window in pictures(sys.argv[2:]):
        QTest.qWait(80)
        window.grab().save(str(folder / f"{name}.png"))
    first.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
