"""What we say: echoes, labels, refusals, long texts, and the order of it all."""

from __future__ import annotations

import pytest

from client.changes import Delivery, EntriesAdded, EntryChanged, EntryKind
from tests.fakes import CAPABILITIES, Chat

WITHOUT_LABELS = CAPABILITIES.replace("labeled-response ", "")
WITHOUT_ECHO = CAPABILITIES.replace("echo-message ", "")
ME = ":Siti!~u@host.lan"
BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in()
    return chat


def logged_in(capabilities: str) -> Chat:
    chat = Chat()
    chat.log_in(capabilities=capabilities)
    return chat


def deliveries(chat: Chat, key: str = "") -> list[tuple[str, str]]:
    return [(entry.text, entry.delivery.value) for entry in chat.conversation(key).entries]


# --- own messages --------------------------------------------------------------------------------------------


def test_an_own_message_waits_for_its_echo_which_brings_id_time_and_place(chat: Chat) -> None:
    assert chat.type("halo")
    assert chat.sent() == ["@label=local-1 PRIVMSG #lobby halo"]
    assert deliveries(chat) == [("halo", "waiting")]
    chat.server(f"@msgid=m1 {BUDI} PRIVMSG #lobby :duluan")
    assert deliveries(chat) == [("duluan", "sent"), ("halo", "waiting")]
    echo = f"@label=local-1;msgid=m2;time=2026-11-20T03:32:00Z {ME} PRIVMSG #lobby :halo"
    changes = chat.server(echo, f"{BUDI} PRIVMSG #lobby :sesudah")
    assert changes == [EntriesAdded("#lobby", 2, 1), EntryChanged("#lobby", 1)]
    own = chat.conversation().entries[1]
    assert (own.id, own.time, own.delivery, own.own) == ("m2", 1795145520.0, Delivery.SENT, True)
    assert chat.server(echo) == []
    assert chat.texts() == ["duluan", "halo", "sesudah"]


def test_echoes_split_what_comes_in_between_into_its_true_order(chat: Chat) -> None:
    chat.type("a\nb")
    chat.server(
        f"{BUDI} PRIVMSG #lobby :1",
        f"@label=local-1 {ME} PRIVMSG #lobby :a",
        f"{BUDI} PRIVMSG #lobby :2",
        f"@label=local-2 {ME} PRIVMSG #lobby :b",
        f"{BUDI} PRIVMSG #lobby :3",
    )
    assert chat.texts() == ["1", "a", "2", "b", "3"]


def test_an_echo_with_an_id_that_stands_already_keeps_the_local_one(chat: Chat) -> None:
    chat.server(f"@msgid=m1 {BUDI} PRIVMSG #lobby :x")
    chat.type("halo")
    chat.server(f"@label=local-1;msgid=m1 {ME} PRIVMSG #lobby :halo")
    assert [entry.id for entry in chat.conversation().entries] == ["m1", "local-1"]


def test_an_echo_inside_a_labelled_batch_is_matched_by_the_batch(chat: Chat) -> None:
    chat.type("halo", "#lobby")
    chat.server(
        "@label=local-1 :srv BATCH +1 labeled-response",
        "@batch=1 :srv BATCH +2 some.vendor/unknown a b",
        f"@batch=2 {ME} PRIVMSG #lobby :halo",
        "@batch=1 :srv BATCH -2",
        ":srv BATCH -1",
        ":srv BATCH -1",
        ":srv BATCH +3 netsplit",
    )
    assert deliveries(chat) == [("halo", "sent")]


def test_without_labels_echoes_come_in_the_order_of_sending() -> None:
    chat = logged_in(WITHOUT_LABELS)
    chat.type("satu\ndua\ntiga\nempat")
    assert chat.sent() == [f"PRIVMSG #lobby {text}" for text in ("satu", "dua", "tiga", "empat")]
    chat.server(f"{ME} PRIVMSG #lobby :tiga", f"{ME} PRIVMSG #lobby :s***")
    assert deliveries(chat) == [("s***", "sent"), ("dua", "waiting"), ("tiga", "sent"), ("empat", "waiting")]
    chat.server(f"{ME} PRIVMSG Budi :empat")
    assert deliveries(chat, "budi") == [("empat", "sent")]
    chat.server(*[f"{ME} PRIVMSG #lobby :{text}" for text in ("dua", "empat", "from the phone")])
    assert [text for text, delivery in deliveries(chat) if delivery == "sent"] == [
        "s***", "dua", "tiga", "empat", "from the phone",
    ]  # fmt: skip


def test_with_labels_an_own_message_without_one_is_from_another_device_unless_it_is_the_same_text(chat: Chat) -> None:
    chat.type("halo")
    chat.server(f"{ME} PRIVMSG #lobby :dari telepon", f"@label=other {ME} PRIVMSG #lobby :juga")
    assert deliveries(chat) == [("dari telepon", "sent"), ("juga", "sent"), ("halo", "waiting")]
    chat.server(f"{ME} PRIVMSG #lobby :halo")
    assert deliveries(chat)[-1] == ("halo", "sent")


def test_without_echoes_a_message_is_sent_at_once() -> None:
    chat = logged_in(WITHOUT_ECHO)
    chat.type("halo")
    chat.server(f"{BUDI} PRIVMSG #lobby :hai", "@label=local-1 :srv ACK", ":srv ACK")
    assert deliveries(chat) == [("halo", "sent"), ("hai", "sent")]


def test_an_acknowledgement_instead_of_an_echo_is_a_receipt_too(chat: Chat) -> None:
    chat.type("halo")
    assert chat.server("@label=local-1 :srv ACK") == [EntryChanged("#lobby", 0)]
    assert deliveries(chat) == [("halo", "sent")]


