"""What was sent before and can be had again."""

from __future__ import annotations

from client.models.recall import KEPT, Recall


def sent(*texts: str) -> Recall:
    recall = Recall()
    for text in texts:
        recall.add(text)
    return recall


def test_before_anything_was_sent_there_is_nothing() -> None:
    assert Recall().step(-1, "mulai") is None
    assert Recall().step(1, "mulai") is None


def test_it_goes_back_to_the_first_and_forward_to_what_was_begun() -> None:
    recall = sent("satu", "dua")
    assert [recall.step(-1, "mulai"), recall.step(-1, "dua"), recall.step(-1, "satu")] == ["dua", "satu", None]
    assert [recall.step(1, "satu"), recall.step(1, "dua"), recall.step(1, "mulai")] == ["dua", "mulai", None]


def test_a_recalled_text_that_was_changed_is_begun_anew() -> None:
    recall = sent("satu", "dua")
    recall.step(-1, "")
    assert recall.step(-1, "dua lagi") == "dua"
    assert recall.step(1, "dua") == "dua lagi"


def test_the_same_twice_in_a_row_is_kept_once_and_the_oldest_go() -> None:
    recall = sent("satu", "satu")
    assert [recall.step(-1, ""), recall.step(-1, "satu")] == ["satu", None]
    many = sent(*map(str, range(KEPT + 5)))
    found, text = [], ""
    while (older := many.step(-1, text)) is not None:
        found.append(older)
        text = older
    assert len(found) == KEPT
    assert found[-1] == "5"
