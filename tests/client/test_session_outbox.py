"""What is typed goes out once: offline, in the middle of a break, and in texts of several lines."""

from __future__ import annotations

import pytest

from client.changes import Conversation, Delivery, Entry, EntryKind, StripKind
from client.core import delivery
from protocol import parse
from tests.client.modelserver import Connection, Server
from tests.client.pasts import answer, back, opened, rows, said, words
from tests.fakes import CAPABILITIES, REMEMBERING, Chat

UNKNOWN = "It is not known whether this arrived."
PROTECTED = f"{CAPABILITIES} obrolan.example/retry"
ME = ":Siti!~u@host.lan"


def logged_in(capabilities: str = PROTECTED) -> Chat:
    chat = Chat()
    chat.log_in(capabilities=capabilities)
    return chat


def lose(chat: Chat) -> None:
    chat.done(chat.session.connection_lost("x"))


def come_back(chat: Chat, capabilities: str = PROTECTED) -> list[str]:
    """What is said once we are back."""
    chat.wait(60)
    chat.welcome(capabilities)
    return [line for line in chat.sent() if "PRIVMSG" in line]


def states(chat: Chat) -> list[tuple[str, str]]:
    return [(entry.text, entry.delivery.value) for entry in chat.conversation("#lobby").entries]


# --- offline and back ----------------------------------------------------------------------------------------


def test_what_is_typed_offline_waits_and_goes_out_once_in_order() -> None:
    chat = logged_in()
    lose(chat)
    assert chat.type("satu\ndua", "#lobby")
    assert chat.type("/me tiga", "#lobby")
    assert chat.type("/msg Budi empat", "#lobby")
    assert states(chat) == [("satu", "waiting"), ("dua", "waiting"), ("tiga", "waiting")]
    lines = come_back(chat)
    assert [parse(line).params for line in lines] == [
        ["Budi", "empat"],
        ["#lobby", "satu"],
        ["#lobby", "dua"],
        ["#lobby", "\x01ACTION tiga\x01"],
    ]
    assert len({parse(line).tags["obrolan.example/nonce"] for line in lines}) == 4
    lose(chat)


def test_what_the_break_swallowed_is_sent_again_under_the_same_nonce_before_what_was_typed_later() -> None:
    chat = logged_in()
    chat.type("satu")
    first = parse(chat.sent()[0]).tags["obrolan.example/nonce"]
    lose(chat)
    chat.type("dua", "#lobby")
    again = [parse(line) for line in come_back(chat)]
    assert [message.params[1] for message in again] == ["satu", "dua"]
    assert again[0].tags["obrolan.example/nonce"] == first
    chat.server(f"@label={again[0].tags['label']};msgid=m1 {ME} PRIVMSG #lobby :satu")
    assert states(chat) == [("satu", "sent"), ("dua", "waiting")]


def test_a_message_that_had_arrived_before_the_break_is_not_there_twice() -> None:
    chat = opened(said(1))
    chat.type("satu")
    back(chat)
    answer(chat, said(2, "satu", "Siti"), said(3))
    answer(chat)
    resent = next(parse(line) for line in chat.sent() if "PRIVMSG" in line)
    chat.server(f"@label={resent.tags['label']};msgid=m2 {ME} PRIVMSG #lobby :satu")
    assert rows(chat) == ["start", "1", "satu", "3"]
    assert all(entry.delivery is Delivery.SENT for entry in chat.conversation().entries)


def test_a_server_that_does_not_protect_resending_any_more_is_not_sent_it_again() -> None:
    chat = logged_in()
    chat.type("satu")
    lose(chat)
    chat.type("dua", "#lobby")
    assert [parse(line).params[1] for line in come_back(chat, CAPABILITIES)] == ["dua"]
    assert states(chat) == [("satu", "failed"), ("dua", "waiting")]
    assert chat.conversation().entries[0].problem == UNKNOWN


def test_what_was_tried_longer_ago_than_the_server_remembers_is_left_to_the_person() -> None:
    chat = logged_in()
    chat.type("satu")
    nonce = parse(chat.sent()[0]).tags["obrolan.example/nonce"]
    lose(chat)
    chat.wall.advance(delivery.PROTECTED_S)
    assert come_back(chat) == []
    assert states(chat) == [("satu", "failed")]
    chat.done(chat.session.resend("#lobby", chat.conversation().entries[0].id))
    assert parse(chat.sent()[0]).tags["obrolan.example/nonce"] != nonce


