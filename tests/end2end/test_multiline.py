"""Messages of several lines: IRCv3 draft/multiline and client-batch, held against their sentences."""

from __future__ import annotations

import pytest

from chatd.config import Limits
from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged

MAX_BYTES, MAX_LINES = Limits().multiline_max_bytes, Limits().multiline_max_lines

CAPS = ("draft/multiline", "batch", "message-tags", "echo-message", "labeled-response", "standard-replies")


def members(connect: Connect, *caps: tuple[str, ...]) -> list[IrcClient]:
    """One member of #x per tuple of capabilities, who have read all that led there; the first can send batches."""
    clients = [connect(f"orang{number}", *wanted) for number, wanted in enumerate((CAPS, *caps))]
    for client in clients:
        client.ask("JOIN #x")
    for client in clients:
        client.fence()
    return clients


def batch(*lines: str, target: str = "#x", verb: str = "PRIVMSG", tags: str = "") -> list[str]:
    """What a client sends; a line that begins with `+` continues the one before."""
    opening = f"BATCH +1 draft/multiline {target}"
    inside = [
        f"@batch=1;draft/multiline-concat {verb} {target} :{line[1:]}"
        if line.startswith("+")
        else f"@batch=1 {verb} {target} :{line}"
        for line in lines
    ]
    return [f"@{tags} {opening}" if tags else opening, *inside, "BATCH -1"]


def received(lines: list[str]) -> list[str]:
    """The lines of one batch as they were sent, `+` in front of those that continue; it must be well formed."""
    opening, *inside, end = map(parse, lines)
    name = opening.params[0][1:]
    assert opening.params[0][0] == "+"
    assert (end.command, end.params, dict(end.tags)) == ("BATCH", [f"-{name}"], {})
    for line in inside:
        assert line.tags["batch"] == name
        assert set(line.tags) <= {"batch", "draft/multiline-concat"}
        assert (line.source, line.params[0]) == (opening.source, opening.params[2])
    return [("+" if "draft/multiline-concat" in line.tags else "") + line.params[1] for line in inside]


def fail(*words: str) -> list[str]:
    return [f":{NAME} FAIL BATCH {' '.join(words)}"]


# --- the capability -------------------------------------------------------------------------------


@covers("cap:draft/multiline")
def test_the_capability_must_be_advertised_with_a_required_value(connect: Connect) -> None:
    listed = " ".join(parse(line).params[-1] for line in connect().ask("CAP LS 302")).split()
    assert f"draft/multiline=max-bytes={MAX_BYTES},max-lines={MAX_LINES}" in listed


@covers("BATCH", "cap:draft/multiline")
def test_without_the_capability_batch_is_an_unknown_command(connect: Connect) -> None:
    ani = connect("ani", "batch", "message-tags")
    assert ani.ask("BATCH +1 draft/multiline #x") == [f":{NAME} 421 ani BATCH :Unknown command"]


# --- delivery -------------------------------------------------------------------------------------


@covers("BATCH", "cap:draft/multiline")
@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_those_with_the_capability_get_the_batch_as_it_was_sent(connect: Connect, verb: str) -> None:
    ani, bela, citra = members(connect, CAPS, CAPS)
    lines = ["halo ", "+semua", "", "apa kabar"]
    echo = ani.ask(*batch(*lines, verb=verb))
    assert received(echo) == lines
    assert {parse(line).command for line in echo} == {"BATCH", verb}
    assert parse(echo[0]).source == source("orang0")
    assert bela.fence() == citra.fence() == echo


