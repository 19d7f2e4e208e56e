"""What the session hands to notifications: what others say now, and nothing of the past."""

from __future__ import annotations

from client.core import state
from client.session import Session
from tests.client.pasts import answer, batch, opened, said
from tests.fakes import Chat


def heard(chat: Chat) -> list[str]:
    return [f"{conversation.title}: {entry.text}" for conversation, entry in chat.session.take_heard()]


def away(*lines: str) -> Chat:
    """Somebody who looks at another window."""
    chat = opened(*lines)
    chat.done(chat.session.set_active(False))
    return chat


def test_what_others_say_is_heard_once() -> None:
    chat = away()
    chat.server(said(1, "halo"))
    assert heard(chat) == ["#lobby: halo"]
    assert heard(chat) == []


def test_what_is_said_before_the_persons_eyes_is_not_heard() -> None:
    chat = opened()
    chat.server(said(1), said(2, "ke sini", target="Siti"))
    assert heard(chat) == ["Budi: ke sini"]


def test_history_is_never_heard() -> None:
    chat = away(said(1), said(2, "Siti?"))
    assert heard(chat) == []
    chat.server(*batch(said(3, "Siti?")))
    assert chat.conversation("#lobby").mentions == 1
    chat.server(*batch(said(4, "Siti!", tags="batch=9"), kind="znc.in/playback"), said(4, "Siti!"))
    assert chat.conversation("#lobby").mentions == 2
    assert heard(chat) == []


def test_the_first_words_of_a_stranger_are_heard_though_the_past_is_fetched_behind_them() -> None:
    chat = away()
    words = said(1, "kenalan?", target="Siti")
    chat.server(words)
    answer(chat, words, target="Budi")
    assert heard(chat) == ["Budi: kenalan?"]
    assert chat.conversation("budi").mentions == 1


def test_own_words_from_another_window_are_not_heard() -> None:
    chat = away()
    chat.server(said(1, "dari ponsel", who="Siti"))
    assert heard(chat) == []


def test_who_never_asks_costs_no_more_memory_than_so_much() -> None:
    chat = away()
    chat.server(*[said(n) for n in range(1, state.HEARD + 5)])
    assert len(heard(chat)) == state.HEARD


def test_highlight_words_are_mentions_whatever_we_are_called() -> None:
    chat = away()
    chat.session.watch(["kuis"])
    chat.server(said(1, "besok KUIS"), said(2, "kuisioner"))
    assert chat.conversation("#lobby").mentions == 1
    chat.server(":Siti!u@h NICK Ani", said(3, "kuis, Ani"), said(4, "Ani"))
    assert chat.conversation("#lobby").mentions == 3
    chat.session.watch([])
    chat.server(said(5, "kuis"))
    assert chat.conversation("#lobby").mentions == 3


def test_words_chosen_before_the_login_hold_after_it() -> None:
    chat = Chat()
    chat.session.watch(["kuis"])
    chat.log_in()
    chat.done(chat.session.set_active(False))
    chat.server(said(1, "kuis"))
    assert chat.conversation("#lobby").mentions == 1


def test_a_session_nobody_used_has_heard_nothing() -> None:
    assert Session().take_heard() == []
