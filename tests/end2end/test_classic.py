"""The five classic programs at a real server, together with a window and IRC clients (docs/classic.md)."""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatd.listeners.ascii import missing
from chatd.listeners.gateway import WAITING_BYTES
from tests.end2end.classic_programs import (
    PROMPTED,
    STREAMS,
    ClassicProgram,
    ClassicServer,
    LanTerminal,
    QtWindow,
    SecondQtWindow,
    Section,
    Terminal,
    TkWindow,
    UdpProgram,
    arrived,
    gone,
    members,
    said,
)
from tests.end2end.harness import IrcClient

Kind = type[ClassicProgram]
Serve = Callable[..., ClassicServer]

each_stream = pytest.mark.parametrize("kind", STREAMS, ids=lambda kind: str(kind.__name__))
each_prompted = pytest.mark.parametrize("kind", PROMPTED, ids=lambda kind: str(kind.__name__))
needs_ascii_packages = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassicServer]:
    with ClassicServer(tmp_path_factory.mktemp("classic")) as process:
        yield process
        assert process.alive


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve(limits={...})`: a server of the test's own."""
    numbers = itertools.count()
    with contextlib.ExitStack() as servers:

        def serve_one(classic: Section | None = None, limits: Section | None = None) -> ClassicServer:
            folder = tmp_path / f"classic-{next(numbers)}"
            return servers.enter_context(ClassicServer(folder, classic=classic, limits=limits))

        yield serve_one


@pytest.fixture
def ani(server: ClassicServer) -> Iterator[IrcClient]:
    """An IRC client that is in the lobby first and stays until everybody else has left."""
    client = server.irc("ani")
    yield client
    server.close_programs()
    while members(client) != {"ani"}:
        pass  # each turn waits for an answer
    client.leave()


@pytest.fixture
def bela(server: ClassicServer, ani: IrcClient) -> Iterator[IrcClient]:
    """Another one, for what the others read."""
    client = server.irc("bela")
    arrived(ani, "bela")
    yield client
    client.leave()


# --- together -------------------------------------------------------------------------------------


@needs_ascii_packages
def test_all_of_them_a_window_and_an_irc_client_read_each_other(
    qtbot: QtBot, server: ClassicServer, ani: IrcClient
) -> None:
    from tests.end2end.test_windows import PATIENCE_MS, Window

    window = Window(qtbot)
    window.log_in(server.port, "Budi")
    qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
    programs: list[ClassicProgram] = [
        server.enter(kind, name, ani)
        for kind, name in (
            (QtWindow, "Siti"),
            (SecondQtWindow, "Rina"),
            (TkWindow, "Tono"),
            (LanTerminal, "user1 pc"),
            (Terminal, "user2 hp"),
            (UdpProgram, "Uda"),
        )
    ]
    for number, speaker in enumerate(programs):
        text = f"halo dari nomor {number}"
        speaker.say(text)
        assert said(ani) == (speaker.name.replace(" ", "_"), text)
        for program in programs:
            if program is not speaker or program.echoed:
                program.until(f"{speaker.name}: {text}")
        qtbot.waitUntil(functools.partial(window.reads, text), timeout=PATIENCE_MS)
        assert any(speaker.name in row and text in row for row in window.shown())
    ani.send("PRIVMSG #lobby :halo dari IRC")
    window.type("halo dari jendela")
    assert said(ani) == ("Budi", "halo dari jendela")
    for program in programs:
        assert {program.line(), program.line()} == {"ani: halo dari IRC", "Budi: halo dari jendela"}
        own = [line for line in program.screen if line.startswith(f"{program.name}: ")]
        assert len(own) == (2 if program.echoed else 0), own
    qtbot.waitUntil(lambda: window.reads("halo dari IRC"), timeout=PATIENCE_MS)
    window.main.close()
    gone(ani, "Budi")


# --- coming and going -----------------------------------------------------------------------------


@each_stream
def test_each_reads_in_its_own_words_who_comes_goes_and_is_renamed(
    server: ClassicServer, ani: IrcClient, kind: Kind
) -> None:
    program = server.enter(kind, "Siti", ani)
    citra = server.irc("citra")
    assert program.line() == kind.joined.format(name="citra")
    citra.ask("NICK candra")
    assert program.line() == kind.renamed.format(name="citra", new="candra")
    citra.send("PRIVMSG #lobby :saya")
    assert program.line() == "candra: saya"
    citra.leave()
    assert program.line() == kind.left.format(name="candra")


@each_prompted
def test_the_newcomer_reads_what_all_read_and_is_greeted(
    server: ClassicServer, ani: IrcClient, kind: type[TkWindow]
) -> None:
    program = server.open(kind, "user1 pc")
    program.start()
    assert program.line() == kind.joined.format(name="user1 pc")
    assert program.line() == kind.welcome
    arrived(ani, "user1 pc")
    assert ani.ask("WHO user1_pc")[0].endswith(" :0 user1 pc"), "windows show the name as it was given"


@pytest.mark.parametrize("kind", [QtWindow, SecondQtWindow], ids=lambda kind: str(kind.__name__))
def test_a_program_that_knows_no_greeting_gets_none(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    ani.send("PRIVMSG #lobby :pertama")
    assert program.line() == "ani: pertama"


@each_stream
def test_all_see_that_a_program_came_and_that_it_is_gone(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    reader = server.enter(Terminal, "Wati", ani)
    other = server.enter(QtWindow, "Joko", ani)
    reader.until("Joko: hadir")
    for end in (kind.close, kind.crash):
        program = server.enter(kind, "Siti", ani)
        reader.until(Terminal.joined.format(name=program.name))
        other.until(QtWindow.joined.format(name=program.name))
        end(program)
        gone(ani, program.name)
        reader.until(Terminal.left.format(name=program.name))
        other.until(QtWindow.left.format(name=program.name))


def test_programs_that_crash_before_they_are_greeted_harm_nobody(server: ClassicServer, ani: IrcClient) -> None:
    before = server.descriptors()
    for _ in range(20):
        for kind in STREAMS:
            program = server.open(kind, "Siti")
            program.send_bytes(b"Siti")
            program.crash()
    server.enter(Terminal, "Joko", ani).close()
    gone(ani, "Joko")
    while members(ani) != {"ani"} or server.descriptors() > before:
        pass  # each turn waits for an answer


def test_who_never_gives_a_name_is_told_why_and_cut(serve: Serve) -> None:
    server = serve(limits={"registration_timeout_s": 0.2})
    ani = server.irc("ani")
    kinds: list[Kind] = [*PROMPTED, SecondQtWindow]
    for kind in kinds:
        program = server.open(kind, "Siti")
        if kind.prompt:
            assert program.socket.recv(1024).decode() == kind.prompt
        assert program.rest() == ["* Sambungan ditutup server: Registration took too long"]
    assert members(ani) == {"ani"}


# --- names ----------------------------------------------------------------------------------------


@needs_ascii_packages
@each_stream
def test_a_taken_name_gets_a_number_the_newcomer_is_told_and_its_prefix_still_goes(
    server: ClassicServer, ani: IrcClient, kind: Kind
) -> None:
    first = server.enter(kind, "Siti", ani)
    second = server.open(kind, "Siti")
    second.name = first.name
    second.start()
    arrived(ani, first.name + "2")
    told = f"* Nama “{first.name}” sudah dipakai; nama Anda di sini {first.name}2."
    quoted = told.replace("“", '"').replace("”", '"')
    second.until(quoted if kind.codec == "ascii" else told)
    second.send_bytes(f"{first.name}: halo".encode())
    assert said(ani) == (first.name + "2", "halo")
    first.until(f"{first.name}2: halo")
    assert ani.ask(f"WHO {first.name}2")[0].endswith(f" :0 {first.name}2"), "windows can tell them apart too"


@pytest.mark.parametrize("kind", [*PROMPTED, SecondQtWindow], ids=lambda kind: str(kind.__name__))
@pytest.mark.parametrize("name", ["\n", "   \r\n", "\u200b😀\n"], ids=["nothing", "spaces", "nothing to see"])
def test_an_empty_name_becomes_a_guest(server: ClassicServer, ani: IrcClient, kind: Kind, name: str) -> None:
    program = server.open(kind, "")
    program.name = name.encode().decode(kind.codec, "ignore")
    program.start()
    arrived(ani, "tamu")
    program.send_bytes(b"halo")
    assert said(ani) == ("tamu", "halo")


@pytest.mark.parametrize("name", ["Nick", "User 1", "Who Wants", "Siti", "Kūn 😀", "x" * 30])
def test_on_the_shared_port_a_name_without_newline_enters_after_a_moment_of_quiet(
    server: ClassicServer, ani: IrcClient, name: str
) -> None:
    program = server.enter(QtWindow, name, ani)
    program.say("halo")
    assert said(ani)[1] == "halo"


def test_on_the_shared_port_enter_alone_is_no_name_yet(server: ClassicServer, ani: IrcClient) -> None:
    program = server.open(QtWindow, "Siti")
    program.send_bytes(b"\n")
    program.send_bytes(b"\r\nSiti")
    arrived(ani, "Siti")


def test_on_the_shared_port_a_name_with_a_newline_needs_no_quiet(serve: Serve) -> None:
    server = serve(limits={"first_bytes_quiet_s": 1000.0})
    ani = server.irc("ani")
    program = server.open(QtWindow, "Siti")
    program.send_bytes(b"Siti\n")
    arrived(ani, "Siti")
    program.send_bytes(b"halo dari nc\n")
    assert said(ani) == ("Siti", "halo dari nc")


def test_on_the_shared_port_irc_is_still_irc_however_slowly_it_is_typed(server: ClassicServer, ani: IrcClient) -> None:
    client = server.connect()
    client.send("NICK citra", "USER u 0 * :citra")
    program = server.enter(QtWindow, "Siti", ani)
    client.expect("001")
    client.send("PRIVMSG #lobby :halo")
    program.until("citra: halo")
    client.leave()


# --- what they say --------------------------------------------------------------------------------


@each_stream
def test_a_paste_of_ten_kilobytes_arrives_whole_and_in_order(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    words = " ".join(f"kata{number}" + ("é😀" if kind.codec == "utf-8" else "") for number in range(1000))
    rows = [words[start : start + 150] for start in range(0, 5000, 150)] + [words[5000:10_000]]
    paste = "\n".join(rows)
    assert len(paste) > 5000
    program.say(paste)
    wanted = "".join(paste.split())
    heard = ""
    while len(heard) < len(wanted):
        heard += "".join(said(ani)[1].split())
    assert heard == wanted


@each_stream
def test_the_line_breaks_of_one_message_become_lines(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    program.say("satu\ndua\r\n\n\ntiga\n")
    assert [said(ani)[1] for _ in range(3)] == ["satu", "dua", "tiga"]
    program.say("empat")
    assert said(ani)[1] == "empat"


@each_stream
def test_what_is_no_utf_8_is_read_as_latin_1(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    for text in ("café crème", "crème café", "déjà", "é", "lagi"):
        program.send_bytes(text.encode("latin-1"))
        assert said(ani)[1] == text


@each_stream
def test_binary_garbage_harms_nobody(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    reader = server.enter(LanTerminal, "Wati", ani)
    program = server.enter(kind, "Siti", ani)
    program.send_bytes(bytes(range(256)) * 8 + b"\r\nQUIT\r\n\0\0")
    program.send_bytes(b"\nmasih di sini")
    while said(ani)[1] != "masih di sini":
        pass
    reader.until(f"{program.name}: masih di sini")


@pytest.mark.parametrize("kind", [*PROMPTED, SecondQtWindow], ids=lambda kind: str(kind.__name__))
def test_a_name_of_binary_garbage_is_a_name_like_any_other(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.open(kind, "")
    program.send_bytes(bytes(range(1, 256)).replace(b"\n", b"").replace(b"\r", b"") * 4)
    ani.expect("JOIN")
    program.send_bytes(b"halo")
    while said(ani)[1] != "halo":
        pass


def test_on_the_shared_port_binary_garbage_is_told_what_this_is(server: ClassicServer, ani: IrcClient) -> None:
    program = server.open(QtWindow, "Siti")
    program.send_bytes(bytes(range(128, 256)) * 8)
    assert program.rest() == ["ERROR :Closing link: This is a chat server that speaks IRC\r"]
    assert members(ani) == {"ani"}


# --- what they read -------------------------------------------------------------------------------


@each_stream
def test_each_reads_topics_actions_private_messages_and_notices_as_a_line(
    server: ClassicServer, ani: IrcClient, kind: Kind
) -> None:
    program = server.enter(kind, "Siti", ani)
    ani.send(
        f"TOPIC #lobby :Rapat {kind.__name__}",
        "PRIVMSG #lobby :\x01ACTION melambai\x01",
        f"PRIVMSG {program.name} :hanya untukmu",
        "PRIVMSG #lobby :\x01VERSION\x01",
        "AWAY :makan",
        "AWAY",
        "JOIN #lain",
        "PRIVMSG #lain :tidak di sini",
        "PART #lain",
        "NOTICE #lobby :perhatian",
    )
    assert [program.line() for _ in range(4)] == [
        f"* ani mengganti topik: Rapat {kind.__name__}",
        "* ani melambai",
        "(pribadi) ani: hanya untukmu",
        "ani: perhatian",
    ]


@needs_ascii_packages
@pytest.mark.parametrize("kind", [TkWindow, LanTerminal], ids=lambda kind: str(kind.__name__))
def test_who_reads_ascii_only_reads_everything_in_ascii(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    ani.send("PRIVMSG #lobby :“Привет” – café 😀")
    assert program.line() == 'ani: "Privet" - cafe :grinning_face:'
    other = server.irc("Ирина")
    assert program.line() == "Irina Bergabung!"
    other.leave()


@pytest.mark.parametrize("notices", [True, False])
def test_the_switch_for_notices_is_for_programs_that_have_no_words_of_their_own(serve: Serve, notices: bool) -> None:
    server = serve(classic={"notices": notices})
    ani = server.irc("ani")
    window, terminal = server.enter(QtWindow, "Siti", ani), server.enter(Terminal, "Joko", ani)
    uda = server.enter(UdpProgram, "Uda", ani)
    bela = server.irc("bela")
    bela.ask("NICK beti")
    bela.send("PRIVMSG #lobby :halo")
    for program in (window, uda):
        lines = [line for line in program.until("beti: halo") if line.startswith("*")]
        assert lines[-2:] == (["* bela masuk", "* bela sekarang bernama beti"] if notices else [])
    assert terminal.until("beti: halo")[-2:] == [
        "bela Telah bergabung ke dalam chat !",
        "bela sekarang bernama beti !",
    ]


def test_messages_sent_back_to_back_never_run_together_nor_break_a_character(
    server: ClassicServer, ani: IrcClient
) -> None:
    programs = [server.enter(kind, name, ani) for kind, name in zip(STREAMS, "ABCDE", strict=True)]
    senders = [server.irc(f"cepat{number}") for number in range(3)]
    texts = [[f"{number} " + "é😀" * (1 + number * 7 % 50) for number in range(10)] for _ in senders]
    for sender, lines in zip(senders, texts, strict=True):
        sender.send(*(f"PRIVMSG #lobby :{line}" for line in lines), "PRIVMSG #lobby :selesai")

    def read_all(program: ClassicProgram) -> None:
        ends = 0
        while ends < len(senders):
            line = program.line()  # this fails when a print ends without newline, or inside a character
            assert line is not None
            ends += line.endswith(": selesai")

    threads = [threading.Thread(target=read_all, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for program in programs:
        assert max(len(print_.encode()) for print_ in program.printed) <= 1024
        if program.codec == "utf-8":
            for sender, lines in zip(senders, texts, strict=True):
                head = f"{sender.nickname}: "
                assert [line[len(head) :] for line in program.screen if line.startswith(head)] == [*lines, "selesai"]
    for sender in senders:
        sender.leave()


# --- limits ---------------------------------------------------------------------------------------


@each_stream
def test_who_falls_64_kib_behind_is_told_why_and_cut(server: ClassicServer, ani: IrcClient, kind: Kind) -> None:
    program = server.enter(kind, "Siti", ani)
    text = "x" * 400
    ani.send(*(f"PRIVMSG #lobby :{text}" for _ in range(WAITING_BYTES // 400 + 20)))
    gone(ani, program.name)
    *lines, last = program.rest()
    assert set(lines) <= {f"ani: {text}"}
    assert last == "* Sambungan ditutup server: terlalu banyak pesan yang belum dibaca"


def test_flood_protection_slows_them_down_like_anyone(serve: Serve) -> None:
    server = serve(limits={"flood_protection": True, "messages_burst": 5, "messages_per_s": 100.0})
    ani = server.irc("ani")
    for kind in STREAMS:
        program = server.enter(kind, "Siti", ani)
        started = time.monotonic()
        program.say("\n".join(f"baris {number}" for number in range(15)))
        assert [said(ani)[1] for _ in range(15)] == [f"baris {number}" for number in range(15)]
        assert time.monotonic() - started >= (15 - 5) / 100 * 0.9
        program.close()
        gone(ani, program.name)


def test_a_full_server_takes_no_program_until_somebody_leaves(serve: Serve) -> None:
    server = serve(limits={"max_clients": 2})
    ani = server.irc("ani")
    for kind in STREAMS:
        program = server.enter(kind, "Siti", ani)
        last = "ERROR :Closing link: Server is full (2 people)\r" if kind is QtWindow else "* Server is full (2 people)"
        assert server.open(kind, "Joko").rest() == [last]
        program.close()
        gone(ani, program.name)
        while not server.has_room():
            pass  # each turn waits for an answer


def test_the_server_stops_with_one_last_line_to_everybody(serve: Serve) -> None:
    server = serve()
    ani = server.irc("ani")
    programs: list[ClassicProgram] = [server.enter(kind, f"Siti{kind.__name__}", ani) for kind in STREAMS]
    silent = server.open(TkWindow, "Joko")
    assert silent.socket.recv(1024) == b"NICK"
    uda = server.enter(UdpProgram, "Uda", ani)
    started = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - started < 2
    goodbye = "* Sambungan ditutup server: Server is shutting down"
    for program in [*programs, silent]:
        *lines, last = program.rest()
        assert last == goodbye
        assert goodbye not in lines
    uda.until(goodbye)
