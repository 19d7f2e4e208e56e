"""`client/core/requests.py`: a server that cannot look just now has lost nothing."""

from __future__ import annotations

from tests.client.pasts import answer, asked, back, gap, label_of, opened, rows, said

UNAVAILABLE = "FAIL CHATHISTORY MESSAGE_ERROR AFTER #lobby :Messages could not be retrieved"


def test_a_failure_that_names_no_message_leaves_a_gap_that_can_be_filled_later() -> None:
    chat = opened(said(1))
    back(chat)
    chat.sent()
    chat.server(f"@label={label_of(chat, '#lobby')} :srv {UNAVAILABLE}")
    assert rows(chat) == ["start", "1", "gap open"]
    chat.server(said(9))
    assert rows(chat) == ["start", "1", "gap open", "9"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert len(asked(chat)) == 1
    answer(chat, said(7), said(8))
    assert rows(chat)[-3:] == ["7", "8", "9"]
