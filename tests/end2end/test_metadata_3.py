"""IRCv3 metadata as `draft/metadata-3`: pull request 613 of the specifications, sentence by sentence."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.accounts import PASSWORD, session
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, source, untagged

AWARE = ("draft/metadata-3", "batch", "standard-replies")


def inside(lines: list[str], kind: str = "metadata") -> tuple[str, list[str]]:
    """The parameters and the lines of the one batch of this type among these."""
    opening = next(line for line in lines if f" {kind}" in line and " BATCH +" in line)
    name, _, params = opening.partition(" BATCH +")[2].partition(f" {kind}")
    start = lines.index(opening)
    end = lines.index(f":{NAME} BATCH -{name}")
    assert all(line.startswith(f"@batch={name} ") for line in lines[start + 1 : end])
    return params.strip(), untagged(lines[start + 1 : end])


def beside(one: IrcClient, other: IrcClient) -> IrcClient:
    """The other one, in one room with the first."""
    one.ask("JOIN #lab")
    other.ask("JOIN #lab")
    one.fence()
    return other


@pytest.fixture
def siti(connect: Connect) -> IrcClient:
    return connect("siti", *AWARE)


@pytest.fixture
def budi(connect: Connect, siti: IrcClient) -> IrcClient:
    """Somebody in the same room."""
    return beside(siti, connect("budi", *AWARE))


@covers("METADATA", "761", "cap:draft/metadata-3")
def test_a_successful_set_is_answered_with_one_761_of_the_new_value(siti: IrcClient) -> None:
    """METADATA SET: "responds with one `761 RPL_KEYVALUE` event, representing the new value"."""
    assert siti.ask("METADATA * SET display-name :Siti Aminah") == [
        f":{NAME} 761 siti siti display-name * :Siti Aminah"
    ]
    assert siti.ask("METADATA siti SET url :") == [f":{NAME} 766 siti siti url :Key is not set"]


@covers("METADATA", "766")
def test_without_a_value_or_with_an_empty_one_the_key_is_removed(siti: IrcClient) -> None:
    """METADATA SET: "If the Value parameter is omitted or is an empty string, the key is removed"."""
    for removal in ("METADATA * SET status", "METADATA * SET status :"):
        siti.ask("METADATA * SET status :makan")
        assert siti.ask(removal) == [f":{NAME} 766 siti siti status :Key is not set"]
        assert inside(siti.ask("METADATA * LIST")) == ("siti", [])


@covers("METADATA")
def test_removing_what_is_not_set_and_setting_what_is_set_are_no_errors(siti: IrcClient) -> None:
    """METADATA SET: "It is not an error ... to set a key to its current value or remove a nonexistent key"."""
    assert siti.ask("METADATA * SET none") == [f":{NAME} 766 siti siti none :Key is not set"]
    siti.ask("METADATA * SET a :b")
    assert siti.ask("METADATA * SET a :b") == [f":{NAME} 761 siti siti a * :b"]


@covers("METADATA")
def test_get_answers_every_key_in_the_order_given(siti: IrcClient) -> None:
    """METADATA GET: "The ordering of responses within the batch MUST match the order keys were specified"."""
    siti.ask("METADATA * SET b :2")
    assert inside(siti.ask("METADATA siti GET c b $x a")) == (
        "siti",
        [
            f":{NAME} 766 siti siti c :Key is not set",
            f":{NAME} 761 siti siti b * :2",
            f":{NAME} WARN METADATA INVALID_KEY $x :This cannot be a key",
            f":{NAME} 766 siti siti a :Key is not set",
        ],
    )


@covers("METADATA")
def test_a_target_that_is_not_valid_gets_a_fail_instead_of_a_batch(siti: IrcClient) -> None:
    """METADATA GET, LIST, SET: "If the target is not valid, the server MUST reply with INVALID_TARGET"."""
    for command in ("GET a", "LIST", "SET a :b", "CLEAR", "SYNC"):
        for target in ("nobody", "#nowhere", "$x"):
            [line] = siti.ask(f"METADATA {target} {command}")
            assert line.startswith(f":{NAME} FAIL METADATA INVALID_TARGET {target} :")


@covers("METADATA")
def test_a_room_one_is_not_in_answers_like_one_that_is_not_there(siti: IrcClient, connect: Connect) -> None:
    """docs/protocol.md: who is not in a channel learns nothing of it."""
    connect("ani", *AWARE).ask("JOIN #closed", "METADATA #closed SET url :http://a")
    there, not_there = siti.ask("METADATA #closed GET url")[0], siti.ask("METADATA #other GET url")[0]
    assert there.replace("#closed", "#other") == not_there


@covers("METADATA")
def test_only_the_rooms_operator_sets_what_it_says(siti: IrcClient, budi: IrcClient) -> None:
    """METADATA SET: "KEY_NO_PERMISSION if the client does not have permission to set keys on the specified target"."""
    assert siti.ask("METADATA #LAB SET url :http://lab") == [f":{NAME} 761 siti #lab url * :http://lab"]
    for command in ("SET url :x", "CLEAR"):
        [line] = budi.ask(f"METADATA #lab {command}")
        assert line.startswith(f":{NAME} FAIL METADATA KEY_NO_PERMISSION #lab ")
    [line] = budi.ask("METADATA siti SET url :x")
    assert line.startswith(f":{NAME} FAIL METADATA KEY_NO_PERMISSION siti url :")
    assert inside(budi.ask("METADATA #lab LIST")) == ("#lab", [f":{NAME} 761 budi #lab url * :http://lab"])


@covers("METADATA")
def test_clear_names_each_key_that_it_removed(siti: IrcClient) -> None:
    """METADATA CLEAR: "a `metadata` batch containing one `766 RPL_KEYNOTSET` message per cleared key"."""
    siti.ask("METADATA * SET a :1", "METADATA * SET b :2")
    assert inside(siti.ask("METADATA * CLEAR")) == (
        "siti",
        [f":{NAME} 766 siti siti a :Key is not set", f":{NAME} 766 siti siti b :Key is not set"],
    )
    assert inside(siti.ask("METADATA * LIST")) == ("siti", [])


@covers("METADATA", "770", "771", "772")
def test_subscriptions_are_confirmed_listed_and_ended(siti: IrcClient) -> None:
    """METADATA SUB, UNSUB, SUBS: "770 for successful subscriptions or when ... already subscribed"."""
    answer = siti.ask("METADATA * SUB avatar $x status avatar")
    assert answer[0].startswith(f":{NAME} WARN METADATA INVALID_KEY $x :")
    assert answer[1] == f":{NAME} 770 siti avatar status"
    assert inside(siti.ask("METADATA * SUBS"), "metadata-subs") == ("", [f":{NAME} 772 siti avatar status"])
    assert siti.ask("METADATA * UNSUB avatar never") == [f":{NAME} 771 siti avatar never"]
    assert inside(siti.ask("METADATA siti SUBS"), "metadata-subs") == ("", [f":{NAME} 772 siti status"])


@covers("METADATA")
def test_subscriptions_of_others_cannot_be_touched(siti: IrcClient, budi: IrcClient) -> None:
    """METADATA SUB: "If the `<Target>` parameter is not an asterisk (`*`) or the client's nickname ... MUST fail"."""
    for command in ("SUB a", "UNSUB a", "SUBS"):
        [line] = budi.ask(f"METADATA siti {command}")
        assert line.startswith(f":{NAME} FAIL METADATA INVALID_TARGET siti :")


@covers("METADATA")
def test_beyond_the_limit_the_first_key_left_out_is_named(siti: IrcClient) -> None:
    """METADATA SUB: "`FAIL METADATA LIMIT_REACHED` ... it MUST stop processing any further keys"."""
    for start in range(0, 50, 10):
        siti.ask("METADATA * SUB " + " ".join(f"k{number}" for number in range(start, start + 10)))
    answer = siti.ask("METADATA * SUB k1 more k2")
    assert answer[0].startswith(f":{NAME} FAIL METADATA LIMIT_REACHED more 50 :")
    assert answer[1] == f":{NAME} 770 siti k1"


@covers("METADATA")
def test_too_many_keys_are_refused(siti: IrcClient) -> None:
    """Replies: "`LIMIT_REACHED` `<Item> <Limit>`"; capability: "max-keys"."""
    siti.ask(*(f"METADATA * SET k{number} :v" for number in range(20)))
    assert siti.ask("METADATA * SET more :v")[0].startswith(f":{NAME} FAIL METADATA LIMIT_REACHED siti 20 :")
    assert siti.ask("METADATA * SET k1 :w") == [f":{NAME} 761 siti siti k1 * :w"]


@covers("METADATA")
def test_a_subscriber_is_told_of_changes_in_its_rooms_and_of_the_people_there(
    siti: IrcClient, budi: IrcClient, connect: Connect
) -> None:
    """Notifications: "Servers MUST send notifications ... for changes made ... to channels ... to other clients"."""
    ani = connect("ani", *AWARE)
    budi.ask("METADATA * SUB status url")
    siti.ask("METADATA * SUB status url")
    ani.ask("METADATA * SUB status url")
    assert siti.ask("METADATA * SET status :makan", "METADATA #lab SET url :http://lab", "METADATA * SET other :x") == [
        f":{NAME} 761 siti siti status * :makan",
        f":{NAME} 761 siti #lab url * :http://lab",
        f":{NAME} 761 siti siti other * :x",
    ]
    assert budi.fence() == [f":{NAME} 761 * siti status * :makan", f":{NAME} 761 * #lab url * :http://lab"]
    siti.ask("METADATA * SET status")
    assert budi.fence() == [f":{NAME} 766 * siti status :Key is not set"]
    siti.ask("METADATA #lab CLEAR")
    assert budi.fence() == [f":{NAME} 766 * #lab url :Key is not set"]
    assert ani.fence() == [], "who shares no channel is told nothing"


@covers("METADATA")
def test_new_subscriptions_bring_the_values_there_are(siti: IrcClient, budi: IrcClient) -> None:
    """METADATA SUB: "a `metadata` batch with `*ALL` ... containing the current values of all newly-subscribed keys"."""
    siti.ask("METADATA * SET status :makan", "METADATA * SET url :http://siti", "METADATA #lab SET url :http://lab")
    assert inside(budi.ask("METADATA * SUB url")) == (
        "*ALL",
        [f":{NAME} 761 budi #lab url * :http://lab", f":{NAME} 761 budi siti url * :http://siti"],
    )
    assert inside(budi.ask("METADATA * SUB url status")) == ("*ALL", [f":{NAME} 761 budi siti status * :makan"])


@covers("METADATA", "JOIN")
def test_who_joins_gets_the_rooms_metadata_and_that_of_its_members(siti: IrcClient, connect: Connect) -> None:
    """Automatic synchronization: "When a metadata-aware client joins a channel, the server MUST send ..."."""
    siti.ask("JOIN #lab", "METADATA #lab SET url :http://lab", "METADATA * SET url :http://siti")
    ani = connect("ani", *AWARE)
    ani.ask("METADATA * SUB url")
    joined = inside(ani.ask("JOIN #lab"))
    expected = ("#lab", [f":{NAME} 761 ani #lab url * :http://lab", f":{NAME} 761 ani siti url * :http://siti"])
    assert joined == expected
    assert inside(ani.ask("METADATA #lab SYNC")) == expected


@covers("METADATA", "JOIN")
def test_a_labelled_join_keeps_its_batches_apart(siti: IrcClient, connect: Connect) -> None:
    """METADATA SUB: "the `metadata` batch MUST be nested within the `labeled-response` batch"."""
    siti.ask("JOIN #lab", "METADATA #lab SET url :http://lab")
    ani = connect("ani", *AWARE, "labeled-response")
    ani.ask("METADATA * SUB url")
    lines = ani.ask("@label=x JOIN #lab")
    outer = lines[0].partition(" BATCH +")[2].partition(" ")[0]
    assert lines[0].startswith(f"@label=x :{NAME} BATCH +{outer} labeled-response")
    opening = next(line for line in lines if line.endswith(" metadata #lab"))
    assert opening.startswith(f"@batch={outer} :{NAME} BATCH +")
    inner = opening.partition(" BATCH +")[2].partition(" ")[0]
    assert f"@batch={inner} :{NAME} 761 ani #lab url * :http://lab" in lines
    assert lines[-1] == f":{NAME} BATCH -{outer}"


@covers("METADATA")
def test_those_in_the_room_are_told_what_a_newcomer_says_of_itself(siti: IrcClient, connect: Connect) -> None:
    """docs/protocol.md: otherwise nobody could know it without asking about everybody who comes."""
    siti.ask("JOIN #lab", "METADATA * SUB url")
    ani = connect("ani", *AWARE)
    ani.ask("METADATA * SET url :http://ani", "JOIN #lab")
    assert siti.fence() == [f":{source('ani')} JOIN #lab", f":{NAME} 761 * ani url * :http://ani"]


@covers("METADATA")
def test_before_registration_one_speaks_of_oneself_and_it_stands_in_the_welcome(connect: Connect) -> None:
    """Automatic synchronization: "servers MUST send clients a list of their current metadata ... before 376 or 422"."""
    client = connect()
    client.ask("CAP LS 302", "CAP REQ :draft/metadata-3 batch standard-replies")
    assert client.ask("METADATA * SUB display-name", "METADATA * SET display-name :a b c") == [
        f":{NAME} 770 * display-name",
        f":{NAME} 761 * * display-name * :a b c",
    ]
    [refused] = client.ask("METADATA siti LIST")
    assert refused.startswith(f":{NAME} FAIL METADATA INVALID_TARGET siti :")
    client.send("NICK abc", "USER u 0 * :x", "CAP END")
    lines = client.fence()
    assert inside(lines) == ("abc", [f":{NAME} 761 abc abc display-name * :a b c"])
    batch = next(place for place, line in enumerate(lines) if line.endswith(" metadata abc"))
    assert batch < next(place for place, line in enumerate(lines) if line.split(" ")[1] in ("376", "422"))


@covers("METADATA")
def test_what_is_malformed_gets_invalid_params(siti: IrcClient) -> None:
    """METADATA client command: "the server SHOULD reply with `FAIL METADATA INVALID_PARAMS`"."""
    for command, word in (
        ("METADATA", "*"),
        ("METADATA #x", "*"),
        ("METADATA #x GET", "GET"),
        ("METADATA * EAT", "EAT"),
    ):
        [line] = siti.ask(command)
        assert line.startswith(f":{NAME} FAIL METADATA INVALID_PARAMS {word} :")
    [line] = siti.ask("METADATA * :: hi!")
    assert line.startswith(f":{NAME} FAIL METADATA INVALID_PARAMS * :")


@covers("METADATA")
def test_keys_and_values_that_cannot_be_are_refused(siti: IrcClient) -> None:
    """Keys and Values: "Key names are restricted to the ranges `a-z`, `0-9`, and `_./-`"."""
    for key in ("Url", "a$", "é", "k" * 49):
        [line] = siti.ask(f"METADATA * SET {key} :x")
        assert line.startswith(f":{NAME} FAIL METADATA INVALID_KEY {key} :")
    for key, value in (("a", "x" * 241), ("avatar", "javascript:x"), ("color", "red"), ("display-name", "a\u202eb")):
        [line] = siti.ask(f"METADATA * SET {key} :{value}")
        assert line.startswith(f":{NAME} FAIL METADATA INVALID_VALUE {key} :")
    for key, value in (("a", "x" * 240), ("avatar", "https://a.example/{size}.png"), ("color", "#ff00AA")):
        assert siti.ask(f"METADATA * SET {key} :{value}") == [f":{NAME} 761 siti siti {key} * :{value}"]


@covers("cap:draft/metadata-3", "cap:draft/metadata-2", "CAP")
def test_both_versions_at_once_are_refused(connect: Connect) -> None:
    """Issue 5: "both at once refused"; taking the capability away ends the subscriptions."""
    client = connect("siti", *AWARE)
    client.ask("METADATA * SUB a")
    assert client.ask("CAP REQ :draft/metadata-2") == [f":{NAME} CAP siti NAK :draft/metadata-2"]
    both = "draft/metadata-2 draft/metadata-3"
    assert client.ask(f"CAP REQ :{both}") == [f":{NAME} CAP siti NAK :{both}"]
    client.ask("CAP REQ :-draft/metadata-3")
    assert inside(client.ask("CAP REQ :draft/metadata-3", "METADATA * SUBS"), "metadata-subs") == ("", [])


@covers("cap:draft/metadata-3")
def test_the_capability_tells_the_limits(connect: Connect) -> None:
    """`draft/metadata-2` Capability: "These are the defined tokens"."""
    client = connect()
    words = " ".join(client.ask("CAP LS 302")).replace(":", " ").split()
    limits = "before-connect,max-subs=50,max-keys=20,max-key-bytes=48,max-value-bytes=240"
    assert f"draft/metadata-2={limits}" in words
    assert f"draft/metadata-3={limits}" in words


@covers("METADATA")
def test_what_a_guest_said_is_gone_with_it(siti: IrcClient, connect: Connect) -> None:
    siti.ask("METADATA * SET url :http://a")
    siti.leave()
    again = connect("siti", *AWARE)
    assert inside(again.ask("METADATA * LIST")) == ("siti", [])
    again.ask("JOIN #lab", "METADATA #lab SET url :http://lab", "PART #lab", "JOIN #lab")
    assert inside(again.ask("METADATA #lab LIST")) == ("#lab", [])


@covers("METADATA")
def test_an_account_has_its_values_after_a_restart(launch: Launch) -> None:
    """Issue 5: one store; values of accounts are kept."""
    server = launch(None)
    client = server.connect("siti", *AWARE, "draft/account-registration")
    client.ask("METADATA * SET url :http://siti")
    client.ask(f"REGISTER * * {PASSWORD}")
    client.ask("METADATA * SET color :#00ff00")
    server.kill()
    server.start()
    back = session(server, "siti", *AWARE)
    assert inside(back.ask("METADATA * LIST"))[1] == [
        f":{NAME} 761 siti siti url * :http://siti",
        f":{NAME} 761 siti siti color * :#00ff00",
    ]
