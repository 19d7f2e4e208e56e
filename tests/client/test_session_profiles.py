"""Who somebody is: the answers to WHOIS and WHOWAS that were asked for become one profile, the others stay text."""

from __future__ import annotations

import pytest

from client.changes import Change, ConversationChanged
from client.core.profiles import _time
from client.people import Profile, ProfileShown
from tests.fakes import CAPABILITIES, Chat

PLAIN = CAPABILITIES.replace("labeled-response ", "")
BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def chat() -> Chat:
    """On a server without labels."""
    chat = Chat()
    chat.log_in(capabilities=PLAIN)
    return chat


def ask(chat: Chat, nickname: str) -> list[str]:
    """Ask who this is; what was sent."""
    chat.done(chat.session.ask_about(nickname))
    return chat.sent()


def answer(chat: Chat, *lines: str) -> list[Change]:
    return chat.server(*(f":srv {line.replace('ME', 'Siti', 1)}" for line in lines))


def profile(changes: list[Change]) -> Profile:
    (shown,) = [change for change in changes if isinstance(change, ProfileShown)]
    return shown.profile


def test_all_that_the_server_tells_becomes_one_profile(chat: Chat) -> None:
    assert ask(chat, "budi") == ["WHOIS budi"]
    before = chat.texts()
    told = answer(
        chat,
        "311 ME Budi ~b b.lan * :Budi",
        "307 ME Budi :has identified for this nick",
        "319 ME Budi :@#lobby #lain",
        "312 ME Budi srv :Lab 2",
        "313 ME Budi :is an IRC operator",
        "330 ME Budi budi123 :is logged in as",
        "671 ME Budi :is using a secure connection",
        "335 ME Budi :is a bot",
        "301 ME Budi :rapat",
        "378 ME Budi :is connecting from *@10.0.0.7 10.0.0.7",
        "317 ME Budi 300 1700000000 :seconds idle, signon time",
        "760 ME Budi display-name * :Budi S.",
        "760 ME Budi color * :#aabbcc",
        "318 ME budi :End of /WHOIS list",
    )
    assert profile(told) == Profile(
        "Budi",
        "Budi",
        account="budi123",
        operator=True,
        bot=True,
        away=True,
        away_text="rapat",
        idle=300,
        since=1_700_000_000.0,
        shown_name="Budi S.",
        host="b.lan",
        address="10.0.0.7",
        rooms=["#lobby"],
    )
    assert chat.texts() == before
    member = chat.conversation("#lobby").members["budi"]
    assert (member.away, member.away_text) == (True, "rapat")


def test_numbers_that_are_none_and_short_lines_are_passed_over(chat: Chat) -> None:
    ask(chat, "Budi")
    told = answer(
        chat, "311 ME Budi", "330 ME Budi", "317 ME Budi ² x", "317 ME Budi ² x :y", "760 ME Budi a", "318 ME Budi :End"
    )
    assert profile(told) == Profile("Budi", "Budi", rooms=["#lobby"])
    assert not chat.session.conversations["#lobby"].members["budi"].away


def test_what_was_typed_stays_text(chat: Chat) -> None:
    chat.type("/whois Ani")
    answer(chat, "311 ME Ani ~a a.lan * :Ani", "318 ME Ani :End")
    assert chat.texts()[-1] == "Ani ~a a.lan * Ani"
    ask(chat, "Budi")
    told = answer(chat, "311 ME Ani ~a a.lan * :Ani", "332 ME #lobby :Topik", "353 ME = #lobby :Ani", "PONG")
    assert not any(isinstance(change, ProfileShown) for change in told)
    assert chat.texts()[-1] == "Ani ~a a.lan * Ani"


def test_of_somebody_who_is_gone_the_past_is_asked(chat: Chat) -> None:
    ask(chat, "Dewi")
    assert answer(chat, "401 ME Dewi :No such nick", "318 ME Dewi :End") == []
    assert chat.sent() == ["WHOWAS Dewi 1"]
    told = answer(
        chat,
        "314 ME Dewi ~d d.lan * :Dewi",
        "338 ME Dewi ~d@10.0.0.9 10.0.0.9 :Is actually using host",
        "312 ME Dewi srv :Tue Nov 14 2023 22:13:20 UTC",
        "369 ME Dewi :End of WHOWAS",
    )
    assert profile(told) == Profile("Dewi", "Dewi", online=False, seen=1_700_000_000.0)


