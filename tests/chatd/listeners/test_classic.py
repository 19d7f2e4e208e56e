"""`chatd/listeners/classic.py`: the translator between bare text and IRC, without any I/O (docs/classic.md)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocol
from chatd.listeners.ascii import to_ascii
from chatd.listeners.classic import (
    MOST_BYTES,
    NAME_FIRST,
    NICK,
    SEGMENT_BYTES,
    USER,
    ClassicTranslator,
    Dialect,
    opens_classic,
)

DIALECTS = {"name first": NAME_FIRST, "nick": NICK, "user": USER}
each_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)


def lines(translator: ClassicTranslator) -> list[str]:
    """What it has for the server."""
    return translator.take_lines().decode().split("\r\n")[:-1]


def texts(translator: ClassicTranslator) -> list[str]:
    """What it has for the program, line by line."""
    told = translator.take_texts()
    assert all(text.endswith(b"\n") for text in told)
    return [text.decode()[:-1] for text in told]


def spoken(translator: ClassicTranslator) -> list[str]:
    """What it says in the lobby."""
    messages = [protocol.parse(line) for line in lines(translator)]
    assert {message.command for message in messages} <= {"PRIVMSG"}
    assert {message.params[0] for message in messages} <= {"#lobby"}
    return [message.params[1] for message in messages]


def deliver(translator: ClassicTranslator, *server_lines: str) -> list[str]:
    """The server says these; what the program reads of it."""
    for line in server_lines:
        translator.deliver(line.encode())
    return texts(translator)


def new(dialect: Dialect = NAME_FIRST, *, notices: bool = True) -> ClassicTranslator:
    return ClassicTranslator(dialect, "#lobby", to_ascii, notices=notices)


def entered(dialect: Dialect = NAME_FIRST, name: str = "Siti", *, notices: bool = True) -> ClassicTranslator:
    """A translator whose program is in the lobby, with all that this made taken away."""
    translator = new(dialect, notices=notices)
    translator.received(name.encode())
    nickname = protocol.nickname_from_name(name)
    deliver(translator, ":s PONG s :try-1", f":s 001 {nickname} :Welcome")
    deliver(translator, f":{nickname}!~classic@h.lan JOIN #lobby * :{name}")
    lines(translator)
    return translator


# --- logging in -----------------------------------------------------------------------------------


@each_dialect
def test_a_login_asks_for_the_name_and_waits_until_nobody_objects(dialect: Dialect) -> None:
    translator = new(dialect)
    translator.received(b"user1 pc")
    wanted = "extended-join setname" + (" echo-message" if dialect.echo else "")
    assert lines(translator) == [f"CAP REQ :{wanted}", "NICK user1_pc", "PING try-1"]
    deliver(translator, ":s CAP user1_pc ACK :x", ":s PONG s :something-else")
    assert lines(translator) == []
    deliver(translator, ":s PONG s :try-1")
    assert lines(translator) == ["USER classic 0 * :user1 pc", "CAP END"]
    deliver(translator, ":s PONG s :try-1")
    assert lines(translator) == [], "once is enough"
    assert deliver(translator, ":s 001 user1_pc :Welcome", ":s 372 user1_pc :- motd", ":s 332 x #lobby :topic") == []
    assert lines(translator) == ["JOIN #lobby", "WHO #lobby"]
    greeting = deliver(translator, ":user1_pc!~classic@h.lan JOIN #lobby * :user1 pc")
    assert greeting == ([dialect.joined.format(name="user1 pc"), dialect.welcome] if dialect.prompt else [])


def test_each_taken_name_leads_to_the_next_number_and_late_answers_to_earlier_tries_count_nothing() -> None:
    translator = new()
    translator.received(b"Siti")
    lines(translator)
    deliver(translator, ":s 433 * Siti :Nickname is already in use")
    assert lines(translator) == ["NICK Siti2", "PING try-2"]
    deliver(translator, ":s PONG s :try-1")
    assert lines(translator) == []
    deliver(translator, ":s 433 * Siti2 :Nickname is already in use", ":s PONG s :try-2", ":s PONG s :try-3")
    assert lines(translator) == ["NICK Siti3", "PING try-3", "USER classic 0 * :Siti3", "CAP END"]
    told = deliver(translator, ":s 001 Siti3 :Welcome", ":Siti3!~classic@h.lan JOIN #lobby * :Siti3")
    assert told == ["* Nama “Siti” sudah dipakai; nama Anda di sini Siti3."]
    lines(translator)
    translator.received(b"Siti: halo")
    translator.received(b"Siti3: halo")
    assert spoken(translator) == ["halo", "halo"]


@pytest.mark.parametrize(
    ("name", "nickname", "realname"),
    [
        ("", "tamu", "tamu"),
        (" \t ", "tamu", "tamu"),
        ("\x00\x1b[31m", "[31m", "[31m"),
        ("😀", "tamu", "😀"),
        ("Sаnta", "tamu", "Sаnta"),
        ("  Siti   Aminah \r\n", "Siti_Aminah", "Siti Aminah"),
        ("a\u202eb", "a_b", "a b"),
        ("é" * 100, "é" * 30, "é" * 30),
        ("😀" * 100, "tamu", "😀" * 16),
    ],
)
def test_any_name_becomes_one_the_server_takes(name: str, nickname: str, realname: str) -> None:
    translator = new()
    translator.received(name.encode())
    assert lines(translator)[1] == f"NICK {nickname}"
    assert protocol.valid_nickname(nickname)
    deliver(translator, ":s PONG s :try-1")
    assert lines(translator)[0] == f"USER classic 0 * :{realname}"


def test_what_is_said_before_the_login_is_through_is_said_after_it() -> None:
    translator = new()
    translator.received(b"Siti\nhalo\n")
    translator.received(b"Siti: dua")
    assert [line.partition(" ")[0] for line in lines(translator)] == ["CAP", "NICK", "PING"]
    deliver(translator, ":s PONG s :try-1", ":s 001 Siti :Welcome")
    lines(translator)
    deliver(translator, ":Siti!~classic@h.lan JOIN #lobby * :Siti")
    assert spoken(translator) == ["halo", "dua"]


def test_the_servers_ping_is_answered() -> None:
    translator = entered()
    assert deliver(translator, "PING :tanya saja") == []
    assert lines(translator) == ["PONG :tanya saja"]


# --- what the program says ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Siti", "user1 pc", "Kūn 😀"])
def test_its_own_name_in_front_is_taken_off_once(name: str) -> None:
    translator = entered(name=name)
    for sent in (
        f"{name}: halo\n",
        f"{name}:  halo",
        "halo",
        f"{name}: {name}: halo",
        f"bukan {name}: halo",
        f"{name}:x",
    ):
        translator.received(sent.encode())
    assert spoken(translator) == ["halo", "halo", "halo", f"{name}: halo", f"bukan {name}: halo", f"{name}:x"]


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\t\n", b"Siti: ", b"Siti: \n", b"\0\x01\x02"])
def test_nothing_is_not_said(data: bytes) -> None:
    translator = entered()
    translator.received(data)
    assert lines(translator) == []


def test_what_would_be_a_command_or_a_ctcp_is_only_text() -> None:
    translator = entered()
    translator.received(b"QUIT\r\nPRIVMSG #lain :x\n\x01ACTION x\x01\n:titik dua")
    assert spoken(translator) == ["QUIT", "PRIVMSG #lain :x", "ACTION x", ":titik dua"]


def test_a_character_cut_in_two_by_a_long_paste_is_put_together() -> None:
    data = ("x" * (SEGMENT_BYTES - 1) + "é tail 😀").encode()
    for end in range(SEGMENT_BYTES, len(data) + 1):
        translator = entered()
        translator.received(data[:end])
        translator.received(data[end:])
        assert "".join(spoken(translator)).replace(" ", "") == data.decode().replace(" ", "")


@pytest.mark.parametrize("text", ["é", "café", "à la crème", "ÿ", "Siti\xe9"])
def test_a_short_text_that_is_no_utf_8_is_latin_1_to_its_last_character(text: str) -> None:
    translator = entered()
    translator.received(text.encode("latin-1"))
    translator.received("berikut é".encode())
    assert spoken(translator) == [text, "berikut é"]


@given(st.lists(st.binary(max_size=1500), max_size=6), st.sampled_from(list(DIALECTS.values())))
@example([b"\xf0", b"\x9f\x98\x80"], NAME_FIRST)
def test_whatever_is_sent_becomes_irc_lines_that_fit(pieces: list[bytes], dialect: Dialect) -> None:
    for translator in (new(dialect), entered(dialect)):
        for piece in pieces:
            translator.received(piece)
        for line in lines(translator):
            protocol.parse(line)
            assert len(f":Siti!~classic@h.lan {line}".encode()) + 2 <= protocol.LINE_BYTES or line.startswith("CAP")
            assert line.isprintable() or not set(map(chr, range(32))) & set(line) - {"\t"}


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=3000))
def test_nothing_of_a_long_text_is_lost_or_comes_twice(text: str) -> None:
    translator = entered(name="Wati")
    translator.received(text.encode())
    assert "".join(spoken(translator)) == text


# --- what the program reads -----------------------------------------------------------------------


@each_dialect
def test_who_comes_goes_and_is_renamed_is_told_in_the_words_of_the_dialect(dialect: Dialect) -> None:
    translator = entered(dialect)
    assert deliver(translator, ":Budi_S!u@h JOIN #lobby * :Budi S") == [dialect.joined.format(name="Budi S")]
    assert deliver(translator, ":Budi_S!u@h JOIN #lain * :Budi S") == []
    assert deliver(translator, ":Budi_S!u@h NICK bb") == [dialect.renamed.format(old="Budi_S", new="bb")]
    assert deliver(translator, ":bb!u@h PRIVMSG #lobby :x") == ["bb: x"]
    assert deliver(translator, ":bb!u@h PART #lain") == []
    assert deliver(translator, ":bb!u@h PART #lobby :dah") == [dialect.left.format(name="bb")]
    deliver(translator, ":citra!u@h JOIN #lobby * :Citra")
    assert deliver(translator, ":citra!u@h QUIT :Quit") == [dialect.left.format(name="Citra")]
    deliver(translator, ":dedi!u@h JOIN #lobby * :Dedi")
    assert deliver(translator, ":op!u@h KICK #lobby dedi :ribut") == [dialect.left.format(name="Dedi")]
    assert deliver(translator, ":op!u@h KICK #lain Siti :ribut") == []


@each_dialect
def test_the_switch_silences_them_for_dialects_without_words_of_their_own(dialect: Dialect) -> None:
    translator = entered(dialect, notices=False)
    told = deliver(translator, ":b!u@h JOIN #lobby * :Budi", ":b!u@h NICK c", ":c!u@h QUIT :x", ":d!u@h PART #lobby")
    assert len(told) == (4 if dialect.prompt else 0)
    assert deliver(translator, ":e!u@h PRIVMSG #lobby :halo", ":e!u@h TOPIC #lobby :t") == [
        "e: halo",
        "* e mengganti topik: t",
    ]


def test_people_are_called_by_their_name_wherever_it_was_learnt() -> None:
    translator = entered()
    deliver(translator, ":s 352 Siti #lobby ~u h s ani_wijaya H :0 Ani Wijaya", ":budi_s!u@h JOIN #lobby * :Budi S")
    speakers = ("ani_wijaya", "ANI_WIJAYA", "budi_s", "c")
    told = deliver(translator, *(f":{nickname}!u@h PRIVMSG #lobby :x" for nickname in speakers))
    assert told == ["Ani Wijaya: x", "Ani Wijaya: x", "Budi S: x", "c: x"]
    assert deliver(translator, ":budi_s!u@h SETNAME :BUDI S", ":budi_s!u@h PRIVMSG #lobby :x") == ["BUDI S: x"]
    assert deliver(translator, ":budi_s!u@h SETNAME : ", ":budi_s!u@h PRIVMSG #lobby :x") == ["BUDI S: x"]
    deliver(translator, ":budi_s!u@h QUIT :x")
    assert deliver(translator, ":budi_s!u@h PRIVMSG #lobby :x") == ["budi_s: x"], "a later one is somebody else"
    deliver(translator, ":ani!u@h JOIN #lobby * :ani")
    assert deliver(translator, ":ani!u@h NICK Ana", ":Ana!u@h PRIVMSG #lobby :x")[-1] == "Ana: x"


def test_nobody_borrows_a_name_that_the_nickname_is_not_made_of() -> None:
    translator = entered()
    deliver(translator, ":penipu!u@h JOIN #lobby * :Pak Adi")
    assert deliver(translator, ":penipu!u@h PRIVMSG #lobby :halo") == ["penipu: halo"]


@each_dialect
def test_messages_actions_private_messages_topics_and_notices_are_one_line_each(dialect: Dialect) -> None:
    told = deliver(
        entered(dialect),
        "@time=2026-01-01T00:00:00.000Z :b!u@h PRIVMSG #LOBBY :halo semua",
        ":b!u@h PRIVMSG #lobby :\x01ACTION melambai\x01",
        ":b!u@h PRIVMSG siti :rahasia",
        ":b!u@h NOTICE Siti :bot",
        ":b!u@h TOPIC #lobby :Rapat jam 3",
        ":s NOTICE * :Server akan berhenti",
    )
    assert told == [
        "b: halo semua",
        "* b melambai",
        "(pribadi) b: rahasia",
        "(pribadi) b: bot",
        "* b mengganti topik: Rapat jam 3",
        "* Server akan berhenti",
    ]


@pytest.mark.parametrize(
    "line",
    [
        ":b!u@h PRIVMSG #lobby :\x01VERSION\x01",
        ":b!u@h PRIVMSG Siti :\x01DCC SEND x\x01",
        ":b!u@h PRIVMSG #lain :x",
        ":b!u@h TOPIC #lain :x",
        ":b!u@h TAGMSG #lobby",
        ":b!u@h AWAY :x",
        ":b!u@h MODE #lobby +n",
        ":s 353 Siti = #lobby :Siti b",
        ":s 001 Siti :Welcome",
        ":b!u@h PRIVMSG #lobby",
        ":Siti!u@h NICK Wati",
        ":Siti!u@h QUIT :x",
        "CAP * ACK :x",
    ],
)
def test_what_the_dialect_has_no_words_for_is_not_told(line: str) -> None:
    assert deliver(entered(), line) == []


def test_server_notices_wait_until_the_program_is_in() -> None:
    translator = new()
    assert deliver(translator, ":s NOTICE * :Looking up your hostname") == []


@each_dialect
@pytest.mark.parametrize(
    ("line", "last"),
    [
        (":op!u@h KICK #lobby Siti :ribut terus", "* Anda dikeluarkan oleh op: ribut terus"),
        (":op!u@h KICK #Lobby sITI", "* Anda dikeluarkan oleh op."),
        (":Siti!u@h PART #lobby", "* Anda keluar dari ruang ini."),
        ("ERROR :Closing link: Ping timeout: 150 seconds", "* Sambungan ditutup server: Ping timeout: 150 seconds"),
    ],
)
def test_who_is_removed_gets_one_last_line_with_the_reason(dialect: Dialect, line: str, last: str) -> None:
    translator = entered(dialect)
    assert deliver(translator, line) == [last]
    assert translator.finished
    assert deliver(translator, "ERROR :Closing link: again") == [], "the last line is the last"
    translator.end("lagi")
    assert texts(translator) == []


def test_what_the_server_does_not_take_is_told() -> None:
    translator = entered()
    assert deliver(translator, ":s 404 Siti #lobby :Cannot send") == ["* Pesan tidak terkirim: Cannot send"]
    assert deliver(translator, ":s 417 Siti :Too long") == ["* Pesan tidak terkirim: Too long"]


def test_an_answer_to_one_alone_is_told_only_while_it_is_no_longer_than_what_was_asked() -> None:
    translator = entered()
    translator.answer_bytes = 80
    answer = "* Pesan tidak terkirim: Cannot send"
    assert deliver(translator, *[":s 404 Siti #lobby :Cannot send"] * 3) == [answer, answer]
    assert translator.answer_bytes == 80 - 2 * len(f"{answer}\n".encode())
    assert deliver(translator, ":b!u@h PRIVMSG #lobby :" + "x" * 300) == ["b: " + "x" * 300], (
        "others may say what they like"
    )


anything = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=400)


@given(st.lists(st.tuples(st.sampled_from(["PRIVMSG", "NOTICE", "TOPIC", "QUIT", "KICK"]), anything, anything)))
@example([("PRIVMSG", "n" * 400, "é" * 400), ("PRIVMSG", "\u2028", "\u2028\u0085\x0b"), ("TOPIC", "x", "😀" * 400)])
def test_every_text_is_one_line_that_fits_and_can_be_decoded(said: list[tuple[str, str, str]]) -> None:
    for dialect in DIALECTS.values():
        translator = entered(dialect)
        for command, name, text in said:
            translator.deliver(f":b!u@h SETNAME :{name}".encode())
            target = "" if command == "QUIT" else "#lobby b " if command == "KICK" else "#lobby "
            translator.deliver(f":b!u@h {command} {target}:{text}".encode())
        for told in translator.take_texts():
            assert told.endswith(b"\n")
            assert len(told) <= MOST_BYTES
            assert len(told.decode("ascii" if dialect.ascii else "utf-8").splitlines()) == 1


# --- the beginning on the shared port -------------------------------------------------------------


@pytest.mark.parametrize("data", [b"Siti", b"Siti\n", b"Siti\r\n", b"user1 pc", "Kūn 😀".encode(), b"x" * 64, b"NICK"])
def test_a_short_printable_text_can_be_a_name(data: bytes) -> None:
    assert opens_classic(data)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"x" * 65, b"SSH-2.0-x", b"caf\xe9", b"a\tb", b"a\0", b"\x1b[A", "a\u202eb".encode(), b"a\nb"]
)
def test_anything_else_cannot(data: bytes) -> None:
    assert not opens_classic(data)
