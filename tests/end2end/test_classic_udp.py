"""The UDP program at a real server: a datagram is a message, an address a member (docs/classic.md)."""

from __future__ import annotations

import itertools
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.classic_programs import (
    ClassicServer,
    QtWindow,
    TkWindow,
    UdpProgram,
    arrived,
    gone,
    members,
    said,
)
from tests.end2end.harness import IrcClient


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassicServer]:
    with ClassicServer(tmp_path_factory.mktemp("udp")) as process:
        yield process
        assert process.alive


@pytest.fixture
def ani(server: ClassicServer) -> Iterator[IrcClient]:
    """An IRC client that is in the lobby first and stays until everybody else has left."""
    client = server.irc("ani")
    yield client
    server.close_programs()
    while members(client) != {"ani"}:
        pass  # each turn waits for an answer
    client.leave()


def test_the_first_datagram_is_name_and_message(server: ClassicServer, ani: IrcClient) -> None:
    uda = server.open(UdpProgram, "Uda")
    uda.say("Uda: halo semua")
    arrived(ani, "Uda")
    assert said(ani) == ("Uda", "halo semua")
    uda.say("Uda: dua\n")
    uda.say("tiga")
    assert [said(ani) for _ in range(2)] == [("Uda", "dua"), ("Uda", "tiga")]


def test_without_a_name_an_address_is_called_by_host_and_port(server: ClassicServer, ani: IrcClient) -> None:
    reader = server.enter(TkWindow, "Tono", ani)
    first, second = server.open(UdpProgram, ""), server.open(UdpProgram, "")
    for program, text in ((first, "satu"), (second, "dua")):
        program.say(f"{text}\n")
        arrived(ani, program.address)
        assert said(ani)[1] == text
        reader.until(f"{program.address}: {text}")
    assert first.address != second.address
    second.say("tiga")
    assert first.until(f"{second.address}: tiga")[-1] == f"{second.address}: dua"


def test_all_others_read_it_and_it_reads_all_others_but_not_itself(server: ClassicServer, ani: IrcClient) -> None:
    window = server.enter(QtWindow, "Siti", ani)
    uda, udi = server.enter(UdpProgram, "Uda", ani), server.enter(UdpProgram, "Udi", ani)
    uda.say("halo")
    assert said(ani) == ("Uda", "halo")
    window.until("Uda: halo")
    udi.until("Uda: halo")
    window.say("hai 😀")
    assert uda.until("Siti: hai 😀") == ["* Udi masuk", "Udi: hadir"]
    udi.until("Siti: hai 😀")


def test_it_reads_who_comes_goes_and_is_renamed_and_topics_actions_and_private_messages(
    server: ClassicServer, ani: IrcClient
) -> None:
    uda = server.enter(UdpProgram, "Uda", ani)
    citra = server.irc("citra")
    citra.ask("NICK candra", "PRIVMSG #lobby :\x01ACTION melambai\x01", "PRIVMSG Uda :rahasia", "TOPIC #lobby :Rapat")
    citra.leave()
    assert [uda.line() for _ in range(6)] == [
        "* citra masuk",
        "* citra sekarang bernama candra",
        "* candra melambai",
        "(pribadi) candra: rahasia",
        "* candra mengganti topik: Rapat",
        "* candra keluar",
    ]


def test_a_taken_name_gets_a_number_that_is_told_when_the_request_was_as_long(
    server: ClassicServer, ani: IrcClient
) -> None:
    server.enter(QtWindow, "Siti", ani)
    quiet, talkative = server.open(UdpProgram, "Siti"), server.open(UdpProgram, "Siti")
    quiet.say("Siti: hai")
    arrived(ani, "Siti2")
    talkative.say("Siti: " + "halo " * 30)
    arrived(ani, "Siti3")
    assert talkative.line() == "* Nama “Siti” sudah dipakai; nama Anda di sini Siti3."
    for program, nickname in ((quiet, "Siti2"), (talkative, "Siti3")):
        program.say("Siti: saya")
        while (heard := said(ani))[1] != "saya":
            pass
        assert heard[0] == nickname
    assert not [line for line in quiet.until("Siti3: saya") if "dipakai" in line]


def test_exit_leaves_without_an_answer_and_the_address_may_come_back(server: ClassicServer, ani: IrcClient) -> None:
    uda = server.enter(UdpProgram, "Uda", ani)
    uda.say("exit")
    gone(ani, "Uda")
    server.wait_for("Uda is gone")
    uda.say("Udi: saya lagi")
    arrived(ani, "Udi")
    assert said(ani) == ("Udi", "saya lagi")
    ani.send("PRIVMSG #lobby :halo Udi")
    assert uda.line() == "ani: halo Udi"


