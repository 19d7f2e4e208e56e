"""Bytes that no client should send, to the running server (reliability B4, B6, B7): each gets its clear answer.

A pair of witnesses chats on all the time and must notice nothing. What the server writes is checked
line by line in the harness: no CR, NUL, overlong or undecodable line ever comes out.
"""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator

import pytest

from chatd.commands import COMMANDS
from tests.covering import covers
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, ServerProcess, commands, source

MEBIBYTE = 1 << 20


class Witnesses:
    """Two clients that talk to each other and complain about anything else they get."""

    def __init__(self, server: ServerProcess) -> None:
        self.pair = server.connect("saksi1"), server.connect("saksi2")
        for client in self.pair:
            client.ask("JOIN #saksi")
        self.pair[0].fence()
        self._said = 0

    def chat(self) -> None:
        """Each says one line, which the other gets, and neither gets anything else."""
        for speaker, listener in (self.pair, self.pair[::-1]):
            self._said += 1
            assert speaker.ask(f"PRIVMSG #saksi :{self._said}") == []
            assert listener.fence() == [f":{source(speaker.nickname)} PRIVMSG #saksi :{self._said}"]


@pytest.fixture(scope="module")
def witnesses(server: ServerProcess) -> Witnesses:
    return Witnesses(server)


@pytest.fixture(autouse=True)
def _nobody_notices(server: ServerProcess, witnesses: Witnesses) -> Iterator[None]:
    witnesses.chat()
    before = server.memory_bytes()
    yield
    witnesses.chat()
    assert server.alive
    assert server.memory_bytes() - before < 8 * MEBIBYTE
    assert "Traceback" not in server.output + server.errors, server.output + server.errors


def send_all(client: IrcClient, data: bytes) -> None:
    """Send what the server takes; being cut in the middle of it is one of the right answers."""
    try:
        client.send_bytes(data)
    except (BrokenPipeError, ConnectionResetError):
        pass  # what it said before it cut can still be read


# --- every command with any number of parameters --------------------------------------------------

ODD = [
    "#x",
    "ani",
    "*",
    "0",
    "+b",
    ",",
    "-",
    "a,b",
    "#x,#x,#nowhere",
    "😀",
    "302",
    "@#x",
    "$*",
    "nobody",
    "b",
    "+",
    "LS",
]


def grid(command: str, seed: int) -> Iterator[str]:
    """This command with 0 to 20 parameters, also with an empty, a long and a spaced last one."""
    chance = random.Random(f"{command}{seed}")
    for count in range(21):
        line = " ".join([command, *chance.choices(ODD, k=count)])
        yield line
        yield line + " :"
        yield line + " :a b  c"
        yield line + " ::" + "x" * 200
        yield "@+a=b;label=x " + line + " :"


@pytest.mark.parametrize("command", [*COMMANDS, "FOO", "KICK", "OPER", "AUTHENTICATE", "001"])
@pytest.mark.parametrize("registered", [True, False], ids=["registered", "unregistered"])
def test_every_command_with_0_to_20_parameters_is_answered(connect: Connect, command: str, registered: bool) -> None:
    lines = list(grid(command, registered))
    for start in range(0, len(lines), 1 if command == "QUIT" else len(lines)):
        client = connect()
        client.ask("PONG")
        if registered:
            client.register("ani", "message-tags", "batch", "labeled-response")
            client.ask("JOIN #x")
        client.send(*lines[start:] if command != "QUIT" else [lines[start]])
        if command == "QUIT":
            assert client.rest()[-1].removeprefix("@label=x ").startswith("ERROR :Closing link: ")
        else:
            assert not [line for line in client.fence() if "mistake" in line]
        client.leave()


def test_commands_of_registration_in_any_order_leave_the_server_as_it_was(connect: Connect) -> None:
    chance = random.Random(4)
    lines = ["CAP LS 302", "CAP REQ :batch message-tags", "CAP END", "CAP LIST", "CAP", "CAP REQ", "CAP REQ :-batch"]
    lines += ["NICK ani", "NICK ani", "NICK", "USER u 0 * :x", "USER", "PASS x", "PASS", "PING x", "PONG", "JOIN #x"]
    lines += ["AUTHENTICATE PLAIN", "REGISTER x"]
    for _ in range(60):
        client = connect()
        client.send("PONG", *chance.choices(lines, k=12))
        assert "mistake" not in "".join(client.fence())
        client.leave()


# --- hostile bytes in every text ------------------------------------------------------------------

