"""`chatd/commands/call.py`: how answers are written, whatever words of the peer stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.capabilities import BATCH, LABELED_RESPONSE, STANDARD_REPLIES
from chatd.commands.call import WORD_BYTES, Call, Context, numeric
from chatd.config import Config
from chatd.connection import Deferred
from chatd.events import Event
from chatd.log.memory import MemoryLog
from chatd.rendering import tagged
from protocol import LINE_BYTES, Message, parse
from tests.chatd.connections import connection
from tests.fakes import ManualClock

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=300)


@given(st.lists(words, min_size=1, max_size=3), words)
def test_a_numeric_is_one_whole_line_with_all_its_parameters(params: list[str], last: str) -> None:
    line = numeric("obrolan.local", "ani", "999", *params, last)
    assert len(line.encode()) <= LINE_BYTES - 2
    message = parse(line)
    assert (message.source, message.command, message.params[0]) == ("obrolan.local", "999", "ani")
    assert len(message.params) <= len(params) + 2
    for given_, shown in zip(params, message.params[1:-1], strict=False):
        assert shown == "*" or given_.startswith(shown)


@pytest.mark.parametrize(("word", "shown"), [("", "*"), ("a b", "*"), (":a", "*"), ("a:", "a:"), ("é", "é")])
def test_a_word_that_cannot_stand_in_the_middle_of_a_line_is_a_star(word: str, shown: str) -> None:
    assert numeric("s", "ani", "401", word, "No such nick") == f":s 401 ani {shown} :No such nick"


def test_a_long_word_is_cut_at_a_whole_character() -> None:
    line = numeric("s", "ani", "401", "é" * WORD_BYTES, "No such nick")
    assert line == f":s 401 ani {'é' * (WORD_BYTES // 2)} :No such nick"


def test_a_last_parameter_that_is_too_long_is_cut_at_a_whole_character() -> None:
    line = numeric("s", "ani", "332", "#x", "é" * 400)
    assert len(line.encode()) in (LINE_BYTES - 3, LINE_BYTES - 2)
    assert line.startswith(":s 332 ani #x :ééé")


def test_without_parameters_there_is_only_the_target() -> None:
    assert numeric("s", "ani", "376") == ":s 376 ani"


# --- tags, batches, FAIL --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "with_tag"),
    [
        (":s PONG", "@label=a :s PONG"),
        ("@time=1 :s PONG", "@label=a;time=1 :s PONG"),
        ("@batch=x;time=1 :s PONG", "@batch=x;time=1 :s PONG"),  # that batch has the label, or is in one that has
    ],
)
def test_a_tag_stands_in_front_of_those_that_are_there(line: str, with_tag: str) -> None:
    assert tagged("label=a", line) == with_tag


def call(caps: int, label: str = "") -> Call:
    clock = ManualClock(1_700_000_000.0)
    context = Context(
        config=Config(),
        log=MemoryLog(clock),
        now=clock,
        monotonic=clock,
        host_of=lambda _address: "h.lan",
        motd=list,
        version="obrolan-0",
        started_at=clock(),
    )
    made = Call(context, connection("ani", caps), Message("TEST"))
    made.label = label
    return made


def written(made: Call) -> list[str]:
    lines: list[str] = []
    for part in made.finish():
        if isinstance(part, bytes):
            lines += part.decode().removesuffix("\r\n").split("\r\n")
        elif not isinstance(part, Event | Deferred):
            lines += part
    return lines


LABELS = LABELED_RESPONSE | BATCH


def test_an_answer_that_is_one_batch_has_the_label_on_it() -> None:
    made = call(LABELS, "a")
    name = made.open_batch("kind", "#x", "two words")
    made.lines(iter([f"@batch={name} :s ONE"]))
    made.close_batch(name)
    assert written(made) == [
        f"@label=a :obrolan.local BATCH +{name} kind #x *",
        f"@batch={name} :s ONE",
        f":obrolan.local BATCH -{name}",
    ]


def test_a_batch_behind_another_answer_is_wrapped_with_it() -> None:
    made = call(LABELS, "a")
    made.line(":s ZERO")
    name = made.open_batch("kind")
    made.lines(iter([f"@batch={name} :s ONE"]))
    made.close_batch(name)
    first, zero, start, one, end, last = written(made)
    outer = first.split("+")[1].split()[0]
    assert first == f"@label=a :obrolan.local BATCH +{outer} labeled-response"
    assert zero == f"@batch={outer} :s ZERO"
    assert (start, end) == (
        f"@batch={outer} :obrolan.local BATCH +{name} kind",
        f"@batch={outer} :obrolan.local BATCH -{name}",
    )
    assert (one, last) == (f"@batch={name} :s ONE", f":obrolan.local BATCH -{outer}")


def test_without_the_capability_there_is_no_batch() -> None:
    made = call(0)
    name = made.open_batch("kind")
    made.close_batch(name)
    assert (name, written(made)) == ("", [])


def test_a_fail_names_what_it_is_about_and_makes_the_words_of_the_peer_safe() -> None:
    made = call(STANDARD_REPLIES)
    made.fail("TEST", "CODE", "It failed", "#x", "two words", "")
    assert written(made) == [":obrolan.local FAIL TEST CODE #x * * :It failed"]
    made = call(0)
    made.fail("TEST", "CODE", "It failed", "#x")
    assert written(made) == [":obrolan.local 400 ani TEST :It failed"]


@given(st.lists(words, max_size=3))
def test_a_fail_is_one_whole_line_whatever_it_is_about(about: list[str]) -> None:
    made = call(STANDARD_REPLIES)
    made.fail("TEST", "CODE", "It failed", *about)
    (line,) = written(made)
    assert len(line.encode()) <= LINE_BYTES - 2
    assert parse(line).params[:2] == ["TEST", "CODE"]


def test_lines_that_follow_are_not_part_of_the_labelled_answer() -> None:
    made = call(LABELS, "a")
    made.follow(lambda: 1, lambda number: made.line(f":s FOLLOWS {number}"))
    made.follow(lambda: 2, lambda number: made.line(f":s FOLLOWS {number}"))
    made.line(":s ANSWER")
    answer, deferred = made.finish()
    assert answer == b"@label=a :s ANSWER\r\n"
    assert isinstance(deferred, Deferred)
    assert list(deferred.work()()) == [b":s FOLLOWS 1\r\n:s FOLLOWS 2\r\n"]
    assert list(deferred.busy()) == []