def test_of_who_never_was_nothing_is_known_but_what_they_said_to_us(chat: Chat) -> None:
    ask(chat, "Dewi")
    answer(chat, "401 ME Dewi :No such nick", "318 ME Dewi :End")
    told = answer(chat, "406 ME Dewi :There was no such nickname", "369 ME Dewi :End")
    assert profile(told).seen == 0.0
    chat.server("@time=2023-11-14T22:13:20.000Z :Dewi!d@d PRIVMSG Siti :hai")
    ask(chat, "Dewi")
    answer(chat, "401 ME Dewi :No such nick", "318 ME Dewi :End")
    told = answer(chat, "406 ME Dewi :There was no such nickname", "369 ME Dewi :End")
    assert profile(told) == Profile("Dewi", "Dewi", online=False, seen=1_700_000_000.0)
    assert chat.texts("dewi") == ["hai"]
    assert not chat.conversation("dewi").joined


def test_a_server_without_whois_or_whowas_says_so_once(chat: Chat) -> None:
    ask(chat, "Budi")
    assert profile(answer(chat, "421 ME WHOIS :Unknown command")) == Profile("Budi", "Budi", rooms=["#lobby"])
    ask(chat, "Dewi")
    answer(chat, "401 ME Dewi :No such nick", "318 ME Dewi :End")
    assert not profile(answer(chat, "421 ME WHOWAS :Unknown command")).online
    answer(chat, "421 ME WHOWAS :Unknown command")
    assert chat.texts() == ["WHOWAS: Unknown command"]


def test_with_labels_only_the_answer_to_the_question_counts() -> None:
    chat = Chat()
    chat.log_in()
    (line,) = ask(chat, "Budi")
    label = line.split()[0].removeprefix("@label=")
    assert line == f"@label={label} WHOIS Budi"
    chat.server(":srv 401 Siti Budi :No such nick")
    assert chat.texts() == ["Budi: No such nick"]
    told = chat.server(
        f"@label={label} :srv BATCH +1 labeled-response",
        "@batch=1 :srv 313 Siti Budi :is an IRC operator",
        "@batch=1 :srv 318 Siti Budi :End",
        ":srv BATCH -1",
    )
    assert profile(told).operator


def test_nobody_is_asked_about_without_a_link_and_no_name_is_asked_that_no_line_can_say(chat: Chat) -> None:
    assert ask(chat, "Bu\ndi") == []
    ask(chat, "Budi")
    chat.done(chat.session.connection_lost(""))
    chat.sent()
    assert ask(chat, "Budi") == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Tue Nov 14 2023 22:13:20 UTC", 1_700_000_000.0),
        ("Tue Nov 14 22:13:20 2023", 1_700_000_000.0),
        ("Tue, Nov  4 2023 00:00:00 GMT", 1_699_056_000.0),
        ("Tue Foo 14 2023 22:13:20 UTC", 0.0),
        ("Tue Nov 34 2023 22:13:20 UTC", 0.0),
        ("Tue Nov 14 22:13:20 UTC", 0.0),
        ("yesterday", 0.0),
        ("Tue Nov 14 9999 22:13:20 UTC", 4102444800.0),
    ],
)
def test_times_of_the_past_are_read_as_servers_write_them(text: str, seconds: float) -> None:
    assert _time(text) == seconds


def test_an_away_reason_is_kept_while_lists_say_only_that_somebody_is_away(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :hai", f"{BUDI} AWAY :makan")
    private, member = chat.conversation("budi"), chat.conversation("#lobby").members["budi"]
    assert (private.away, private.away_text, member.away_text) == (True, "makan", "makan")
    chat.server(":srv 352 Siti #lobby ~b b.lan srv Budi G@ :0 Budi")
    assert (private.away_text, member.away_text) == ("makan", "makan")
    assert ConversationChanged("budi", "budi") in chat.server(f"{BUDI} AWAY")
    assert (private.away, private.away_text, member.away_text) == (False, "", "")
