"""The page of enquiries offers what there is, and keeps what was chosen."""

import datetime as dt

import pytest

from builders import LEADER, a_desk, a_site
from peerbook.errors import Conflict, InputFault
from peerbook.privacy.consent import save_answers
from peerbook.privacy.erasure import erase_person
from peerbook.recruitment import enquiry_records, press_records, recruitment_page, talk_records
from peerbook.recruitment.decision_part import Decisions
from peerbook.recruitment.enquiry_part import LATEST_ITEMS, Enquiries
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.journey_records import asker
from peerbook.recruitment.people_part import People
from peerbook.recruitment.press_part import study_parts, verdict_name
from peerbook.recruitment.press_records import Item
from peerbook.recruitment.press_study import Happening, study
from peerbook.recruitment.talk_part import Talks
from peerbook.recruitment.talk_records import Decided
from peerbook.store import sightings
from peerbook.store.identities import Contacts
from peerbook.store.tables import Enquiry, Site
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Form, Notice, Prose, Submission, Table, Tabs

TODAY = dt.datetime.now(COPENHAGEN).date()


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def site(store):
    number, _name = a_site(store)
    with store.read() as session:
        return session.get_one(Site, number)


def of_kind(parts, kind):
    found = []
    for part in parts:
        found += [part] if isinstance(part, kind) else []
        found += of_kind(part.inside, kind)
    return found


def asks(store, site, person, **asked):
    with store.write(LEADER) as session:
        saved = enquiry_records.log_enquiry(
            session, site.id, Asked(TODAY, "peer", "article", **asked), person, TODAY
        )
        return session.get_one(Enquiry, saved.number).participant_code


def offered(form):
    field = next(one for one in form.fields if one.get("name") == "press_item")
    return [label for _value, label in field["options"]]


def test_an_article_older_than_the_latest_stays_chosen_when_an_enquiry_is_corrected(store, site):
    with store.write(LEADER) as session:
        old, *_later = [
            press_records.save_item(
                session, site.id, Item("article", f"Avis {n}", days(n - 30)), TODAY
            )
            for n in range(LATEST_ITEMS + 1)
        ]
    asks(store, site, Person(), press_item=old.number)
    enquiries = Enquiries(a_desk(store), site)
    parts = enquiries.parts()
    [new] = of_kind(parts, Form)
    assert len(offered(new)) == LATEST_ITEMS
    [table] = of_kind(parts, Table)
    table._run({"index": 0, "edition": table.edition}, None)
    correction = next(form for form in of_kind(parts, Form) if form is not new and
                      any(one.get("name") == "press_item" for one in form.fields))  # fmt: skip
    assert len(offered(correction)) == LATEST_ITEMS + 1
    assert "Avis 0" in offered(correction)[-1]


def test_an_article_that_is_noted_or_removed_is_offered_or_not_at_once(store, site, monkeypatch):
    monkeypatch.setattr(recruitment_page, "open_desk", lambda: a_desk(store))
    page = recruitment_page.open_page(site.name)
    [tabs] = of_kind(page.inside, Tabs)
    for number in range(len(tabs.inside)):
        tabs._open({"index": number}, None)
    asking, press = tabs.inside[0], tabs.inside[3]

    def asked():
        return next(form for form in of_kind([asking], Form) if form.name == "enquiry")

    assert not [one for one in asked().fields if one.get("name") == "press_item"]
    noting = next(form for form in of_kind([press], Form) if form.name == "press_item")
    given = {"kind": "article", "outlet": "Avis", "title": "", "appeared_on": TODAY}
    noting._on_submit(Submission("a" * 32, given, form="press_item"))
    assert len(offered(asked())) == 1


def test_opening_an_enquiry_to_correct_who_it_was_is_noted_as_seen(store, site):
    code = asks(store, site, Person("Hanne Opdigt", Contacts(phone="22334455")))
    part = Enquiries(a_desk(store), site)
    (table,) = of_kind(part.parts(), Table)
    with store.read() as session:
        before = [one.what for one in sightings.seen_of(session, code)]
    part._correct(table._content.rows[0])
    with store.read() as session:
        after = [one.what for one in sightings.seen_of(session, code)]
    assert "contact" not in before
    assert {"contact", "name"} == set(after)