def test_sent_again_by_hand_it_keeps_its_nonce() -> None:
    chat = logged_in()
    chat.type("satu")
    nonce = parse(chat.sent()[0]).tags["obrolan.example/nonce"]
    chat.wait(31)
    assert states(chat) == [("satu", "failed")]
    chat.done(chat.session.resend("#lobby", chat.conversation().entries[0].id))
    assert parse(chat.sent()[0]).tags["obrolan.example/nonce"] == nonce


def test_a_late_echo_still_counts_and_stands_where_the_server_says() -> None:
    chat = logged_in()
    chat.type("satu")
    chat.wait(31)
    chat.server(":Budi!u@h PRIVMSG #lobby :dua")
    chat.server(f"@label=local-1;msgid=m3 {ME} PRIVMSG #lobby :satu")
    assert states(chat) == [("dua", "sent"), ("satu", "sent")]
    assert chat.conversation().entries[1].problem == ""


def test_late_echoes_without_an_id_count_too_and_only_so_many_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "REMEMBERED", 1)
    chat = logged_in()
    chat.type("satu\ndua")
    chat.wait(31)
    chat.server(f"@label=local-1 {ME} PRIVMSG #lobby :satu", f"@label=local-2 {ME} PRIVMSG #lobby :dua")
    assert states(chat) == [("satu", "failed"), ("satu", "sent"), ("dua", "sent")]


def test_where_nothing_can_be_said_nothing_is_sent_again() -> None:
    chat = logged_in(CAPABILITIES)
    chat.type("satu")
    chat.wait(31)
    chat.server(":Budi!u@h KICK #lobby Siti :diam")
    chat.sent()
    chat.done(chat.session.resend("#lobby", chat.conversation().entries[0].id))
    assert chat.sent() == []
    assert states(chat)[0] == ("satu", "failed")


def test_what_counts_as_sent_is_not_called_unknown_by_time() -> None:
    chat = logged_in(CAPABILITIES.replace("echo-message ", ""))
    chat.type("satu")
    chat.wait(31)
    assert states(chat) == [("satu", "sent")]


def test_sent_again_while_offline_it_waits() -> None:
    chat = logged_in(CAPABILITIES)
    chat.type("satu")
    lose(chat)
    chat.done(chat.session.resend("#lobby", chat.conversation().entries[0].id))
    assert states(chat) == [("satu", "waiting")]
    assert len(come_back(chat, CAPABILITIES)) == 1


def test_only_what_was_surely_never_sent_can_be_deleted_while_it_waits() -> None:
    chat = logged_in()
    chat.type("satu")
    lose(chat)
    chat.type("dua", "#lobby")
    for entry in list(chat.conversation().entries):
        chat.done(chat.session.discard("#lobby", entry.id))
    assert states(chat) == [("satu", "waiting")]


def test_so_many_texts_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "QUEUED", 2)
    chat = logged_in()
    lose(chat)
    assert chat.type("a", "#lobby")
    assert chat.type("b", "#lobby")
    assert not chat.type("c", "#lobby")
    assert chat.session.strips[""].kind is StripKind.OFFLINE_SEND


def test_what_waits_in_a_chat_that_is_closed_is_not_sent() -> None:
    chat = logged_in()
    lose(chat)
    chat.done(chat.session.open_private("Budi"))
    chat.type("satu", "budi")
    chat.done(chat.session.close("budi"))
    assert come_back(chat) == []


def test_waiting_messages_of_an_earlier_session_go_out_once() -> None:
    waiting = Entry("local-9", EntryKind.MESSAGE, "Siti", "Siti", "dulu", 1_700_000_000.0, own=True)
    waiting.delivery, waiting.nonce = Delivery.WAITING, "ab" * 16
    unsafe = Entry("local-8", EntryKind.MESSAGE, "Siti", "Siti", "entah", 1_700_000_000.0, own=True)
    unsafe.delivery = Delivery.WAITING
    kept = Conversation("#lobby", "#lobby", channel=True, entries=[waiting, unsafe])
    room = Conversation("#kelas", "#kelas", channel=True)
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.restore([kept, room]))
    chat.welcome(PROTECTED)
    sent = chat.sent()
    assert "JOIN #lobby,#kelas" in sent
    assert [parse(line).tags["obrolan.example/nonce"] for line in sent if "PRIVMSG" in line] == ["ab" * 16]
    assert states(chat) == [("dulu", "waiting"), ("entah", "failed")]