@pytest.mark.parametrize("capabilities", [CAPABILITIES, WITHOUT_LABELS, WITHOUT_ECHO, ""])
def test_a_refused_message_is_marked_with_the_servers_words(capabilities: str) -> None:
    chat = logged_in(capabilities)
    chat.type("satu")
    chat.server(f"{BUDI} PRIVMSG #lobby :dua")
    label = "@label=local-1 " if "labeled" in capabilities else ""
    changes = chat.server(f"{label}:srv 404 Siti #lobby :Cannot send to \x02channel")
    entry = next(entry for entry in chat.conversation().entries if entry.own)
    assert changes == [EntryChanged("#lobby", chat.conversation().entries.index(entry))]
    assert (entry.delivery, entry.problem) == (Delivery.FAILED, "Cannot send to channel")


def test_an_error_answers_the_message_to_the_same_target_only() -> None:
    chat = logged_in(WITHOUT_LABELS)
    chat.type("halo", "#lobby")
    chat.type("/msg Hilang halo")
    chat.server(":srv 401 Siti Hilang :No such nick")
    assert deliveries(chat, "hilang") == [("halo", "failed")]
    assert not chat.conversation("hilang").joined
    assert deliveries(chat, "#lobby") == [("halo", "waiting")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("404 Siti #lobby :Cannot send", "Cannot send"),
        ("482 Siti #lobby :Not an operator", "Not an operator"),
        ("401 Siti Hilang :No such nick", "Hilang: No such nick"),
        ("442 Siti #x :Not on that channel", "#x: Not on that channel"),
        ("461 Siti JOIN :Not enough parameters", "JOIN: Not enough parameters"),
    ],
)
def test_an_error_that_answers_no_message_is_shown_where_it_belongs(chat: Chat, line: str, text: str) -> None:
    chat.server(f":srv {line}", f"@label=unknown :srv {line}", ":srv 421")
    assert chat.texts() == [text, text]
    assert {entry.kind for entry in chat.conversation().entries} == {EntryKind.SERVER}


def test_a_standard_reply_refuses_a_message_or_is_shown(chat: Chat) -> None:
    chat.type("satu")
    chat.server("@label=local-1 :srv FAIL PRIVMSG STORAGE_FULL #lobby :The disk is full")
    assert deliveries(chat) == [("satu", "failed")]
    chat.type("dua")
    chat.server(
        ":srv FAIL PRIVMSG LIMIT #lobby :Too fast", ":srv FAIL TOPIC NO #lobby :Not you", ":srv FAIL * X :Something",
        ":srv WARN * Y :Careful", ":srv NOTE * Z :By the way", ":srv FAIL PRIVMSG A",
    )  # fmt: skip
    assert deliveries(chat)[1] == ("dua", "failed")
    assert chat.conversation().entries[1].problem == "Too fast"
    assert chat.texts()[2:] == ["Not you", "Something", "Careful", "By the way"]


def test_many_messages_without_an_echo_do_not_fill_memory() -> None:
    chat = logged_in(WITHOUT_ECHO)
    chat.type("\n".join(map(str, range(1100))))
    chat.server("@label=local-1 :srv 404 Siti #lobby :too late", "@label=local-1100 :srv 404 Siti #lobby :no")
    assert chat.texts()[-1] == "too late"
    assert chat.conversation().entries[1099].delivery is Delivery.FAILED


def test_long_texts_are_split_by_our_own_prefix_as_others_see_it(chat: Chat) -> None:
    text = "kata " * 300
    chat.type(text.strip())
    relayed = [f"{ME} {line.partition(' ')[2]}\r\n" for line in chat.sent()]
    assert len(relayed) == 4
    assert all(len(line.encode()) <= 512 for line in relayed)
    assert max(len(line.encode()) for line in relayed) > 500
    assert " ".join(chat.texts()) == text.strip()


def test_before_our_prefix_is_known_room_is_left_for_the_longest() -> None:
    chat = Chat()
    chat.done(chat.session.login("irc", 6667, "Siti"))
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi")
    chat.done(chat.session.open_private("Budi"))
    chat.sent()
    chat.type("/me " + "é" * 500)
    worst = f":Siti!{'u' * 18}@{'h' * 63} "
    assert all(len((worst + line).encode()) <= 510 for line in chat.sent())
    chat.server(f"{ME} JOIN #a", ":Siti!~u@host.lan CHGHOST ~new cloak.example")
    chat.sent()
    chat.type("y" * 600)
    assert len(f":Siti!~new@cloak.example {chat.sent()[0]}") == 509  # 510 with the colon it does not need


def test_a_prefix_longer_than_a_line_leaves_room_for_small_pieces() -> None:
    chat = Chat()
    chat.log_in()
    chat.server(f":Siti!u@{'h' * 600} JOIN #a", f"{BUDI} CHGHOST a b")
    chat.type("y" * 128, "#a")
    assert len(chat.sent()) == 2


def test_a_nickname_that_no_line_can_hold_fails_at_once(chat: Chat) -> None:
    chat.done(chat.session.open_private(":aneh"))
    chat.type("halo", ":aneh")
    assert deliveries(chat, ":aneh") == [("halo", "failed")]


def test_batches_that_never_end_are_forgotten(chat: Chat) -> None:
    chat.type("halo")
    chat.server("@label=local-1 :srv BATCH +first labeled-response")
    chat.server(*[f"@label=x :srv BATCH +{n} t" for n in range(1000)])
    chat.server(f"@batch=first {ME} PRIVMSG #lobby :other")
    assert deliveries(chat) == [("other", "sent"), ("halo", "waiting")]