def test_a_person_who_was_erased_meanwhile_is_not_opened(store, site):
    code = asks(store, site, Person("Hanne Opdigt"))
    parts = People(a_desk(store), site).parts()
    [table] = of_kind(parts, Table)
    with store.write(LEADER) as session:
        erase_person(session, code)
    table._run({"index": 0, "edition": table.edition}, None)
    told = str([prose.tree for prose in of_kind(parts, Prose)])
    assert "Hanne" not in told
    assert not of_kind(parts, Table)


def test_nothing_typed_of_somebody_who_was_erased_meanwhile_is_kept(store, site):
    code = asks(store, site, Person("Hanne Opdigt"))
    desk = a_desk(store)
    with store.read() as session:
        one = asker(session, code, TODAY)
    form = Talks(desk, one, lambda told: None)._held_form(None)
    form._drafts.save({"goals": "Ud at gå"})
    with store.write(LEADER) as session:
        erase_person(session, code)
    with pytest.raises(Conflict):
        form._drafts.save({"goals": "Ud at gå med Hanne"})
    assert store.drafts.kept(desk.actor, "held_talk:") == []


def test_whoever_said_no_to_taking_part_is_marked_as_long_as_they_stand_as_taking_part(store, site):
    code = asks(store, site, Person("Hanne Opdigt"))
    desk = a_desk(store)
    with store.write(LEADER) as session:
        talk_records.save_decision(session, code, Decided("joined", TODAY, "peer"), TODAY)
        save_answers(session, code, {"taking_part": False}, TODAY, today=TODAY)
    part = People(desk, site)
    part._group = "joined"
    (table,) = of_kind(part.parts(), Table)
    assert table._content.rows[0]["standing"].text == "Er med, men har sagt nej"
    told = " ".join(one.text for one in of_kind(part._person_parts(code), Notice))
    assert "sagt nej til at deltage" in told
    with store.write(LEADER) as session:
        save_answers(session, code, {"taking_part": True}, TODAY, today=TODAY)
    (table,) = of_kind(part.parts(), Table)
    assert table._content.rows[0]["standing"].text == "Er med"
    assert not of_kind(part._person_parts(code), Notice)


def decisions_of(store, code, told):
    desk = a_desk(store)
    with store.read() as session:
        return Decisions(desk, asker(session, code, TODAY), told.append)


def test_that_nobody_asked_whether_they_may_be_written_to_is_asked_about_once(store, site):
    code, told = asks(store, site, Person("Hanne Opdigt")), []
    form = decisions_of(store, code, told)._decision_form()
    given = {"outcome": "not_now", "joins_as": None, "reason": "work", "may_write": None,
             "on": TODAY}  # fmt: skip
    with pytest.raises(InputFault, match="skrive til dem igen"):
        form._on_submit(Submission("a" * 32, given, form="decision"))
    assert told == []
    form._on_submit(Submission("b" * 32, given, form="decision"))
    assert len(told) == 1


def test_the_answers_shown_are_those_that_were_saved(store, site):
    code, told = asks(store, site, Person("Hanne Opdigt")), []
    *_words, form = decisions_of(store, code, told)._consent_parts()
    given = {"taking_part": "yes", "being_measured": None, "being_quoted": None, "on": TODAY}
    form._on_submit(Submission("a" * 32, given, form="consent"))
    assert len(told) == 1, "the person is shown anew, with the receipt"


def test_an_article_with_one_day_or_none_to_compare_with_is_told_so_in_danish():
    of = Happening(TODAY, "Avis")
    one = study(of, [TODAY], [], began_on=TODAY, today=days(60))
    told = str([prose.tree for prose in of_kind(study_parts(one, 0), Prose)])
    assert one.basis_days == 1
    assert "kun 1 dag " in told
    assert "endnu" not in verdict_name(one)
