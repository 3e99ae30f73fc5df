"""What was said about costs is kept as it was said, and two people do not overwrite each other."""

import dataclasses
from decimal import Decimal

import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line, said
from builders import a_site, assert_sound, change, read, refused
from peerbook.costs import assessment_records
from peerbook.costs.assessment import Level
from peerbook.costs.case import COMPLETED, STARTED
from peerbook.costs.spread import Beta, Gamma, Triangle
from peerbook.errors import Conflict

TALK_HOURS, EVENT_COST = f"{VEJLE.id}.talk_hours", f"{VEJLE.id}.event_cost"


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def begun(store, site_id, made):
    return change(store, assessment_records.begin, site_id, made, TODAY).number


def kept(store, number):
    return read(store, assessment_records.assessment, number).assessment


def test_everything_that_was_said_comes_back_as_it_was(store, site_id):
    spreads = {
        "a": said("kr", "900.25", price_year=2024, spread=Triangle(Decimal(800), Decimal("1000"))),
        "b": said("hours", 3, spread=Gamma(Decimal("0.5"))),
        "c": said("share", "0.6", spread=Beta(Decimal(40))),
    }
    made = filled(
        figures=spreads, staff={"x": member(ends_on=TODAY)}, lines={"y": own_line("grant")},
        levels={"2024": Level(Decimal("101.5"), "KL", TODAY)},
        payers={VEJLE.id: "region", f"{VEJLE.id}.talks": "state"},
    )  # fmt: skip
    number = begun(store, site_id, made)
    assert kept(store, number) == made
    (listed,) = read(store, assessment_records.assessments, site_id)
    assert (listed.number, listed.made_on, listed.assessment) == (number, TODAY, made)
    assert_sound(store)


def test_entries_are_saved_one_by_one_and_the_others_stay(store, site_id):
    number = begun(store, site_id, assessment(figures={STARTED: said("count", 20)}))
    hours = {f"{VEJLE.id}.pair_hours": said("hours_each", 9)}
    change(store, assessment_records.save_entries, number, "figures", {}, hours)
    assert set(kept(store, number).figures) == {STARTED, *hours}
    change(store, assessment_records.save_entries, number, "figures", hours, dict.fromkeys(hours))
    assert set(kept(store, number).figures) == {STARTED}
    assert_sound(store)


def test_two_people_may_fill_in_different_figures_but_not_overwrite_one(store, site_id):
    number = begun(store, site_id, assessment())
    save = assessment_records.save_entries
    one, other = ({STARTED: said("count", n)} for n in (20, 30))
    change(store, save, number, "figures", {}, {"completed_share": said("share", "0.5")})
    change(store, save, number, "figures", {}, one)
    with pytest.raises(Conflict):
        change(store, save, number, "figures", {}, other)
    change(store, save, number, "figures", {}, one)
    change(store, save, number, "figures", one, other)
    assert kept(store, number).figures[STARTED] == other[STARTED]


@pytest.mark.parametrize(
    ("part", "key", "entry", "fields"),
    [
        ("figures", TALK_HOURS, said("hours_each", -1), [f"{TALK_HOURS}.value"]),
        ("figures", COMPLETED, said("share", "1.1"), [f"{COMPLETED}.value"]),
        (
            "figures", TALK_HOURS,
            said("hours_each", 1, spread=Triangle(Decimal(-1), Decimal(2))), [f"{TALK_HOURS}.low"],
        ),
        (
            "figures", COMPLETED,
            said("share", "0.5", spread=Triangle(Decimal(0), Decimal(1))), [f"{COMPLETED}.low"],
        ),
        ("figures", EVENT_COST, said("kr", 1), [f"{EVENT_COST}.price_year"]),
        ("figures", STARTED, said("kr", 1, price_year=2026), [STARTED]),
        ("figures", "vejle.nonsense", said("count", 1), ["vejle.nonsense"]),
        ("figures", "talk_hours", said("hours", 1), ["talk_hours"]),
        ("staff", "key", member(effective_hours=Decimal(2000)), ["effective_hours"]),
        ("lines", "key", own_line(kr=-5), ["kr"]),
        ("levels", "2018", Level(Decimal(0), "KL", TODAY), ["level"]),
        ("levels", "2018", Level(Decimal(10) ** 20, "KL", TODAY), ["level"]),
        ("levels", "next year", Level(Decimal(1), "KL", TODAY), ["year"]),
        ("levels", "1999", Level(Decimal(0), "KL", TODAY), ["year", "level"]),
        ("levels", "02026", Level(Decimal(1), "KL", TODAY), ["year"]),
        ("payers", "vejle.coffee", "region", ["vejle.coffee"]),
        ("payers", "vejle.talks", "somebody", ["vejle.talks"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_saved(store, site_id, part, key, entry, fields):
    number = begun(store, site_id, filled())
    before = kept(store, number)
    save = assessment_records.save_entries
    good = {
        "levels": {"2024": Level(Decimal(1), "KL", TODAY)},
        "figures": {"weeks_a_year": said("weeks", 2)},
        "payers": {VEJLE.id: "state"},
    }
    mine = {key: entry, **good.get(part, {"a": None})}
    assert refused(store, save, number, part, getattr(before, part), mine) == fields
    assert kept(store, number) == before


def test_what_was_kept_before_a_model_said_more_closely_what_it_counts_is_read_so(store, site_id):
    kept_so = {"weeks_a_year": said("count", 44), TALK_HOURS: said("hours", 2)}
    number = begun(store, site_id, assessment(figures=kept_so))
    read_so = {"weeks_a_year": said("weeks", 44), TALK_HOURS: said("hours_each", 2)}
    assert kept(store, number).figures == read_so
    more = {"weeks_a_year": said("weeks", 54)}
    save = assessment_records.save_entries
    assert refused(store, save, number, "figures", read_so, more) == ["weeks_a_year.value"]
    fewer = {"weeks_a_year": said("weeks", 40)}
    change(store, save, number, "figures", read_so, fewer)
    assert kept(store, number).figures == read_so | fewer


def test_the_frame_is_changed_without_touching_what_was_filled_in(store, site_id):
    made = filled()
    number = begun(store, site_id, made)
    longer = dataclasses.replace(made, years=5, title="Fem år")
    change(store, assessment_records.save_frame, number, made, longer)
    assert kept(store, number) == longer
    with pytest.raises(Conflict):
        change(
            store, assessment_records.save_frame, number, made, dataclasses.replace(made, years=2)
        )
    assert refused(
        store, assessment_records.save_frame, number, longer, dataclasses.replace(longer, years=0)
    ) == ["years"]


def test_no_two_of_a_place_have_one_name(store, site_id):
    begun(store, site_id, assessment())
    assert refused(store, assessment_records.begin, site_id, assessment(), TODAY) == ["title"]
    elsewhere = a_site(store)[0]
    begun(store, elsewhere, assessment())


def test_one_that_was_removed_is_gone(store, site_id):
    number = begun(store, site_id, filled())
    seen = kept(store, number)
    with pytest.raises(Conflict):
        change(store, assessment_records.remove, number, assessment())
    change(store, assessment_records.remove, number, seen)
    assert read(store, assessment_records.assessments, site_id) == []
    for call in (
        lambda: read(store, assessment_records.assessment, number),
        lambda: change(store, assessment_records.remove, number, seen),
    ):
        with pytest.raises(Conflict):
            call()
    assert_sound(store)
