"""Whatever the server sends, `Session.received` never raises, memory stays bounded, and the screen stays right.

(reliability, section 2, item 45.) `Chat` compares the screen with the session after every step.
"""

from __future__ import annotations

import string
import time
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.changes import CLEAR, Change, LinkState, Problem
from protocol import Message, parse
from tests.fakes import CAPABILITIES, Chat


def words_of(text: str) -> list[str]:
    return text.split()


COMMANDS = words_of("""
    PRIVMSG NOTICE JOIN PART KICK QUIT NICK SETNAME AWAY CHGHOST TOPIC MODE INVITE PING PONG ERROR CAP BATCH ACK
    FAIL WARN NOTE WALLOPS TAGMSG ACCOUNT AUTHENTICATE USER RENAME privmsg Join XYZZY 001 005 263 301 305 306 315
    322 323 331 332 333 352 353 354 366 372 376 401 403 404 422 432 433 437 442 461 462 464 465 471 473 474 475
    482 900 999
""")
WORDS = words_of("""
    Siti siti Budi Ani zul #lobby #LOBBY #a @#lobby # * local-1 local-2 +1 -1 = LS ACK NAK NEW DEL LIST
    echo-message -echo-message +o -ov+b PREFIX=(ov)@+ PREFIX= CHANTYPES= CHANTYPES=S CASEMAPPING=rfc1459
    STATUSMSG=@ NETWORK=x WHO 77 banned full obrolan.example/BOOT=9 H G :x
""")
WORDS += ["", "batch sasl", "@Budi +zul!u@h Siti", "\x01ACTION x\x01", "\x01DCC", "\x03", "\x0304,", "halo siti"]
WORDS += ["0 Budi", "shutting down", "\x00", "\r\n", "a b", "\u202e", "😀", "x" * 600]
SOURCES = ["", "srv", "irc.srv", "Siti!u@h", "Budi!b@b", "Ani!a@a", "zul!z@z", "#a!x@y", "!@", "Budi", ":!x", "a b!c@d"]

words = st.sampled_from(WORDS) | st.text(max_size=8)
tags = st.dictionaries(
    st.sampled_from(["label", "batch", "msgid", "time"]), st.sampled_from(["local-1", "1", "m1", "", "x"])
)
messages = st.builds(
    Message, st.sampled_from(COMMANDS), st.lists(words, max_size=6), st.sampled_from(SOURCES) | words, tags
)
batches = st.lists(messages, min_size=1, max_size=12)
ACTS = words_of("type wait resend discard select inactive active private join part lost failed retry as connected")
steps = st.lists(batches | st.sampled_from(ACTS), max_size=12)


def do(chat: Chat, step: str) -> None:
    """Something the person or the network does in between."""
    session = chat.session
    keys = list(session.conversations)
    key = keys[-1] if keys else ""
    failed = [entry.id for entry in session.conversations[key].entries] if keys else []
    match step:
        case "type":
            chat.type("halo siti", key)
        case "wait":
            chat.wait(40)
        case "resend":
            for entry_id in failed:
                chat.done(session.resend(key, entry_id))
        case "discard":
            for entry_id in failed:
                chat.done(session.discard(key, entry_id))
        case _:
            simple: dict[str, Callable[[], list[Change]]] = {
                "select": lambda: session.select(key),
                "inactive": lambda: session.set_active(False),
                "active": lambda: session.set_active(True),
                "private": lambda: session.open_private("zul"),
                "join": lambda: session.join("#a"),
                "part": lambda: session.close(key),
                "lost": lambda: session.connection_lost("x"),
                "failed": lambda: session.connection_failed(Problem.REFUSED),
                "retry": session.retry_now,
                "as": lambda: session.login_as("Siti2"),
                "connected": lambda: session.connected(CLEAR),
            }
            chat.done(simple[step]())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_whatever_the_server_sends_nothing_is_raised_and_the_screen_stays_right(
    todo: list[list[Message] | str],
) -> None:
    chat = Chat()
    chat.log_in()
    for step in todo:
        if isinstance(step, str):
            do(chat, step)
        else:
            chat.receive(*step)


@settings(max_examples=60, deadline=None)
@given(st.lists(batches, max_size=6), st.booleans())
def test_whatever_a_server_says_to_a_login_nothing_is_raised(todo: list[list[Message]], agree: bool) -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.connected())
    chat.server(f":srv CAP * LS :{CAPABILITIES}")
    for step in todo:
        chat.receive(*step)
        if agree:
            chat.done(chat.session.login_as("Siti2"))


def test_every_numeric_and_command_with_up_to_twenty_parameters_is_survived() -> None:
    chat = Chat()
    chat.log_in()
    for command in [*(f"{n:03}" for n in range(1000)), *COMMANDS]:
        if command != "ERROR":
            params = ["Siti", "#lobby", "Budi", *["x"] * 17]
            chat.session.received([Message(command, params[:size], "srv") for size in range(21)])
    assert chat.session.state is LinkState.ONLINE


def test_formatting_codes_cut_at_every_byte_are_survived() -> None:
    chat = Chat()
    chat.log_in()
    text = "\x02a\x0312,04b\x04FF00FF,00FF00c\x1d\x1f\x1e\x11\x16\x0f\x01"
    chat.receive(*[Message("PRIVMSG", ["#lobby", text[:size]], "Budi!b@b") for size in range(len(text))])
    assert all(set(shown) <= set("abc,0F4☐␁" + string.digits) for shown in chat.texts())


def test_ten_thousand_capabilities_are_not_kept() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.connected())
    chat.sent()
    chat.server(*[f":srv CAP * LS * :vendor/{n}=x batch" for n in range(10_000)], ":srv CAP * LS :x")
    assert chat.sent() == ["CAP REQ batch"]
    chat.server(":srv 001 Siti :Hi", *[f":srv CAP Siti NEW :vendor/{n}" for n in range(10_000)])
    assert chat.sent() == []


def test_the_cost_of_a_message_does_not_grow_with_the_conversation() -> None:
    chat = Chat()
    chat.log_in()
    text = "a message with about seventy bytes of text, as they usually are in chats"
    lines = [
        f"@msgid=m{n};time=2026-11-20T03:32:00.123Z :Budi!~b@b.lan PRIVMSG #lobby :{text} {n}".encode()
        for n in range(10_000)
    ]
    costs = []
    for start in range(0, len(lines), 500):
        batch = [parse(line) for line in lines[start : start + 500]]
        began = time.process_time()
        chat.session.received(batch)
        costs.append(time.process_time() - began)
    # The medians of the first and the last quarter: this machine may do other things meanwhile.
    assert sorted(costs[-5:])[2] < 8 * sorted(costs[:5])[2]
    assert len(chat.conversation().entries) == 10_000
