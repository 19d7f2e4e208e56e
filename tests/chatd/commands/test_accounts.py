"""`chatd/commands/accounts.py` under clocks moved by hand: rates, accounts that lapse, a log that cannot keep them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest

from chatd import config, scram
from chatd.accounts import DAY_S, Accounts
from chatd.capabilities import Cap
from chatd.commands import Dispatcher
from chatd.commands.accounts import QUIET_TAG, SWEEP_S
from chatd.commands.call import Context
from chatd.commands.registration import SESSIONS
from chatd.connection import Connection, Deferred, Part
from chatd.events import Event, Outcome
from chatd.log import DropAccount, Kept, SaveAccount, StoredAccount, Write
from chatd.log.memory import MemoryLog
from chatd.rates import FAILURES, TRIES
from protocol import parse
from tests.chatd.connections import connection
from tests.fakes import ManualClock

NOW = 1_800_000_000.0
CAPS = Cap.SASL | Cap.ACCOUNT_REGISTRATION | Cap.QUIET
AFAR = "203.0.113.7"


def stored(number: int, name: str, *, quiet: bool = False, iterations: int = 4096, seen: float = NOW) -> StoredAccount:
    """An account whose password is `rahasia`."""
    made = scram.make_verifier(b"rahasia", iterations)
    return StoredAccount(number, name, NOW, seen, quiet, made.salt, made.iterations, made.stored_key, made.server_key)


class Server:
    """A dispatcher; workers do their work at once, and the log keeps what it is given as `outcome` says."""

    def __init__(self, *accounts: StoredAccount, iterations: int = 4096, new_in_all: int = 30) -> None:
        self.now, self.monotonic = ManualClock(NOW), ManualClock()
        self.outcome = Outcome.DONE
        self.busy = False
        self.written: list[Write] = []
        self.log = MemoryLog(self.now)
        settings = config.Accounts(kdf_iterations=iterations, new_in_all=new_in_all)
        self.accounts = Accounts(Kept(list(accounts)), settings, b"a secret of the tests")
        self.context = Context(
            config=config.Config(lobby=config.Lobby(autojoin=False)),
            log=self.log,
            now=self.now,
            monotonic=self.monotonic,
            host_of=lambda _address: "h.lan",
            motd=list,
            version="obrolan-0",
            started_at=NOW,
            accounts=self.accounts,
        )
        self.dispatcher = Dispatcher(self.context)

    def connect(self, address: str = AFAR) -> Connection:
        made = connection("", CAPS)
        made.address, made.cap_open = address, True
        return made

    def enter(self, nickname: str, address: str = AFAR) -> Connection:
        made = self.connect(address)
        self.ask(made, f"NICK {nickname}", "USER u 0 * :Name", "CAP END")
        return made

    def ask(self, who: Connection, *lines: str) -> list[list[str]]:
        """Command or numeric and parameters of each answer."""
        answers: list[list[str]] = []
        for line in lines:
            self._take(self.dispatcher.receive(who, line.encode()), answers)
        return answers

    def _take(self, parts: Sequence[Part | Event | Deferred], answers: list[list[str]]) -> None:
        for part in parts:
            self._keep()
            if isinstance(part, Deferred):
                resume = part.busy if self.busy or not part.pool else part.work()
                self._take(resume(), answers)
            elif isinstance(part, bytes):
                read = map(parse, part.decode().split("\r\n")[:-1])
                answers += [[message.command, *message.params] for message in read]
        self._keep()

    def _keep(self) -> None:
        while self.log._queue:
            event = self.log._queue.popleft()
            event.outcome = self.outcome
            if self.outcome is Outcome.DONE:
                self.written += event.writes


def plain(name: str, password: str = "rahasia") -> list[str]:
    return ["AUTHENTICATE PLAIN", "AUTHENTICATE " + base64.b64encode(f"\0{name}\0{password}".encode()).decode()]


def commands(answers: list[list[str]]) -> list[str]:
    return [answer[0] for answer in answers]


# --- what is kept


def test_an_account_is_said_to_be_made_when_the_log_has_kept_it() -> None:
    server = Server()
    ani = server.enter("Ani")
    assert commands(server.ask(ani, "REGISTER * ani@example.org rahasia")) == ["REGISTER", "900"]
    (write,) = server.written
    assert isinstance(write, SaveAccount)
    account = write.account
    assert (account.id, account.name, account.email, account.quiet) == (1, "Ani", "ani@example.org", False)
    assert (account.created, account.seen, account.iterations) == (NOW, NOW, 4096)
    assert scram.password_fits(server.accounts.verifier("ani")[1], b"rahasia")
    assert (ani.person.account, ani.person.owner) == ("Ani", "1")
    assert server.context.state.owner_locked("1") is ani.person


def test_an_account_that_cannot_be_kept_is_not_made_and_its_name_is_free() -> None:
    server = Server()
    ani = server.enter("ani")
    server.outcome = Outcome.FAILED
    (answer,) = server.ask(ani, "REGISTER * * rahasia")
    assert answer[:4] == ["FAIL", "REGISTER", "TEMPORARILY_UNAVAILABLE", "ani"]
    assert (ani.person.account, len(server.accounts)) == ("", 0)
    server.outcome = Outcome.DONE
    assert commands(server.ask(ani, "REGISTER * * rahasia")) == ["REGISTER", "900"]
    assert ani.person.owner == "2", "a number is not used twice"


def test_a_login_notes_once_a_day_that_the_account_is_used() -> None:
    server = Server(stored(3, "ani"))
    for day, written in ((0.0, 0), (1.5, 1), (1.6, 1)):
        server.now.seconds = NOW + day * DAY_S
        assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"
        assert len(server.written) == written


def test_a_verifier_is_renewed_at_the_next_plain_login_when_the_setting_has_risen() -> None:
    server = Server(stored(3, "ani"), iterations=8192)
    assert commands(server.ask(server.connect(), *plain("ani", "wrong one")))[-1] == "904"
    assert server.written == []
    assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"
    (write,) = server.written
    assert isinstance(write, SaveAccount)
    assert write.account.iterations == 8192
    assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"
    assert len(server.written) == 1


def test_a_verifier_of_more_rounds_than_the_setting_stays() -> None:
    server = Server(stored(3, "ani", iterations=8192))
    assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"
    assert server.written == []


def test_a_busy_server_says_so_in_the_words_of_each_command() -> None:
    server = Server(stored(3, "ani"))
    server.busy = True
    assert commands(server.ask(server.connect(), *plain("ani"))) == ["AUTHENTICATE", "904"]
    (answer,) = server.ask(server.enter("bela"), "REGISTER * * rahasia")
    assert answer[:4] == ["FAIL", "REGISTER", "TEMPORARILY_UNAVAILABLE", "bela"]


def test_of_two_who_register_one_name_at_once_one_is_told_it_exists() -> None:
    server = Server()
    ani = server.enter("ani")
    (deferred,) = server.dispatcher.receive(ani, b"REGISTER * * rahasia")
    assert isinstance(deferred, Deferred)
    server.accounts.add(stored(server.accounts.next_number(), "ani"))
    (answer,) = deferred.work()()
    assert isinstance(answer, bytes)
    assert b"FAIL REGISTER ACCOUNT_EXISTS ani" in answer


def test_an_account_that_goes_while_its_password_is_checked_logs_nobody_in() -> None:
    server = Server(stored(3, "ani"))
    who = server.connect()
    first, second = plain("ani")
    server.ask(who, first)
    (deferred,) = server.dispatcher.receive(who, second.encode())
    assert isinstance(deferred, Deferred)
    server.accounts.remove(3)
    (answer,) = deferred.work()()
    assert isinstance(answer, bytes)
    assert b" 904 " in answer
    assert who.person.account == ""


# --- rates


def test_an_address_may_make_three_accounts_an_hour() -> None:
    server = Server()
    for number in range(3):
        assert commands(server.ask(server.enter(f"ani{number}"), "REGISTER * * rahasia"))[0] == "REGISTER"
    fourth = server.enter("ani3")
    (answer,) = server.ask(fourth, "REGISTER * * rahasia")
    assert answer[:3] == ["FAIL", "REGISTER", "TEMPORARILY_UNAVAILABLE"]
    assert commands(server.ask(server.enter("bela", "203.0.113.8"), "REGISTER * * rahasia"))[0] == "REGISTER"
    server.monotonic.advance(3_601)
    assert commands(server.ask(fourth, "REGISTER * * rahasia"))[0] == "REGISTER"


def test_this_computer_has_no_limit_of_its_own_but_the_one_for_all_holds() -> None:
    server = Server(new_in_all=5)
    for number in range(5):
        made = server.enter(f"ani{number}", "127.0.0.1")
        assert commands(server.ask(made, "REGISTER * * rahasia"))[0] == "REGISTER"
    last = server.enter("last")
    assert server.ask(last, "REGISTER * * rahasia")[0][:3] == ["FAIL", "REGISTER", "TEMPORARILY_UNAVAILABLE"]
    server.monotonic.advance(601)
    assert commands(server.ask(last, "REGISTER * * rahasia"))[0] == "REGISTER"


def test_an_address_has_ten_wrong_passwords_in_ten_minutes_and_right_ones_do_not_count() -> None:
    server = Server(stored(3, "ani"))
    for _ in range(2 * FAILURES[0]):
        assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"
    for _ in range(FAILURES[0]):
        assert commands(server.ask(server.connect(), *plain("ani", "wrong one"))) == ["AUTHENTICATE", "904"]
    assert commands(server.ask(server.connect(), "AUTHENTICATE PLAIN")) == ["904"]
    assert commands(server.ask(server.connect("203.0.113.8"), *plain("ani")))[-1] == "903"
    assert commands(server.ask(server.connect("127.0.0.1"), *plain("ani")))[-1] == "903"
    server.monotonic.advance(601)
    assert commands(server.ask(server.connect(), *plain("ani")))[-1] == "903"


def test_a_connection_may_try_again_after_a_minute() -> None:
    server = Server(stored(3, "ani"))
    who = server.connect("127.0.0.1")
    for _ in range(TRIES[0]):
        server.ask(who, *plain("ani", "wrong one"))
    assert commands(server.ask(who, "AUTHENTICATE PLAIN")) == ["904"]
    server.monotonic.advance(TRIES[1])
    assert commands(server.ask(who, *plain("ani")))[-1] == "903"


def test_who_logged_in_may_try_as_often_as_before() -> None:
    server = Server(stored(3, "ani"))
    who = server.connect("127.0.0.1")
    for _ in range(3):
        for _ in range(TRIES[0] - 1):
            server.ask(who, *plain("ani", "wrong one"))
        assert commands(server.ask(who, *plain("ani")))[-1] == "903"


def test_after_a_message_that_is_none_the_next_one_begins_anew() -> None:
    server = Server(stored(3, "ani"))
    who = server.connect("127.0.0.1")
    assert commands(server.ask(who, "AUTHENTICATE PLAIN", "AUTHENTICATE ###")) == ["AUTHENTICATE", "904"]
    assert commands(server.ask(who, *plain("ani")))[-1] == "903"


# --- quiet accounts


@pytest.mark.parametrize(
    ("tag", "caps", "quiet"), [(f"@{QUIET_TAG} ", CAPS, True), ("", CAPS, False), (f"@{QUIET_TAG} ", 0, False)]
)
def test_a_quiet_account_is_one_that_says_so_by_the_tag_of_its_capability(tag: str, caps: int, quiet: bool) -> None:
    server = Server()
    ani = server.enter("ani")
    ani.set_caps(caps)
    server.ask(ani, f"{tag}REGISTER * * rahasia")
    account = server.accounts.find("ani")
    assert account is not None
    assert account.quiet is quiet


def test_a_quiet_account_lapses_when_nobody_used_it_for_the_days_of_the_setting() -> None:
    server = Server(stored(3, "ani", quiet=True), stored(4, "bela"))
    assert commands(server.ask(server.enter("guest"), "NICK ani")) == ["433"]
    server.now.advance(30 * DAY_S + 1)
    assert commands(server.ask(server.enter("guest2"), "NICK ani")) == ["433"], "looked for once an hour"
    server.monotonic.advance(SWEEP_S)
    guest = server.enter("ani")
    assert guest.nickname == "ani"
    assert server.written == [DropAccount(3)]
    assert commands(server.ask(guest, "NICK bela")) == ["433"], "an account with a password never lapses"


def test_an_account_in_use_does_not_lapse_however_long_somebody_stays() -> None:
    server = Server(stored(3, "ani", quiet=True))
    ani = server.connect()
    server.ask(ani, *plain("ani"), "NICK ani", "USER u 0 * :Name", "CAP END")
    for _ in range(3):
        server.now.advance(40 * DAY_S)
        server.monotonic.advance(40 * DAY_S)
        server.enter("guest")
        server.context.state.leave_locked(server.context.state.clients[-1])
    account = server.accounts.find("ani")
    assert account is not None
    assert account.seen == server.now.seconds
    assert server.written[-1] == SaveAccount(account)


def test_one_person_has_at_most_so_many_sessions() -> None:
    server = Server(stored(3, "ani"))

    def one_more() -> list[str]:
        made = server.connect("127.0.0.1")
        return commands(server.ask(made, *plain("ani"), "NICK ani", "USER u 0 * :Name", "CAP END"))[3:]

    for _ in range(SESSIONS):
        assert one_more()[0] == "001"
    assert one_more() == ["433"]
    assert len(server.context.state.clients) == SESSIONS


def test_the_read_marks_of_a_lapsed_account_go_with_it() -> None:
    server = Server(stored(3, "ani", quiet=True))
    ani = server.connect()
    server.ask(ani, *plain("ani"), "NICK ani", "USER u 0 * :Name", "CAP END", "JOIN #x")
    server.ask(ani, "MARKREAD #x timestamp=2027-01-15T08:00:00.000Z")
    assert server.context.marks.get(ani.person, "#x")
    server.context.state.leave_locked(ani)
    server.now.advance(31 * DAY_S)
    server.monotonic.advance(SWEEP_S)
    server.enter("guest")
    assert server.context.marks.get(ani.person, "#x") == ""