TEXTS = {
    "PRIVMSG": b"PRIVMSG #x :",
    "NOTICE": b"NOTICE #x :",
    "to a person": b"PRIVMSG ani2 :",
    "TOPIC": b"TOPIC #x :",
    "PART": b"PART #x :",
    "AWAY": b"AWAY :",
    "SETNAME": b"SETNAME :",
    "NICK": b"NICK :",
    "JOIN": b"JOIN :#",
    "PING": b"PING :",
    "WHO": b"WHO :",
    "WHOIS": b"WHOIS :",
    "LIST": b"LIST :",
    "MODE": b"MODE :",
    "command": b"",
    "tag": b"@+v=",
    "label": b"@label=",
    "source": b":",
    "QUIT": b"QUIT :",
}
HOSTILE = {
    "NUL": b"a\0b",
    "bare CR": b"a\rb",
    "CR before the end": b"a\r",
    "CR PRIVMSG": b"a\rPRIVMSG #x :forged",
    "ESC and BEL": b"a\x1b[31m\x07b",
    "DEL and C1": b"a\x7f\xc2\x9bb",
    "no UTF-8": b"a\xff\xfe\xc3b",
    "half a character": "aé".encode()[:-1],
    "overlong": b"a\xc0\x80\xc1\xbf\xe0\x80\x8db",
    "surrogate": b"a\xed\xa0\x80b",
    "beyond Unicode": b"a\xf4\x90\x80\x80b",
    "U+FFFF and BOM": "\ufeffa\uffffb".encode(),
    "right to left": "a\u202eb\u2066\u200f\u200bc".encode(),
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf".encode(),
    "combining": ("a" + "\u0301" * 150).encode(),
    "escaped CR LF NUL": b"a\\r\\nb\\\\r",
    "format": b"%s%n{0}{}\\x00",
}


@pytest.mark.parametrize("place", TEXTS)
def test_no_line_that_comes_out_holds_what_would_end_it_too_early(connect: Connect, place: str) -> None:
    for hostile in HOSTILE.values():
        ani, reader = (
            connect("ani", "message-tags", "setname"),
            connect("ani2", "message-tags", "setname", "away-notify"),
        )
        for client in (reader, ani):
            client.ask("JOIN #x")
        reader.fence()
        suffix = b" PRIVMSG #x :b" if place in ("tag", "label", "source") else b""
        ani.send_bytes(TEXTS[place] + hostile + suffix + b"\r\n")
        if place == "QUIT":
            ani.send("QUIT")  # for those that are refused
        lines = ani.rest() if place == "QUIT" else ani.fence()
        heard = reader.fence()
        assert not [line for line in heard + lines if line.startswith("PRIVMSG") or " :forged" in line]
        assert all(re.match(rf"(@[^ ]+ )?:[^ ]+!~u@{HOST} [A-Z]+( |$)", line) for line in heard), heard
        for client in (ani, reader):
            client.leave()


@pytest.mark.parametrize(
    "name", ["NUL", "bare CR", "CR PRIVMSG", "no UTF-8", "half a character", "overlong", "surrogate"]
)
def test_what_cannot_be_relayed_is_refused_with_a_reason_and_reaches_nobody(connect: Connect, name: str) -> None:
    ani, reader = connect("ani", "standard-replies"), connect("bela")
    for client in (reader, ani):
        client.ask("JOIN #x")
    reader.fence()
    ani.send_bytes(b"PRIVMSG #x :" + HOSTILE[name] + b"\r\n")
    is_utf8 = name not in ("no UTF-8", "half a character", "overlong", "surrogate")
    (answer,) = ani.fence()
    assert answer.startswith(f":{NAME} FAIL {'* INVALID_MESSAGE' if is_utf8 else 'PRIVMSG INVALID_UTF8'} :")
    assert reader.fence() == []


@pytest.mark.parametrize("line", ["", " ", "   ", ":", ":a", ": ", "@", "@a", "@a ", "@a :b"])
def test_a_line_without_a_command_is_refused_or_ignored(connect: Connect, line: str) -> None:
    answer = connect("ani").ask(line)
    assert commands(answer) == ([] if not line else ["400"])


@covers("421")
@pytest.mark.parametrize("word", ["\x01", "!", "123456", "12", "A1", "NO_SUCH_COMMAND", "é", "😀", "A" + "_" * 500])
def test_a_word_that_can_be_no_command_is_an_unknown_one(connect: Connect, word: str) -> None:
    """Modern, "ERR_UNKNOWNCOMMAND": "Sent to a registered client to indicate that the command they sent isn't known by
    the server".
    """
    (answer,) = connect("ani").ask(f"{word} a b")
    assert answer.startswith(f":{NAME} 421 ani {word[:200]}")
    assert answer.endswith(" :Unknown command")
    assert commands(connect().ask("PING x", f"{word} a b")) == ["PONG", "451"]