def test_an_echo_that_comes_while_the_past_is_fetched_takes_its_place_behind_it() -> None:
    chat = opened(said(1))
    chat.type("satu")
    label = parse(chat.sent()[0]).tags["label"]
    chat.server(f"{ME} PART #lobby", f"{ME} JOIN #lobby")
    chat.server(f"@label={label};msgid=m3 {ME} PRIVMSG #lobby :satu")
    answer(chat, said(2), said(3, "satu", "Siti"))
    assert rows(chat)[-2:] == ["2", "satu"]
    assert chat.conversation().entries[-1].id == "m3"


def test_reactions_to_a_message_that_were_known_before_it_are_shown_with_it() -> None:
    chat = opened(said(1))
    chat.type("satu")
    label = parse(chat.sent()[0]).tags["label"]
    chat.server("@+draft/react=x;+reply=m3 :Budi!u@h TAGMSG #lobby")
    chat.server(f"@label={label};msgid=m3 {ME} PRIVMSG #lobby :satu")
    assert [reaction.names for reaction in chat.conversation().entries[-1].reactions] == [["Budi"]]


# --- several lines -------------------------------------------------------------------------------------------


def test_a_text_of_several_lines_is_one_message_where_the_server_has_such() -> None:
    chat = opened(said(1))
    chat.type("\nsatu\n\n  dua\n\n")
    entry = chat.conversation().entries[-1]
    sent = chat.sent()
    assert entry.text == "satu\n\n  dua"
    assert [line.partition(" ")[2] for line in sent if line[0] == "@"] == [
        "BATCH +local-5 draft/multiline #lobby",
        "PRIVMSG #lobby satu",
        "PRIVMSG #lobby :",
        "PRIVMSG #lobby :  dua",
    ]
    assert sent[-1] == "BATCH -local-5"
    chat.server(
        f"@label={entry.id};msgid=m9 {ME} BATCH +b draft/multiline #lobby",
        f"@batch=b {ME} PRIVMSG #lobby satu",
        f"@batch=b {ME} PRIVMSG #lobby :",
        f"@batch=b {ME} PRIVMSG #lobby :  du",
        f"@batch=b;draft/multiline-concat {ME} PRIVMSG #lobby a",
        "BATCH -b",
    )
    assert (entry.id, entry.delivery, entry.text) == ("m9", Delivery.SENT, "satu\n\n  dua")


def test_a_long_line_is_one_message_too_and_its_pieces_make_the_line_again() -> None:
    chat = opened(said(1))
    text = ("kata " * 150 + "x" * 600).strip()
    chat.type(text)
    pieces = [parse(line) for line in chat.sent() if "PRIVMSG" in line]
    assert len(pieces) > 3
    assert "".join(piece.params[1] for piece in pieces) == text
    assert ["draft/multiline-concat" in piece.tags for piece in pieces] == [False, *[True] * (len(pieces) - 1)]
    assert chat.conversation().entries[-1].text == text


def test_what_is_larger_than_the_server_takes_becomes_several_messages() -> None:
    chat = opened(said(1))
    chat.type("\n".join(f"baris {n}" for n in range(30)))
    chat.type("y" * 5000)
    assert [len(row) for row in rows(chat)[2:]] == [len("\n".join(f"baris {n}" for n in range(24))), 53, 4096, 904]
    odd = opened(said(1), capabilities=REMEMBERING.replace("=max-bytes=4096,max-lines=24", "=max-bytes=x"))
    odd.type("y" * 5000)
    assert [len(row) for row in rows(odd)[2:]] == [4096, 904]