def test_silence_leaves(tmp_path: Path) -> None:
    with ClassicServer(tmp_path, classic={"udp_silence_s": 0.3}) as server:
        ani = server.irc("ani")
        window = server.enter(QtWindow, "Siti", ani)
        server.enter(UdpProgram, "Uda", ani)
        assert "Silent for too long" in gone(ani, "Uda")
        window.until("* Uda keluar")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_an_address_that_cannot_be_reached_is_gone_and_logged_and_the_others_stay(
    server: ClassicServer, ani: IrcClient
) -> None:
    programs = [server.enter(UdpProgram, f"Uda{number}", ani) for number in range(6)]
    for program in programs[::2]:
        program.crash()
    ani.send("PRIVMSG #lobby :siapa masih di sini?")
    waiting = {program.name for program in programs[::2]}
    while waiting:  # in whatever order the system tells of them
        waiting.discard(ani.expect("QUIT").nickname)
    server.wait_for(r"(?s)(UDP 127\.0\.0\.1:\d+: Connection refused.*){3}")
    for program in programs[1::2]:
        program.until("ani: siapa masih di sini?")
        program.say("saya")
        assert said(ani) == (program.name, "saya")
    assert members(ani) == {"ani", "Uda1", "Uda3", "Uda5"}


def test_a_datagram_is_cut_at_1400_bytes(server: ClassicServer, ani: IrcClient) -> None:
    uda = server.enter(UdpProgram, "Uda", ani)
    paste = "é" * 5000
    uda.say(paste)
    uda.say("akhir")
    heard = "".join(itertools.takewhile(lambda text: text != "akhir", (said(ani)[1] for _ in itertools.count())))
    assert heard == "é" * 700


def test_binary_garbage_harms_nobody(server: ClassicServer, ani: IrcClient) -> None:
    stranger, uda = server.open(UdpProgram, ""), server.enter(UdpProgram, "Uda", ani)
    for program in (stranger, uda):
        program.send_bytes(bytes(range(256)) * 4)
        program.send_bytes(b"\x00\xff\r\nQUIT\r\n")
        program.say("masih di sini")
        while said(ani)[1] != "masih di sini":
            pass
    stranger.say("exit")


def test_an_address_that_says_nothing_gets_64_kib_and_no_more(tmp_path: Path) -> None:
    with ClassicServer(tmp_path) as server:
        ani = server.irc("ani")
        uda = server.enter(UdpProgram, "Uda", ani)
        text = "x" * 400
        size = len(f"ani: {text}\n")
        for _ in range(64 * 1024 // size - 2):  # who came and went counts too
            ani.send(f"PRIVMSG #lobby :{text}")
            assert uda.line() == f"ani: {text}"
        ani.ask(*(f"PRIVMSG #lobby :{text}" for _ in range(40)))
        server.terminate()
        # The server has ended, so all that it ever sent is there.
        while select.select([uda.socket], [], [], 0)[0]:
            uda.line()
        assert sum(len(line.encode()) + 1 for line in uda.screen) <= 64 * 1024


def test_flood_protection_slows_it_down_like_anyone(tmp_path: Path) -> None:
    limits = {"flood_protection": True, "messages_burst": 5, "messages_per_s": 50.0}
    with ClassicServer(tmp_path, limits=limits) as server:
        ani = server.irc("ani")
        uda = server.enter(UdpProgram, "Uda", ani)
        started = time.monotonic()
        uda.say("\n".join(f"baris {number}" for number in range(15)))
        assert [said(ani)[1] for _ in range(15)] == [f"baris {number}" for number in range(15)]
        assert time.monotonic() - started >= (15 - 5) / 50 * 0.9


def test_a_full_server_takes_no_address_until_somebody_leaves(tmp_path: Path) -> None:
    with ClassicServer(tmp_path, limits={"max_clients": 2}) as server:
        ani = server.irc("ani")
        for _ in range(2):
            uda, udi = server.enter(UdpProgram, "Uda", ani), server.open(UdpProgram, "Udi")
            udi.say("Udi: halo")
            uda.say("sampai di sini")
            assert said(ani) == ("Uda", "sampai di sini")
            assert members(ani) == {"ani", "Uda"}
            uda.say("exit")
            gone(ani, "Uda")
            while not server.has_room():
                pass  # each turn waits for an answer
            udi.say("Udi: sekarang")
            arrived(ani, "Udi")
            udi.say("exit")
            gone(ani, "Udi")
            while not server.has_room():
                pass  # each turn waits for an answer


def test_an_address_that_sends_everything_back_makes_no_loop(server: ClassicServer, ani: IrcClient) -> None:
    """What two servers would do to each other, or the echo service of old (CVE-2024-2169)."""
    mirror = server.open(UdpProgram, "Cermin")
    mirror.say("Cermin: halo")
    arrived(ani, "Cermin")
    assert said(ani) == ("Cermin", "halo")
    for text in ("satu", "dua", "tiga"):
        ani.send(f"PRIVMSG #lobby :{text}")
        data = mirror.socket.recv(2048)
        assert data.decode().strip() == f"ani: {text}", "nothing came of what was sent back before"
        mirror.socket.send(data)
        assert said(ani)[1].endswith(text), "the others hear it once"