# --- size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("registered", [True, False], ids=["registered", "unregistered"])
@pytest.mark.parametrize("start", [b"PRIVMSG ani :", b"NICK ", b"@+a=", b"@"])
def test_a_megabyte_without_a_line_end_is_told_so_and_cut(connect: Connect, start: bytes, registered: bool) -> None:
    client = connect("ani") if registered else connect()
    send_all(client, start + b"x" * MEBIBYTE)
    assert client.rest() == ["ERROR :Closing link: No line end within 16384 bytes"]


def test_a_megabyte_of_lines_before_registration_is_cut(connect: Connect) -> None:
    client = connect()
    send_all(client, b"PONG " + b"PONG x\r\n" * (MEBIBYTE // 8))
    assert client.rest()[-1] == "ERROR :Closing link: Too much was sent before registration"


def test_a_line_between_512_bytes_and_16_kib_is_417_and_the_next_one_works(connect: Connect) -> None:
    client = connect("ani")
    for size in (511, 512, 1000, 4096, 16000):
        assert client.ask("PRIVMSG ani :" + "x" * (size - 13)) == [f":{NAME} 417 ani :Input line was too long"]
    assert commands(client.ask("PRIVMSG ani :works")) == ["PRIVMSG"]


def test_ten_thousand_parameters_are_417(connect: Connect) -> None:
    assert commands(connect("ani").ask("PRIVMSG" + " a" * 7000)) == ["417"]


def test_empty_lines_cost_nothing_and_say_nothing(connect: Connect) -> None:
    client = connect("ani")
    client.send_bytes(b"\r\n" * 100_000 + b"\n" * 100_000)
    assert client.fence() == []


def test_many_lines_in_one_packet_are_all_answered(connect: Connect) -> None:
    client = connect("ani")
    assert len(client.ask(*["FOO"] * 5000)) == 5000


# --- garbage and other protocols ------------------------------------------------------------------


def test_random_bytes_from_200_strangers_are_answered_or_cut(server: ServerProcess) -> None:
    chance = random.Random(1)
    for number in range(200):
        stranger = IrcClient(server.port)
        start = [b"", b"NICK ", b"@", b":", b"CAP LS\r\n"][number % 5]
        send_all(stranger, start + chance.randbytes(chance.randrange(1, 3000)) + b"\r\n")
        try:
            stranger.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was cut already
        stranger.rest()
        stranger.close()


def test_a_thousand_random_lines_of_a_member_are_answered(connect: Connect) -> None:
    chance = random.Random(2)
    client = connect("ani", "message-tags", "labeled-response", "batch")
    client.ask("JOIN #x")
    for _ in range(20):
        lines = [chance.randbytes(chance.randrange(1, 200)).replace(b"\n", b"") for _ in range(50)]
        client.send_bytes(b"".join(line + b"\r\n" for line in lines))
        assert len(client.fence()) >= 40


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"])
def test_http_never_reaches_irc(connect: Connect, witnesses: Witnesses, method: str) -> None:
    client = connect()
    client.send(f"{method} / HTTP/1.1", "Host: x", "", "NICK mallory", "USER u 0 * :x", "JOIN #saksi")
    lines = client.rest()
    assert lines[0] == "HTTP/1.1 404 Not Found"
    assert witnesses.pair[0].ask("ISON mallory") == [f":{NAME} 303 saksi1 :"]


@pytest.mark.parametrize("split", [True, False], ids=["in pieces", "at once"])
@pytest.mark.parametrize(
    "hello",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00\x00\x00\x54\xff\x53\x4d\x42",  # SMB
        b"\x05\x01\x00",  # SOCKS
        b"\x03\x00\x00\x13\x0e\xe0",  # RDP
        b"\x16\x00",
        bytes(100),
        b"\xff" * 100,
    ],
)
def test_any_other_protocol_gets_one_line_and_is_closed(connect: Connect, hello: bytes, split: bool) -> None:
    client = connect()
    cut = 1 if split and not hello.startswith(b"SSH") else 0  # an S alone could be a name, too
    for piece in [hello[:cut], hello[cut:]]:
        send_all(client, piece)
    assert client.rest() == ["ERROR :Closing link: This is a chat server that speaks IRC"]
