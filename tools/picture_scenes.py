"""The scenes of `tools/pictures.py`: a school class on a Friday morning, in both languages.

Each scene is given a stage with a new window, and the language its people speak.
"""

from __future__ import annotations

from typing import cast

from tools.stage import HOST, NAME, NICKNAME, NOW, PORT, Stage, let_go  # isort: split

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QMenu

from client.changes import Hit, LinkState, LoginFailed, Problem, SearchResults
from client.choosing import Choosing
from client.directory import ListedRoom, RoomsListed
from client.theme import px

PEOPLE = ("@Pak_Adi", "+Bu_Ratna", "Ani", "Budi", "Dewi_Lestari", "Eko", "Made", NICKNAME)
CAPABILITIES = (
    "message-tags server-time echo-message multi-prefix batch draft/metadata-2 draft/message-redaction setname"
)
TOPIC = {"en": "This week: networks, chapters 3 and 4", "id": "Minggu ini: jaringan komputer, bab 3 dan 4"}
SERVER = {"en": "Class 11 A", "id": "Kelas 11 A"}

TALK = {
    "en": (
        ("Pak_Adi", "Good morning all 👋 Today’s exercise: https://class.example/networks/chapter-3", 0),
        (NICKNAME, "Good morning, sir. Thank you 😀", 2),
        ("Budi", "Has anybody done number 4? I know what a *network* is, but what is the mask for?", 3),
        ("Ani", "It says which part is the network. `255.255.255.0` leaves the last number for the computers.", 1),
        ("Bu_Ratna", "**Remember:** hand in on _Friday_, one for each group:\n- the drawing\n- `report.pdf`", 6),
        ("Budi", f"{NICKNAME}: shall we do it together? ❤️", 4),
        (NICKNAME, "Yes! I am in the library from two o’clock.", 1),
    ),
    "id": (
        ("Pak_Adi", "Selamat pagi semua 👋 Latihan hari ini: https://kelas.contoh.sch.id/jaringan/bab-3", 0),
        (NICKNAME, "Selamat pagi, Pak. Terima kasih 😀", 2),
        ("Budi", "Ada yang sudah nomor 4? Saya tahu apa itu *jaringan*, tetapi mask-nya untuk apa?", 3),
        ("Ani", "Itu bagian jaringannya. `255.255.255.0` menyisakan angka terakhir untuk komputer.", 1),
        ("Bu_Ratna", "**Ingat:** kumpulkan hari _Jumat_, satu per kelompok:\n- gambarnya\n- `laporan.pdf`", 6),
        ("Budi", f"{NICKNAME}: kita kerjakan bersama? ❤️", 4),
        (NICKNAME, "Ya! Saya di perpustakaan mulai pukul dua.", 1),
    ),
}
REACTIONS = (("👍", 1, ("Ani", "Budi", NICKNAME)), ("❤️", 1, ("Made",)), ("🙏", 4, ("Budi", NICKNAME)))
ANSWERS = {4: 3, 7: 6}
"""Which message answers which one."""
PRIVATE = {"en": "Shall we go home together?", "id": "Nanti pulang bersama?"}

CODE = {
    "en": """This counts the computers of a network:
```python
def computers(prefix: int) -> int:
    \"\"\"All addresses but the first and the last.\"\"\"
    return 2 ** (32 - prefix) - 2

print(computers(24))  # 254
```
> And with `/30`?
Only **2**: enough for a line between two routers.""",
    "id": """Ini menghitung komputer di satu jaringan:
```python
def komputer(prefiks: int) -> int:
    \"\"\"Semua alamat, tanpa yang pertama dan terakhir.\"\"\"
    return 2 ** (32 - prefiks) - 2

print(komputer(24))  # 254
```
> Kalau `/30`?
Hanya **2**: cukup untuk satu kabel di antara dua router.""",
}


# --- before the login -------------------------------------------------------------------------


def login(stage: Stage, _code: str) -> None:
    """As it opens."""
    stage.window.login_page.set_servers([(HOST, PORT)])
    stage.window.login_page.fill(HOST, PORT, NAME)


