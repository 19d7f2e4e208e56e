"""What the sender reads when the log had an event already, or could not keep it; what others read then: nothing."""

from __future__ import annotations

import pytest

from chatd.capabilities import Cap
from chatd.commands.sending import refusal
from chatd.events import Audience, Event, Outcome, Own
from chatd.rendering import pack
from tests.chatd.connections import connection
from tests.chatd.test_delivery import Owner, held, say

CAPS = Cap.ECHO_MESSAGE | Cap.MESSAGE_TAGS | Cap.SERVER_TIME


@pytest.fixture
def owner() -> Owner:
    return Owner()


def repeated(event: Event) -> Event:
    """What the log makes of an event whose nonce it knows: the fields are the first one's."""
    event.outcome = Outcome.REPEATED
    event.id, event.time = "b-7", "2026-10-05T10:00:00.000Z"
    event.line, event.client_tags = ":ani!~u@h.lan PRIVMSG #x :as first said", "+a=b"
    return event


def failed(event: Event) -> Event:
    event.outcome = Outcome.FAILED
    return event


def test_the_echo_of_a_repeated_message_is_the_first_one_and_nobody_else_gets_it(owner: Owner) -> None:
    ani, bela = owner.member("ani", "#x", caps=CAPS), owner.member("bela", "#x")
    event = repeated(say(ani, "#x", "again"))
    event.own_tags = "label=1"
    owner.delivery.deliver([event])
    assert owner.got(ani) == [
        "@label=1;time=2026-10-05T10:00:00.000Z;msgid=b-7;+a=b :ani!~u@h.lan PRIVMSG #x :as first said"
    ]
    assert owner.got(bela) == []


def test_a_repeated_message_of_several_lines_comes_back_with_the_lines_of_the_first(owner: Owner) -> None:
    ani = owner.member("ani", "#x", caps=Cap.ECHO_MESSAGE | Cap.MULTILINE | Cap.BATCH)
    event = repeated(say(ani, "#x", "again"))
    event.lines, event.extra = (("again", False),), pack((("as first said", False), ("and on", False)))
    event.seq = 7
    owner.delivery.deliver([event])
    assert [line.rpartition(" :")[2] for line in owner.got(ani)[1:-1]] == ["as first said", "and on"]


def test_a_message_that_was_not_kept_reaches_nobody_and_its_sender_is_told(owner: Owner) -> None:
    ani, bela = owner.member("ani", "#x", caps=CAPS), owner.member("bela", "#x")
    event = failed(say(ani, "#x", "lost"))
    event.own_tags = "label=1"
    owner.delivery.deliver([event])
    assert owner.got(ani) == ["@label=1 :srv FAIL PRIVMSG STORAGE_FAILED :not now"]
    assert owner.got(bela) == []


def test_what_would_follow_an_event_does_not_follow_a_failed_one(owner: Owner) -> None:
    ani = owner.member("ani", "#x")
    event = held(Event(Audience.PERSON, "MARKREAD", ":srv MARKREAD #x *", ani, stored=False, own=Own.NEVER))
    event.answer, event.then = [":srv MARKREAD #x *"], lambda: pytest.fail("done all the same")
    owner.delivery.deliver([failed(event)])
    assert owner.got(ani) == [":srv FAIL MARKREAD STORAGE_FAILED :not now"]


@pytest.mark.parametrize(
    ("verb", "audience", "caps", "answer"),
    [
        ("PRIVMSG", Audience.CHANNEL, Cap.STANDARD_REPLIES, "FAIL PRIVMSG STORAGE_FAILED #x :"),
        ("NOTICE", Audience.CHANNEL, Cap.RETRY, "FAIL NOTICE STORAGE_FAILED #x :"),
        ("PRIVMSG", Audience.CHANNEL, 0, "404 ani #x :"),
        ("PRIVMSG", Audience.PERSON, 0, "400 ani PRIVMSG :"),
        ("NOTICE", Audience.CHANNEL, 0, ""),
    ],
)
def test_each_is_told_in_words_it_asked_for(verb: str, audience: Audience, caps: int, answer: str) -> None:
    event = Event(audience, verb, f":ani!~u@h.lan {verb} #x :hi", connection("ani", caps), "#x")
    whole = f":srv {answer}The server cannot keep messages at the moment; this one was not sent"
    assert refusal("srv", event) == (whole if answer else "")


def test_a_notice_with_a_label_is_answered_for_an_ack_would_be_a_lie() -> None:
    event = Event(Audience.CHANNEL, "NOTICE", ":ani!~u@h.lan NOTICE #x :hi", connection("ani"), "#x")
    event.own_tags = "label=1"
    assert refusal("srv", event).startswith(":srv 404 ani #x :")
