"""`chatd/commands/call.py`: how answers are written, whatever words of the peer stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.commands.call import WORD_BYTES, numeric
from protocol import LINE_BYTES, parse

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
