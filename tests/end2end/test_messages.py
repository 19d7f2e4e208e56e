"""PRIVMSG and NOTICE (Modern IRC, "Sending Messages")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source


def trio(connect: Connect, channel: str, *caps: str) -> tuple[IrcClient, IrcClient, IrcClient]:
    """Three members of a channel who have read all that led there; the first one has the capabilities."""
    clients = connect("ani", *caps), connect("bela"), connect("citra")
    for client in clients:
        client.ask(f"JOIN {channel}")
    for client in clients:
        client.fence()
    return clients


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_a_message_to_a_channel_reaches_all_other_members_once(connect: Connect, verb: str) -> None:
    """PRIVMSG: "used to send private messages between users, as well as to send messages to channels"."""
    ani, bela, citra = trio(connect, "#x")
    outsider = connect("dewi")
    assert ani.ask(f"{verb} #x :hello you two") == []
    for client in (bela, citra):
        assert client.fence() == [f":{source('ani')} {verb} #x :hello you two"]
    assert outsider.fence() == []


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_a_message_to_a_person_reaches_that_person_only(connect: Connect, verb: str) -> None:
    """PRIVMSG: "`<target>` is the nickname of a client or the name of a channel"."""
    ani, bela, citra = trio(connect, "#x")
    assert ani.ask(f"{verb} BELA :psst") == []
    assert bela.fence() == [f":{source('ani')} {verb} bela :psst"]
    assert citra.fence() == []


def test_channels_are_named_as_they_were_opened(connect: Connect) -> None:
    """PRIVMSG: "the `<target>` represents the target of that `PRIVMSG`"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #Kelas")
    bela.ask("JOIN #kelas", "PRIVMSG #KELAS :hi")
    assert ani.expect("PRIVMSG").params == ["#Kelas", "hi"]


@pytest.mark.parametrize(
    "text", ["a", " ", " a ", ":", ":a", "a:b", "\x01ACTION waves\x01", "\x02bold\x0f", "😀 ñ", "%s {0}"]
)
def test_the_text_is_relayed_as_it_is(connect: Connect, text: str) -> None:
    """Parameters: "the rest of the message is treated as the final parameter, including any spaces it contains"."""
    ani, bela, _ = trio(connect, "#x")
    ani.ask(f"PRIVMSG #x :{text}")
    assert bela.fence() == [f":{source('ani')} PRIVMSG #x :{text}"]


def test_a_message_may_do_without_the_colon(connect: Connect) -> None:
    """Parameters: "the use of a preceding colon on the final parameter is optional" (shortened)."""
    ani, bela, _ = trio(connect, "#x")
    ani.ask("PRIVMSG #x word")
    assert bela.fence() == [f":{source('ani')} PRIVMSG #x :word"]


def test_up_to_four_targets_are_served_in_their_order(connect: Connect) -> None:
    """TARGMAX: the limit that 005 tells."""
    ani, bela, citra = trio(connect, "#x", "echo-message")
    lines = [f":{source('ani')} PRIVMSG {target} :hi" for target in ("#x", "bela", "citra")]
    assert ani.ask("PRIVMSG #x,bela,,citra :hi") == lines
    assert bela.fence() == lines[:2]
    assert citra.fence() == [lines[0], lines[2]]


def test_the_fifth_target_is_407(connect: Connect) -> None:
    """ERR_TOOMANYTARGETS of RFC 1459 6.1, for more than TARGMAX tells."""
    ani, bela, citra = trio(connect, "#x")
    answer = ani.ask("PRIVMSG bela,bela,bela,bela,citra :hi")
    assert answer == [f":{NAME} 407 ani citra :Too many recipients, the most is 4"]
    assert len(bela.fence()) == 4
    assert citra.fence() == []


def test_each_target_that_fails_is_answered_and_the_others_are_served(connect: Connect) -> None:
    """PRIVMSG: "the server SHOULD respond with an ERR_CANNOTSENDTOCHAN"; the others are not its business."""
    ani, bela, _ = trio(connect, "#x")
    assert ani.ask("PRIVMSG nobody,bela,#nowhere :hi") == [
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 403 ani #nowhere :No such channel",
    ]
    assert len(bela.fence()) == 1