def connecting(stage: Stage, code: str) -> None:
    """It takes a moment."""
    login(stage, code)
    stage.window.login_page.show_state(LinkState.CONNECTING)
    let_go(500)  # until the progress line is somewhere in the middle


def error(stage: Stage, code: str) -> None:
    """Nobody is there."""
    login(stage, code)
    stage.window.login_page.show_problem(LoginFailed(Problem.REFUSED, HOST, PORT, NAME))


# --- rooms ------------------------------------------------------------------------------------


def first(stage: Stage, code: str) -> None:
    """The room one comes into, still empty."""
    stage.log_in(SERVER[code], CAPABILITIES)
    stage.server(
        f":{NICKNAME}!~u@lan JOIN #lobby",
        f":srv 332 {NICKNAME} #lobby :{TOPIC[code]}",
        f":srv 353 {NICKNAME} = #lobby :{' '.join(PEOPLE)}",
        f":srv 366 {NICKNAME} #lobby :End",
        *(f":{who}!~u@lan SETNAME :{who.replace('_', ' ')}" for who in map(_nickname, PEOPLE) if "_" in who),
    )


def _nickname(listed: str) -> str:
    return listed.lstrip("@+")


def room(stage: Stage, code: str) -> None:
    """A morning with answers, reactions, marks, a mention; something new elsewhere."""
    first(stage, code)
    for number, (who, text, minutes) in enumerate(TALK[code], 1):
        tags = f"+draft/reply=m{ANSWERS[number]}" if number in ANSWERS else ""
        _say(stage, who, text, minutes, tags)
    for text, number, people in REACTIONS:
        for who in people:
            stage.server(f"@+draft/react={text};+draft/reply=m{number} :{who}!~u@lan TAGMSG #lobby")
    stage.at(":Eko!~u@lan AWAY :makan")
    for name in ("#tugas", "#ekskul-musik"):
        stage.server(f":{NICKNAME}!~u@lan JOIN {name}", f":srv 353 {NICKNAME} = {name} :{NICKNAME} Budi Made")
    stage.say("Made", "baru", 1, "#tugas")
    stage.say("Dewi_Lestari", PRIVATE[code], 1, NICKNAME)
    stage.say("Ani", PRIVATE[code], 1, NICKNAME)
    stage.window.chat_page.header.set_search(available=True)


def _say(stage: Stage, who: str, text: str, minutes: float, tags: str = "") -> None:
    """A message of one line or of several."""
    first_line, *others = text.split("\n")
    if not others:
        stage.say(who, text, minutes, tags=tags)
        return
    stage.clock += minutes
    stage.count += 1
    moment = f"time={NOW:%Y-%m-%d}T{int(stage.clock) // 60:02}:{int(stage.clock) % 60:02}:00.000Z"
    start = f"@{moment};msgid=m{stage.count} :{who}!~u@lan BATCH +b{stage.count} draft/multiline #lobby"
    lines = [f"@batch=b{stage.count} :{who}!~u@lan PRIVMSG #lobby :{line}" for line in (first_line, *others)]
    stage.server(start, *lines, f"BATCH -b{stage.count}")


def code(stage: Stage, code: str) -> None:
    """A program in a message, in the middle of a talk."""
    room(stage, code)
    _say(stage, "Pak_Adi", CODE[code], 5)
    _say(stage, NICKNAME, "👏 🎉", 1)


def lost(stage: Stage, code: str) -> None:
    """The connection broke."""
    room(stage, code)
    stage.window.handle(stage.window.session.connection_lost(""))


# --- what opens over a room -------------------------------------------------------------------


def emoji(stage: Stage, code: str) -> None:
    """All of them."""
    room(stage, code)
    stage.window.chat_page.composer.emoji_button.toggle()


def completion(stage: Stage, code: str) -> None:
    """Whom one may mean."""
    room(stage, code)
    composer = stage.window.chat_page.composer
    composer.take_keyboard()
    QTest.keyClicks(composer.box, "Terima kasih @")


def switcher(stage: Stage, code: str) -> None:
    """Where to go."""
    room(stage, code)
    stage.window.chat_page.switching.open()


