"""What marks in a message mean, and that no text at all is too much for the reader."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.changes import Conversation, Entry, EntryKind, Quote
from client.models import markup
from client.models.announcements import announcement
from client.models.hits import excerpt
from client.models.markup import MOST_CHARACTERS, MOST_SPANS, Piece, PieceKind, Style, read, unmarked
from client.models.rows import RowBuilder
from client.models.texts import accessible_text, copied_line, plain, quote_text, seen_text

ROOT = Path(__file__).resolve().parents[2]


def parts(text: str) -> list[tuple[str, Style]]:
    """The parts of a text that are written differently."""
    return [(piece.text[span.start : span.stop], span.style) for piece in read(text) for span in piece.spans]


def kinds(text: str) -> list[tuple[PieceKind, str]]:
    return [(piece.kind, piece.text) for piece in read(text)]


@pytest.mark.parametrize(
    ("typed", "seen", "written"),
    [
        ("**a** b", "a b", [("a", Style.BOLD)]),
        ("*a* _b_", "a b", [("a", Style.ITALIC), ("b", Style.ITALIC)]),
        ("~~a~~ b", "a b", [("a", Style.STRIKE)]),
        ("`a*b*c` d", "a*b*c d", [("a*b*c", Style.CODE)]),
        ("*a **b***", "a b", [("b", Style.BOLD), ("a b", Style.ITALIC)]),
        ("❤️ **a**", "❤️ a", [("a", Style.BOLD)]),
        ("```a``` b", "a b", [("a", Style.CODE)]),
        (r"\*a\* \_ \~ \` \[ \]", "*a* _ ~ ` [ ]", []),
        ("*https://x.org/a_b_c*", "https://x.org/a_b_c", [("https://x.org/a_b_c", Style.ITALIC)]),
    ],
)
def test_marks_become_styles(typed: str, seen: str, written: list[tuple[str, Style]]) -> None:
    assert (unmarked(typed), parts(typed)) == (seen, written)


@pytest.mark.parametrize(
    "typed",
    [
        "halo",
        "a * b",
        "**belum",
        "belum_ _",
        "snake_case_name __init__ _",
        "5*3*2 dan 2**3**4",
        "https://x.org/_a_*b*/c_d_?e=~~f~~",
        "lihat (https://x.org/_a_)",
        "https://x.org/[a](https://y.org)",
        r"C:\dir\server \\server\bagi",
        ">_< >:( -> a>b",
        "-1 -a",
        "~a~",
        "![foto](https://x.org/a.png)",
        "<b>a</b> &amp; &#42;",
        "# judul",
        "***",
        "---",
        "a\n===",
        "    a",
        "[a](b) [c] [d][e]",
        "[a]: https://x.org",
        "*\ufe0f\u20e3 a *\ufe0f\u20e3",
        "```\nbelum",
        "```\n```",
        "*a\nb*",
        "**a" * 10,
        "*a* " * (MOST_SPANS + 1),
        "*a* " + "b" * MOST_CHARACTERS,
    ],
)
def test_what_is_no_mark_stays_as_typed(typed: str) -> None:
    assert (read(typed), unmarked(typed)) == ((), typed)


def test_a_link_with_a_text_of_its_own_shows_the_host_it_leads_to() -> None:
    (piece,) = read("lihat [bank.com](https://jahat.example:81/bank.com?a_b_c) ya")
    (span,) = piece.spans
    assert plain(piece.text) == "lihat bank.com (jahat.example:81) ya"
    assert plain(piece.text[span.start : span.stop]) == "bank.com (jahat.example:81)"
    assert (span.style, span.url) == (Style.LINK, "https://jahat.example:81/bank.com?a_b_c")


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "ftp://x.org",
        "file:///etc/passwd",
        "data:text/html,x",
        "//x.org",
        "https://bank.com@jahat.example",
        "https://bank.com:443@jahat.example/",
        r"https://jahat.example\@bank.com",
        "https://bänk.com",
        "https://bank.com\u202e/",
        "https:///x",
        "<https://x.org>",
    ],
)
def test_only_plain_addresses_of_the_web_become_links_with_a_text(target: str) -> None:
    assert read(f"[a]({target})") == ()


def test_lines_are_quotes_items_and_code() -> None:
    typed = "lihat:\nini\n> satu\n> *dua*\n- a\n* **b**\n  1. c\n2) d\n```py\ndef f():\n\n    return '**x**'\n```\n> e"
    assert kinds(typed) == [
        (PieceKind.TEXT, "lihat:\nini"),
        (PieceKind.QUOTE, "satu\ndua"),
        (PieceKind.ITEM, "• a"),
        (PieceKind.ITEM, "• b"),
        (PieceKind.ITEM, "  1. c"),
        (PieceKind.ITEM, "2) d"),
        (PieceKind.CODE, "def f():\n\n    return '**x**'"),
        (PieceKind.QUOTE, "e"),
    ]
    assert parts(typed) == [("dua", Style.ITALIC), ("b", Style.BOLD)]
    assert [piece.hang for piece in read(typed)] == [0, 0, 2, 2, 5, 3, 0, 0]


def test_a_longer_fence_holds_shorter_ones() -> None:
    assert kinds("````\n```\na\n```\n````") == [(PieceKind.CODE, "```\na\n```")]


def test_readers_listeners_and_searchers_get_the_words_without_marks() -> None:
    said = Entry(
        "m1", EntryKind.MESSAGE, "Ani", "Ani", "**a** `b`\n- [c](https://d.e)", 0.0, quote=Quote("m0", "X", "*q*")
    )
    (row,) = RowBuilder([said]).build(0, 1)
    assert "replies to X: q, a b\n• c (d.e)" in accessible_text(row, [said])
    assert quote_text(Quote("m0", "X", "*q*")) == "q"
    assert "a b • c (d.e)" in announcement([(Conversation("#x", "#x", channel=True), said)])[1]
    assert excerpt("**kata** " * 20 + "*akhir*", ["akhir"]).endswith(" kata akhir")
    assert copied_line(row, [said]).endswith(": **a** `b`\n- [c](https://d.e)")


@pytest.mark.parametrize("kind", [EntryKind.SERVER, EntryKind.ACTION, EntryKind.TOPIC])
def test_only_what_people_write_as_messages_holds_marks(kind: EntryKind) -> None:
    said = Entry("m1", kind, "Ani", "Ani", "**a**", 0.0)
    (row,) = RowBuilder([said]).build(0, 1)
    assert "**a**" in seen_text(row, [said])


# --- any text at all --------------------------------------------------------------------------

MARKS = [*"*_~`[]()>\\-.! :/\n\t1a\ufe0f\u20e3😀", "https://", "](https://a.b", "```\n", "**", "> ", "- ", "1. "]
any_text = st.one_of(st.text(), st.lists(st.sampled_from(MARKS), max_size=60).map("".join))


def is_left_of(seen: str, typed: str) -> bool:
    """Whether `seen` is `typed` without some of its characters."""
    rest = iter(typed)
    return all(character in rest for character in seen)


def without_hosts(piece: Piece) -> str:
    """A piece without what we wrote into it: the host behind a link's text."""
    text = piece.text
    for span in sorted(piece.spans, key=lambda span: -span.stop):
        if span.style is Style.LINK:
            text = text[: text.rindex(" \u2068(", 0, span.stop)] + text[span.stop :]
    return text.replace("• ", "", 1) if piece.kind is PieceKind.ITEM and "• " in text[: piece.hang] else text


