"""A person can see all that is kept about them, on paper and as a file for a computer."""

from __future__ import annotations

import datetime as dt
import subprocess

import pytest
from sqlalchemy import select

from builders import (
    LEADER,
    START,
    a_course_of,
    a_desk,
    a_user,
    add_matching,
    attendance,
    catch_up,
    presenter,
    save,
)
from peerbook.data_protection.grounds import Grounds, grounds, save_grounds
from peerbook.data_protection.own_file import as_csv, as_pdf, own_file
from peerbook.data_protection.person_part import PersonPart, own_file_made
from peerbook.errors import InputFault
from peerbook.files.delimited import read_back
from peerbook.privacy import same_person
from peerbook.privacy.consent import save_answers
from peerbook.privacy.erasure import erase_person
from peerbook.recruitment.enquiry_records import Asked, Person, log_enquiry
from peerbook.recruitment.press_records import Item, save_item
from peerbook.recruitment.talk_records import Decided, Held, save_decision, save_held_talk
from peerbook.store import append_event, identities, sightings
from peerbook.store.cpr import Cpr
from peerbook.store.identities import CPR_SETTING, Contacts
from peerbook.store.store import set_setting
from peerbook.store.tables import CoffeeTalk, Event, MatchedPair, Participant
from peerbook.ui import Button, Downloads, Filter, Form, Submission, Table

NAME, OTHER = "Anna Holm Jensen", "Bo Skov"
CPR = Cpr("2110625629", dt.date(1962, 10, 21))
"""The number python-stdnum's own tests use; nobody's."""
TODAY = START + dt.timedelta(days=30)


@pytest.fixture
def filled(store):
    made = a_course_of(store, NAME, OTHER)
    a_user(store, "karen", "leader", shown="Opdigt Karen")
    anna, bo = made.codes
    with store.write("karen") as session:
        set_setting(session, CPR_SETTING, True)
        identities.save_contacts(session, anna, Contacts("anna@example.org", "12 34 56 78"))
        identities.save_cpr(session, anna, CPR, "samtykke af 4. marts")
        save_answers(
            session, anna, {"taking_part": True, "being_quoted": False}, START, today=START
        )
        append_event(session, "participant", anna, "paused", START, course=made.course_id)
    for code, note in ((anna, "kom sent"), (bo, "Bo var syg")):
        save(
            store,
            attendance(code, course_date_id=made.teaching_day_ids[0], note=note),
            catch_up(code, course_date_id=made.teaching_day_ids[1], how=f"talte om {note}"),
            presenter(code, course_id=made.course_id),
        )
    store.drafts.save(LEADER, "enrol", {"names": "Anna Jensen"})
    return made


def file_of(store, code, *, names_staff=False):
    with store.read() as session:
        return own_file(session, code, TODAY, names_staff=names_staff)


def test_everything_about_one_person_is_in_it_and_nothing_about_another(store, filled):
    told = repr(file_of(store, filled.codes[0]))
    for known in (
        NAME, "anna@example.org", "12 34 56 78", "211062-****", "samtykke af 4. marts",
        "kom sent", "talte om kom sent", "pause", "ja til", "nej til", "Leder",
    ):  # fmt: skip
        assert known in told, known
    assert "5629" not in told
    for foreign in (OTHER, "Bo var syg", filled.codes[1]):
        assert foreign not in told, foreign


def test_wishes_pairs_and_meetings_are_in_it_and_nobody_else_is(store, filled):
    anna, bo = filled.codes
    with store.write(LEADER) as session:
        add_matching(session, filled.site_id, anna, bo)
    told = repr(file_of(store, anna))
    for known in ("Lido", "Efter at have mødt hinanden", "Ud", "De er i familie"):
        assert known in told, known
    for foreign in (OTHER, bo, "Fætre"):
        assert foreign not in told, foreign


def test_the_pathway_is_in_it_and_what_belongs_to_the_other_is_not(store, filled):
    anna, bo = filled.codes
    with store.write(LEADER) as session:
        add_matching(session, filled.site_id, anna, bo)
        number = session.scalars(select(MatchedPair.id)).one()
        row = session.get_one(MatchedPair, number)
        row.starts_on, row.months, row.mentor_goal = START, 6, "Bos eget mål"
        reasons = {}
        for since, who, why in ((10, "mentor", "illness"), (40, "peer", "family")):
            day = START + dt.timedelta(days=since)
            append_event(session, "matched_pair", number, "paused", day, who=who)
            reasons[day.isoformat()] = why
            told = {"offered": ["cafe"], "since": day}
            append_event(session, "matched_pair", number, "partner_told", day, **told)
            day += dt.timedelta(days=9)
            append_event(session, "matched_pair", number, "resumed", day)
        row.pause_reasons = reasons
        answers = {"peer": True, "mentor": False}
        append_event(session, "matched_pair", number, "extension_answered", START, **answers)
    told = repr(file_of(store, anna))
    for known in ("i 6 måneder", "Familie", "Komme i caféen", "Ja (", "Vi har set på målene",
                  "I mødtes"):  # fmt: skip
        assert known in told, known
    for foreign in ("Sygdom", "Nej (", "Bos eget mål", "Kom ud", OTHER, bo):
        assert foreign not in told, foreign


