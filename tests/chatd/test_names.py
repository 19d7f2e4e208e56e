"""Nicknames in use: who holds which, and which look too much like them."""

from __future__ import annotations

import tracemalloc
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocol
from chatd.confusables import CONFUSABLES
from chatd.names import NicknameIndex, skeleton

LATIN_COCO = "coco"
CYRILLIC_COCO = "\u0441\u043e\u0441\u043e"
FULLWIDTH_MIMI = "\uff4d\uff49\uff4d\uff49"


def refused_beside(nickname: str, held: str) -> bool:
    """Whether somebody else's `held` keeps one from taking `nickname`."""
    index = NicknameIndex()
    index.add(held, 1)
    return index.taken(nickname, 2) == 1


# --- what looks alike -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LATIN_COCO, CYRILLIC_COCO),
        (LATIN_COCO, "\u0421\u041e\u0421\u041e"),
        ("Siti", "Sit\u0456"),
        ("evan", "\u0435van"),
        ("ooo", "\u03bf\u03bf\u03bf"),
        ("\u043e\u043e\u043e", "\u03bf\u03bf\u03bf"),
        ("user", "\uff55\uff53\uff45\uff52"),
        ("user", "\uff35\uff33\uff25\uff32"),
        ("user", "\U0001d42e\U0001d42c\U0001d41e\U0001d42b"),
        ("user", "\U0001d414\U0001d412\U0001d404\U0001d411"),
        ("irfan", "\u0131rfan"),
        ("irfan", "\u0130rfan"),
        ("irfan", "i\u0307rfan"),
        ("\u1ecbrfan", "\u1ecb\u0307rfan"),
        ("jaka", "j\u0307aka"),
        ("ss", "\u00df"),
        ("fina", "\ufb01na"),
        ("\u00c9va", "\u00e9va"),
        ("us\u00e9r1", "us\u00e9rl"),
        ("\u5de5\u53e3", "\u30a8\u30ed"),
        ("user1", "user\u0661"),
    ],
)
def test_look_alikes_keep_each_other_out(first: str, second: str) -> None:
    assert refused_beside(first, second)
    assert refused_beside(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("mimi", "rnirni"),
        ("user1", "userl"),
        ("user0", "usero"),
        ("I1l", "l1I"),
        ("siti", "s\u00edti"),
        ("eva", "\u00e9va"),
        ("\u00e8va", "\u00e9va"),
        ("\u0418\u0432\u0430\u043d", "Ivan"),
        ("\u0418\u0432\u0430\u043d", "\u0418\u0432\u0430\u043d\u0430"),
        ("\u0645\u062d\u0645\u062f", "\u0623\u062d\u0645\u062f"),
        ("\u0930\u093e\u092e", "\u0930\u092e\u093e"),
        ("\ua997\ua9ae", "\ua9a7\ua9ad\ua9b6"),
        ("\u5c0f\u660e", "\u5c0f\u7ea2"),
        ("\uae40", "\uc774"),
        ("ir\u0307fan", "irfan"),
        ("i\u0301\u0307", "\u00ed"),
    ],
)
def test_different_names_stand_side_by_side(first: str, second: str) -> None:
    assert not refused_beside(first, second)
    assert not refused_beside(second, first)


nicknames = st.one_of(
    st.text("aAIiLl1mrnO0o|_", min_size=1, max_size=6),
    st.text("\u0441\u043e\u0456\u0406\u04cf\u0430", min_size=1, max_size=4),
    st.text("\uff4d\uff49\uff2d\u0131\u0130\u00e9\u0307nrl", min_size=1, max_size=4),
).map(lambda text: unicodedata.normalize("NFC", text))


def collide(first: str, second: str) -> bool:
    """The rule as the design states it."""
    if first.isascii() and second.isascii():
        return protocol.fold(first) == protocol.fold(second)
    return skeleton(first) == skeleton(second)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\u0345\u03b1")
def test_a_skeleton_does_not_depend_on_case_composition_or_fold(nickname: str) -> None:
    look = skeleton(nickname)
    assert look == skeleton(unicodedata.normalize("NFD", nickname))
    assert look == skeleton(protocol.fold(nickname))
    assert look == unicodedata.normalize("NFD", look)


def test_mapping_once_is_enough() -> None:
    assert {code for code, target in CONFUSABLES.items() if target.translate(CONFUSABLES) != target} == set()
    assert {code for code, target in CONFUSABLES.items() if not target} == set()


