"""Nothing acknowledged or seen is lost when the server is killed or stopped (reliability D1-D3, rows F1 and F11).

`--fault-rounds N` kills it that often (20 without).
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.end2end.harness import QUIET, ServerProcess
from tests.end2end.talkers import CAPS, RETRY, ROOM, Talker, Talkers, history, is_subsequence

SENDERS = 20
MESSAGES = (20, 400)
"""Acknowledged messages, at least and at most, before the server is killed."""


def check(heard: list[list[tuple[str, str]]], kept: list[tuple[str, str]]) -> None:
    """Whatever anybody was told stands in the history, once, in the same order and with the same text."""
    texts = dict(kept)
    assert len(texts) == len(kept), "a msgid stands twice in the history"
    order = [msgid for msgid, _ in kept]
    for told in heard:
        lost = [(msgid, text) for msgid, text in told if texts.get(msgid) != text]
        assert not lost, f"{len(lost)} of {len(told)} messages are lost, the first is {lost[0]}"
        assert is_subsequence([msgid for msgid, _ in told], order), "the history has another order"


def resend(server: ServerProcess, talkers: list[Talker]) -> None:
    """Each protected sender comes back and sends again what it had no echo for."""
    for talker in talkers:
        if talker.nonces and talker.waiting:
            client = server.connect(talker.nickname, *CAPS, RETRY)
            client.ask(f"JOIN {ROOM}")
            lines = client.ask(*[talker.line(text, nonce) for text, nonce in talker.waiting])
            echoed = [line for line in lines if f":{talker.nickname}!" in line and " PRIVMSG " in line]
            assert len(echoed) == len(talker.waiting), lines
            client.leave()


@pytest.mark.timeout(0)
def test_a_killed_server_has_lost_nothing_that_was_acknowledged_or_seen(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--fault-rounds")
    chance = random.Random(4)
    heard: list[list[tuple[str, str]]] = []
    acknowledged = resent = 0
    with ServerProcess(tmp_path, QUIET) as server:
        for number in range(rounds):
            talkers = Talkers(server, SENDERS, first=number * SENDERS)
            talkers.talk(chance.randint(*MESSAGES))
            server.kill()
            talkers.listen_to_the_end()
            heard += [talker.heard for talker in talkers.talkers]
            acknowledged += sum(talker.acknowledged for talker in talkers.talkers)
            server.start()
            resent += sum(len(talker.waiting) for talker in talkers.talkers if talker.nonces)
            resend(server, talkers.talkers)
        kept = history(server)
    check(heard, kept)
    twice = [text for text, count in Counter(text for _, text in kept).items() if count > 1]
    assert not twice, f"{len(twice)} messages stand twice, such as {twice[0]}"
    assert acknowledged >= rounds * MESSAGES[0]
    print(f"F1: {rounds} rounds, {acknowledged} acknowledged, {resent} sent again, {len(kept)} kept, 0 lost")


def test_a_stopped_server_keeps_and_echoes_what_it_took_and_says_why_it_goes(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        talkers = Talkers(server, SENDERS, window=16)
        talkers.talk(1000)
        assert server.terminate() == 0
        talkers.listen_to_the_end()
        server.start()
        kept = history(server)
    check([talker.heard for talker in talkers.talkers], kept)
    for talker in talkers.talkers:
        own = [text for _, text in kept if text.startswith(talker.nickname + "-")]
        echoed = [text for _, text in talker.heard if text.startswith(talker.nickname + "-")]
        assert echoed == own, "something was kept whose sender never had an echo"