def rooms(stage: Stage, code: str) -> None:
    """All there are."""
    room(stage, code)
    entering = stage.window.chat_page.entering
    entering.open()
    listed = (
        ListedRoom("#lobby", 8, TOPIC[code]),
        ListedRoom("#tugas", 3, "Apa yang harus dikumpulkan, dan kapan"),
        ListedRoom("#ekskul-musik", 3, "Latihan setiap Selasa pukul tiga"),
        ListedRoom("#perpustakaan", 5, "Buku baru, dan yang terlambat kembali"),
        ListedRoom("#kantin", 12, ""),
    )
    entering.take(RoomsListed(listed))


def pins(stage: Stage, code: str) -> None:
    """What stands out."""
    room(stage, code)
    stage.server(":srv METADATA #lobby obrolan.example/pinned * :m1 m5", f":Pak_Adi!~u@lan MODE #lobby +o {NICKNAME}")
    stage.window.chat_page.pinning.toggle()


def card(stage: Stage, code: str) -> None:
    """Who somebody is."""
    room(stage, code)
    stage.window.chat_page.knowing.ask("Bu_Ratna")
    stage.server(
        f":srv 311 {NICKNAME} Bu_Ratna ~r ratna.lan * :Bu Ratna",
        f":srv 330 {NICKNAME} Bu_Ratna ratna :is logged in as",
        f":srv 671 {NICKNAME} Bu_Ratna :is using a secure connection",
        f":srv 317 {NICKNAME} Bu_Ratna 300 {int(NOW.timestamp()) - 5400} :idle",
        f":srv 318 {NICKNAME} Bu_Ratna :End",
    )


def search(stage: Stage, code: str) -> None:
    """A word, in all rooms."""
    room(stage, code)
    finding, book = stage.window.chat_page.finding, stage.window.session.conversations
    word = {"en": "network", "id": "jaringan"}[code]
    hits = [
        Hit("#lobby", "#lobby", entry.id, entry.name, entry.text, entry.time, entry.nickname)
        for entry in reversed(book["#lobby"].entries)
        if word in entry.text
    ]
    finding.panel.field.setText(word)
    finding.panel.open()
    finding.panel.show_results(SearchResults(word, "", tuple(hits)))


# --- keeping order ----------------------------------------------------------------------------


def menu(stage: Stage, code: str) -> None:
    """What may be done to a person, by who runs the room."""
    room(stage, code)
    _run(stage)
    people = stage.window.chat_page.members.list
    shown = people.menu_for(people.members.number_of("Budi"))
    if shown is not None:
        _lay(stage, shown)


def order(stage: Stage, code: str) -> None:
    """Somebody is to leave, and the question about it."""
    room(stage, code)
    _run(stage)
    page = stage.window.chat_page
    page.ordering._ask_ban("#lobby", "Eko")  # noqa: SLF001 - what the menu calls
    page.ask_panel.reason.setText({"en": "too many games", "id": "terlalu banyak permainan"}[code])


def _run(stage: Stage) -> None:
    isupport = "PREFIX=(qaohv)~&@%+ CHANMODES=Ibeg,k,Sl,CMPRUimnst EXTBAN=,amr obrolan.example/BOOT=a1 :ok"
    stage.server(f":srv 005 {NICKNAME} {isupport}", f":Pak_Adi!~u@lan MODE #lobby +o {NICKNAME}")


def _lay(stage: Stage, shown: QMenu) -> None:
    """A menu as a part of the window, so that it is in the picture."""
    shown.setParent(stage.window, Qt.Widget)
    shown.adjustSize()
    shown.move(QPoint(stage.window.width() - shown.width() - px(120), px(140)))
    shown.show()
    shown.raise_()


# --- settings and keys ------------------------------------------------------------------------


def settings(stage: Stage, code: str) -> None:
    """How everything looks."""
    room(stage, code)
    choosing = _choosing(stage)
    choosing.open()
    choosing.panel.show_page(1)


def keys(stage: Stage, code: str) -> None:
    """All keys."""
    room(stage, code)
    _choosing(stage).open_keys()


def _choosing(stage: Stage) -> Choosing:
    return cast("Choosing", stage.window.findChild(Choosing))
