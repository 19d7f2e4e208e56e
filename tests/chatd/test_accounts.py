"""`chatd/accounts.py`: whose name is whose, numbers that are never used twice, and accounts that lapse."""

from __future__ import annotations

import dataclasses

import pytest

from chatd.accounts import DAY_S, Accounts
from chatd.log import Kept, StoredAccount

NOW = 1_800_000_000.0


def stored(number: int, name: str, *, quiet: bool = False, seen: float = NOW) -> StoredAccount:
    return StoredAccount(number, name, NOW, seen, quiet, b"salt", 4096, b"stored", b"server")


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(Kept([stored(3, "Ani"), stored(7, "bela")], 12))


def test_a_name_has_the_number_of_its_account_as_owner(accounts: Accounts) -> None:
    assert accounts.owner_of("aNI") == "3"
    assert accounts.owner_of("citra") == ""
    assert accounts.name_of("7") == "bela"
    assert [accounts.name_of(owner) for owner in ("8", "~3", "", "²")] == [""] * 4


def test_a_name_or_its_look_alike_is_taken_for_everybody_but_its_owner(accounts: Accounts) -> None:
    accounts.add(stored(accounts.next_number(), "coco"))
    assert accounts.taken("ani", "")
    assert accounts.taken("ANI", "~1234")
    assert accounts.taken("ani", "7")
    assert not accounts.taken("ani", "3")
    assert accounts.taken("сосо", "")  # Cyrillic
    assert accounts.owner_of("сосо") == ""
    assert not accounts.taken("citra", "")


def test_a_number_is_never_used_twice(accounts: Accounts) -> None:
    first = accounts.next_number()
    assert first == 12
    accounts.add(stored(first, "citra"))
    accounts.remove(first)
    assert accounts.next_number() == 13
    assert Accounts(Kept([stored(20, "dewi")], 5)).next_number() == 21


def test_a_removed_account_leaves_its_name_free(accounts: Accounts) -> None:
    accounts.remove(3)
    assert not accounts.taken("ani", "")
    assert accounts.find("ani") is None
    assert accounts.get(3) is None
    assert [account.name for account in accounts] == ["bela"]
    assert len(accounts) == 1


def test_two_accounts_cannot_share_a_name(accounts: Accounts) -> None:
    with pytest.raises(ValueError, match="in use"):
        accounts.add(stored(accounts.next_number(), "ANI"))
    assert accounts.owner_of("ani") == "3"


def test_that_somebody_was_here_is_noted_once_a_day(accounts: Accounts) -> None:
    assert accounts.seen(3, NOW + 60) is None
    noted = accounts.seen(3, NOW + DAY_S)
    assert noted == dataclasses.replace(stored(3, "Ani"), seen=NOW + DAY_S)
    assert accounts.get(3) == noted
    assert accounts.seen(3, NOW + DAY_S + 60) is None
    assert accounts.seen(99, NOW) is None


def test_only_quiet_accounts_lapse_and_only_when_nobody_used_them(accounts: Accounts) -> None:
    accounts.add(stored(20, "citra", quiet=True))
    accounts.add(stored(21, "dewi", quiet=True, seen=NOW + DAY_S))
    assert accounts.lapsed(NOW + 30 * DAY_S) == []
    assert [account.name for account in accounts.lapsed(NOW + 30 * DAY_S + 1)] == ["citra"]


def test_a_changed_account_takes_the_place_of_the_old_one(accounts: Accounts) -> None:
    changed = dataclasses.replace(stored(3, "Ani"), iterations=8192)
    accounts.replace(changed)
    assert accounts.find("ani") == changed