def test_code_that_is_larger_than_the_server_takes_stays_code_in_every_message() -> None:
    chat = opened(said(1))
    lines = [f"baris {n}" for n in range(50)]
    chat.type("\n".join(["lihat", "````py", *lines, "```", "````", *lines[:23], "akhir"]))
    sent = [row.split("\n") for row in rows(chat)[2:]]
    assert [len(text) for text in sent] == [24, 24, 24, 10]
    assert [(text[0], text[-1]) for text in sent[:2]] == [("lihat", "````"), ("````py", "````")]
    assert [line for text in sent for line in text if line.startswith("baris")] == [*lines, *lines[:23]]
    assert sent[2][:1] == ["````py"]
    assert sent[3][-1] == "akhir"
    chat.type("\n".join(["```", *lines[:22], "```", "akhir"]))
    assert [row.count("\n") + 1 for row in rows(chat)[6:]] == [24, 1], "the end of the code still fits"
    for before in (21, 22, 23, 24):
        fresh = opened(said(1))
        fresh.type("\n".join([*lines[:before], "```", *lines[:4], "```"]))
        assert all(row.count("\n") < 24 and row.count("```") in {0, 2} for row in rows(fresh)[2:])


def test_a_long_line_of_code_stays_code_and_within_what_the_server_takes() -> None:
    chat = opened(said(1))
    chat.type("```\n" + "y" * 9000 + "\n```\n```ini bukan kode")
    sent = rows(chat)[2:]
    assert all(text.startswith("```\ny") and len(text) <= 4096 for text in sent)
    assert [text.endswith("\n```") for text in sent] == [True, True, False]
    assert sent[-1].endswith("y\n```\n```ini bukan kode")


def test_what_was_typed_for_a_server_with_longer_texts_is_within_the_new_limits() -> None:
    chat = opened(said(1))
    lose(chat)
    chat.type_reply("\n".join(map(str, range(20))), "m1")
    chat.wait(60)
    chat.welcome(f"{PROTECTED} batch draft/multiline=max-bytes=4096,max-lines=8")
    assert [row.count("\n") + 1 for row in rows(chat)[2:]] == [8, 8, 4]


def test_typed_for_a_server_with_longer_texts_it_is_cut_for_one_without() -> None:
    chat = opened(said(1))
    lose(chat)
    chat.type_reply("satu\ndua", "m1")
    chat.wait(60)
    chat.welcome(PROTECTED)
    assert [parse(line).params[1] for line in chat.sent() if "PRIVMSG" in line] == ["satu", "dua"]
    assert rows(chat) == ["start", "1", "satu", "dua"]


def test_texts_of_several_lines_from_others_are_one_entry_also_in_the_past() -> None:
    chat = opened(
        said(1),
        "@msgid=m2 :Budi!u@h BATCH +in draft/multiline #lobby",
        "@batch=in :Budi!u@h PRIVMSG #lobby satu",
        "@batch=in :Budi!u@h PRIVMSG #lobby dua",
        ":srv BATCH -in",
    )
    assert rows(chat) == ["start", "1", "satu\ndua"]
    chat.server(":Budi!u@h BATCH +e draft/multiline #lobby", "@batch=e :srv PING", "BATCH -e", "BATCH", "BATCH +z")
    assert rows(chat) == ["start", "1", "satu\ndua"]


def test_a_batch_that_never_ends_keeps_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.core.batches.GATHERED", 3)
    chat = opened(said(1))
    lines = [said(n).replace("@", "@batch=h;", 1) for n in range(2, 9)]
    chat.server(":srv BATCH +h chathistory #lobby", *lines, "BATCH -h")
    assert rows(chat) == ["start", "1", "2", "3", "4"]


def test_a_name_that_no_line_can_hold_takes_no_long_text_either() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private(":aneh"))
    chat.type("a\nb", ":aneh")
    assert chat.conversation(":aneh").entries[-1].delivery is Delivery.FAILED


def test_a_message_to_somebody_else_through_the_whole_way() -> None:
    server, chat = Server(), Chat()
    chat.done(chat.session.login("lab", 8888, "Siti"))
    chat.done(chat.session.connected())
    link = Connection(server, chat)
    link.settle()
    chat.type("halo")
    link.serve()
    link.cut()
    chat.wait(60)
    chat.done(chat.session.connected())
    Connection(server, chat).settle()
    assert [event.words[2] for event in server.log if event.verb == "PRIVMSG"] == ["halo"]
    assert rows(chat) == ["start", "halo"]
    assert words(chat) == []
