"""Who may come in, and with what password."""

import datetime as dt
import re

import pytest
from argon2 import PasswordHasher, Type

from peerbook.errors import Conflict, InputFault
from peerbook.store import users
from peerbook.store.tables import Audit, User
from peerbook.store.visitor import Visitor

GOOD = "tre blå heste på taget"


def add(store, name="anna", role="leader", sites=None, shown="Opdigt Leder"):
    with store.write("root") as session:
        return users.add_user(session, name, shown, role, sites)


def begin(store, name="anna", password=GOOD):
    with store.write(name) as session:
        return users.set_password(session, name, users.hashed_password(password))


def known(store, name="anna"):
    with store.read() as session:
        return users.account(session, name)


def proof(store, name="anna"):
    with store.read() as session:
        return users.proof(session, name)


def test_a_user_begins_with_a_code_that_is_good_once(store):
    code = add(store)
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
    assert proof(store).start_code_fits(code)
    assert proof(store, " ANNA ").start_code_fits(code.lower().replace("-", " "))
    assert not proof(store).start_code_fits("")
    assert not proof(store).start_code_fits(code[:-1])
    assert not proof(store).password_fits(code)
    begin(store)
    assert not proof(store).start_code_fits(code)
    assert proof(store).password_fits(GOOD)
    assert not proof(store).password_fits(GOOD + "!")


def test_a_code_to_begin_with_is_good_for_a_week(store, monkeypatch):
    code = add(store)

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(2100, 1, 1, tzinfo=tz)

    given = proof(store)
    assert given.start_code_fits(code)
    monkeypatch.setattr(users.dt, "datetime", Later)
    assert not given.start_code_fits(code)


def test_the_code_is_new_each_time_and_the_old_password_holds_until_it_is_used(store):
    first = add(store)
    begin(store)
    with store.write("root") as session:
        second = users.renew_start_code(session, "anna")
    assert first != second
    assert proof(store).start_code_fits(second)
    assert proof(store).password_fits(GOOD)
    begin(store, password="fire røde cykler i gården")
    assert not proof(store).password_fits(GOOD)


def test_neither_password_nor_code_is_kept_anywhere_nor_names_in_the_audit(store):
    code = add(store)
    begin(store)
    with store.read() as session:
        row = session.get_one(User, "anna")
        kept = f"{row.password} {row.start_code} {vars(row)}"
        told = "".join(f"{one.old} {one.new}" for one in session.query(Audit))
    assert row.password.startswith("$argon2id$")
    for secret in (code, code.replace("-", ""), GOOD):
        assert secret not in kept + told
    for private in ("Opdigt Leder", row.password, row.stamp):
        assert private not in told


def test_nothing_fits_a_name_nobody_has_nor_one_who_is_shut_out(store):
    add(store)
    begin(store)
    code = add(store, "eva")
    begin(store, "eva")
    with store.write("root") as session:
        code = users.renew_start_code(session, "eva")
        users.shut_out(session, "eva")
    for name in ("nobody", "eva", ""):
        assert not proof(store, name).password_fits(GOOD)
        assert not proof(store, name).start_code_fits(code)
        assert not proof(store, name).start_code_fits("")
    with store.write("root") as session:
        users.let_in_again(session, "eva")
    assert proof(store, "eva").password_fits(GOOD)
    assert not proof(store, "eva").start_code_fits(code)


def test_a_name_nobody_has_costs_the_same_work_as_a_known_one(store, monkeypatch):
    add(store)
    begin(store)
    compared = []

    def verify(self, kept, _written):
        compared.append(kept.rpartition("$")[0].rpartition("$")[0])
        return True

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert proof(store).password_fits("x")
    assert not proof(store, "nobody").password_fits("x")
    assert len(compared) == 2
    assert compared[0] == compared[1], "the same parameters of Argon2"


def test_a_password_kept_with_older_parameters_is_kept_anew_and_logins_hold(store):
    add(store)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1, type=Type.ID).hash(GOOD)
    with store.write("anna") as session:
        stamp = users.set_password(session, "anna", old)
    assert proof(store).is_outdated
    assert proof(store).password_fits(GOOD)
    with store.write("anna") as session:
        users.rehash(session, "anna", users.hashed_password(GOOD))
    assert not proof(store).is_outdated
    assert proof(store).password_fits(GOOD)
    assert known(store).stamp == stamp


