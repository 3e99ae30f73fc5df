"""Which logins hold, and how long one waits after wrong codes."""

from __future__ import annotations

import json
import os

import pytest

from peerbook.server.logins import MOST_ADDRESSES, Logins, Patience

DAY = 86400


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(clock)


def test_a_login_holds_until_it_ends(tmp_path):
    logins = Logins(tmp_path / "logins", DAY)
    one, two = logins.begin("anna", "s1"), logins.begin("bo", "s2")
    assert [(logins.under(n).user, logins.under(n).stamp) for n in (one, two)] == [
        ("anna", "s1"),
        ("bo", "s2"),
    ]
    logins.end(logins.under(one).id)
    assert logins.under(one) is None
    assert [login.user for login in logins.all()] == ["bo"]
    again = Logins(tmp_path / "logins", DAY)
    assert again.under(two) == again.known(again.under(two).id) == logins.under(two)


def test_a_login_knows_when_something_was_last_asked(tmp_path):
    logins = Logins(tmp_path / "logins", DAY)
    number = logins.begin("anna")
    login = logins.under(number)
    os.utime(tmp_path / "logins" / login.id, (0, login.begun_at - 1000))
    assert logins.under(number).seen_at < login.begun_at
    logins.note(login)
    assert logins.under(number).seen_at >= login.seen_at
    logins.end(login.id)
    logins.note(login)
    assert logins.under(number) is None


def test_a_login_can_be_carried_over_to_a_new_stamp_but_not_brought_back(tmp_path):
    logins = Logins(tmp_path / "logins", DAY)
    number = logins.begin("anna", "old")
    begun = logins.under(number)
    logins.carry_over(begun, "new")
    assert (logins.under(number).stamp, logins.under(number).begun_at) == ("new", begun.begun_at)
    logins.end(begun.id)
    logins.carry_over(begun, "newer")
    assert logins.under(number) is None
    assert list(logins.all()) == []


@pytest.mark.parametrize("number", ["", "x", "../../etc/passwd", "a" * 10_000, "\0"])
def test_a_number_nobody_was_given_is_no_login(tmp_path, number):
    logins = Logins(tmp_path / "logins", DAY)
    assert logins.under(number) is None
    known = logins.begin("anna")
    assert logins.under(number) is None
    assert logins.known("") is None
    logins.end("")
    assert logins.under(known)


def test_a_login_grows_old_and_is_then_cleared_away(tmp_path):
    logins = Logins(tmp_path / "logins", DAY)
    old = logins.begin("anna")
    (path,) = (tmp_path / "logins").iterdir()
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"begun_at": kept["begun_at"] - 2 * DAY}))
    assert logins.under(old) is None
    fresh = logins.begin("anna")
    assert len(list((tmp_path / "logins").iterdir())) == 1
    assert logins.under(fresh).user == "anna"


@pytest.mark.parametrize("content", ["", "anna", "[]", "{}", '{"user": "anna"}', "\0"])
def test_a_file_that_is_no_login_opens_nothing(tmp_path, content):
    logins = Logins(tmp_path / "logins", DAY)
    number = logins.begin("anna")
    (path,) = (tmp_path / "logins").iterdir()
    path.write_text(content)
    assert logins.under(number) is None


def waits(patience: Patience, clock: Clock, address: str, tries: int) -> list[int]:
    """Write wrong codes, each as soon as one is looked at, and return the waits after them."""
    found = []
    for _ in range(tries):
        patience.wrong(address)
        found.append(patience.wait(address))
        clock.now += found[-1]
    return found


def test_the_wait_doubles_and_is_never_longer_than_five_minutes(patience, clock):
    found = waits(patience, clock, "192.0.2.1", 30)
    assert found[:4] == [0, 0, 0, 0]
    assert found[4:8] == [2, 4, 8, 16]
    assert found == sorted(found[:14]) + found[14:]
    assert max(found) <= 300
    assert min(found[14:]) > 120


def test_where_six_digits_are_guessed_the_wait_grows_to_an_hour_and_stays_there(clock):
    slow = Patience(clock, longest_s=3600)
    found = waits(slow, clock, "anna", 60)
    assert found[:8] == [0, 0, 0, 0, 2, 4, 8, 16]
    assert max(found) <= 3600
    assert min(found[30:]) > 1800


def test_wrong_codes_are_forgotten_with_time(patience, clock):
    waits(patience, clock, "192.0.2.1", 8)
    clock.now += 3600
    assert waits(patience, clock, "192.0.2.1", 4) == [0, 0, 0, 0]


def test_the_right_code_clears_an_address(patience, clock):
    waits(patience, clock, "192.0.2.1", 6)
    patience.right("192.0.2.1")
    assert waits(patience, clock, "192.0.2.1", 4) == [0, 0, 0, 0]


def test_one_address_makes_no_other_wait_however_long_it_goes_on(patience, clock):
    waits(patience, clock, "192.0.2.1", 500)
    assert patience.wait("192.0.2.2") == 0


def test_many_addresses_together_make_everybody_wait_but_half_a_minute_at_most(patience, clock):
    for number in range(200):
        patience.wrong(f"192.0.2.{number}")
        assert patience.wait("198.51.100.1") <= 30
    assert patience.wait("198.51.100.1") > 0
    clock.now += 30
    assert patience.wait("198.51.100.1") == 0


def test_addresses_of_one_network_are_one_origin_and_so_are_both_ways_to_write_one(patience, clock):
    waits(patience, clock, "2001:db8::1", 5)
    patience.wrong("2001:db8::2")
    assert patience.wait("2001:db8::ffff") > 0
    assert patience.wait("2001:db8:0:1::1") == 0
    for _ in range(5):
        patience.wrong("::ffff:192.0.2.7")
    assert patience.wait("192.0.2.7") > 0


def test_only_so_many_addresses_are_remembered(patience, clock):
    for number in range(3 * MOST_ADDRESSES):
        patience.wrong(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
        clock.now += 100
    assert len(patience._by_address) == MOST_ADDRESSES
