"""IRCv3 metadata as `draft/metadata-2`: where its text differs from the third version, over the same store."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, source
from tests.end2end.test_metadata_3 import beside, inside

AWARE = ("draft/metadata-2", "batch", "standard-replies")


@pytest.fixture
def siti(connect: Connect) -> IrcClient:
    return connect("siti", *AWARE)


@pytest.fixture
def budi(connect: Connect, siti: IrcClient) -> IrcClient:
    """Somebody in the same room."""
    return beside(siti, connect("budi", *AWARE))


@covers("METADATA", "761", "cap:draft/metadata-2")
def test_a_change_is_answered_with_761_and_told_by_a_metadata_message(siti: IrcClient, budi: IrcClient) -> None:
    """METADATA server message: "METADATA <Target> <Key> <Visibility> <Value>"."""
    budi.ask("METADATA * SUB url")
    assert siti.ask("METADATA * SET url :http://www.example.com") == [
        f":{NAME} 761 siti siti url * :http://www.example.com"
    ]
    siti.ask("METADATA #lab SET url :http://lab", "METADATA * SET url")
    assert budi.fence() == [
        f":{source('siti')} METADATA siti url * :http://www.example.com",
        f":{NAME} METADATA #lab url * :http://lab",
        f":{source('siti')} METADATA siti url *",
    ]


@covers("METADATA")
def test_the_two_versions_see_the_same_values(siti: IrcClient, connect: Connect) -> None:
    """Issue 5: "draft/metadata-2 and draft/metadata-3 over one store"."""
    newer = connect("ani", "draft/metadata-3", "batch", "standard-replies")
    for client in (siti, newer):
        client.ask("JOIN #lab", "METADATA * SUB url")
    siti.fence()
    siti.ask("METADATA * SET url :http://siti")
    newer.ask("METADATA * SET url :http://ani")
    assert newer.fence() == []
    assert siti.fence() == [f":{source('ani')} METADATA ani url * :http://ani"]
    assert inside(newer.ask("METADATA siti GET url"))[1] == [f":{NAME} 761 ani siti url * :http://siti"]
    assert inside(siti.ask("METADATA ani GET url"))[1] == [f":{NAME} 761 siti ani url * :http://ani"]


@covers("METADATA")
def test_an_empty_value_is_a_value_here_and_none_in_the_third_version(siti: IrcClient, connect: Connect) -> None:
    """Keys and Values: "The empty string is a valid value"; in the third version "an invalid value"."""
    assert siti.ask("METADATA * SET away :") == [f":{NAME} 761 siti siti away * :"]
    assert inside(siti.ask("METADATA * LIST"))[1] == [f":{NAME} 761 siti siti away * :"]
    newer = connect("ani", "draft/metadata-3", "batch", "standard-replies")
    assert inside(newer.ask("METADATA siti GET away"))[1] == [f":{NAME} 766 ani siti away :Key is not set"]


@covers("METADATA")
def test_a_key_without_value_cannot_be_removed(siti: IrcClient) -> None:
    """METADATA SET: "If the key is valid, but not set, and the client tries to remove the key ... KEY_NOT_SET"."""
    [line] = siti.ask("METADATA * SET none")
    assert line.startswith(f":{NAME} FAIL METADATA KEY_NOT_SET siti none :")


@covers("METADATA")
def test_failures_have_the_codes_of_this_version(siti: IrcClient, budi: IrcClient) -> None:
    """Standard Replies: the table of codes."""
    siti.ask(*(f"METADATA * SET k{number} :v" for number in range(20)))
    for command, answer in (
        ("METADATA nobody LIST", "FAIL METADATA INVALID_TARGET nobody :"),
        ("METADATA * SET $url$ :x", "FAIL METADATA KEY_INVALID $url$ :"),
        ("METADATA * DESTR0Y", "FAIL METADATA SUBCOMMAND_INVALID DESTR0Y :"),
        ("METADATA budi SET url :x", "FAIL METADATA KEY_NO_PERMISSION budi url :"),
        ("METADATA budi CLEAR", "FAIL METADATA KEY_NO_PERMISSION budi * :"),
        ("METADATA * SET more :x", "FAIL METADATA LIMIT_REACHED siti :"),
        ("METADATA * SET color :red", "FAIL METADATA VALUE_INVALID :"),
        ("METADATA * SET", "461 siti METADATA :"),
    ):
        [line] = siti.ask(command)
        assert line.startswith(f":{NAME} {answer}"), command


@covers("METADATA", "770")
def test_an_invalid_key_and_one_too_many_among_subscriptions(siti: IrcClient) -> None:
    """METADATA SUB: "the server sends a `FAIL METADATA KEY_INVALID` reply to the client and continues"."""
    answer = siti.ask("METADATA * SUB foo $url bar")
    assert answer[0].startswith(f":{NAME} FAIL METADATA KEY_INVALID $url :")
    assert answer[1:] == [f":{NAME} 770 siti foo bar", *answer[2:]]
    for start in range(0, 48, 12):
        siti.ask("METADATA * SUB " + " ".join(f"k{number}" for number in range(start, start + 12)))
    answer = siti.ask("METADATA * SUB email city")
    assert answer[0].startswith(f":{NAME} FAIL METADATA TOO_MANY_SUBS email :")


@covers("METADATA", "JOIN")
def test_sync_and_join_bring_metadata_messages_in_a_batch(siti: IrcClient, connect: Connect) -> None:
    """METADATA SYNC: "a `metadata` batch containing zero or more METADATA events"."""
    siti.ask("JOIN #lab", "METADATA #lab SET url :http://lab", "METADATA * SET url :http://siti")
    ani = connect("ani", *AWARE)
    ani.ask("METADATA * SUB url")
    expected = [f":{NAME} METADATA #lab url * :http://lab", f":{source('siti')} METADATA siti url * :http://siti"]
    assert inside(ani.ask("JOIN #lab")) == ("#lab", expected)
    assert inside(ani.ask("METADATA #lab SYNC")) == ("#lab", expected)


@covers("METADATA")
def test_clear_names_each_key(siti: IrcClient) -> None:
    """METADATA CLEAR: "a `metadata` batch containing one `RPL_KEYVALUE` event per cleared key"."""
    siti.ask("METADATA * SET a :1")
    assert inside(siti.ask("METADATA * CLEAR")) == ("siti", [f":{NAME} 761 siti siti a * :"])


@covers("METADATA")
def test_before_registration_the_batch_with_ones_own_values_is_sent_even_if_empty(connect: Connect) -> None:
    """Notifications: "If none exists, the server MUST send an empty batch instead"."""
    client = connect()
    client.send("CAP REQ :draft/metadata-2 batch", "NICK abc", "USER u 0 * :x", "CAP END")
    assert inside(client.fence()) == ("abc", [])