def test_that_the_other_one_was_deleted_is_not_in_it(store, filled):
    anna, bo = filled.codes
    with store.write(LEADER) as session:
        add_matching(session, filled.site_id, anna, bo)
        erase_person(session, bo, START)
    told = repr(file_of(store, anna))
    assert "Hvem du er og har været matchet med" in told
    assert "En af de to er slettet" not in told


def test_staff_are_told_by_their_role_and_named_only_when_that_is_asked_for(store, filled):
    code = filled.codes[0]
    told = repr(file_of(store, code))
    assert "Opdigt Karen" not in told
    assert "Spørg os" in told
    named = repr(file_of(store, code, names_staff=True))
    assert "Opdigt Karen" in named
    assert "Leder" not in named


def test_two_of_one_role_who_saw_a_name_on_one_day_stand_together(store, filled):
    code = filled.codes[0]
    a_user(store, "lis", "leader", shown="Opdigt Lis")
    for name in ("karen", "lis"):
        own_file_made(a_desk(store, name), code, as_csv)

    def leaders(*, names_staff):
        chapters = file_of(store, code, names_staff=names_staff).chapters
        seen = next(one for one in chapters if one.title == "Hvem der har set dit navn")
        return [
            (who, int(count)) for _day, who, what, count in seen.rows
            if what == "Navn" and who in ("Leder", "Opdigt Karen", "Opdigt Lis")
        ]  # fmt: skip

    named = dict(leaders(names_staff=True))
    assert set(named) == {"Opdigt Karen", "Opdigt Lis"}
    assert leaders(names_staff=False) == [("Leder", sum(named.values()))]


def test_the_page_asks_how_staff_are_told_before_it_makes_the_file(store, filled):
    part = PersonPart(a_desk(store, "karen"))
    _told, (row,) = search(part, "holm")
    next(one for one in part._place.everything() if isinstance(one, Table))._action.run(row)
    asks = next(one for one in part._place.everything() if isinstance(one, Filter))
    makes = next(one for one in part._place.everything() if isinstance(one, Downloads))

    def csv():
        _name, data, _media = makes._makers[1]()
        return data.decode("utf-8-sig")

    assert asks.value is False
    assert "Opdigt Karen" not in csv()
    asks.chosen = asks.values.index(True)
    assert "Opdigt Karen" in csv()


def test_a_chapter_for_each_kind_and_the_draft_that_names_them_is_counted(store, filled):
    chapters = {one.title: one for one in file_of(store, filled.codes[0]).chapters}
    assert [len(row) for one in chapters.values() for row in one.rows] == [
        len(one.headings) for one in chapters.values() for _row in one.rows
    ]
    (typed,) = chapters["Andre steder, du står"].rows
    assert typed[1] == "1"
    assert chapters["Hvem der har skrevet det"].rows


def test_what_was_said_of_who_they_are_one_person_with_is_counted(store, filled):
    with store.write(LEADER) as session:
        same_person.say(session, filled.codes, is_same=False, today=TODAY)
    told = file_of(store, filled.codes[0]).chapters[-1]
    assert ("hvem de er samme person som, eller ikke er", "1") in told.rows


def test_that_somebody_asked_what_was_talked_about_and_what_they_decided_is_told(store, filled):
    """Enquiry, talk and decision with all their details, in words and not as they are kept."""
    code = filled.codes[0]
    day = START - dt.timedelta(days=20)
    with store.write("karen") as session:
        site_id = session.get_one(Participant, code).site_id
        person = Person(NAME, is_known=True)
        item = save_item(session, site_id, Item("article", "Opdigt Avis", day), TODAY)
        asked = Asked(day, "open", "article", "ambassador", item.number, "ringer helst om aftenen")
        log_enquiry(session, site_id, asked, person, TODAY)
        held = Held(
            "mentor", day, "Foreningernes Hus", 2, 80, "1.0", ("apology", "gone_point"),
            "ud at gå", "en i min egen alder",
        )  # fmt: skip
        talk = save_held_talk(session, code, held, TODAY)
        save_decision(session, code, Decided("not_now", day, reason="work", write_on=TODAY), TODAY)
    with store.write("lis") as session:
        row = session.get_one(CoffeeTalk, talk.number)
        row.minutes = 90
    told = {one.title: repr(one.rows) for one in file_of(store, code).chapters}
    for known in ("Opdigt Avis", "ringer helst om aftenen", "Avis eller blad", "En, der selv er"):
        assert known in told["Da du henvendte dig"], known
    for known in (
        "Foreningernes Hus", "Hvordan man melder afbud", "gone_point", "ud at gå",
        "en i min egen alder", "90", "I talte sammen",
    ):  # fmt: skip
        assert known in told["Vores samtaler over en kop kaffe"], known
    assert "Ikke nu: arbejde" in told["Hvad der er sket"]
    assert "not_now" not in repr(told)
    changed = [row for row in file_of(store, code).chapters if row.title.startswith("Hvem der har")]
    assert ("første samtaler over en kop kaffe", "ændret") in [
        row[-2:] for one in changed for row in one.rows
    ]
    assert "ud at gå" not in repr(file_of(store, filled.codes[1]))