def test_the_table_holds_what_unicode_says() -> None:
    known = {"\u0430": "a", "\u03bf": "o", "\u0131": "i", "1": "l", "0": "O", "m": "rn", "|": "l", "\u30ed": "\u53e3"}
    assert {character: CONFUSABLES[ord(character)] for character in known} == known
    assert len(CONFUSABLES) > 1500


def is_empty(index: NicknameIndex) -> bool:
    """Whether nothing is left behind in it."""
    return not (index._owners or index._ascii._names or index._others._names)


# --- the index --------------------------------------------------------------------------------


@given(st.lists(nicknames, max_size=30))
def test_the_index_knows_what_the_rule_says_about_every_pair(wanted: list[str]) -> None:
    index = NicknameIndex()
    held: dict[str, int] = {}
    for owner, nickname in enumerate(wanted):
        rivals = {other for name, other in held.items() if collide(name, nickname)}
        found = index.taken(nickname, owner)
        assert found in rivals if rivals else found is None
        if not rivals:
            index.add(nickname, owner)
            held[nickname] = owner
        else:
            with pytest.raises(ValueError, match="in use"):
                index.add(nickname, owner)
    assert all(index.find(nickname) == owner for nickname, owner in held.items())
    for nickname in list(held):
        index.remove(nickname)
        del held[nickname]
        assert index.find(nickname) is None
        assert (index.taken(nickname, None) is None) == (not any(collide(name, nickname) for name in held))
    assert is_empty(index)


def test_an_exact_holder_is_found_whatever_the_case() -> None:
    index = NicknameIndex()
    index.add("Siti", 7)
    assert index.find("sITI") == 7
    assert index.find("Sit\u0456") is None
    assert index.taken("SITI", None) == 7
    assert index.taken("SITI", 8) == 7
    assert index.taken("SITI", 7) is None
    assert index.taken("Budi", None) is None


def test_an_owner_is_not_in_its_own_way() -> None:
    index = NicknameIndex()
    index.add(LATIN_COCO, 1)
    assert index.taken(CYRILLIC_COCO, 1) is None
    index.remove(LATIN_COCO)
    index.add(CYRILLIC_COCO, 1)
    assert index.find(LATIN_COCO) is None
    assert index.find(CYRILLIC_COCO) == 1
    assert index.taken(LATIN_COCO, 2) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("siti", "Siti"), ("siti", "budi"), ("\u00e9va", "\u00e9VA"), ("\u00e9va", "\u00c9va")]
)
def test_a_rename_leaves_exactly_the_new_nickname(old: str, new: str) -> None:
    index = NicknameIndex()
    index.add(old, 1)
    assert index.taken(new, 1) is None
    index.remove(old)
    index.add(new, 1)
    assert index.find(new) == 1
    assert index.taken(old, 2) == (1 if collide(old, new) else None)
    index.remove(new)
    assert index.taken(old, None) is None
    assert index.taken(new, None) is None


def test_ascii_look_alikes_each_keep_the_others_place() -> None:
    index = NicknameIndex()
    index.add("mimi", 1)
    index.add("rnirni", 2)
    assert index.taken(FULLWIDTH_MIMI, 1) == 2
    assert index.taken(FULLWIDTH_MIMI, 2) == 1
    assert index.taken(FULLWIDTH_MIMI, None) in {1, 2}
    index.remove("mimi")
    assert index.taken(FULLWIDTH_MIMI, None) == 2
    index.remove("rnirni")
    assert index.taken(FULLWIDTH_MIMI, None) is None
    assert is_empty(index)


def test_any_number_of_ascii_look_alikes_leave_nothing_behind() -> None:
    index = NicknameIndex()
    alike = ["mimi", "rnirni", "rnimi", "mirni"]
    for owner, nickname in enumerate(alike):
        index.add(nickname, owner)
        index.add(nickname.upper(), owner)
    assert [index.find(nickname) for nickname in alike] == [0, 1, 2, 3]
    for nickname in alike:
        index.remove(nickname)
    assert is_empty(index)


def test_a_nickname_nobody_holds_cannot_be_removed() -> None:
    with pytest.raises(KeyError):
        NicknameIndex().remove("siti")


def test_ten_thousand_nicknames_take_little_memory() -> None:
    names = [f"user{number}" for number in range(10_000)]
    index = NicknameIndex()
    tracemalloc.start()
    try:
        for owner, name in enumerate(names):
            index.add(name, owner)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used / len(names) < 320