def change(store, name, **new):
    seen = known(store, name)
    to = {"shown": seen.shown, "role": seen.role, "sites": seen.sites} | new
    with store.write("root") as session:
        visitor = Visitor(name, to["role"], to["sites"])
        users.change_user(session, seen, to["shown"], visitor)


@pytest.mark.parametrize(
    ("new", "ends"),
    [
        ({"shown": "Opdigt Andet"}, False),
        ({"role": "peer"}, True),
        ({"sites": frozenset({2})}, True),
        ({"sites": frozenset({1, 3})}, False),
    ],
)
def test_logins_end_when_what_a_user_may_do_changes(store, new, ends):
    add(store)
    add(store, "eva", "course_leader", [3, 1])
    before = known(store, "eva").stamp
    change(store, "eva", **new)
    assert (known(store, "eva").stamp != before) == ends


def test_logins_end_with_a_new_password_and_when_shut_out(store):
    add(store)
    add(store, "eva")
    stamps = {known(store, "eva").stamp, begin(store, "eva"), begin(store, "eva")}
    begin(store)
    with store.write("root") as session:
        users.shut_out(session, "eva")
    stamps.add(known(store, "eva").stamp)
    assert len(stamps) == 4


def test_whoever_was_changed_meanwhile_is_not_changed_again(store):
    add(store)
    add(store, "eva", "peer")
    seen = known(store, "eva")
    change(store, "eva", shown="Opdigt Andet")
    with pytest.raises(Conflict), store.write("root") as session:
        users.change_user(session, seen, "Opdigt Tredje", Visitor("eva", "evaluator"))


def test_the_first_user_leads_at_all_sites(store):
    for role, sites in (("peer", None), ("course_leader", None), ("leader", [1])):
        with pytest.raises(InputFault, match="skal være leder"):
            add(store, role=role, sites=sites)
    with store.read() as session:
        assert users.accounts(session) == []
    add(store)


def test_the_last_leader_can_neither_be_shut_out_nor_become_something_else(store):
    add(store)
    begin(store)
    add(store, "eva", "course_leader")
    begin(store, "eva")
    add(store, "ida", "leader")  # has not come in yet, and may never
    add(store, "ole", "leader", [1])
    begin(store, "ole")

    def shut_out():
        with store.write("root") as session:
            users.shut_out(session, "anna")

    refused = (
        shut_out,
        lambda: change(store, "anna", role="peer"),
        lambda: change(store, "anna", sites=frozenset({1})),
    )
    for attempt in refused:
        with pytest.raises(InputFault, match="Nogen skal være leder"):
            attempt()
    assert known(store).is_active
    begin(store, "ida")
    shut_out()
    assert not known(store).is_active


def test_only_a_chosen_password_makes_the_door_ask_for_names(store):
    def have_begun():
        with store.read() as session:
            return users.have_begun(session)

    assert not have_begun()
    add(store)
    assert not have_begun()
    begin(store)
    assert have_begun()


@pytest.mark.parametrize(
    "name", ["", "a", "1anna", "anna bo", "010190-1234", "anna0101901234", "a" * 21, "a/b", "a'b"]
)
def test_a_login_name_is_short_and_no_number_of_a_person(store, name):
    with pytest.raises(InputFault) as refused:
        add(store, name)
    assert refused.value.faults[0].place.field == "name"


def test_a_login_name_is_had_by_one_however_it_is_written(store):
    add(store, " Åse ")
    assert known(store, "ÅSE").name == "åse"
    with pytest.raises(InputFault, match="allerede"):
        add(store, "åSE")


@pytest.mark.parametrize(
    "password",
    [
        "", "kort kode 1", " " * 20, "adgangskode123", "PASSWORD1234", "aaaaaaaaaaaaaaa",
        "abababababab", "opdigt-leder-1", "anna12345678", "Anna Peerbook 2026", "peerbook2026!",
        "x" * 201, "en\x00 lang nok kode", "en lang nok\nkode her",
    ],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(store, password):
    add(store)
    with pytest.raises(InputFault) as refused:
        users.check_password(password, known(store))
    assert refused.value.faults[0].place.field == "new"


@pytest.mark.parametrize(
    "password", [GOOD, "Kaffe med Anna hver torsdag", "æøå æøå 12345", "😀 fem glade æbler"]
)  # fmt: skip
def test_a_long_password_needs_no_special_signs(store, password):
    add(store)
    users.check_password(password, known(store))
    begin(store, password=password)
    assert proof(store).password_fits(password)
