"""What is offered at the cursor: people, rooms, commands and emoji, and where nothing is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from client.changes import Conversation, Entry, EntryKind, Member
from client.core.commands import ABOUT
from client.core.moderation import HELP
from client.models import completion, emoji_names
from client.models.completion import Begun, begun, offers, whole
from client.session import Session
from translations import language, set_language


def room(*names: str, spoke: tuple[str, ...] = (), title: str = "#lobby", topic: str = "") -> Conversation:
    members = {name.casefold(): Member(name.replace(" ", "_"), name) for name in names}
    entries = [Entry(str(n), EntryKind.MESSAGE, nick, nick, "halo", n) for n, nick in enumerate(spoke)]
    return Conversation(title, title, channel=True, members=members, entries=entries, topic=topic)


def offered(before: str, here: Conversation | None = None, rooms: tuple[Conversation, ...] = ()) -> list[str]:
    """The texts that may be put in at the end of this."""
    found = begun(before)
    return [offer.text for offer in offers(found, here, rooms, "Siti")] if found is not None else []


# --- where something begins -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "sign", "letters", "first"),
    [
        ("@bu", "@", "bu", True),
        ("halo @bu", "@", "bu", False),
        ("dua\n@bu", "@", "bu", False),
        ("(@bu", "@", "bu", False),
        ("“@bu", "@", "bu", False),
        ("😀:sm", ":", "sm", False),
        ("❤️:sm", ":", "sm", False),
        ("@", "@", "", True),
        ("lihat #tu", "#", "tu", False),
        ("/ki", "/", "ki", True),
        ("/", "/", "", True),
        (":+1", ":", "+1", True),
        ("@سع", "@", "سع", True),
    ],
)
def test_a_sign_at_the_beginning_of_a_word_begins_something(before: str, sign: str, letters: str, first: bool) -> None:
    assert begun(before) == Begun(sign, letters, first)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "halo",
        "10:30",
        "jam 10:ab",
        "a@b",
        "e\u0301@b",
        "C#mi",
        "a/b",
        "dan/atau",
        "https://contoh.id/#bab",
        "https://contoh.id/(@bu",
        "lihat http://contoh.id/:sm",
        "www.contoh.id/;#bab",
        "halo /ki",
        "\n/ki",
        "/usr/bin",
        "/kick2",
        ":s",
        ":-)",
        ":) ",
        "::",
        "@bu ",
        "@a@b",
        "@" + "x" * 64,
        "x" * 500,
    ],
)
def test_nothing_begins_in_times_addresses_links_paths_and_smileys(before: str) -> None:
    assert offered(before, room("bu", "a"), (room(),)) == []


def test_nothing_begins_in_the_middle_of_a_word() -> None:
    assert begun("@bu", "di") is None
    assert begun("@bu", " di") is not None


def test_a_long_text_is_not_taken_for_its_beginning() -> None:
    assert begun(" " * 500 + "@bu") == Begun("@", "bu", first=False)
    assert begun("\n" * 500 + "/ki") is None


# --- people -----------------------------------------------------------------------------------


def test_who_spoke_last_comes_first_then_the_names_in_order() -> None:
    here = room("Zul", "Budi", "Ani", "Dewi", "Siti", spoke=("Dewi", "Zul", "Dewi", "Zul"))
    assert offered("halo @", here) == ["Zul ", "Dewi ", "Ani ", "Budi "]


def test_coming_in_is_not_speaking() -> None:
    here = room("Zul", "Ani", spoke=("Zul",))
    here.entries.append(Entry("j", EntryKind.JOIN, "Ani", "Ani", "", 9.0))
    assert offered("halo @", here) == ["Zul ", "Ani "]


def test_at_the_beginning_a_name_is_followed_by_a_colon() -> None:
    assert offered("@BU", room("Budi", "Ani")) == ["Budi: "]
    assert offered("halo @BU", room("Budi", "Ani")) == ["Budi "]


def test_any_word_of_a_name_is_found_and_the_nickname_is_put_in() -> None:
    here = room("Pak Adi", "Ani")
    assert offered("@ad", here) == offered("@pak_", here) == ["Pak_Adi: "]
    found = begun("@ad")
    assert found is not None
    [offer] = offers(found, here, (), "Siti")
    assert (offer.label, offer.detail) == ("Pak Adi", "Pak_Adi")


def test_we_ourselves_and_strangers_are_not_offered() -> None:
    assert offered("@si", room("Siti", "Ani")) == []
    assert offered("@x", room("Ani")) == offered("@a", None) == []


def test_in_a_private_chat_the_other_person_is_offered() -> None:
    chat = Conversation("budi", "Budi Santoso", channel=False, nickname="Budi_S")
    assert offered("@san", chat) == ["Budi_S: "]


def test_hidden_characters_of_a_name_are_written_out() -> None:
    found = begun("@a")
    assert found is not None
    here = room()
    here.members["x"] = Member("anna", "an\u202ena")
    assert [offer.label for offer in offers(found, here, (), "Siti")] == ["an\\u202ena"]


def test_there_are_never_more_than_eight() -> None:
    here = room(*(f"anak{n}" for n in range(30)))
    assert len(offered("@an", here)) == len(offered(":sm")) == len(offered("/")) == completion.MOST == 8
    assert len(offered("#", None, tuple(room(title=f"#r{n}") for n in range(30)))) == 8


# --- rooms and commands -----------------------------------------------------------------------


def test_rooms_we_know_are_offered_with_their_topic_and_private_chats_are_not() -> None:
    rooms = (room(title="#tugas", topic="bab  3\ndan 4"), room(), Conversation("#tu", "#tu", channel=False))
    assert offered("di #T", None, rooms) == ["#tugas "]
    found = begun("#t")
    assert found is not None
    assert [offer.detail for offer in offers(found, None, rooms, "Siti")] == ["bab 3 dan 4"]


@pytest.fixture
def english() -> Iterator[None]:
    before = language()
    set_language("en")
    yield
    set_language(before)


def test_commands_are_offered_with_their_one_line_help(english: None) -> None:
    found = begun("/K")
    assert found is not None
    assert [(offer.text, offer.label, offer.detail) for offer in offers(found, None, (), "")] == [
        ("/kick ", "/kick", "NAME [REASON]: put somebody out of this room"),
        ("/kline ", "/kline", "NAME [TIME] [REASON]: ban somebody from the whole server; alone it lists"),
        ("/kill ", "/kill", "NAME [REASON]: cut somebody off, who may come back"),
    ]


def test_every_command_of_the_box_is_offered_and_no_other() -> None:
    assert {*ABOUT, *HELP} == {*Session()._rooms.commands._table}
    assert all(text.startswith(f"/{word}") and ": " in text for word, text in (ABOUT | HELP).items())


def test_a_command_or_room_that_stands_there_in_full_is_whole(english: None) -> None:
    def is_whole(before: str) -> bool:
        found = begun(before)
        assert found is not None
        return whole(found, offers(found, room("Budi"), (room(),), "Siti"))

    assert is_whole("/op")
    assert is_whole("#Lobby")
    assert not is_whole("/o")
    assert not is_whole("@Budi")
    assert not is_whole(":heart")


# --- emoji ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "emoji"),
    [
        (":thumbsup", "👍"),
        (":+1", "👍"),
        (":jempol_ke_b", "👎"),
        (":HEART", "❤️"),
        (":heart:", "❤️"),
        (":kucing", "🐈"),
        (":indonesia", "🇮🇩"),
        (":tada", "🎉"),
    ],
)
def test_emoji_have_english_and_indonesian_names(typed: str, emoji: str) -> None:
    assert offered(typed)[0] == emoji


def test_an_emoji_is_offered_with_the_name_that_fits() -> None:
    found = begun(":jempol")
    assert found is not None
    first, *_ = offers(found, None, (), "")
    assert (first.text, first.emoji, first.label) == ("👍", "👍", ":jempol:")


def test_a_second_colon_wants_the_whole_name() -> None:
    assert offered(":hear:") == []
    assert offered(":heart:") == ["❤️"]


def test_the_beginning_of_a_name_goes_before_a_word_inside_of_one() -> None:
    names = [name for _, name in emoji_names.find("cat", 50)]
    inside = [not name.startswith("cat") for name in names]
    assert names[0] == "cat"
    assert inside == sorted(inside)
    assert any(inside)


def test_every_emoji_is_there_once_without_skin_tones() -> None:
    known = emoji_names.all_emoji()
    assert list(known)[: len(emoji_names.COMMON)] == list(emoji_names.COMMON)
    assert len(known) > 1500
    assert "👍🏽" not in known
    assert all(name == name.casefold() and ":" not in name for names in known.values() for name in names)


def test_names_are_shown_in_the_language_in_use(english: None) -> None:
    assert dict(emoji_names.to_browse([]))["🚀"] == "rocket"
    set_language("id")
    assert dict(emoji_names.to_browse([]))["🚀"] == "roket"


def test_without_the_package_the_common_ones_are_offered() -> None:
    code = (
        "import sys; sys.modules['emoji'] = None\n"
        "from client.models.emoji_names import COMMON, all_emoji, find\n"
        "assert all_emoji() == COMMON and find('heart', 8)[0] == ('❤️', 'heart')"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_module_needs_neither_qt_nor_the_emoji_before_they_are_asked_for() -> None:
    code = "import sys, client.models.completion; assert not {'PyQt5', 'emoji'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