def test_errors_of_privmsg(connect: Connect) -> None:
    connect("bela").ask("JOIN #x")
    ani = connect("ani")
    assert ani.ask("PRIVMSG", "PRIVMSG :", "PRIVMSG ,, :a", "PRIVMSG bela", "PRIVMSG bela :") == [
        f":{NAME} 411 ani :No recipient given (PRIVMSG)",
        f":{NAME} 411 ani :No recipient given (PRIVMSG)",
        f":{NAME} 411 ani :No recipient given (PRIVMSG)",
        f":{NAME} 412 ani :No text to send",
        f":{NAME} 412 ani :No text to send",
    ]
    assert ani.ask("PRIVMSG nobody :a", "PRIVMSG #nowhere :a", "PRIVMSG #x :a", "PRIVMSG @#x :a", "PRIVMSG $* :a") == [
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 403 ani #nowhere :No such channel",
        f":{NAME} 404 ani #x :Cannot send to channel: join it first",
        f":{NAME} 404 ani #x :Cannot send to channel: join it first",
        f":{NAME} 401 ani $* :No such nick/channel",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "NOTICE",
        "NOTICE :",
        "NOTICE bela",
        "NOTICE nobody :a",
        "NOTICE #nowhere :a",
        "NOTICE #x :a",
        "NOTICE a,b,c,d,e :a",
    ],
)
def test_automatic_replies_must_never_be_sent_in_response_to_a_notice(connect: Connect, line: str) -> None:
    """NOTICE: "automatic replies must never be sent in response to a `NOTICE` message"."""
    connect("bela").ask("JOIN #x")
    assert connect("ani").ask(line) == []


def test_an_away_person_is_answered_with_301_and_gets_the_message_all_the_same(connect: Connect) -> None:
    """PRIVMSG: "the server may reply with an RPL_AWAY numeric and the command will continue"."""
    ani, bela, _ = trio(connect, "#x")
    bela.ask("AWAY :eating")
    assert ani.ask("PRIVMSG Bela :hi") == [f":{NAME} 301 ani bela :eating"]
    assert ani.ask("NOTICE bela :hi", "PRIVMSG #x :hi") == []
    assert commands(bela.fence()) == ["PRIVMSG", "NOTICE", "PRIVMSG"]


def test_a_line_of_512_bytes_is_taken_and_one_more_is_417(connect: Connect) -> None:
    """Message Format: "limit messages to 512 bytes in length, including the trailing CR-LF"."""
    ani, bela, _ = trio(connect, "#x")
    fits, too_long = f"PING {'a' * 470}", f"PRIVMSG #x :{'a' * 499}"
    assert len(too_long) == 511
    assert ani.ask(fits)[0].endswith(" :" + "a" * 470)
    assert ani.ask(too_long) == [f":{NAME} 417 ani :Input line was too long"]
    assert bela.fence() == []


def test_what_would_not_fit_behind_the_senders_source_is_417_and_never_cut(connect: Connect) -> None:
    ani, bela, _ = trio(connect, "#x", "echo-message")
    room = 510 - len(f":{source('ani')} PRIVMSG #x :")
    assert ani.ask(f"PRIVMSG #x :{'a' * room}") == [f":{source('ani')} PRIVMSG #x :{'a' * room}"]
    assert ani.ask(f"PRIVMSG #x :{'a' * (room + 1)}") == [f":{NAME} 417 ani :Input line was too long"]
    assert ani.ask(f"PRIVMSG #x :{'é' * (room // 2 + 1)}") == [f":{NAME} 417 ani :Input line was too long"]
    assert len(bela.fence()) == 1


def test_a_token_of_ping_that_would_not_fit_in_the_answer_is_417(connect: Connect) -> None:
    assert connect("ani").ask(f"PING {'a' * 500}") == [f":{NAME} 417 ani :Input line was too long"]


def test_a_source_sent_by_a_client_is_ignored(connect: Connect) -> None:
    """Source: "Clients MUST NOT include a source when sending a message"."""
    ani, bela, _ = trio(connect, "#x")
    ani.ask(":mallory!m@example.org PRIVMSG #x :really ani")
    assert bela.expect("PRIVMSG").source == source("ani")


def test_commands_are_compared_without_case(connect: Connect) -> None:
    """Modern says nothing of it; people and programs type them in any case."""
    ani, bela, _ = trio(connect, "#x")
    ani.ask("pRivMsg #x :hi")
    assert bela.fence() == [f":{source('ani')} PRIVMSG #x :hi"]


def test_several_spaces_separate_like_one(connect: Connect) -> None:
    """Message Format: "separated by one or more ASCII SPACE characters"."""
    ani, bela, _ = trio(connect, "#x")
    ani.ask("PRIVMSG   #x    :hi  there ")
    assert parse(bela.fence()[0]).params == ["#x", "hi  there "]


def test_after_a_join_in_the_same_packet_one_may_speak(connect: Connect) -> None:
    bela = connect("bela")
    bela.ask("JOIN #x")
    ani = connect("ani", "echo-message")
    assert commands(ani.ask("JOIN #x", "PRIVMSG #x :at once")) == ["JOIN", "353", "366", "PRIVMSG"]
    assert commands(bela.fence()) == ["JOIN", "PRIVMSG"]


def test_after_a_part_in_the_same_packet_one_may_not(connect: Connect) -> None:
    ani, bela, _ = trio(connect, "#x")
    assert commands(ani.ask("PART #x", "PRIVMSG #x :too late")) == ["PART", "404"]
    assert commands(bela.fence()) == ["PART"]