def test_the_sender_without_echo_message_gets_nothing_back(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    ani.ask("CAP REQ -echo-message")
    assert ani.ask(*batch("one", "two")) == []
    assert received(bela.fence()) == ["one", "two"]


def test_others_get_the_component_messages_without_a_batch_and_without_blank_lines(connect: Connect) -> None:
    ani, plain, tagged = members(connect, (), ("message-tags", "batch"))
    echo = ani.ask(*batch("", "halo ", "+semua", "", "apa kabar"))
    texts = ["halo ", "semua", "apa kabar"]
    assert plain.fence() == [f":{source('orang0')} PRIVMSG #x :{text}" for text in texts]
    seen = tagged.fence()
    assert [parse(line).params[1] for line in seen] == texts
    assert parse(seen[0]).tags["msgid"] == parse(echo[0]).tags["msgid"]


def test_servers_must_only_include_a_message_id_on_the_first_message_of_a_fallback(connect: Connect) -> None:
    ani, tagged = members(connect, ("message-tags", "server-time"))
    ani.ask(*batch("one", "two", tags="+reply=x;+a=b"))
    first, second = (parse(line).tags for line in tagged.fence())
    assert set(first) == {"msgid", "time", "+reply", "+a"}
    assert dict(second) == {"time": first["time"]}


def test_client_only_tags_are_attached_to_the_opening(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    ani.ask(*batch("one", "two", tags="+reply=x;b=c"))
    assert {key: value for key, value in parse(bela.fence()[0]).tags.items() if key != "msgid"} == {"+reply": "x"}


def test_a_message_to_a_person_may_have_several_lines(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    echo = ani.ask(*batch("one", "two", target="ORANG1"))
    assert received(echo) == ["one", "two"]
    assert parse(echo[0]).params[2] == "orang1"
    assert bela.fence() == echo


def test_a_batch_of_one_line_is_an_ordinary_message(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    assert untagged(ani.ask(*batch("one"))) == [f":{source('orang0')} PRIVMSG #x :one"] == untagged(bela.fence())


def test_a_message_as_long_as_may_be_arrives_whole(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    lines = ["x" * (MAX_BYTES // MAX_LINES - 1)] * MAX_LINES
    assert received(ani.ask(*batch(*lines))) == lines
    assert received(bela.fence()) == lines


def test_commands_that_are_not_of_the_batch_are_handled_meanwhile(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    opening, one, two, end = batch("one", "two")
    assert commands(ani.ask(opening, one, "PRIVMSG #x :between", two, end)) == [
        "PRIVMSG",
        "BATCH",
        "PRIVMSG",
        "PRIVMSG",
        "BATCH",
    ]
    assert commands(bela.fence())[:2] == ["PRIVMSG", "BATCH"]


# --- labels ---------------------------------------------------------------------------------------


def test_the_label_stands_on_the_opening_batch_command_only(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    lines = ani.ask(*batch("one", "two", tags="label=x"))
    assert [parse(line).tags.get("label") for line in lines] == ["x", None, None, None]
    assert not [line for line in bela.fence() if "label" in line]


def test_without_echo_the_batch_is_acknowledged_when_it_was_sent(connect: Connect) -> None:
    (ani,) = members(connect)
    ani.ask("CAP REQ -echo-message")
    opening, one, end = batch("one", tags="label=x")
    assert ani.ask(opening, one) == []
    assert ani.ask(end) == [f"@label=x :{NAME} ACK"]


def test_errors_carry_the_label_of_the_batch(connect: Connect) -> None:
    (ani,) = members(connect)
    assert ani.ask(*batch("one", target="#nowhere", tags="label=x")) == [
        f"@label=x :{NAME} 403 orang0 #nowhere :No such channel"
    ]
    assert ani.ask(*batch("", tags="label=y"))[0].startswith(f"@label=y :{NAME} FAIL BATCH ")
    assert ani.ask(*batch("one", "+", "two", tags="label=z"))[0].startswith(f"@label=z :{NAME} FAIL BATCH ")
    assert ani.ask("@label=a BATCH +1 other #x")[0].startswith(f"@label=a :{NAME} FAIL BATCH UNKNOWN_TYPE ")


def test_an_away_recipient_is_told_of_beside_the_batch_in_the_batch_of_the_label(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    bela.ask("AWAY :eating")
    lines = ani.ask(*batch("one", "two", target="orang1", tags="label=x"))
    outer, inner, *_ = map(parse, lines)
    assert outer.params[1] == "labeled-response"
    assert (inner.params[1], inner.tags["batch"]) == ("draft/multiline", outer.params[0][1:])
    assert received(lines[1:5]) == ["one", "two"]
    assert parse(lines[5]).command == "301"


# --- errors ---------------------------------------------------------------------------------------


def test_max_bytes_limit_exceeded(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    lines = ["x" * 400] * (MAX_BYTES // 401 + 1)
    assert ani.ask(*batch(*lines)) == fail("MULTILINE_MAX_BYTES", str(MAX_BYTES), ":This message is too long")
    assert bela.fence() == []


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_counted_is_the_text_and_the_line_ends_between(connect: Connect, more: int) -> None:
    """The capability's value: `max-bytes` is of the whole message, with its line breaks."""
    ani, _ = members(connect, CAPS)
    full = ["x" * 400] * (MAX_BYTES // 401)
    last = "x" * (MAX_BYTES - 401 * len(full) + more)
    answer = ani.ask(*batch(*full, last))
    if more:
        assert answer == fail("MULTILINE_MAX_BYTES", str(MAX_BYTES), ":This message is too long")
    else:
        assert received(answer) == [*full, last]


@pytest.mark.parametrize("more", [0, 1])
def test_max_lines_is_the_most_there_may_be(connect: Connect, more: int) -> None:
    ani, _ = members(connect, CAPS)
    answer = ani.ask(*batch(*["x"] * (MAX_LINES + more)))
    if more:
        assert answer == fail("MULTILINE_MAX_LINES", str(MAX_LINES), ":This message has too many lines")
    else:
        assert received(answer) == ["x"] * MAX_LINES


def test_the_target_may_be_written_in_any_case(connect: Connect) -> None:
    ani, _ = members(connect, CAPS)
    opening, one, two, end = batch("one", "two", target="#X")
    assert received(ani.ask(opening, one.replace("#X", "#x"), two, end)) == ["one", "two"]


def test_the_first_line_continues_none(connect: Connect) -> None:
    ani, _ = members(connect, CAPS)
    assert received(ani.ask(*batch("+one", "+two"))) == ["one", "+two"]


def test_max_lines_limit_exceeded_and_all_later_lines_say_nothing(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    assert ani.ask(*batch(*["x"] * (MAX_LINES + 3))) == fail(
        "MULTILINE_MAX_LINES", str(MAX_LINES), ":This message has too many lines"
    )
    assert bela.fence() == []


def test_mismatched_target_within_a_batch(connect: Connect) -> None:
    (ani,) = members(connect)
    lines = ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #y :one", "BATCH -1"]
    assert ani.ask(*lines) == fail("MULTILINE_INVALID_TARGET", "#x #y", ":All lines go to the target of the batch")


@pytest.mark.parametrize(
    "lines",
    [
        batch("one", "+", "two"),
        batch("", ""),
        batch(),
        ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x :one", "@batch=1 NOTICE #x :two", "BATCH -1"],
        ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x", "BATCH -1"],
        ["BATCH +1 draft/multiline #x", "@batch=1 PING #x", "BATCH -1"],
        ["BATCH +1 draft/multiline #x", "@batch=1 BATCH +2 draft/multiline #x"],
        ["BATCH +1 draft/multiline"],
        ["BATCH +1 draft/multiline #x", "BATCH +2 draft/multiline #x"],
        ["@batch=7 PRIVMSG #x :never opened"],
        ["BATCH -7"],
        batch("x" * 490),
        batch("one", "x" * 490),
        [*batch("one", "two", verb="NOTICE"), "BATCH -1"],
    ],
)
def test_any_other_error_is_told_once_and_nothing_is_sent(connect: Connect, lines: list[str]) -> None:
    ani, bela = members(connect, CAPS)
    failures = [parse(line) for line in ani.ask(*lines) if parse(line).command == "FAIL"]
    assert [failure.params[:2] for failure in failures] == [["BATCH", "MULTILINE_INVALID"]]
    assert not [line for line in bela.fence() if "NOTICE" not in line and "BATCH" not in line]


@pytest.mark.parametrize("lost", [b"@batch=1 PRIVMSG #x :\xff\r\n", b"@batch=1 PRIVMSG #x :" + b"x" * 600 + b"\r\n"])
def test_a_line_that_cannot_be_read_never_leaves_a_hole(connect: Connect, lost: bytes) -> None:
    ani, bela = members(connect, CAPS)
    opening, one, two, end = batch("one", "two")
    ani.send(opening, one)
    ani.send_bytes(lost)
    answers = ani.ask(two, end)
    assert commands(answers[1:]) == ["FAIL"]
    assert "MULTILINE_INVALID" in answers[1]
    assert bela.fence() == []


@pytest.mark.parametrize("name", ["", "a b", "é", "_", "x" * 65])
def test_a_name_with_disallowed_characters(connect: Connect, name: str) -> None:
    (ani,) = members(connect)
    assert parse(ani.ask(f"BATCH +{name} draft/multiline #x")[0]).params[1] in ("INVALID_REFTAG", "UNKNOWN_TYPE")


def test_an_unknown_type_is_refused_and_all_messages_in_the_batch_are_ignored(connect: Connect) -> None:
    (ani,) = members(connect)
    assert ani.ask("BATCH +1 netjoin #x", "@batch=1 PRIVMSG #x :one", "BATCH -1") == fail(
        "UNKNOWN_TYPE", "1 netjoin", ":This server knows no such batch of clients"
    )


def test_after_a_failed_batch_the_next_one_is_sent(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    ani.ask(*batch(""))
    ani.ask(*batch("one", "two"))
    assert received(bela.fence()) == ["one", "two"]


def test_a_notice_of_several_lines_to_nobody_is_not_answered(connect: Connect) -> None:
    (ani,) = members(connect)
    assert ani.ask(*batch("one", "two", target="nobody", verb="NOTICE")) == []
    assert commands(ani.ask(*batch("one", "two", target="nobody"))) == ["401"]
