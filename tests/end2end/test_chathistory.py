"""CHATHISTORY: IRCv3 chathistory, sentence by sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest

from protocol import VENDOR, Message, parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, commands, source, untagged

CAPS = ("draft/chathistory", "batch", "server-time", "message-tags", "echo-message")
CANNOT = "Messages could not be retrieved"


class Said:
    """A channel of its own in which ten lines were said, and what is known of each."""

    def __init__(self, connect: Connect, channel: str) -> None:
        self.channel = channel
        self.ani = connect("ani", *CAPS)
        self.ani.ask(f"JOIN {channel}")
        echoes = self.ani.ask(*[f"PRIVMSG {channel} :{number}" for number in range(10)])
        self.ids = [parse(line).tags["msgid"] for line in echoes]
        self.times = [parse(line).tags["time"] for line in echoes]

    def ask(self, subcommand: str, *params: str) -> list[str]:
        """The texts of the answer."""
        return texts(history(self.ani, " ".join([subcommand, self.channel, *params])))

    def id(self, number: int) -> str:
        return f"msgid={self.ids[number]}"


_channels = iter(f"#sejarah{number}" for number in range(10_000))


@pytest.fixture
def said(connect: Connect) -> Said:
    return Said(connect, next(_channels))


def history(client: IrcClient, command: str) -> list[Message]:
    """What stood in the one batch that CHATHISTORY was answered with."""
    lines = [parse(line) for line in client.ask(f"CHATHISTORY {command}")]
    assert lines[0].command == lines[-1].command == "BATCH", lines
    name = lines[0].params[0].removeprefix("+")
    assert lines[-1].params == ["-" + name]
    assert all(line.tags["batch"] == name for line in lines[1:-1])
    return lines[1:-1]


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.params[-1] for message in messages]


def numbers(*wanted: int) -> list[str]:
    return [str(number) for number in wanted]


# --- the command and its answer -------------------------------------------------------------------


@covers("CHATHISTORY", "cap:draft/chathistory")
def test_the_capability_must_be_negotiated(connect: Connect) -> None:
    ani = connect("ani", "batch", "message-tags")
    ani.ask("JOIN #x")
    assert ani.ask("CHATHISTORY LATEST #x * 10") == [f":{NAME} 421 ani CHATHISTORY :Unknown command"]


@covers("CHATHISTORY", "cap:draft/chathistory")
def test_the_batch_has_the_type_chathistory_and_the_canonical_name_of_the_target(connect: Connect) -> None:
    ani = connect("ani", *CAPS)
    ani.ask("JOIN #Kanonis")
    start, end = ani.ask("CHATHISTORY LATEST #kanonis * 10")
    assert parse(start).params[1:] == ["chathistory", "#Kanonis"]
    assert parse(end).command == "BATCH"


def test_if_no_content_exists_there_is_an_empty_batch(said: Said) -> None:
    assert history(said.ani, f"AFTER {said.channel} {said.id(9)} 10") == []


def test_each_line_has_the_time_and_the_msgid_it_was_sent_with(said: Said) -> None:
    messages = history(said.ani, f"LATEST {said.channel} * 100")
    assert [message.tags["msgid"] for message in messages] == said.ids
    assert [message.tags["time"] for message in messages] == said.times
    assert {message.source for message in messages} == {source("ani")}


def test_client_tags_come_back(said: Said) -> None:
    said.ani.ask(f"@+reply={said.ids[0]};+x=a\\sb PRIVMSG {said.channel} :answer")
    (message,) = history(said.ani, f"LATEST {said.channel} * 1")
    assert (message.tags["+reply"], message.tags["+x"]) == (said.ids[0], "a b")


def test_servers_do_not_enforce_that_clients_support_all_related_capabilities(connect: Connect, said: Said) -> None:
    bare = connect("bare", "draft/chathistory")
    bare.ask(f"JOIN {said.channel}")
    assert bare.ask(f"CHATHISTORY LATEST {said.channel} * 2") == [
        f":{source('ani')} PRIVMSG {said.channel} :8",
        f":{source('ani')} PRIVMSG {said.channel} :9",
    ]
    timed = connect("timed", "draft/chathistory", "server-time")
    timed.ask(f"JOIN {said.channel}")
    (line,) = timed.ask(f"CHATHISTORY LATEST {said.channel} * 1")
    assert line == f"@time={said.times[9]} :{source('ani')} PRIVMSG {said.channel} :9"


def test_notices_are_given_back_too(said: Said) -> None:
    said.ani.ask(f"NOTICE {said.channel} :careful")
    (message,) = history(said.ani, f"LATEST {said.channel} * 1")
    assert (message.command, message.params[-1]) == ("NOTICE", "careful")


def test_the_subcommand_may_be_written_in_any_case(said: Said) -> None:
    assert said.ask("latest", "*", "1") == numbers(9)


# --- the subcommands ------------------------------------------------------------------------------


@covers("CHATHISTORY")
def test_before_gives_the_last_messages_before_and_excluding_the_msgid(said: Said) -> None:
    assert said.ask("BEFORE", said.id(5), "3") == numbers(2, 3, 4)
    assert said.ask("BEFORE", said.id(2), "100") == numbers(0, 1)
    assert said.ask("BEFORE", said.id(0), "100") == []


@covers("CHATHISTORY")
def test_after_gives_the_first_messages_after_and_excluding_the_msgid(said: Said) -> None:
    assert said.ask("AFTER", said.id(5), "3") == numbers(6, 7, 8)
    assert said.ask("AFTER", said.id(8), "100") == numbers(9)


@covers("CHATHISTORY")
def test_latest_with_a_star_gives_the_most_recent_ones(said: Said) -> None:
    assert said.ask("LATEST", "*", "3") == numbers(7, 8, 9)
    assert said.ask("LATEST", "*", "100") == numbers(*range(10))


def test_latest_with_a_reference_is_restricted_to_what_was_sent_after_it(said: Said) -> None:
    assert said.ask("LATEST", said.id(7), "100") == numbers(8, 9)
    assert said.ask("LATEST", said.id(3), "2") == numbers(8, 9)
    assert said.ask("LATEST", said.id(9), "2") == []


@covers("CHATHISTORY")
def test_around_gives_the_message_itself_and_those_on_both_sides(said: Said) -> None:
    assert said.ask("AROUND", said.id(5), "5") == numbers(3, 4, 5, 6, 7)
    assert said.ask("AROUND", said.id(5), "4") == numbers(3, 4, 5, 6)
    assert said.ask("AROUND", said.id(5), "1") == numbers(5)


def test_around_an_end_the_other_side_has_more(said: Said) -> None:
    assert said.ask("AROUND", said.id(0), "4") == numbers(0, 1, 2, 3)
    assert said.ask("AROUND", said.id(9), "4") == numbers(6, 7, 8, 9)


@covers("CHATHISTORY")
def test_between_counts_from_the_first_selector_and_excludes_both(said: Said) -> None:
    assert said.ask("BETWEEN", said.id(2), said.id(8), "100") == numbers(3, 4, 5, 6, 7)
    assert said.ask("BETWEEN", said.id(2), said.id(8), "2") == numbers(3, 4)


def test_between_may_go_backwards_in_time(said: Said) -> None:
    assert said.ask("BETWEEN", said.id(8), said.id(2), "100") == numbers(3, 4, 5, 6, 7)
    assert said.ask("BETWEEN", said.id(8), said.id(2), "2") == numbers(6, 7)
    assert said.ask("BETWEEN", said.id(5), said.id(5), "2") == []


def test_pages_before_each_msgid_give_everything_once(said: Said) -> None:
    said.ani.ask(*[f"PRIVMSG {said.channel} :{number}" for number in range(10, 57)])
    pages = [history(said.ani, f"LATEST {said.channel} * 10")]
    while page := history(said.ani, f"BEFORE {said.channel} msgid={pages[0][0].tags['msgid']} 10"):
        pages.insert(0, page)
    assert [text for page in pages for text in texts(page)] == numbers(*range(57))


def test_pages_after_each_msgid_give_everything_once(said: Said) -> None:
    said.ani.ask(*[f"PRIVMSG {said.channel} :{number}" for number in range(10, 57)])
    found, last = numbers(0), said.ids[0]
    while page := history(said.ani, f"AFTER {said.channel} msgid={last} 7"):
        found += texts(page)
        last = page[-1].tags["msgid"]
    assert found == numbers(*range(57))


def test_a_timestamp_excludes_what_was_sent_at_that_moment(said: Said) -> None:
    first, last = said.times[0], said.times[9]
    at_once = [str(number) for number in range(10) if said.times[number] == first]
    before = [str(number) for number in range(10) if said.times[number] < last]
    after = [str(number) for number in range(10) if said.times[number] > first]
    assert said.ask("BEFORE", f"timestamp={first}", "100") == []
    assert said.ask("BEFORE", f"timestamp={last}", "100") == before
    assert said.ask("AFTER", f"timestamp={first}", "100") == after
    assert said.ask("AFTER", f"timestamp={last}", "100") == []
    assert said.ask("LATEST", f"timestamp={first}", "100") == after
    assert said.ask("AROUND", f"timestamp={first}", "100") == numbers(*range(10))
    assert said.ask("BETWEEN", f"timestamp={first}", f"timestamp={last}", "100") == [x for x in before if x in after]
    assert not set(at_once) & set(after)


def test_a_timestamp_long_ago_or_in_the_future_is_no_error(said: Said) -> None:
    long_ago, later = "timestamp=1970-01-01T00:00:00.000Z", "timestamp=2999-12-31T23:59:59.999Z"
    everything = numbers(*range(10))
    assert said.ask("AFTER", long_ago, "100") == said.ask("BEFORE", later, "100") == everything
    assert said.ask("BETWEEN", long_ago, later, "2") == numbers(0, 1)
    assert said.ask("BETWEEN", later, long_ago, "2") == numbers(8, 9)
    assert said.ask("BETWEEN", long_ago, said.id(2), "9") == numbers(0, 1)
    assert said.ask("BEFORE", long_ago, "100") == said.ask("AFTER", later, "100") == []
    assert said.ask("AFTER", "timestamp=9999-12-31T23:59:59.999Z", "10") == []


@covers("token:CHATHISTORY", "token:MSGREFTYPES", "token:obrolan.example/HISTORY")
def test_the_limit_is_what_isupport_says(connect: Connect) -> None:
    ani = connect("ani", *CAPS)
    ani.ask("JOIN #panjang")
    for start in range(0, 1010, 101):
        ani.ask(*[f"PRIVMSG #panjang :{number}" for number in range(start, start + 101)])
    words = [word for line in ani.ask("VERSION") for word in parse(line).params]
    assert "CHATHISTORY=1000" in words
    assert "MSGREFTYPES=msgid,timestamp" in words
    assert [word for word in words if word.startswith(f"{VENDOR}/HISTORY=")]
    assert texts(history(ani, "LATEST #panjang * 99999999999999999999")) == numbers(*range(10, 1010))


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "about", "text"),
    [
        ("FOO #x * 10", "FOO", "Unknown command"),
        ("", "*", "Unknown command"),
        ("LATEST #x *", "LATEST", "Insufficient parameters"),
        ("LATEST", "LATEST", "Insufficient parameters"),
        ("BETWEEN #x msgid=1 10", "BETWEEN", "Insufficient parameters"),
        ("TARGETS timestamp=2020-01-01T00:00:00.000Z 10", "TARGETS", "Insufficient parameters"),
        ("LATEST #x * 10 10", "LATEST", "Too many parameters"),
        ("LATEST #x * ten", "LATEST ten", "Invalid limit"),
        ("LATEST #x * 0", "LATEST 0", "Invalid limit"),
        ("LATEST #x * -1", "LATEST -1", "Invalid limit"),
        ("LATEST #x * ١", "LATEST ١", "Invalid limit"),
        ("BEFORE #x * 10", "BEFORE *", "Invalid reference"),
        ("BEFORE #x msgid= 10", "BEFORE msgid=", "Invalid reference"),
        ("BEFORE #x timestamp 10", "BEFORE timestamp", "Invalid reference"),
        ("BEFORE #x timestamp=now 10", "BEFORE timestamp=now", "Invalid timestamp"),
        (
            "BEFORE #x timestamp=2020-02-30T00:00:00.000Z 9",
            "BEFORE timestamp=2020-02-30T00:00:00.000Z",
            "Invalid timestamp",
        ),
        ("BEFORE #x timestamp=2020-01-01T00:00:00Z 9", "BEFORE timestamp=2020-01-01T00:00:00Z", "Invalid timestamp"),
        ("TARGETS msgid=1 timestamp=2020-01-01T00:00:00.000Z 9", "TARGETS msgid=1", "Invalid timestamp"),
    ],
)
def test_a_syntactically_invalid_command_is_invalid_params(
    connect: Connect, command: str, about: str, text: str
) -> None:
    ani = connect("ani", *CAPS)
    ani.ask("JOIN #x")
    assert ani.ask(f"CHATHISTORY {command}") == [f":{NAME} FAIL CHATHISTORY INVALID_PARAMS {about} :{text}"]


def test_a_reference_type_the_server_does_not_know_is_invalid_msgreftype(said: Said) -> None:
    (line,) = said.ani.ask(f"CHATHISTORY BEFORE {said.channel} hash=1 10")
    assert line.startswith(f":{NAME} FAIL CHATHISTORY INVALID_MSGREFTYPE BEFORE {said.channel} hash=1 :")


@pytest.mark.parametrize("subcommand", ["BEFORE", "AFTER", "LATEST", "AROUND"])
def test_an_unknown_msgid_is_a_message_error_that_names_it(said: Said, subcommand: str) -> None:
    answer = said.ani.ask(f"CHATHISTORY {subcommand} {said.channel} msgid=unknown-1 10")
    assert answer == [f":{NAME} FAIL CHATHISTORY MESSAGE_ERROR {subcommand} {said.channel} unknown-1 :{CANNOT}"]


def test_a_msgid_of_another_conversation_is_unknown(said: Said) -> None:
    said.ani.ask("JOIN #lain")
    answer = said.ani.ask(f"CHATHISTORY AFTER #lain {said.id(3)} 10")
    assert answer == [f":{NAME} FAIL CHATHISTORY MESSAGE_ERROR AFTER #lain {said.ids[3]} :{CANNOT}"]


def test_errors_are_numerics_for_nobody_for_the_capability_brings_them(connect: Connect) -> None:
    assert " FAIL " in connect("ani", "draft/chathistory").ask("CHATHISTORY FOO")[0]


# --- rights ---------------------------------------------------------------------------------------


def refused(target: str) -> list[str]:
    return [f":{NAME} FAIL CHATHISTORY INVALID_TARGET LATEST {target} :{CANNOT}"]


def test_a_channel_one_is_not_in_is_answered_like_one_that_does_not_exist(connect: Connect, said: Said) -> None:
    stranger = connect("asing", *CAPS)
    for target in (said.channel, "#nowhere"):
        assert stranger.ask(f"CHATHISTORY LATEST {target} * 10") == refused(target)


def test_a_channel_one_has_left_cannot_be_queried(said: Said) -> None:
    said.ani.ask(f"PART {said.channel}")
    assert said.ani.ask(f"CHATHISTORY LATEST {said.channel} * 10") == refused(said.channel)


def test_nobody_else_reads_a_private_chat(connect: Connect) -> None:
    ani, bela, citra = (connect(name, *CAPS) for name in ("ani", "bela", "citra"))
    ani.ask("PRIVMSG bela :rahasia")
    bela.fence()
    for name in ("ani", "bela"):
        assert history(citra, f"LATEST {name} * 10") == []
    for target in ("nobody", "", "*", "@~1 ~2", "ani,bela"):
        assert [line.split()[3] for line in citra.ask(f"CHATHISTORY LATEST {target or ':'} * 10")] == (
            ["INVALID_TARGET"] if target not in ("", "@~1 ~2") else ["INVALID_PARAMS"]
        )


def test_a_newcomer_under_a_nickname_does_not_read_what_its_holder_before_was_told(connect: Connect) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask("PRIVMSG bela :rahasia")
    bela.leave()
    newcomer = connect("bela", *CAPS)
    assert history(newcomer, "LATEST ani * 10") == []
    assert history(ani, "LATEST bela * 10") == []


# --- private chats --------------------------------------------------------------------------------


def test_a_private_chat_includes_what_oneself_said(connect: Connect) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask("PRIVMSG bela :halo")
    bela.ask("PRIVMSG ani :hai")
    ani.fence()
    for client, other in ((ani, "bela"), (bela, "ani")):
        messages = history(client, f"LATEST {other} * 10")
        assert [(message.nickname, message.params) for message in messages] == [
            ("ani", ["bela", "halo"]),
            ("bela", ["ani", "hai"]),
        ]


def test_history_goes_on_when_a_nickname_has_changed(connect: Connect) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask("PRIVMSG bela :one")
    bela.ask("NICK belinda")
    ani.ask("PRIVMSG belinda :two")
    start, *_ = ani.ask("CHATHISTORY LATEST BELINDA * 10")
    assert parse(start).params[1:] == ["chathistory", "belinda"]
    assert texts(history(ani, "LATEST belinda * 10")) == ["one", "two"]
    ani.ask("NICK anita")
    bela.fence()
    assert texts(history(bela, "LATEST anita * 10")) == ["one", "two"]
    assert ani.ask("CHATHISTORY LATEST bela * 10") == refused("bela")


def test_notes_to_oneself_are_a_private_chat(connect: Connect) -> None:
    ani = connect("ani", *CAPS)
    ani.ask("PRIVMSG ani :jangan lupa")
    assert texts(history(ani, "LATEST ani * 10")) == ["jangan lupa"]


# --- order and labels -----------------------------------------------------------------------------


def test_a_join_and_the_history_asked_for_behind_it_leave_no_gap(connect: Connect) -> None:
    speaker = connect("bicara")
    speaker.ask("JOIN #ramai")
    for round_ in range(8):
        reader = connect(f"baca{round_}", *CAPS)
        said = [str(round_ * 100 + number) for number in range(100)]
        speaker.send(*[f"PRIVMSG #ramai :{text}" for text in said[:50]])
        reader.send("JOIN #ramai", "CHATHISTORY LATEST #ramai * 1000")
        speaker.ask(*[f"PRIVMSG #ramai :{text}" for text in said[50:]])
        lines = [message for message in map(parse, reader.fence()) if message.command == "PRIVMSG"]
        live = [message.params[1] for message in lines if "batch" not in message.tags]
        before = [message.params[1] for message in lines if "batch" in message.tags]
        everything = numbers(*range((round_ + 1) * 100))
        assert before == everything[: len(before)]
        assert live == everything[len(everything) - len(live) :]
        assert len(before) + len(live) >= len(everything)
        reader.leave()


def test_commands_behind_it_are_answered_behind_it(connect: Connect, said: Said) -> None:
    lines = said.ani.ask(
        "PING a", f"CHATHISTORY LATEST {said.channel} * 1", "PING b", f"PRIVMSG {said.channel} :x", "PING c"
    )
    assert commands(lines) == ["PONG", "BATCH", "PRIVMSG", "BATCH", "PONG", "PRIVMSG", "PONG"]


def test_the_label_stands_on_the_batch(connect: Connect) -> None:
    ani = connect("ani", *CAPS, "labeled-response")
    ani.ask("JOIN #label", "PRIVMSG #label :x")
    start, message, end = ani.ask("@label=a CHATHISTORY LATEST #label * 10")
    assert parse(start).tags == {"label": "a"}
    assert parse(start).params[1:] == ["chathistory", "#label"]
    assert "label" not in parse(message).tags
    assert untagged([end]) == [end]
    assert ani.ask("@label=b CHATHISTORY LATEST #no * 10")[0].startswith(f"@label=b :{NAME} FAIL CHATHISTORY")


def test_history_survives_that_everybody_has_left(connect: Connect) -> None:
    ani = connect("ani", *CAPS)
    ani.ask("JOIN #pulang", "PRIVMSG #pulang :sampai besok", "PART #pulang")
    bela = connect("bela", *CAPS)
    bela.ask("JOIN #pulang")
    assert texts(history(bela, "LATEST #pulang * 10")) == ["sampai besok"]


def test_history_survives_that_the_server_is_killed(launch: Launch) -> None:
    server = launch()
    ani = server.connect("ani", *CAPS)
    assert any(f"{VENDOR}/HISTORY=durable" in line for line in ani.ask("VERSION"))
    ani.ask("JOIN #x", "PRIVMSG #x :halo")
    before = history(ani, "LATEST #x * 10")
    server.kill()
    server.start()
    bela = server.connect("bela", *CAPS)
    bela.ask("JOIN #x")
    assert history(bela, "LATEST #x * 10")[0].tags["msgid"] == before[0].tags["msgid"]
    assert texts(history(bela, f"BEFORE #x timestamp={before[0].tags['time']} 10")) == []


def test_a_msgid_older_than_what_is_kept_is_a_message_error_that_names_it(launch: Launch) -> None:
    server = launch()
    ani = server.connect("ani", *CAPS)
    ani.ask("JOIN #x")
    ids = [parse(line).tags["msgid"] for line in ani.ask(*[f"PRIVMSG #x :{number}" for number in range(4)])]
    assert server.terminate() == 0
    with closing(sqlite3.connect(server.data / "history.db")) as database, database:
        (oldest,) = database.execute("SELECT seq FROM events WHERE line LIKE '% :2'").fetchone()
        for table in ("places", "events"):
            database.execute(f"DELETE FROM {table} WHERE seq < ?", (oldest,))
    server.start()
    ani = server.connect("ani", *CAPS)
    ani.ask("JOIN #x")
    for msgid in ids[:2]:
        answer = ani.ask(f"CHATHISTORY AFTER #x msgid={msgid} 10")
        assert answer == [f":{NAME} FAIL CHATHISTORY MESSAGE_ERROR AFTER #x {msgid} :{CANNOT}"]
    assert texts(history(ani, f"AFTER #x msgid={ids[2]} 10")) == ["3"]
    assert texts(history(ani, "LATEST #x * 10")) == ["2", "3"]


def test_without_history_it_says_so_and_gives_what_memory_holds(launch: Launch) -> None:
    ani = launch({"lobby": {"autojoin": False}}, "--no-history").connect("ani", *CAPS)
    assert any(f"{VENDOR}/HISTORY=memory" in line for line in ani.ask("VERSION"))
    ani.ask("JOIN #x", "PRIVMSG #x :halo")
    assert texts(history(ani, "LATEST #x * 10")) == ["halo"]
