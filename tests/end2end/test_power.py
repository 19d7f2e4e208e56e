"""What was echoed is on the disk when the power goes (reliability D1 and D2, row F2).

`--power-echoes N` goes on until so many messages were echoed (2,000 without).
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

import protocol
from chatd.log.database import FILE, open_writer
from server import EXIT_STORAGE
from tests.end2end import power
from tests.end2end.harness import QUIET, WAIT_S, ServerProcess
from tests.end2end.talkers import CAPS, ROOM, Talkers, history

SENDERS = 20
_MSGID = re.compile(rb"msgid=[0-9a-f]+-(\d+)")
_SAID = re.compile(rb"[^\r\n]* PRIVMSG [^\r\n]*")
MID_COMMIT = 0.02
"""How often the power goes at a write as well."""


def kept(folder: Path) -> set[int]:
    """The numbers in the history there, once it was opened as a server does and looked through."""
    connection = open_writer(folder / FILE)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {int(seq) for (seq,) in connection.execute("SELECT seq FROM events")}
    finally:
        connection.close()


@pytest.mark.timeout(0)
def test_whatever_anybody_was_told_survives_the_loss_of_power(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if why := power.missing():
        pytest.skip(why)
    wanted = request.config.getoption("--power-echoes")
    trace = tmp_path / "trace"
    server = power.TracedServer(tmp_path / "server", QUIET, trace)
    with server:
        talkers = Talkers(server, SENDERS)
        talkers.talk(wanted)
        server.kill()
        talkers.listen_to_the_end()
    acknowledged = sum(talker.acknowledged for talker in talkers.talkers)
    assert acknowledged >= wanted

    chance = random.Random(2)
    disk = power.Disk(server.data, (FILE, f"{FILE}-wal", f"{FILE}.new"))
    after = tmp_path / "after"
    after.mkdir()
    told: set[int] = set()
    images = 0
    for step in power.steps(trace):
        new: set[int] = set()
        if step.call == "send":
            new = {int(seq) for line in _SAID.findall(step.data) for seq in _MSGID.findall(line)} - told
            told |= new
        else:
            disk.take(step)
        if new or (told and step.call == "write" and chance.random() < MID_COMMIT):
            images += 1
            disk.image(after, chance)
            lost = told - kept(after)
            assert not lost, f"{len(lost)} of {len(told)} messages that were shown are lost, such as {min(lost)}"
    assert len(told) >= acknowledged
    assert disk.unflushed_images, "nothing was ever at risk: the replay proves nothing"
    print(f"F2: {len(told)} echoes, {images} losses of power ({disk.unflushed_images} amid writes), 0 lost")


@pytest.mark.timeout(0)
def test_a_flush_that_fails_ends_the_server_and_costs_nobody_what_was_echoed(tmp_path: Path) -> None:
    if why := power.missing():
        pytest.skip(why)
    faults = ("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=40+")  # of each thread
    server = power.TracedServer(tmp_path, QUIET, tmp_path / "trace", *faults)
    told: list[tuple[str, str]] = []
    with server:
        client = server.connect("siti", *CAPS)
        client.ask(f"JOIN {ROOM}")
        while True:
            client.send(f"PRIVMSG {ROOM} :{len(told)}")
            answer = client.expect("PRIVMSG", "FAIL", protocol.ERR_CANNOTSENDTOCHAN)
            if answer.command != "PRIVMSG":
                break
            told.append((answer.tags["msgid"], answer.params[1]))
        client.rest()
        assert server.process.wait(WAIT_S) == EXIT_STORAGE
        assert "could not flush" in server.output
    with ServerProcess(tmp_path, QUIET) as again:
        kept = history(again)
    assert told
    assert kept[: len(told)] == told
