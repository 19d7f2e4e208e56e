"""`draft/event-playback`: what else than messages stands in history (IRCv3 chathistory)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from protocol import VENDOR, Message, parse
from tests.end2end.harness import Connect, IrcClient, source

HISTORY = ("draft/chathistory", "batch", "server-time", "message-tags", "echo-message")
CAPS = (*HISTORY, "draft/event-playback")

_channels: Iterator[str] = (f"#kejadian{number}" for number in range(10_000))


@pytest.fixture
def channel() -> str:
    return next(_channels)


def history(client: IrcClient, command: str) -> list[Message]:
    """What stood in the batch that CHATHISTORY was answered with, batches in it included."""
    client.fence()
    lines = [parse(line) for line in client.ask(f"CHATHISTORY {command}")]
    assert lines[0].command == lines[-1].command == "BATCH", lines
    return lines[1:-1]


def shown(messages: list[Message]) -> list[tuple[str, ...]]:
    """Nickname, command and parameters of each."""
    return [(message.nickname, message.command, *message.params) for message in messages]


def test_without_it_there_is_nothing_but_messages(connect: Connect, channel: str) -> None:
    ani, bela = connect("ani", *HISTORY), connect("bela", *HISTORY)
    ani.ask(f"JOIN {channel}", f"TOPIC {channel} :t", f"PRIVMSG {channel} :a", f"@+x=y TAGMSG {channel}")
    bela.ask(f"JOIN {channel}", f"NOTICE {channel} :b", f"PART {channel}")
    assert [message.command for message in history(ani, f"LATEST {channel} * 100")] == ["PRIVMSG", "NOTICE"]


def test_with_it_come_joins_parts_topics_renames_and_quits_in_their_order(connect: Connect, channel: str) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask(f"JOIN {channel}", f"TOPIC {channel} :hari ini")
    bela.ask(f"JOIN {channel}", "NICK belinda", f"PRIVMSG {channel} :halo", f"PART {channel} :dah", f"JOIN {channel}")
    bela.leave()
    ani.expect("QUIT")
    assert shown(history(ani, f"LATEST {channel} * 100")) == [
        ("ani", "JOIN", channel),
        ("ani", "TOPIC", channel, "hari ini"),
        ("bela", "JOIN", channel),
        ("bela", "NICK", "belinda"),
        ("belinda", "PRIVMSG", channel, "halo"),
        ("belinda", "PART", channel, "dah"),
        ("belinda", "JOIN", channel),
        ("belinda", "QUIT", "Quit: "),
    ]


def test_every_event_has_the_time_and_msgid_it_had_live(connect: Connect, channel: str) -> None:
    watcher = connect("penonton", *CAPS)
    watcher.ask(f"JOIN {channel}")
    ani = connect("ani", *CAPS)
    ani.ask(f"JOIN {channel}")
    lines = watcher.ask(f"TOPIC {channel} :t")
    ani.ask("NICK anita", f"PRIVMSG {channel} :a")
    live = [parse(line) for line in lines + watcher.fence()]
    ani.leave()
    live.append(watcher.expect("QUIT"))
    played = history(watcher, f"LATEST {channel} * {len(live)}")
    assert len(live) == 5
    assert shown(played) == shown(live)
    for tag in ("msgid", "time"):
        assert [message.tags[tag] for message in played] == [message.tags[tag] for message in live]


def test_the_limit_counts_what_is_left(connect: Connect, channel: str) -> None:
    ani, bela = connect("ani", *HISTORY), connect("bela", *CAPS)
    ani.ask(f"JOIN {channel}", f"PRIVMSG {channel} :a", f"PRIVMSG {channel} :b")
    for _ in range(10):
        bela.ask(f"JOIN {channel}", f"PART {channel}")
    bela.ask(f"JOIN {channel}")
    assert shown(history(ani, f"LATEST {channel} * 2")) == [
        ("ani", "PRIVMSG", channel, "a"),
        ("ani", "PRIVMSG", channel, "b"),
    ]
    assert [message.command for message in history(bela, f"LATEST {channel} * 2")] == ["PART", "JOIN"]


def test_a_quit_and_a_rename_stand_in_every_channel_they_were_seen_in(connect: Connect, channel: str) -> None:
    other = next(_channels)
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask(f"JOIN {channel},{other}")
    bela.ask(f"JOIN {channel},{other}", "NICK belinda")
    bela.leave()
    ani.expect("QUIT")
    ends = [history(ani, f"LATEST {name} * 2") for name in (channel, other)]
    assert [message.command for message in ends[0]] == ["NICK", "QUIT"]
    assert [message.tags["msgid"] for message in ends[0]] == [message.tags["msgid"] for message in ends[1]]


def test_pages_go_on_from_the_msgid_of_any_event(connect: Connect, channel: str) -> None:
    ani = connect("ani", *CAPS)
    ani.ask(f"JOIN {channel}", f"PRIVMSG {channel} :a", "NICK anita", f"PRIVMSG {channel} :b")
    everything = history(ani, f"LATEST {channel} * 100")
    pages = history(ani, f"LATEST {channel} * 1")
    while page := history(ani, f"BEFORE {channel} msgid={pages[0].tags['msgid']} 1"):
        pages = page + pages
    assert shown(pages) == shown(everything)


def test_a_join_has_account_and_realname_for_who_asked_for_extended_join(connect: Connect, channel: str) -> None:
    ani = connect("ani", *CAPS, "extended-join")
    ani.ask(f"JOIN {channel}")
    assert shown(history(ani, f"LATEST {channel} * 1")) == [("ani", "JOIN", channel, "*", "Name of ani")]
    bela = connect("bela", *CAPS)
    bela.ask(f"JOIN {channel}")
    assert shown(history(bela, f"LATEST {channel} * 2"))[0] == ("ani", "JOIN", channel)


# --- messages of several lines --------------------------------------------------------------------

LINES = (
    "BATCH +1 draft/multiline {}",
    "@batch=1 PRIVMSG {} :satu",
    "@batch=1 PRIVMSG {} :",
    "@batch=1 PRIVMSG {} :dua ",
)
REST = ("@batch=1;draft/multiline-concat PRIVMSG {} :tiga", "BATCH -1")


def say_lines(client: IrcClient, channel: str) -> None:
    client.ask(f"JOIN {channel}", *[line.format(channel) for line in (*LINES, *REST)])


def test_a_message_of_several_lines_is_a_batch_in_the_batch(connect: Connect, channel: str) -> None:
    ani = connect("ani", *HISTORY, "draft/multiline")
    say_lines(ani, channel)
    outer, start, *inside, end, last = [parse(line) for line in ani.ask(f"CHATHISTORY LATEST {channel} * 1")]
    name = outer.params[0].removeprefix("+")
    inner = start.params[0].removeprefix("+")
    assert (start.source, start.params[1:]) == (source("ani"), ["draft/multiline", channel])
    assert start.tags["batch"] == end.tags["batch"] == name
    assert {"time", "msgid"} <= set(start.tags)
    assert [(message.tags["batch"], message.params[1]) for message in inside] == [
        (inner, "satu"),
        (inner, ""),
        (inner, "dua "),
        (inner, "tiga"),
    ]
    assert ["draft/multiline-concat" in message.tags for message in inside] == [False, False, False, True]
    assert (end.params, last.params) == (["-" + inner], ["-" + name])


def test_others_get_its_lines_without_blank_ones_and_the_msgid_on_the_first_only(
    connect: Connect, channel: str
) -> None:
    ani = connect("ani", *HISTORY, "draft/multiline")
    say_lines(ani, channel)
    bela = connect("bela", *HISTORY)
    bela.ask(f"JOIN {channel}", f"PRIVMSG {channel} :x")
    messages = history(bela, f"LATEST {channel} * 2")
    assert [message.params[1] for message in messages] == ["satu", "dua ", "tiga", "x"]
    assert ["msgid" in message.tags for message in messages] == [True, False, False, True]
    assert len({message.tags["time"] for message in messages[:3]}) == 1
    assert len({message.tags["batch"] for message in messages}) == 1


def test_it_counts_as_one_message(connect: Connect, channel: str) -> None:
    ani = connect("ani", *HISTORY, "draft/multiline")
    say_lines(ani, channel)
    ani.ask(f"PRIVMSG {channel} :x")
    assert [message.command for message in history(ani, f"LATEST {channel} * 1")] == ["PRIVMSG"]
    assert [message.command for message in history(ani, f"LATEST {channel} * 2")] == [
        "BATCH",
        *["PRIVMSG"] * 4,
        "BATCH",
        "PRIVMSG",
    ]


# --- edits, reactions, removals -------------------------------------------------------------------

EDIT = f"{VENDOR}/edit"
EDITED = f"{VENDOR}/edited"
WRITER = (*HISTORY, EDIT, "draft/message-redaction", "draft/multiline")


def say(client: IrcClient, line: str) -> str:
    """Send this; the msgid of what came of it."""
    return parse(client.ask(line)[0]).tags["msgid"]


def test_who_knows_edits_gets_a_message_once_with_its_latest_text(connect: Connect, channel: str) -> None:
    ani = connect("ani", *WRITER)
    ani.ask(f"JOIN {channel}")
    first = say(ani, f"@+x=y PRIVMSG {channel} :satu")
    say(ani, f"@{EDIT}={first} PRIVMSG {channel} :dua")
    last = say(ani, f"@{EDIT}={first} PRIVMSG {channel} :tiga")
    ani.ask(f"PRIVMSG {channel} :lain")
    edited, other = history(ani, f"LATEST {channel} * 100")
    assert (edited.params[1], edited.tags["msgid"], edited.tags[EDITED], edited.tags["+x"]) == (
        "tiga",
        first,
        last,
        "y",
    )
    assert (other.params[1], EDITED in other.tags) == ("lain", False)


def test_with_event_playback_the_edits_come_too(connect: Connect, channel: str) -> None:
    ani = connect("ani", *WRITER, "draft/event-playback")
    ani.ask(f"JOIN {channel}")
    first = say(ani, f"PRIVMSG {channel} :satu")
    last = say(ani, f"@{EDIT}={first} PRIVMSG {channel} :dua")
    _, message, edit = history(ani, f"LATEST {channel} * 100")
    assert (message.params[1], message.tags[EDITED], EDIT in message.tags) == ("dua", last, False)
    assert (edit.params[1], edit.tags[EDIT], edit.tags["msgid"]) == ("dua", first, last)


def test_who_does_not_know_edits_gets_the_first_text_and_the_edit_as_an_answer(connect: Connect, channel: str) -> None:
    ani, bela = connect("ani", *WRITER), connect("bela", *HISTORY)
    ani.ask(f"JOIN {channel}")
    first = say(ani, f"PRIVMSG {channel} :satu")
    last = say(ani, f"@{EDIT}={first} PRIVMSG {channel} :dua")
    bela.ask(f"JOIN {channel}")
    message, edit = history(bela, f"LATEST {channel} * 100")
    assert message.params[1] == "satu"
    assert (edit.params[1], edit.tags["+reply"], edit.tags["+draft/reply"]) == ("* dua", first, first)
    assert (edit.tags["msgid"], EDIT in edit.tags) == (last, False)


def test_a_removed_message_is_given_back_by_nobody_but_still_has_its_place(connect: Connect, channel: str) -> None:
    ani = connect("ani", *WRITER)
    ani.ask(f"JOIN {channel}")
    ids = [say(ani, f"PRIVMSG {channel} :{number}") for number in range(3)]
    ani.ask(f"@{EDIT}={ids[1]} PRIVMSG {channel} :satu", f"REDACT {channel} {ids[1]} :salah")
    player = connect("bela", *WRITER, "draft/event-playback")
    player.ask(f"JOIN {channel}")
    texts = [message.params[1] for message in history(ani, f"LATEST {channel} * 100")]
    assert texts == ["0", "2"]
    assert [m.params[1] for m in history(ani, f"AFTER {channel} msgid={ids[1]} 100")] == ["2"]
    assert [m.params[1] for m in history(ani, f"AROUND {channel} msgid={ids[1]} 2")] == ["0", "2"]
    commands = [m.command for m in history(player, f"LATEST {channel} * 100")]
    assert commands == ["JOIN", "PRIVMSG", "PRIVMSG", "REDACT", "JOIN"]
    assert history(player, f"LATEST {channel} * 2")[0].params == [channel, ids[1], "salah"]


def test_a_redaction_is_played_back_only_to_who_knows_redactions(connect: Connect, channel: str) -> None:
    ani = connect("ani", *CAPS, "draft/message-redaction")
    ani.ask(f"JOIN {channel}")
    ani.ask(f"REDACT {channel} {say(ani, f'PRIVMSG {channel} :a')}")
    bela = connect("bela", *CAPS)
    bela.ask(f"JOIN {channel}")
    assert [m.command for m in history(ani, f"LATEST {channel} * 100")] == ["JOIN", "REDACT", "JOIN"]
    assert [m.command for m in history(bela, f"LATEST {channel} * 100")] == ["JOIN", "JOIN"]


def test_reactions_are_events_and_other_tag_messages_are_not_kept(connect: Connect, channel: str) -> None:
    ani = connect("ani", *CAPS)
    ani.ask(f"JOIN {channel}")
    first = say(ani, f"PRIVMSG {channel} :satu")
    ani.ask(f"@+typing=active TAGMSG {channel}", f"@+reply={first};+draft/react=👍 TAGMSG {channel}")
    _, _, reaction = history(ani, f"LATEST {channel} * 100")
    assert (reaction.command, reaction.tags["+draft/react"], reaction.tags["+reply"]) == ("TAGMSG", "👍", first)
    bela = connect("bela", *HISTORY)
    bela.ask(f"JOIN {channel}")
    assert [m.command for m in history(bela, f"LATEST {channel} * 100")] == ["PRIVMSG"]


# --- live and later -------------------------------------------------------------------------------

PROFILES = {
    "all": (*CAPS, "extended-join", "draft/multiline", "draft/message-redaction", EDIT),
    "no edits": (*CAPS, "extended-join", "draft/multiline", "draft/message-redaction"),
    "no lines": (*CAPS, EDIT),
    "no tags": ("draft/chathistory", "draft/event-playback", "batch", "server-time", "draft/multiline"),
    "no time": ("draft/chathistory", "draft/event-playback", "batch", EDIT),
    "bare": ("draft/chathistory", "draft/event-playback"),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_played_back_is_what_was_seen_live(connect: Connect, channel: str, profile: str) -> None:
    watcher = connect("penonton", *PROFILES[profile])
    watcher.ask(f"JOIN {channel}")
    ani, bela = connect("ani", *WRITER), connect("bela", *WRITER)
    ani.ask(f"JOIN {channel}", f"TOPIC {channel} :hari ini", "NICK anita")
    first = say(ani, f"@+x=a\\sb PRIVMSG {channel} :satu")
    say_lines(ani, channel)
    bela.ask(
        f"JOIN {channel}", f"@+reply={first};+draft/react=👍 TAGMSG {channel}", f"NOTICE {channel} :\x01ACTION x\x01"
    )
    bela.ask(f"@{EDIT}={say(bela, f'PRIVMSG {channel} :lama')} PRIVMSG {channel} :baru")
    bela.ask(f"PART {channel} :dah")
    live = watcher.fence()
    if EDIT in PROFILES[profile]:
        live = [line.replace(" :lama", " :baru") for line in live]
    lines = watcher.ask(f"CHATHISTORY LATEST {channel} * 1000")
    if "batch" in PROFILES[profile]:
        *lines, end = lines[1:]
        name = parse(end).params[0].removeprefix("-")
        lines = [re.sub(rf"^@batch={name}(;| )", r"@\1", line).replace("@ ", "").replace("@;", "@") for line in lines]
    lines = [re.sub(rf";?{re.escape(EDITED)}=[^ ;]+", "", line).replace("@ ", "") for line in lines]
    assert lines[1:] == live
