"""SEARCH: soju's `search` extension, sentence by sentence, and what is ours in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from protocol import VENDOR, Message, escape_tag, parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source

CAPS = ("soju.im/search", "batch", "server-time", "message-tags", "echo-message", "labeled-response")
NOTHING_THERE = "There is nothing here that you may read"

_channels: Iterator[str] = (f"#cari{number}" for number in range(10_000))


def search(client: IrcClient, attributes: str) -> list[Message]:
    """What stood in the one batch that SEARCH was answered with."""
    client.fence()
    lines = [parse(line) for line in client.ask(f"SEARCH :{attributes}")]
    assert lines[0].command == lines[-1].command == "BATCH", lines
    assert lines[0].params[1:] == ["soju.im/search"]
    name = lines[0].params[0].removeprefix("+")
    assert all(line.tags["batch"] == name for line in lines[1:-1])
    assert lines[-1].params == ["-" + name]
    return lines[1:-1]


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.params[-1] for message in messages]


class Lab:
    """A channel of its own in which ani and bela have said something."""

    def __init__(self, connect: Connect) -> None:
        self.channel = next(_channels)
        self.ani, self.bela = connect("ani", *CAPS), connect("bela", *CAPS)
        self.echoes: dict[str, Message] = {}
        for client in (self.ani, self.bela):
            client.ask(f"JOIN {self.channel}")
        self.ani.fence()
        self.say(self.ani, "makan siang apa")
        self.say(self.bela, "nasi goreng")
        self.say(self.ani, "resepnya di https://example.org/nasi")
        self.say(self.bela, "makan malam bubur")

    def say(self, client: IrcClient, text: str) -> None:
        echo = parse(client.ask(f"PRIVMSG {self.channel} :{text}")[-1])
        self.echoes[text] = echo
        other = self.bela if client is self.ani else self.ani
        other.fence()
        while echo.tags["time"] >= parse(client.ask(f"PRIVMSG {client.nickname} :-")[-1]).tags["time"]:
            pass  # until the clock has moved on: each message has a time of its own

    def find(self, attributes: str) -> list[str]:
        return texts(search(self.ani, f"in={self.channel};{attributes}"))

    def time(self, text: str) -> str:
        return self.echoes[text].tags["time"]


@pytest.fixture
def lab(connect: Connect) -> Lab:
    return Lab(connect)


@covers("SEARCH", "cap:soju.im/search")
def test_the_capability_must_be_negotiated(connect: Connect) -> None:
    assert connect("ani", "batch").ask("SEARCH text=x") == [f":{NAME} 421 ani SEARCH :Unknown command"]


@covers("SEARCH")
def test_text_is_a_match_when_all_its_words_stand_there(lab: Lab) -> None:
    assert lab.find("text=makan") == ["makan siang apa", "makan malam bubur"]
    assert lab.find("text=MAKAN\\smal") == ["makan malam bubur"]
    assert lab.find("text=makan goreng") == []


def test_no_match_is_an_empty_batch(lab: Lab) -> None:
    assert search(lab.ani, f"before=2010-01-01T00:00:00.000Z;in={lab.channel}") == []


def test_in_is_the_channel_it_was_sent_to(connect: Connect, lab: Lab) -> None:
    other = next(_channels)
    lab.ani.ask(f"JOIN {other}", f"PRIVMSG {other} :makan di sini")
    assert lab.find("text=sini") == []
    assert texts(search(lab.ani, f"in={other.upper()};text=sini")) == ["makan di sini"]


def test_from_is_the_nickname_it_was_sent_with(lab: Lab) -> None:
    lab.bela.ask("NICK belinda")
    assert lab.find("from=BELA") == ["nasi goreng", "makan malam bubur"]
    assert lab.find("from=belinda") == []
    assert lab.find("from=bela;text=makan") == ["makan malam bubur"]


def test_after_and_before_include_their_moment(lab: Lab) -> None:
    first, second = lab.time("nasi goreng"), lab.time("resepnya di https://example.org/nasi")
    assert lab.find(f"after={first};before={second}") == ["nasi goreng", "resepnya di https://example.org/nasi"]
    assert lab.find(f"before={first}") == ["makan siang apa", "nasi goreng"]
    assert lab.find(f"after={second}") == ["resepnya di https://example.org/nasi", "makan malam bubur"]


def test_limit_is_an_upper_bound_and_messages_are_searched_back_from_now(lab: Lab) -> None:
    assert lab.find("limit=2") == ["resepnya di https://example.org/nasi", "makan malam bubur"]
    assert lab.find(f"limit=1;before={lab.time('nasi goreng')}") == ["nasi goreng"]
    assert lab.find("limit=999999999;text=nasi") == ["nasi goreng", "resepnya di https://example.org/nasi"]


def test_if_after_is_specified_messages_are_searched_from_that_time(lab: Lab) -> None:
    assert lab.find(f"after={lab.time('makan siang apa')};limit=2") == ["makan siang apa", "nasi goreng"]


def test_messages_have_the_time_and_msgid_they_were_sent_with(lab: Lab) -> None:
    (message,) = search(lab.ani, f"in={lab.channel};text=goreng")
    echo = lab.echoes["nasi goreng"]
    assert (message.source, message.command, message.params) == (source("bela"), "PRIVMSG", echo.params)
    assert {key: message.tags[key] for key in ("msgid", "time")} == {key: echo.tags[key] for key in ("msgid", "time")}


def test_notices_are_found_and_nothing_but_messages(lab: Lab) -> None:
    lab.ani.ask(f"NOTICE {lab.channel} :bubur habis", f"TOPIC {lab.channel} :bubur")
    found = search(lab.bela, f"in={lab.channel};text=bubur")
    assert [message.command for message in found] == ["PRIVMSG", "NOTICE"]


def test_without_batch_the_messages_come_bare(connect: Connect, lab: Lab) -> None:
    citra = connect("citra", "soju.im/search")
    citra.ask(f"JOIN {lab.channel}")
    assert citra.ask(f"SEARCH in={lab.channel};text=goreng") == [
        f":{source('bela')} PRIVMSG {lab.channel} :nasi goreng"
    ]


def test_the_label_stands_on_the_batch(lab: Lab) -> None:
    start, _, end = lab.ani.ask(f"@label=a SEARCH in={lab.channel};text=goreng")
    assert parse(start).tags == {"label": "a"}
    assert parse(start).params[1:] == ["soju.im/search"]
    assert parse(end).tags == {}


# --- what people type -----------------------------------------------------------------------------


def test_the_text_may_hold_the_filters_that_people_type(lab: Lab) -> None:
    everywhere = lab.ani
    typed = {
        f"in:{lab.channel} from:bela makan": ["makan malam bubur"],
        f"in:{lab.channel[1:]} has:link": ["resepnya di https://example.org/nasi"],
        f'in:{lab.channel} "malam bubur"': ["makan malam bubur"],
        f"in:{lab.channel} makan before:2020-01-01": [],
        f"in:{lab.channel} siang after:2020-01-01": ["makan siang apa"],
    }
    for text, found in typed.items():
        assert texts(search(everywhere, f"text={escape_tag(text)}")) == found, text


def test_an_attribute_of_ours_asks_for_links(lab: Lab) -> None:
    assert lab.find(f"{VENDOR}/has=link") == ["resepnya di https://example.org/nasi"]


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "name", "text"),
    [
        ("limit=0", "limit", "Invalid value"),
        ("limit=-1", "limit", "Invalid value"),
        ("limit=many", "limit", "Invalid value"),
        ("limit=1234567890", "limit", "Invalid value"),
        ("before=yesterday", "before", "Invalid value"),
        ("after=2020-01-01", "after", "Invalid value"),
        ("in=", "in", "Invalid value"),
        ("from=", "from", "Invalid value"),
        (f"{VENDOR}/has=cheese", f"{VENDOR}/has", "Invalid value"),
        ("text=a;colour=red", "colour", "Unknown attribute"),
        ("text=a b", "b", "Too many parameters"),
        ("in=#nowhere", "in", NOTHING_THERE),
        ("in=nobody", "in", NOTHING_THERE),
        ("text=x\\sin:#nowhere", "in", NOTHING_THERE),
    ],
)
def test_invalid_selectors_are_invalid_params(connect: Connect, attributes: str, name: str, text: str) -> None:
    assert connect("ani", *CAPS).ask(f"SEARCH {attributes}") == [f":{NAME} FAIL SEARCH INVALID_PARAMS {name} :{text}"]


def test_without_attributes_it_needs_more_parameters(connect: Connect) -> None:
    assert commands(connect("ani", *CAPS).ask("SEARCH")) == ["461"]


# --- rights ---------------------------------------------------------------------------------------


def test_what_one_may_not_read_is_not_found_and_its_channel_is_like_none(connect: Connect, lab: Lab) -> None:
    stranger = connect("asing", *CAPS)
    assert search(stranger, "text=goreng") == []
    for target in (lab.channel, "#nowhere"):
        (line,) = stranger.ask(f"SEARCH in={target};text=goreng")
        assert line == f":{NAME} FAIL SEARCH INVALID_PARAMS in :{NOTHING_THERE}"
    lab.ani.ask(f"PART {lab.channel}")
    assert search(lab.ani, "text=goreng") == []


def test_everything_one_may_read_is_searched_when_no_target_is_named(connect: Connect, lab: Lab) -> None:
    citra = connect("citra", *CAPS)
    lab.ani.ask("PRIVMSG citra :rahasia goreng")
    assert {"nasi goreng", "rahasia goreng"} <= set(texts(search(lab.ani, "text=goreng")))
    assert texts(search(citra, "text=goreng")) == ["rahasia goreng"]
    assert "rahasia goreng" not in texts(search(lab.bela, "text=goreng"))


def test_a_private_message_comes_under_the_nicknames_of_now(connect: Connect) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    ani.ask("PRIVMSG bela :kunci di laci")
    bela.ask("PRIVMSG ani :kunci ketemu")
    bela.ask("NICK belinda")
    ani.ask("NICK anita")
    for client, other in ((ani, "belinda"), (bela, "anita")):
        found = search(client, f"in={other};text=kunci")
        assert [(message.nickname, message.params) for message in found] == [
            ("anita", ["belinda", "kunci di laci"]),
            ("belinda", ["anita", "kunci ketemu"]),
        ]
