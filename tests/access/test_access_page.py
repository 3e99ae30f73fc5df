"""The page on which a leader makes users."""

from __future__ import annotations

import re

import pytest

from builders import GOOD_PASSWORD, a_desk, a_site, a_telephone, a_user
from peerbook.access import access_page
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.seat import BEHIND_HUB_VARIABLE
from peerbook.settings import idle_minutes
from peerbook.sites import site_records
from peerbook.store import Visitor, users
from peerbook.ui import Button, Form, Notice, Prose, Submission, Table


@pytest.fixture
def opened(store, monkeypatch):
    """Return a function that opens the page and gives all its parts of a kind."""
    monkeypatch.setattr(access_page, "open_desk", lambda: a_desk(store, "anna"))
    pages = []

    def parts(kind):
        if not pages:
            pages.append(access_page.open_page())
        return [part for part in pages[0].everything() if isinstance(part, kind)]

    return parts


def send(form, **values):
    begun = {"name": "", "shown": "Opdigt Navn", "role": "leader", "sites": ()}
    form._on_submit(Submission("k" * 32, begun | values))


def code_of(parts):
    found = [re.search(r"(\w{4}-){3}\w{4}", str(part.tree)) for part in parts]
    return next(code[0] for code in found if code)


def rows(opened):
    return {row["name"]: row for table in opened(Table) for row in table._content.rows}


def test_the_first_user_is_a_leader_and_gets_a_code_that_works(opened, store):
    assert "adgangskode" in opened(Notice)[0].text
    form = opened(Form)[0]
    with pytest.raises(InputFault, match="Den første skal være leder"):
        send(form, name="anna", role="peer")
    send(form, name="Anna")
    code = code_of(opened(Prose))
    with store.read() as session:
        assert users.proof(session, "anna").start_code_fits(code)
    assert rows(opened)["anna"]["state"].text == "er ikke begyndt"


def test_users_are_changed_shut_out_and_let_in_again(opened, store):
    a_user(store, "anna", "leader")
    a_user(store, "bo", "course_leader")
    page = access_page._Users(a_desk(store, "anna"), [])
    page.parts()
    page._change({"name": "bo"})
    form = next(part for part in page._changing.inside if isinstance(part, Form))
    send(form, role="evaluator", shown="Opdigt Bo")
    with store.read() as session:
        assert users.account(session, "bo").role == "evaluator"
        assert a_desk(store).name_of("bo") == "Opdigt Bo"
    page._shut_out("bo")
    page._change({"name": "bo"})
    assert [type(part) for part in page._changing.inside][-1] is Button
    page._let_in("bo")
    with store.read() as session:
        assert users.account(session, "bo").is_active
        assert users.proof(session, "bo").password_fits(GOOD_PASSWORD)


def test_behind_a_hub_nothing_is_told_of_passwords(opened, store, monkeypatch):
    monkeypatch.setenv(BEHIND_HUB_VARIABLE, "1")
    assert opened(Notice) == []
    send(opened(Form)[0], name="anna")
    assert [notice.text for notice in opened(Notice)] == [
        "anna må komme ind med sit login fra arbejdet."
    ]
    assert rows(opened)["anna"]["state"].text == "må komme ind"
    page = access_page._Users(a_desk(store, "anna"), [])
    page.parts()
    page._change({"name": "anna"})
    buttons = [part for part in page._changing.inside if isinstance(part, Button)]
    assert [button.actions[0]["label"] for button in buttons] == ["Luk ude"]


def test_a_leader_turns_the_code_off_for_whoever_has_lost_the_telephone(opened, store):
    a_user(store, "anna", "leader")
    a_user(store, "bo", "course_leader")
    a_telephone(store, "bo")
    assert [row["telephone"] for row in rows(opened).values()] == ["nej", "ja"]
    page = access_page._Users(a_desk(store, "anna"), [])
    page.parts()

    def buttons(name):
        page._change({"name": name})
        return [part for part in page._changing.inside if isinstance(part, Button)]

    assert len(buttons("bo")) == len(buttons("anna")) + 1
    buttons("bo")[1]._press({"index": 0}, ())
    with store.read() as session:
        assert not users.account(session, "bo").has_telephone


def test_a_leader_sets_how_long_a_login_may_rest(opened, store):
    form = next(form for form in opened(Form) if form.name == "idle_minutes")

    def rest(minutes, seen=None):
        form._on_submit(Submission("k" * 32, {"idle_minutes": minutes}, seen=seen))

    rest(5)
    rest(60)
    for outside in (4, 61):
        with pytest.raises(InputFault, match="fra 5 til 60"):
            rest(outside)
    with store.read() as session:
        assert idle_minutes(session) == 60
    with pytest.raises(Conflict):
        rest(15, seen={"idle_minutes": 30})


def test_a_new_start_code_is_shown_once(opened, store):
    a_user(store, "anna", "leader")
    page = access_page._Users(a_desk(store, "anna"), [])
    page.parts()
    page._new_code("anna")
    code = code_of(part for part in page._started.inside if isinstance(part, Prose))
    page._change({"name": "anna"})
    assert page._started.inside == ()
    with store.read() as session:
        assert users.proof(session, "anna").start_code_fits(code)


def test_a_user_may_be_kept_to_some_sites(store):
    a_site(store)
    other, name = a_site(store, name="Horsens")
    a_user(store, "anna", "leader")
    with store.read() as session:
        page = access_page._Users(a_desk(store, "anna"), site_records.sites(session))
    page.parts()
    send(page._new_form(), name="bo", role="peer", sites=(other,))
    with store.read() as session:
        assert users.account(session, "bo").sites == {other}
    table = next(part for part in page._table.inside if isinstance(part, Table))
    assert {row["name"]: row["sites"] for row in table._content.rows} == {
        "anna": "alle", "bo": name,
    }  # fmt: skip


def test_a_leader_of_some_sites_sees_who_there_is_and_changes_nobody(store):
    number, _name = a_site(store)
    a_user(store, "anna", "leader")
    desk = Desk(store, Visitor("bo", "leader", frozenset({number})), synthetic=False)
    with store.read() as session:
        parts = access_page._Users(desk, site_records.sites(session)).parts()
    everything = [one for part in parts for one in part.everything()]
    assert not any(isinstance(one, Form | Button) for one in everything)
    (table,) = (one for one in everything if isinstance(one, Table))
    assert table._action is None
    assert [row["name"] for row in table._content.rows] == ["anna"]
