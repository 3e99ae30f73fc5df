"""What was typed is there after a crash, and gone when it was saved or thrown away."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text

from builders import LEADER, open_store, participant, save, site
from peerbook.errors import Conflict, InputFault, NotAllowed
from peerbook.privacy.erasure import erase_person
from peerbook.store import Store, Visitor
from peerbook.store.backup import rotate_key
from peerbook.store.drafts import MAX_BYTES, forget
from peerbook.store.tables import Audit, Draft

TYPED = {"title": "Forår æøå", "days": [1, 2], "pinned": True, "note": None}


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


def test_a_draft_is_there_when_the_program_starts_again(tmp_path):
    before = dt.datetime.now(dt.UTC)
    with open_store(tmp_path) as store:
        store.drafts.save(LEADER, "course", TYPED)
    with open_store(tmp_path) as store:
        values, saved_at = store.drafts.get(LEADER, "course")
    assert values == TYPED
    assert before <= saved_at <= dt.datetime.now(dt.UTC)


def test_the_last_one_typed_counts(store):
    store.drafts.save(LEADER, "course", {"title": "a"})
    store.drafts.save(LEADER, "course", {"note": "b"})
    assert store.drafts.get(LEADER, "course")[0] == {"note": "b"}


def test_everybody_has_their_own_draft_of_every_form(store):
    store.drafts.save("anna", "course", {"of": 1})
    store.drafts.save("bo", "course", {"of": 2})
    store.drafts.save("anna", "evaluation", {"of": 3})
    box = store.drafts.box("anna", "course")
    box.load()
    box.discard()
    assert store.drafts.get("anna", "course") is None
    assert store.drafts.get("bo", "course")[0] == {"of": 2}
    assert store.drafts.get("anna", "evaluation")[0] == {"of": 3}


CODE = "P-7K3M9Q"


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (f"course:7:name:{CODE}", {"name": "Grethe Hemmelig"}),
        ("course:7:attendance:3", {"people": [[CODE, {"status": "", "note": "Grethe"}]]}),
        ("course:7:presenters", {"people": {CODE: {"turn": "1"}}}),
        ("course:7:catch_up", {"missed": f"3:{CODE}", "how": "Grethe"}),
        ("course:7:turn", {"mentor": CODE}),
    ],
)
def test_a_form_about_somebody_who_was_deleted_while_it_was_open_keeps_nothing(store, form, values):
    save(store, site(), participant(code=CODE))
    store.drafts.save(LEADER, form, values)
    with store.write("anna") as session:
        erase_person(session, CODE)
    assert store.drafts.get(LEADER, form) is None
    with pytest.raises(Conflict, match="slettet"):
        store.drafts.save(LEADER, form, values)
    assert store.drafts.get(LEADER, form) is None


def test_a_code_in_a_text_somebody_writes_is_only_a_word_of_it(store):
    typed = {"note": f"Talt med {CODE}: ja", "P-7K3M9": "kort", "code": CODE.lower()}
    store.drafts.save(LEADER, "course:7:note", typed)
    assert store.drafts.get(LEADER, "course:7:note")[0] == typed


def test_somebody_who_may_not_read_what_colleagues_type_forgets_it_with_what_it_is_about(store):
    for form in ("course:7:enrol", "course:77:enrol", "course:7%:enrol"):
        store.drafts.save("anna", form, TYPED)
    visitor = Visitor("bo", "course_leader", frozenset({1}))
    with Store.open(store.address, visitor=visitor) as theirs, theirs.write("bo") as session:
        forget(session, "course:7:")
        mine = {"owner": "bo", "form": "mine", "values": "", "saved_at": dt.datetime.now(dt.UTC)}
        session.add(Draft(**mine))
    with store.read() as session:
        left = set(session.scalars(select(Draft.form)))
    assert left == {"course:77:enrol", "course:7%:enrol", "mine"}
    with pytest.raises(NotAllowed), Store.open(store.address, visitor=visitor) as theirs:
        save_as_anna(theirs)


def save_as_anna(theirs):
    """Save a draft of a colleague's after forgetting some: one's own rights are back by then."""
    with theirs.write("bo") as session:
        forget(session, "course:77:")
        session.add(Draft(owner="anna", form="x", values="", saved_at=dt.datetime.now(dt.UTC)))


def test_discarding_what_is_not_there_is_no_fault(store):
    box = store.drafts.box(LEADER, "course")
    box.discard()
    box.save(TYPED)
    box.discard()
    box.discard()
    assert box.load() is None


def test_a_box_is_the_draft_of_one_form(store):
    box = store.drafts.box(LEADER, "course")
    assert box.load() is None
    box.save(TYPED)
    assert box.load()[0] == store.drafts.get(LEADER, "course")[0] == TYPED
    box.discard()
    assert box.load() is None


def test_what_is_saved_on_one_page_takes_no_draft_that_was_typed_on_another(store):
    here, there = (store.drafts.box(LEADER, "course") for _page in range(2))
    assert here.load() is there.load() is None
    there.save({"title": "There"})
    here.discard()  # saved before anything was kept as a draft
    assert there.load()[0] == {"title": "There"}
    here.save({"title": "Here"})
    there.save({"title": "There, and more"})
    here.discard()
    assert store.drafts.get(LEADER, "course")[0] == {"title": "There, and more"}
    there.discard()
    assert here.load() is None


def test_a_draft_that_was_taken_up_on_a_new_page_goes_when_that_is_saved(store):
    store.drafts.box(LEADER, "course").save(TYPED)
    later = store.drafts.box(LEADER, "course")
    assert later.load()[0] == TYPED
    later.discard()
    assert later.load() is None


def test_too_much_is_refused_and_the_earlier_draft_stays(store):
    store.drafts.save(LEADER, "course", TYPED)
    store.drafts.save(LEADER, "pile", {"text": "x" * (MAX_BYTES - 20)})
    with pytest.raises(InputFault):
        store.drafts.save(LEADER, "course", {"text": "x" * MAX_BYTES})
    assert store.drafts.get(LEADER, "course")[0] == TYPED


@pytest.mark.parametrize("values", [{"x": float("nan")}, {"x": object()}, {"x": dt.date.min}])
def test_what_json_cannot_hold_is_refused(store, values):
    with pytest.raises((TypeError, ValueError)):
        store.drafts.save(LEADER, "course", values)


def test_drafts_are_not_in_the_audit(store):
    box = store.drafts.box(LEADER, "course")
    box.save(TYPED)
    box.save({})
    box.discard()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 0


def test_what_is_typed_is_not_to_be_read_in_the_tables_and_opens_under_a_new_key(store):
    """It may be a name or a telephone, which stand sealed once they are saved."""
    store.drafts.save(LEADER, "enrol", {"names": "Opdigt Navn", "phone": "70707070"})
    before = raw(store)
    assert "Opdigt" not in before
    assert "70707070" not in before
    rotate_key(store)
    assert raw(store).partition(".")[0] != before.partition(".")[0]
    assert store.drafts.get(LEADER, "enrol")[0] == {"names": "Opdigt Navn", "phone": "70707070"}


def test_what_an_earlier_peerbook_kept_is_still_there(store):
    with store.write(LEADER) as session:
        session.add(
            Draft(owner=LEADER, form="note", values=TYPED, saved_at=dt.datetime.now(dt.UTC))
        )
    assert store.drafts.get(LEADER, "note")[0] == TYPED
    rotate_key(store)
    assert store.drafts.get(LEADER, "note")[0] == TYPED


def raw(store):
    with store.read() as session:
        return session.scalar(text("SELECT draft_values FROM draft"))
