"""MODE of a channel: reading it, who may change it, what each mode does (Modern, "MODE message", "Channel Modes")."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, Settings, commands, source, untagged


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**CHEAP, "history": {"replay_lines": 0}, "operators.guru": {"password": "sangat rahasia"}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


@pytest.fixture
def guru(connect: Connect) -> IrcClient:
    """An operator of the server."""
    client = connect("guru")
    assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
    return client


def changed(client: IrcClient, *lines: str) -> list[str]:
    """What the MODE lines say that come back, without their beginning; numerics as they are."""
    start = f":{source(client.nickname)} MODE #x "
    return [line.removeprefix(start) for line in client.ask(*lines)]


# --- reading --------------------------------------------------------------------------------------


@covers("MODE", "324", "329")
def test_without_a_modestring_324_is_returned_and_329_after_it(op: IrcClient, connect: Connect) -> None:
    """Modern, MODE message: "If <modestring> is not given, the RPL_CHANNELMODEIS numeric is returned. … Servers SHOULD
    also return the RPL_CREATIONTIME numeric following RPL_CHANNELMODEIS."
    """
    lines = connect("bela").ask("MODE #X")
    assert lines[0] == f":{NAME} 324 bela #x +nt"
    assert lines[1].startswith(f":{NAME} 329 bela #x 1")
    assert len(lines) == 2


@covers("324", "chanmode:k")
def test_the_key_is_hidden_from_who_is_not_in_the_channel(op: IrcClient, connect: Connect) -> None:
    """Modern, MODE message: "Servers MAY choose to hide sensitive information such as channel keys"."""
    op.ask("MODE #x +kl sesam 9")
    assert op.ask("MODE #x")[0] == f":{NAME} 324 oki #x +ntkl sesam 9"
    assert connect("bela").ask("MODE #x")[0] == f":{NAME} 324 bela #x +ntkl * 9"


@covers("403")
def test_a_channel_that_does_not_exist_is_403_and_a_secret_one_too(op: IrcClient, connect: Connect) -> None:
    """Modern, MODE message: "If <target> is a channel that does not exist on the network, the ERR_NOSUCHCHANNEL
    numeric is returned."
    """
    op.ask("MODE #x +s")
    assert connect("bela").ask("MODE #nowhere", "MODE #x", "MODE #x b", "MODE #x +m") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        *[f":{NAME} 403 bela #x :No such channel"] * 3,
    ]


# --- changing -------------------------------------------------------------------------------------


@covers("MODE", "482")
def test_without_privileges_nothing_is_processed_and_482_returned(op: IrcClient, ani: IrcClient) -> None:
    """Modern, MODE message: "If a user does not have appropriate privileges to change modes on the target channel, the
    server MUST NOT process the message, and ERR_CHANOPRIVSNEEDED numeric is returned."
    """
    denied = f":{NAME} 482 ani #x :You're not channel operator"
    assert ani.ask("MODE #x +m", "MODE #x +b bela", "MODE #x -n", "MODE #x +ov ani ani") == [denied] * 4
    op.ask("MODE #x +h ani")
    ani.fence()
    assert ani.ask("MODE #x +vm oki") == [denied], "a part of it would have been allowed"
    assert op.ask("MODE #x")[0] == f":{NAME} 324 oki #x +nt"


@covers("442")
def test_from_outside_nothing_can_be_changed(op: IrcClient, connect: Connect) -> None:
    """Modern, ERR_NOTONCHANNEL: "a channel-affecting command … on a channel they aren't joined to"."""
    assert connect("bela").ask("MODE #x +m") == [f":{NAME} 442 bela #x :You're not on that channel"]


@covers("MODE")
def test_a_mode_line_goes_to_all_members_containing_the_changes(op: IrcClient, ani: IrcClient) -> None:
    """Modern, MODE message: "When the server is done processing the modes, a MODE command is sent to all members of
    the channel containing the mode changes."
    """
    assert changed(op, "MODE #x +m-t+vk ani sesam") == ["+m-t+vk ani sesam"]
    assert ani.fence() == [f":{source('oki')} MODE #x +m-t+vk ani sesam"]


@covers("MODE")
def test_what_changes_nothing_is_not_announced(op: IrcClient, ani: IrcClient) -> None:
    op.ask("MODE #x +b bela")
    ani.fence()
    assert op.ask("MODE #x +n", "MODE #x -i", "MODE #x -klS", "MODE #x +o oki", "MODE #x +b BELA", "MODE #x -b c") == []
    assert changed(op, "MODE #x +nm-i") == ["+m"]
    assert commands(ani.fence()) == ["MODE"]


@covers("472")
def test_an_unknown_letter_is_472_and_the_others_are_applied(op: IrcClient) -> None:
    """Modern, ERR_UNKNOWNMODE: "a mode character used by a client is not recognized by the server"."""
    assert changed(op, "MODE #x +mXzXi") == [
        "+mi",
        f":{NAME} 472 oki X :is unknown mode char to me",
        f":{NAME} 472 oki z :is unknown mode char to me",
    ]


@covers("472")
def test_one_line_is_never_answered_by_hundreds(op: IrcClient) -> None:
    letters = "".join(map(chr, range(0x0400, 0x0400 + 200)))
    assert commands(op.ask(f"MODE #x +{letters}")) == ["472"] * 20
    assert commands(op.ask(f"MODE #x +{'k' * 400}")) == ["696"]


@covers("MODE", "324")
@pytest.mark.parametrize("nothing", ["+", "-+", ":"])
def test_a_modestring_that_says_nothing_is_answered_as_none(op: IrcClient, nothing: str) -> None:
    assert commands(op.ask(f"MODE #x {nothing}")) == ["324", "329"]


@covers("696")
@pytest.mark.parametrize("letter", ["k", "l", "S", "o", "v"])
def test_a_mode_that_lacks_its_parameter_is_ignored_and_696_says_so(op: IrcClient, letter: str) -> None:
    """Modern, MODE message: "If a type B or C mode does not have a parameter when being set, the server MUST ignore
    that mode."
    """
    assert changed(op, f"MODE #x +{letter}m") == ["+m", f":{NAME} 696 oki #x {letter} * :This mode needs a parameter"]


@covers("696")
@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("+l 0", "0"),
        ("+l -1", "-1"),
        ("+l x", "x"),
        ("+l ٣", "٣"),
        ("+l 99999999999999999999", "99999999999999999999"),
        ("+S 3601", "3601"),
        ("+k a,b", "a,b"),
        ("+k :a b", "*"),
        ("+k ::x", "*"),
        (f"+k {'x' * 33}", "x" * 33),
        ("+b :a b", "*"),
        ("+b a:", "a:"),
    ],
)
def test_a_problem_with_a_parameter_is_696(op: IrcClient, change: str, shown: str) -> None:
    """Modern, ERR_INVALIDMODEPARAM: "there was a problem with a mode parameter"; for keys "they SHOULD return" it."""
    (answer,) = [parse(line) for line in op.ask(f"MODE #x {change}")]
    assert (answer.command, answer.params[:4]) == ("696", ["oki", "#x", change[1], shown])


@covers("token:MODES", "696")
def test_more_changes_with_a_parameter_than_modes_says_are_refused(op: IrcClient) -> None:
    """Modern, MODES: "how many 'variable' modes may be set on a channel by a single MODE command from a client"."""
    masks = [f"m{number}!*@*" for number in range(25)]
    wrong, told = op.ask(f"MODE #x +{'b' * 25} {' '.join(masks)}")
    assert parse(wrong).params[:4] == ["oki", "#x", "b", "m20!*@*"]
    assert parse(told).params[1:] == ["+" + "b" * 20, *masks[:20]]


@covers("MODE")
def test_changes_that_fill_more_than_a_line_come_in_several(op: IrcClient, ani: IrcClient) -> None:
    """The harness measures every line."""
    names = [letter * 90 for letter in "abcde"]
    op.ask("NICK " + "o" * 32, f"MODE #x +bbbbb {' '.join(names)}")
    lines = [parse(line) for line in ani.fence() if " MODE " in line]
    assert [line.params[1] for line in lines] == ["+bbbb", "+b"]
    assert [word for line in lines for word in line.params[2:]] == [f"{name}!*@*" for name in names]


@covers("MODE")
def test_a_mode_line_that_does_not_change_anything_is_answered_where_a_label_asked(connect: Connect) -> None:
    """labeled-response: "Servers MUST respond with … an ACK"."""
    client = connect("oki", "labeled-response", "batch")
    client.ask("JOIN #x")
    assert client.ask("@label=a MODE #x +n") == [f"@label=a :{NAME} ACK"]
    assert client.ask("@label=b MODE #x +m") == [f"@label=b :{source('oki')} MODE #x +m"]


@covers("MODE", "cap:draft/event-playback")
def test_mode_lines_stand_in_history_for_who_asks_for_events(op: IrcClient, connect: Connect) -> None:
    """chathistory: "If the client has negotiated draft/event-playback, the server SHOULD send … MODE"."""
    reader = connect("reader", "batch", "draft/chathistory", "draft/event-playback")
    reader.ask("JOIN #x")
    op.ask("MODE #x +mb bela")
    played = reader.ask("CHATHISTORY LATEST #x * 1")
    assert f":{source('oki')} MODE #x +mb bela!*@*" in untagged(played)


@covers("MODE")
def test_every_session_of_a_person_sees_what_one_of_them_changes(server: ServerProcess) -> None:
    register(server, "rina")
    first, second = session(server, "rina"), session(server, "rina")
    first.ask("JOIN #y")
    second.fence()
    assert first.ask("MODE #y +m") == second.fence() == [f":{source('rina')} MODE #y +m"]
    assert second.ask("MODE #y +v rina") == first.fence()


# --- prefixes -------------------------------------------------------------------------------------


@covers("prefix:o", "prefix:h", "prefix:v", "482")
def test_operators_make_operators_and_halfops_only_voices(op: IrcClient, ani: IrcClient, connect: Connect) -> None:
    """Modern, Operator Prefix: "set other users to operator (or lower) status"; Halfop: "at a lower … level"."""
    bela = connect("bela")
    bela.ask("JOIN #x")
    assert changed(op, "MODE #x +h ani")[-1] == "+h ani"
    ani.fence()
    denied = f":{NAME} 482 ani #x :You're not channel operator"
    assert changed(ani, "MODE #x +v bela", "MODE #x +h bela", "MODE #x -o oki", "MODE #x +t") == [
        "+v bela",
        *[denied] * 3,
    ]
    assert changed(op, "MODE #x +o bela", "MODE #x +a oki", "MODE #x +q oki")[-3:] == [
        "+o bela",
        *[denied.replace("ani", "oki")] * 2,
    ]


@covers("MODE")
def test_anyone_may_deop_themselves(op: IrcClient, ani: IrcClient) -> None:
    """RFC 2812, 3.1.5 (Modern points there): "no restriction … on anyone `deopping' themselves"."""
    op.ask("MODE #x +h ani")
    ani.fence()
    assert changed(ani, "MODE #x -h ANI") == ["-h ani"]
    assert commands(changed(ani, "MODE #x +h ani")) == ["482"]


@covers("441", "401")
def test_a_rank_for_who_is_not_there_is_441_and_for_nobody_401(op: IrcClient, connect: Connect) -> None:
    """Modern, ERR_USERNOTINCHANNEL: "(for example, MODE #channel +o nick)"."""
    connect("bela")
    assert op.ask("MODE #x +oo BELA nobody") == [
        f":{NAME} 441 oki bela #x :They aren't on that channel",
        f":{NAME} 401 oki nobody :No such nick/channel",
    ]


# --- what the modes do ----------------------------------------------------------------------------


@covers("chanmode:m", "404")
def test_in_a_moderated_channel_only_people_with_privileges_may_speak(op: IrcClient, ani: IrcClient) -> None:
    """Modern, Moderated: "only users who have channel privileges may send messages to that channel"."""
    op.ask("MODE #x +m")
    ani.fence()
    refused = f":{NAME} 404 ani #x :Cannot send to channel: only people with voice may speak (+m)"
    assert ani.ask("PRIVMSG #x :a", "NOTICE #x :b") == [refused]
    op.ask("MODE #x +v ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :c") == []
    assert op.expect("PRIVMSG").params[1] == "c"


@covers("chanmode:n", "404")
def test_without_n_one_may_speak_from_outside_and_with_it_not(op: IrcClient, connect: Connect) -> None:
    """Modern, No External Messages: "users MUST be joined to the channel in order to send" to it."""
    bela = connect("bela")
    assert bela.ask("PRIVMSG #x :a") == [f":{NAME} 404 bela #x :Cannot send to channel: join it first"]
    op.ask("MODE #x -n")
    assert bela.ask("PRIVMSG #x :b") == []
    assert op.expect("PRIVMSG").params[1] == "b"


@covers("chanmode:t", "TOPIC", "482")
def test_with_t_only_halfops_and_up_set_the_topic_and_without_it_every_member(op: IrcClient, ani: IrcClient) -> None:
    """Modern, Protected Topic: "users must have channel privileges such as halfop or operator status"."""
    assert ani.ask("TOPIC #x :a") == [f":{NAME} 482 ani #x :You're not channel operator"]
    op.ask("MODE #x +h ani")
    ani.fence()
    assert ani.ask("TOPIC #x :b") == [f":{source('ani')} TOPIC #x :b"]
    op.ask("MODE #x -ht ani")
    ani.fence()
    assert ani.ask("TOPIC #x :c") == [f":{source('ani')} TOPIC #x :c"]


@covers("chanmode:C", "404")
def test_with_c_no_ctcp_passes_but_actions(op: IrcClient, ani: IrcClient) -> None:
    op.ask("MODE #x +C")
    ani.fence()
    refused = f":{NAME} 404 ani #x :Cannot send to channel: no CTCP here (+C)"
    sent = ["PRIVMSG #x :\x01VERSION\x01", "PRIVMSG #x :\x01PING", "NOTICE #x :\x01VERSION x\x01"]
    assert ani.ask(*sent, "PRIVMSG #x :\x01ACTION waves\x01", "PRIVMSG #x :a\x01") == [refused] * 2
    assert commands(op.fence()) == ["PRIVMSG", "PRIVMSG"]


@covers("chanmode:R", "477")
def test_with_r_only_people_with_an_account_come_in(op: IrcClient, connect: Connect) -> None:
    """Ergo and others: `+R` is "registered only"; numeric 477, ERR_NEEDREGGEDNICK."""
    op.ask("MODE #x +R")
    text = "Cannot join channel (+R): you need to be logged in to an account"
    assert connect("bela").ask("JOIN #x") == [f":{NAME} 477 bela #x :{text}"]
    citra = connect("citra")
    assert commands(citra.ask(f"REGISTER * * {PASSWORD}", "JOIN #x"))[1:3] == ["900", "JOIN"]


@covers("chanmode:M", "404")
def test_with_m_only_people_with_an_account_or_voice_speak(op: IrcClient, ani: IrcClient, connect: Connect) -> None:
    dewi = connect("dewi")
    dewi.ask(f"REGISTER * * {PASSWORD}", "JOIN #x")
    op.ask("MODE #x +M")
    ani.fence()
    refused = f":{NAME} 404 ani #x :Cannot send to channel: log in to an account first (+M)"
    assert ani.ask("PRIVMSG #x :a") == [refused]
    assert commands(dewi.ask("PRIVMSG #x :b")) == ["MODE"]
    op.ask("MODE #x +v ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :c") == []


@covers("chanmode:S", "404")
def test_with_s_a_member_waits_between_messages_and_is_told_how_long(op: IrcClient, ani: IrcClient) -> None:
    assert changed(op, "MODE #x +S 3600") == ["+S 3600"]
    ani.fence()
    assert ani.ask("PRIVMSG #x :a") == []
    refused = parse(ani.ask("PRIVMSG #x :b")[0])
    assert refused.params[:2] == ["ani", "#x"]
    assert refused.params[2].startswith("Cannot send to channel: one message in 3600 s (+S), wait 3")
    ani.ask("PART #x", "JOIN #x")
    assert commands(ani.ask("PRIVMSG #x :b")) == ["404"], "coming again begins nothing anew"
    assert op.ask("PRIVMSG #x :c", "PRIVMSG #x :d")[-1].startswith(f":{source('ani')} JOIN"), "operators are exempt"
    op.ask("MODE #x +h ani")
    ani.fence()
    assert ani.ask("PRIVMSG #x :e", "PRIVMSG #x :f") == []
    assert changed(op, "MODE #x -S")[-1] == "-S"


@covers("chanmode:k", "475")
def test_a_key_is_needed_to_come_in(op: IrcClient, connect: Connect) -> None:
    """Modern, Key: "they must supply <key> in order for the command to succeed"."""
    assert changed(op, "MODE #x +k sesam") == ["+k sesam"]
    bela = connect("bela")
    wrong = f":{NAME} 475 bela #x :Cannot join channel (+k): wrong key"
    assert bela.ask("JOIN #x", "JOIN #x Sesam", "JOIN #y,#x sesam")[-1] == wrong
    assert commands(bela.ask("JOIN #z,#x a,sesam")).count("JOIN") == 2
    assert changed(op, "MODE #x -k")[-1] == "-k *"
    assert commands(connect("nina").ask("JOIN #x"))[0] == "JOIN"


@covers("chanmode:l", "471")
def test_no_more_come_in_than_the_limit_says(op: IrcClient, connect: Connect) -> None:
    """Modern, Client Limit: "matches or exceeds the value of this mode, new users cannot join"."""
    assert changed(op, "MODE #x +l 1") == ["+l 1"]
    bela = connect("bela")
    assert bela.ask("JOIN #x") == [f":{NAME} 471 bela #x :Cannot join channel (+l): it is full"]
    assert changed(op, "MODE #x +l 2", "MODE #x -l") == ["+l 2", "-l"]
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"


@covers("chanmode:i", "473")
def test_nobody_comes_into_an_invite_only_channel_unasked(op: IrcClient, connect: Connect) -> None:
    """Modern, Invite-Only: "If they have not received an invite, they will receive an ERR_INVITEONLYCHAN reply"."""
    op.ask("MODE #x +i")
    text = "Cannot join channel (+i): you must be invited"
    assert connect("bela").ask("JOIN #x") == [f":{NAME} 473 bela #x :{text}"]


@covers("chanmode:P", "481")
def test_only_operators_of_the_server_make_a_channel_permanent(op: IrcClient) -> None:
    assert op.ask("MODE #x +P") == [f":{NAME} 481 oki :Permission Denied- You're not an IRC operator"]


def test_the_lobby_is_n_and_nobody_is_its_operator(connect: Connect) -> None:
    bela = connect("bela")
    bela.ask("JOIN #lobby")
    assert bela.ask("MODE #lobby")[0] == f":{NAME} 324 bela #lobby +n"
    assert commands(bela.ask("MODE #lobby +m")) == ["482"]
    assert commands(bela.ask("TOPIC #lobby :everybody's")) == ["TOPIC"]


@covers("chanmode:P")
def test_a_permanent_channel_stays_when_it_is_empty(guru: IrcClient, connect: Connect) -> None:
    guru.ask("JOIN #keep", "MODE #keep +P", "TOPIC #keep :stays")
    guru.ask("PART #keep")
    bela = connect("bela")
    assert commands(bela.ask("JOIN #keep"))[:2] == ["JOIN", "332"]
    assert commands(bela.ask("MODE #keep +m")) == ["482"], "nobody becomes its operator by being first"
    guru.ask("JOIN #keep", "MODE #keep -P", "PART #keep")
    bela.ask("PART #keep")
    assert commands(bela.ask("TOPIC #keep")) == ["403"]


@covers("OPER", "prefix:q", "prefix:a")
def test_an_operator_of_the_server_is_founder_wherever_it_is_and_shows_no_prefix(
    op: IrcClient, ani: IrcClient, guru: IrcClient
) -> None:
    assert commands(guru.ask("MODE #x +m")) == ["442"], "outside it is like anybody"
    op.ask("MODE #x +i")
    guru.ask("JOIN #x")
    assert "guru" in parse(op.ask("NAMES #x")[-2]).params[3].split()
    assert changed(guru, "MODE #x +qa-i oki ani")[-1] == "+qa-i oki ani"
    op.fence()
    assert parse(op.ask("NAMES #x")[0]).params[3].split() == ["~oki", "&ani", "guru"]


@covers("OPER", "474", "chanmode:b")
def test_an_operator_of_the_server_moderates_the_lobby_and_bans_hold_for_the_automatic_join(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings: Settings = {
        "limits": {"flood_protection": False},
        "operators.guru": {"password": "sangat rahasia"},
    }
    with ServerProcess(tmp_path_factory.mktemp("lobby"), settings) as server:
        guru = server.connect("guru")
        guru.ask("OPER guru :sangat rahasia", "MODE #lobby +b bela")
        bela = server.connect()
        assert "474" in commands(bela.register("bela"))
        assert commands(bela.ask("PRIVMSG #lobby :a")) == ["404"]


@covers("token:CHANMODES")
def test_every_letter_of_chanmodes_is_known_and_of_its_type(op: IrcClient) -> None:
    """Modern, CHANMODES: "the channel mode letters of Type A, B, C, and D"."""
    line = next(line for line in op.ask("VERSION") if "CHANMODES=" in line)
    token = next(word for word in parse(line).params if word.startswith("CHANMODES="))
    assert token == "CHANMODES=Ibeg,k,Sl,CMPRUimnst"
    lists, always, setting, flags = token.partition("=")[2].split(",")
    for letter in lists:
        assert len(op.ask(f"MODE #x +{letter}")) == 1, "a list that is empty, and its end"
    for letter in flags.replace("P", ""):
        op.ask(f"MODE #x -{letter}")
        assert changed(op, f"MODE #x +{letter}", f"MODE #x -{letter}") == [f"+{letter}", f"-{letter}"]
    for letter in always + setting:
        assert commands(op.ask(f"MODE #x +{letter}")) == ["696"]
        assert commands(op.ask(f"MODE #x +{letter} 7", f"MODE #x -{letter}")) == ["MODE", "MODE"]


def test_mode_of_no_channel_is_403_and_of_nobody_401(connect: Connect) -> None:
    assert connect("ani").ask("MODE #nowhere", "MODE nobody", "MODE :") == [
        f":{NAME} 403 ani #nowhere :No such channel",
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 401 ani * :No such nick/channel",
    ]