def test_the_csv_is_the_same_in_lines(store, filled):
    file = file_of(store, filled.codes[0])
    name, data, media_type = as_csv(file, TODAY, synthetic=False)
    headings, *lines = read_back(data)
    assert len(headings) == 4
    assert len(lines) == sum(len(row) for one in file.chapters for row in one.rows)
    assert NAME in {line[3] for line in lines}
    assert media_type == "text/csv"
    assert "anna" not in name
    assert filled.codes[0].lower() in name


def test_the_pdf_names_the_person_and_says_where_it_comes_from(store, filled):
    name, data, _media = as_pdf(file_of(store, filled.codes[0]), TODAY, synthetic=True)
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    text = done.stdout.decode()
    assert NAME in text
    assert "Datatilsynet" in text
    assert "opdigt" in name


def test_what_the_place_builds_on_stands_in_it_and_nothing_is_made_up(store, filled):
    assert repr(file_of(store, filled.codes[0])).count("ikke skrevet af os endnu") == 4
    with store.write(LEADER) as session:
        save_grounds(
            session, Grounds(taking_part="Opdigt § 1", contact="dpo@example.org"), Grounds()
        )
    told = repr(file_of(store, filled.codes[0]))
    assert "Opdigt § 1" in told
    assert "dpo@example.org" in told
    with store.read() as session:
        assert grounds(session).being_quoted == ""


def test_making_it_is_written_down_as_a_sighting_and_in_the_history(store, filled):
    code = filled.codes[0]
    own_file_made(a_desk(store, "karen"), code, as_csv)
    with store.read() as session:
        kinds = [one.kind for one in session.scalars(select(Event).where(Event.subject_id == code))]
        seen = {(one.actor, one.what) for one in sightings.seen_of(session, code)}
    assert kinds[-1] == "own_file"
    assert {("karen", "name"), ("karen", "contact")} <= seen


def test_somebody_who_is_gone_has_no_file(store, filled):
    with pytest.raises(InputFault, match="ingen med den kode"):
        file_of(store, "P-000000")


def search(part, who):
    form = next(one for one in part.parts() if isinstance(one, Form))
    told = form._on_submit(Submission("k" * 32, {"who": who}))
    return told, [row for one in part._place.everything() if isinstance(one, Table)
                  for row in one._content.rows]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "found"),
    [("jensen", [NAME]), ("ANNA holm", [NAME]), ("sko", [OTHER]), ("Viggo", [])],
)
def test_people_are_found_by_parts_of_their_name(store, filled, who, found):
    told, rows = search(PersonPart(a_desk(store)), who)
    assert [row["name"] for row in rows] == found
    assert bool(rows) == ("fundet" in told)


def test_one_letter_finds_nobody_and_says_why(store, filled):
    with pytest.raises(InputFault, match="to bogstaver"):
        search(PersonPart(a_desk(store)), " o ")


def test_people_are_found_by_their_code_however_it_is_written(store, filled):
    code = filled.codes[1]
    _told, rows = search(PersonPart(a_desk(store)), code.lower().replace("-", " "))
    assert [row["code"] for row in rows] == [code]


def test_only_whoever_was_found_has_been_seen(store, filled):
    def times(code):
        with store.read() as session:
            return len(sightings.seen_of(session, code))

    before = [times(code) for code in filled.codes]
    search(PersonPart(a_desk(store)), "skov")
    after = [times(code) for code in filled.codes]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 1]


def test_the_person_takes_the_place_of_the_list_and_gives_it_back(store, filled):
    part = PersonPart(a_desk(store))
    _told, (row,) = search(part, "holm")
    table = next(one for one in part._place.everything() if isinstance(one, Table))
    table._action.run(row)
    back = next(one for one in part._place.everything() if isinstance(one, Button))
    assert not any(isinstance(one, Table) for one in part._place.everything())
    back._actions[0].run()
    assert any(isinstance(one, Table) for one in part._place.everything())


def test_whoever_finds_too_many_is_asked_for_more_of_the_name(store):
    a_course_of(store, *[f"Opdigt Nummer{n}" for n in range(21)])
    told, rows = search(PersonPart(a_desk(store)), "opdigt")
    assert "Skriv mere af navnet" in told
    assert rows == []
