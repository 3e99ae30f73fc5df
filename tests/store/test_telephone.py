"""Codes from a telephone: which are good, when, and how often."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import GOOD_PASSWORD, a_user, shown_by
from peerbook.store import users
from peerbook.store.backup import rotate_key
from peerbook.store.tables import Audit, User
from peerbook.store.telephone import PAPER_CODES, STEP_S, Telephone

NOW = 1_795_000_000.0
SECRET = Telephone(b"12345678901234567890")
# RFC 6238 appendix B, SHA-1; it gives eight digits, and a code of six is the last six of them.
RFC_6238 = {
    59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
    1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
}  # fmt: skip


@pytest.mark.parametrize(("seconds", "code"), RFC_6238.items())
def test_a_code_is_that_of_the_standard_and_good_for_a_step_before_and_after(seconds, code):
    step = seconds // 30
    assert SECRET.step_of(code[2:], seconds) == step
    assert SECRET.step_of(f"{code[2:5]} {code[5:]}", seconds + 30) == step
    assert SECRET.step_of(code[2:], seconds - 30 if seconds > 59 else 29) == step
    assert SECRET.step_of(code[2:], seconds + 60) is None
    assert SECRET.step_of(code, seconds) is None, "eight digits are none of ours"


@given(st.integers(0, 4_000_000_000), st.integers(-10, 10))
def test_no_code_is_good_again_nor_one_from_before_it(seconds, aside):
    now = seconds + 10_000
    step = now // STEP_S + aside
    taken = SECRET.step_of(shown_by(SECRET, step * STEP_S), now, after=step)
    assert taken is None or taken > step


@pytest.mark.parametrize("written", ["", "12345", "1234567", "æøå", "\ud800", "۱۲۳۴۵۶", "x" * 999])
def test_what_is_no_code_is_not_good(written):
    assert SECRET.step_of(written, NOW) is None
    assert SECRET.without(written) is None
    assert SECRET.minutes_ahead(written, NOW) is None


@pytest.mark.parametrize(
    ("off_s", "told"), [(65, 1), (-65, -1), (300, 5), (-900, -15), (1500, None)]
)
def test_a_clock_that_is_wrong_is_told_by_how_much(off_s, told):
    assert SECRET.minutes_ahead(shown_by(SECRET, NOW + off_s), NOW) == told


def test_the_picture_says_what_apps_read():
    telephone = Telephone.new()
    said = urlsplit(telephone.address("åse"))
    asked = parse_qs(said.query)
    assert (said.scheme, said.netloc) == ("otpauth", "totp")
    assert asked["secret"] == [telephone.written.replace(" ", "")]
    assert (asked["digits"], asked["period"], asked["issuer"]) == (["6"], ["30"], ["peerbook"])
    assert Telephone.new() != telephone
    assert telephone.secret.hex() not in repr(telephone)


# -- in the record ---------------------------------------------------------------------------------


@pytest.fixture
def anna(store):
    """The store with a user who has a telephone, the telephone, and the codes on her paper."""
    a_user(store, "anna", "leader")
    telephone = Telephone.new()
    with store.write("anna") as session:
        _stamp, codes = users.begin_telephone(session, "anna", telephone, int(NOW // STEP_S) - 1)
    return store, telephone, codes


def accept(store, written, now=NOW):
    with store.write("anna") as session:
        return users.accept_code(session, "anna", written, now)


def test_a_code_comes_in_once_and_so_does_none_before_it(anna):
    store, telephone, _codes = anna
    ahead, now = shown_by(telephone, NOW + 30), shown_by(telephone, NOW)
    assert not accept(store, shown_by(telephone, NOW - 30)), "it showed that the telephone is there"
    assert accept(store, ahead)
    assert not accept(store, ahead)
    assert not accept(store, now)
    assert accept(store, shown_by(telephone, NOW + 60), NOW + 60)


def test_each_code_on_paper_comes_in_once_however_it_is_written(anna):
    store, _telephone, codes = anna
    assert len(set(codes)) == PAPER_CODES
    assert accept(store, codes[3].lower().replace("-", " "))
    assert not accept(store, codes[3])
    with store.read() as session:
        assert users.paper_codes_left(session, "anna") == PAPER_CODES - 1
    assert [accept(store, code) for code in codes].count(True) == PAPER_CODES - 1
    assert not any(accept(store, code) for code in codes)


def test_what_is_kept_is_sealed_and_the_audit_tells_that_and_not_what(anna):
    store, telephone, codes = anna
    accept(store, codes[0])
    with store.read() as session:
        kept = session.get_one(User, "anna").telephone
        told = "".join(f"{one.old} {one.new}" for one in session.query(Audit))
    for secret in (telephone.secret.hex(), telephone.written, *codes, *telephone.paper):
        assert secret not in kept + told
    assert re.search(r"'telephone': '\[private\]'", told)
    assert "telephone_step" in told


def test_a_telephone_moved_to_another_user_opens_nothing(anna):
    store, telephone, _codes = anna
    a_user(store, "eva", "peer")
    with store.write("root") as session:
        session.get_one(User, "eva").telephone = session.get_one(User, "anna").telephone
    with pytest.raises(Exception, match="beskadiget"), store.write("eva") as session:
        users.accept_code(session, "eva", shown_by(telephone, NOW), NOW)


def test_logins_end_when_it_is_turned_on_or_off(store):
    a_user(store, "anna", "leader")

    def stamp():
        with store.read() as session:
            return users.account(session, "anna").stamp

    stamps = [stamp()]
    with store.write("anna") as session:
        users.begin_telephone(session, "anna", Telephone.new(), 1)
    stamps.append(stamp())
    with store.write("anna") as session:
        users.forget_telephone(session, "anna")
    stamps.append(stamp())
    with store.write("anna") as session:
        users.forget_telephone(session, "anna")
    assert len(set(stamps)) == 3
    assert stamp() == stamps[-1], "there was none to forget"
    with store.read() as session:
        assert not users.account(session, "anna").has_telephone
        assert users.proof(session, "anna").password_fits(GOOD_PASSWORD)


def test_under_another_key_it_is_the_same_telephone(anna):
    store, telephone, codes = anna
    with store.read() as session:
        before = session.get_one(User, "anna").telephone
    rotate_key(store)
    with store.read() as session:
        after = session.get_one(User, "anna").telephone
    assert after.partition(".")[0] == store.keys.key_id != before.partition(".")[0]
    assert accept(store, shown_by(telephone, NOW))
    assert accept(store, codes[0])
