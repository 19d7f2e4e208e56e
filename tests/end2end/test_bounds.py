"""Every field at its bound, one below, one above and twice it (security 8; reliability B6): kept whole, cut at a whole
character, or refused; what comes back is a line that may be (the harness sees to that).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import protocol
from chatd import bans, metadata
from chatd.commands import call, information, modes, registration
from tests.end2end.accounts import CHEAP, fresh
from tests.end2end.harness import Connect, IrcClient, ServerProcess, commands

CAPS = ("message-tags", "batch", "labeled-response", "draft/metadata-2", "setname", "standard-replies", "echo-message")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


@dataclass(frozen=True)
class Field:
    """`say` with a text in it, then `ask`, whose answer holds what was kept where `kept` says."""

    say: str
    most: int
    ask: str
    kept: str
    refused: str = ""
    """What answers to more than `most`; "" where that is cut."""
    characters: bool = False
    """Whether `most` counts characters."""


FIELDS = {
    "topic": Field("TOPIC #x :{}", protocol.TOPIC_BYTES, "TOPIC #x", r" 332 ani #x :(.*)"),
    "away text": Field("AWAY :{}", information.AWAY_BYTES, "WHOIS ani", r" 301 ani ani :(.*)"),
    "realname": Field("SETNAME :{}", information.REALNAME_BYTES, "WHOIS ani", r" 311 ani .* \* :(.*)", "FAIL"),
    "key": Field("MODE #x +k {}", modes.KEY_BYTES, "MODE #x", r" 324 ani #x \S*k\S* :?(\S*)", "696"),
    "mask": Field("MODE #x +b {}!*@*", bans.MASK_BYTES - 4, "MODE #x b", r" 367 ani #x (\S*)!\*@\*", "696"),
    "metadata": Field(
        "METADATA * SET note :{}", metadata.VALUE_BYTES, "METADATA * GET note", r" 761 ani .* :(.*)", "FAIL"
    ),
    "nickname": Field("NICK {}", protocol.NICKNAME_CHARACTERS, "PING 1", "", "432", characters=True),
    "channel": Field("JOIN #y{}", protocol.CHANNEL_BYTES - 2, "PING 1", "", "403"),
}


def texts(field: Field) -> Iterator[tuple[str, bool]]:
    """Texts of lengths about the bound, of letters of one byte and of two; whether each is within it."""
    for letter in "xé":
        size = 1 if field.characters else len(letter.encode())
        lengths = {0, 1, *(field.most // size + more for more in (-1, 0, 1)), field.most // size * 2}
        for length in sorted(lengths):
            text = letter * length
            if len(field.say.format(text).encode()) + 2 <= protocol.LINE_BYTES:
                yield text, length * size <= field.most


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_kept_whole_up_to_its_bound_and_beyond_it_cut_or_refused(connect: Connect, name: str) -> None:
    field = FIELDS[name]
    sizes = []
    for text, fits in texts(field):
        ani = connect("ani", *CAPS)
        ani.ask("JOIN #x")
        answer = ani.ask(field.say.format(text))
        if field.refused and not fits:
            assert field.refused in commands(answer), (len(text), answer)
        elif text and not field.kept:
            assert re.search(rf" {re.escape(field.say.partition(' ')[0])} .*{text}", answer[0]), answer
        elif text:
            kept = re.findall(field.kept, "\n".join(ani.ask(field.ask)))
            assert kept == [protocol.cut_bytes(text, field.most)], (len(text), kept)
        sizes.append(len(text))
        ani.leave()
    assert len(sizes) > 6


PARTINGS = {
    "part": ("PART #x :{}", " PART "),
    "kick": ("KICK #x bela :{}", " KICK "),
    "quit": ("QUIT :{}", " QUIT "),
    "message": ("PRIVMSG #x :{}", " PRIVMSG "),
    "notice": ("NOTICE bela :{}", " NOTICE "),
}


@pytest.mark.parametrize("name", PARTINGS)
def test_what_others_read_is_whole_cut_at_a_character_or_not_there(connect: Connect, name: str) -> None:
    say, seen = PARTINGS[name]
    told = set()
    room = protocol.LINE_BYTES - 2 - len(say.format("").encode())
    for letter in ("x", "é", "😀"):
        for length in (4, 200, 290, registration.QUIT_BYTES, registration.QUIT_BYTES + 1, 390, 391, room - 40, room):
            text = letter * (length // len(letter.encode()))
            ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
            for client in (ani, bela):
                client.ask("JOIN #x")
            bela.fence()
            ani.send(say.format(text))
            if name == "quit":
                answer, heard = ani.rest(), [bela.expect("QUIT").params[0]]
            else:
                answer = ani.fence()
                heard = [line.partition(seen)[2].partition(" :")[2] for line in bela.fence() if seen in line]
            shown = [words.removeprefix("Quit: ") for words in heard]
            if shown:
                assert text.startswith(shown[0])
            else:
                assert name == "notice" or "417" in commands(answer)
            told.add(shown == [text])
            for client in (ani, bela):
                client.leave()
    assert told == {True, False}


@pytest.mark.parametrize(("size", "answered"), [(4094, True), (4095, False)])
def test_tags_of_4094_bytes_are_taken_and_one_more_is_417(connect: Connect, size: int, answered: bool) -> None:
    ani = connect("ani", *CAPS)
    answer = ani.ask("@+a=" + "x" * (size - 3) + " PRIVMSG ani :halo")
    assert ("417" in commands(answer)) == (not answered)
    assert ("PRIVMSG" in commands(answer)) == answered


@pytest.mark.parametrize(("size", "labelled"), [(1, True), (call.LABEL_BYTES, True), (call.LABEL_BYTES + 1, False)])
def test_a_label_of_64_bytes_is_answered_and_a_longer_one_is_none(connect: Connect, size: int, labelled: bool) -> None:
    (answer,) = connect("ani", *CAPS).ask(f"@label={'x' * size} FOO")
    assert answer.startswith(f"@label={'x' * size} ") == labelled


@pytest.mark.parametrize("registered", [True, False], ids=["registered", "unregistered"])
def test_a_thousand_requests_for_capabilities_are_answered_and_kept_nowhere(
    server: ServerProcess, connect: Connect, registered: bool
) -> None:
    ani = connect("ani") if registered else connect()
    before = server.memory_bytes()
    assert commands(ani.ask(*["CAP REQ :batch"] * 1000)) == ["CAP"] * 1000
    assert server.memory_bytes() - before < 4 << 20


@pytest.mark.parametrize("size", [1, 5, 299, 300, 301, 480])
def test_a_password_of_any_length_is_taken_or_refused(connect: Connect, size: int) -> None:
    ani: IrcClient = connect(fresh("ani"), "draft/account-registration", "standard-replies")
    answer = ani.ask(f"REGISTER * * {'x' * size}")
    assert set(commands(answer)) <= {"REGISTER", "900", "FAIL"}
    assert answer