@given(any_text)
def test_what_is_seen_of_any_text_is_the_text_without_marks(text: str) -> None:
    pieces = read(text)
    assert is_left_of("\n".join(map(without_hosts, pieces)), text)
    gone = set(text) - set(unmarked(text))
    assert gone <= set("*_~`[]()>\\- \n") | set(text if "](http" in text or "```" in text else "")
    for piece in pieces:
        assert all(0 <= span.start <= span.stop <= len(piece.text) for span in piece.spans)


@pytest.mark.parametrize(
    "begun",
    [
        "*", "**a", "*a ", "a* ", "*_", "*a _b ", "~~a ", "`", "`a``b```c", "[", "[a", "[a](https://",
        '[a](https://b "', "> ", ">\n", "- ", "```x\n", "\\*", "https://", "http:", "*a*\n", "![", "_ ", "1. ",
    ],
)  # fmt: skip
def test_purpose_made_texts_are_read_in_linear_time(begun: str) -> None:
    read_line = markup._line_reader()
    assert read_line is not None

    def seconds(length: int) -> float:
        text = (begun * length)[:length]
        begin = time.thread_time()
        markup._blocks(text.split("\n"), read_line)
        return time.thread_time() - begin

    shorter, longer = min(seconds(2_000) for _ in range(3)), min(seconds(8_000) for _ in range(3))
    assert longer < 9 * shorter + 0.005
    assert longer < 0.5


# --- the library ------------------------------------------------------------------------------


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_library_is_loaded_with_the_first_text_that_holds_a_mark() -> None:
    script = (
        "import sys; from client.models.markup import read; read('halo a-b -> c (1) \"x\" # y'); "
        "before = 'markdown_it' in sys.modules; read('a_b'); print(before, 'markdown_it' in sys.modules)"
    )
    assert run(script) == "False True"


def test_without_the_library_every_text_is_shown_as_typed() -> None:
    script = (
        "import sys; sys.modules['markdown_it'] = None; from client.models.markup import read, unmarked; "
        "print(read('**a**'), unmarked('**a** `b`'))"
    )
    assert run(script) == "() **a** `b`"
