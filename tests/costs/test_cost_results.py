"""The result tells what is missing, and outcomes only where they may be told."""

import dataclasses
import datetime as dt
import json
import re
import uuid
from decimal import Decimal

import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line, said
from builders import LEADER, a_site, change, read
from peerbook.costs import assessment_records
from peerbook.costs.assessment import Level, hour_key, place_of
from peerbook.costs.capacity_part import CapacityQuestion
from peerbook.costs.case import STARTED, estimate
from peerbook.costs.entries_part import Entries
from peerbook.costs.figures_part import Figures
from peerbook.costs.frame_part import Frame
from peerbook.costs.lines_part import own_costs
from peerbook.costs.model import load_models
from peerbook.costs.names import kroner, payers_told
from peerbook.costs.opened import Opened
from peerbook.costs.outcomes import Outcome, Withheld
from peerbook.costs.result_part import Results, results, volunteers_told
from peerbook.costs.spread import Triangle
from peerbook.costs.team_part import Team
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.store import Visitor
from peerbook.text import format_number
from peerbook.ui import Chart, Downloads, Form, Notice, Prose, Section, Submission, Table
from peerbook.ui.fields import RowsField, all_fields, parse_all

GUIDES = next(one for one in load_models() if one.id == "peer_guide")
BOTH = (GUIDES, VEJLE)


@pytest.fixture
def open_it(store):
    def opened(made):
        number = change(store, assessment_records.begin, a_site(store)[0], made, TODAY).number
        return again(store, number)

    return opened


def again(store, number):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    return Opened(desk, read(store, assessment_records.assessment, number), "Opdigt")


def everything(parts, kind):
    return [one for part in parts for one in part.everything() if isinstance(one, kind)]


def words(parts):
    return json.dumps([one.spec() for one in everything(parts, Prose)], ensure_ascii=False)


def test_nothing_is_worked_out_while_a_figure_is_missing(open_it):
    parts = Results(open_it(assessment())).parts()
    assert not everything(parts, Downloads)
    assert not everything(parts, Chart)
    (missing,) = everything(parts, Table)
    asked = [one for one in VEJLE.questions if one.value is None]
    assert len(missing.spec()["state"]["data"]["rows"]) == len(asked)


def test_what_is_missing_is_told_with_the_step_that_asks_for_it(open_it):
    paid = member()
    old = dataclasses.replace(paid.employment, price_year=2020)
    given = dataclasses.replace(own_line("grant"), figure=said("kr", 5000, price_year=2020))
    made = assessment(
        models=(GUIDES.id,), staff={"a": dataclasses.replace(paid, employment=old)},
        lines={"a": given},
    )  # fmt: skip
    (table,) = everything(Results(open_it(made)).parts(), Table)
    rows = table.spec()["state"]["data"]["rows"]
    places = {what: where for what, where, _told in rows}
    assert set(places.values()) == {
        "2 Teams", "3 Ressourceforbrug: Det, alle modeller spørger om",
        f"3 Ressourceforbrug: {GUIDES.title}", "4 Tilskud",
    }  # fmt: skip
    asked = {one.id: one.ask for one in GUIDES.questions}
    assert places[asked["coordinator_wage"]] == "2 Teams"
    assert places[asked[STARTED]].endswith("Det, alle modeller spørger om")


def test_a_grant_of_which_nobody_says_for_whom_is_asked_about_where_two_pay(open_it):
    ours = dataclasses.replace(own_line("cost"), payer="region")
    for lines, asked in (({"a": own_line("grant")}, 0), ({"a": own_line("grant"), "b": ours}, 1)):
        told = words(Results(open_it(filled(lines=lines))).parts())
        assert told.count("Ret dem i trin 4") == asked


def test_no_outcome_is_told_before_there_are_any(open_it):
    told = words(Results(open_it(filled(BOTH))).parts())
    assert "ingen resultatdata" in told
    assert "for hver, da" not in told


@pytest.mark.parametrize(("improved", "is_told"), [(4, False), (5, True), (16, False), (15, True)])
def test_an_improved_person_is_priced_only_where_no_few_people_are_told_of(
    open_it, improved, is_told
):
    made = filled()
    parts = Results(open_it(made), {VEJLE.id: Outcome(improved, 20)}).parts()
    paid = estimate(made.case(VEJLE)).units.per_completed * 20 / improved
    assert (kroner(paid) in words(parts)) is is_told


def test_the_curve_is_drawn_when_every_model_has_outcomes(open_it):
    opened = open_it(filled(BOTH))
    one = {VEJLE.id: Outcome(30, 50)}
    both = {**one, GUIDES.id: Outcome(20, 50)}
    charts = [
        len([1 for chart in everything(Results(opened, known).parts(), Chart)
             if "mest for pengene" in str(chart.finding)])
        for known in (one, both)
    ]  # fmt: skip
    assert charts == [0, 1]


def test_who_pays_what_a_model_asks_about_is_told_as_an_assumption(open_it):
    assert payers_told() in words(Results(open_it(filled())).parts())


def test_two_costs_of_the_same_words_have_a_bar_each(open_it):
    lines = {
        key: dataclasses.replace(
            own_line("cost"),
            figure=said("kr", 5000, price_year=2026, spread=Triangle(Decimal(1), Decimal(most))),
        )
        for key, most in (("a", 90_000), ("b", 10_000))
    }
    *_others, tornado = everything(Results(open_it(filled(lines=lines))).parts(), Chart)
    axis = tornado.figure["layout"]["yaxis"]
    assert axis["ticktext"] == ["Fondsmidler", "Fondsmidler"]
    for bars in tornado.figure["data"]:
        assert bars["y"] == axis["tickvals"] == [0, 1]


def test_no_curve_is_drawn_where_nobody_improved_in_any_model(open_it):
    nobody = {VEJLE.id: Outcome(0, 20), GUIDES.id: Outcome(0, 20)}
    parts = Results(open_it(filled(BOTH)), nobody).parts()
    assert not [one for one in everything(parts, Chart) if "mest for pengene" in str(one.finding)]
    withheld = Withheld("none_improved", (GUIDES.title,)).text()
    assert withheld in words(parts)


def test_whoever_takes_the_spreadsheet_along_is_told_that_it_holds_prices_of_hours_and_no_pay(
    open_it,
):
    told = "ikke hvad de får i løn"
    assert told in words(Results(open_it(filled(staff={"a": member()}))).parts())
    assert told not in words(Results(open_it(filled())).parts())


def test_own_costs_spent_on_volunteers_are_taken_off_what_their_time_is_worth():
    spent = dataclasses.replace(own_line("cost"), for_volunteers=True)
    (without,), (found,) = results(filled()), results(filled(lines={"a": spent}))
    assert found.estimate.volunteers_net == without.estimate.volunteers_net - 5000 * 3


def test_volunteers_time_is_counted_in_three_ways_beside_their_hours():
    (one,) = results(filled())
    found = one.estimate
    told = {worth: volunteers_told(found, worth) for worth in ("zero", "replacement", "net")}
    assert kroner(found.total("volunteer")) in told["replacement"]
    assert kroner(found.volunteers_net) in told["net"]
    assert kroner(found.units.per_started) in told["zero"]
    hours = f"giver {format_number(found.volunteer_hours())} timer i 2026–2028"
    assert all(hours in text for text in told.values())


def test_volunteers_time_that_is_worth_less_than_what_is_spent_on_them_is_explained():
    much = own_line("cost", kr=900_000)
    (one,) = results(filled(lines={"a": dataclasses.replace(much, for_volunteers=True)}))
    told = {way: volunteers_told(one.estimate, way) for way in ("replacement", "net")}
    assert one.estimate.volunteers_net < 0
    assert "mindre end nul værd" in told["net"]
    assert "mindre end nul værd" not in told["replacement"]


def test_volunteers_time_is_never_paid():
    (one,) = results(filled())
    found = one.estimate
    assert found.total() == sum(cost.kr for cost in found.costs if cost.line.kind == "cost")


def test_what_is_old_is_told_above_the_result(open_it):
    long_ago = TODAY.replace(year=2024)
    made = filled(lines={"a": dataclasses.replace(
        own_line(), figure=said("kr", 5, price_year=2026, said_on=long_ago)
    )})  # fmt: skip
    parts = Results(open_it(made)).parts()
    assert re.search(r"Fondsmidler \(26\. nov\. 2024\)", words(parts))


# -- filling in ------------------------------------------------------------------------------------


def sent(form, **rows):
    """Return a submission of the figures' form with some rows changed."""
    fields = all_fields(form._fields)
    raw = {one.name: form.begin[one.name] for one in fields if isinstance(one, RowsField)}
    for shown in raw.values():
        for row in shown:
            row["values"] |= rows.get(row["id"], {})
    return Submission(str(uuid.uuid4()), parse_all(fields, raw))


def told_at(form, **rows):
    """Return where a fault is told when the figures' form is sent in with some rows changed."""
    with pytest.raises(InputFault) as fault:
        sent(form, **rows)
    return [one.place.field for one in fault.value.faults]


def form_of(part):
    return next(one for one in everything(part.parts(), Form) if one.name.startswith("cost_fig"))


def figures(store, number):
    return read(store, assessment_records.assessment, number).assessment.figures


def test_only_what_was_changed_is_saved_with_where_it_is_from(open_it, store):
    opened = open_it(assessment())
    form = form_of(Figures(opened))
    form._on_submit(sent(form, contracts_started={"value": "12", "source": "Vores plan"}))
    kept = figures(store, opened.number)
    assert list(kept) == [STARTED]
    assert (kept[STARTED].value, kept[STARTED].source, kept[STARTED].status) == (
        12, "Vores plan", "own",
    )  # fmt: skip


def test_a_figure_somebody_else_changed_is_not_overwritten(open_it, store):
    opened = open_it(assessment())
    part = Figures(opened)
    form = form_of(part)
    theirs = {STARTED: said("count", 30)}
    change(store, assessment_records.save_entries, opened.number, "figures", {}, theirs)
    mine = sent(form, contracts_started={"value": "12", "source": "Vores plan"})
    with pytest.raises(Conflict):
        form._on_submit(mine)
    assert figures(store, opened.number) == theirs


def test_what_another_saved_is_not_taken_back_by_whoever_saves_something_else(open_it, store):
    opened = open_it(assessment(figures={STARTED: said("count", 20)}))
    form = form_of(Figures(opened))
    before = figures(store, opened.number)
    theirs = {STARTED: said("count", 30)}
    change(store, assessment_records.save_entries, opened.number, "figures", before, theirs)
    weeks = {"value": "44", "source": "Kalender"}
    form._on_submit(sent(form, weeks_a_year=weeks))
    form._on_submit(sent(form, weeks_a_year=weeks, months_together={"value": "7", "source": "x"}))
    kept = figures(store, opened.number)
    assert kept[STARTED] == theirs[STARTED]
    assert kept["months_together"].value == 7


def test_a_frame_somebody_else_changed_is_not_put_back(open_it, store):
    opened = open_it(assessment())
    (form,) = everything(Frame(opened).parts(), Form)
    longer = dataclasses.replace(opened.said, years=5)
    change(store, assessment_records.save_frame, opened.number, opened.said, longer)
    weeks = {"weeks_a_year": said("weeks", 44)}
    opened.save(Submission(str(uuid.uuid4()), {}), "figures", {}, weeks)
    fields = all_fields(form._fields)
    with pytest.raises(Conflict):
        form._on_submit(Submission(str(uuid.uuid4()), parse_all(fields, form.begin)))
    assert again(store, opened.number).said.years == 5


def test_an_amount_of_a_model_that_is_no_longer_chosen_stays_that_models(open_it):
    made = filled(lines={"a": own_line("cost", model=GUIDES.id)})
    opened = open_it(made)
    sort = own_costs(opened)
    values = {**sort.values(made.lines["a"])}
    assert "model" in {one.name for one in all_fields(sort.fields())}
    assert sort.entry(values) == made.lines["a"]


def test_somebody_whose_price_no_chosen_model_asks_for_can_still_be_corrected(open_it):
    team = Team(open_it(filled(staff={"a": member("peer_wage")})))
    told = words(team.parts())
    ask = next(one.ask for model in load_models() for one in model.questions
               if one.id == "peer_wage")  # fmt: skip
    assert ask in told
    (form,) = [one for one in team._members._correction_parts("a", "x") if isinstance(one, Form)]
    assert parse_all(all_fields(form._fields), form.begin)["wage"] == "peer_wage"


def test_volunteers_are_worth_something_where_nothing_is_paid(open_it):
    nothing = {
        key: dataclasses.replace(one, value=Decimal(0))
        for key, one in filled().figures.items()
        if one.unit in ("kr", "hours") and key != "vejle.mentor_hours"
    }
    told = words(Results(open_it(filled(figures=nothing))).parts())
    assert "Deres tid tæller som" in told


def test_more_than_anybody_spends_is_told_and_not_worked_out(open_it):
    huge = {
        key: dataclasses.replace(one, value=Decimal(10) ** 9)
        for key, one in filled().figures.items()
        if one.unit in ("count", "kr", "kr_per_hour")
    }
    parts = Results(open_it(filled(figures=huge))).parts()
    assert not everything(parts, Downloads)
    (table,) = everything(parts, Table)
    assert "for mange cifre" in str(table.spec())


def test_a_range_with_too_many_digits_is_saved_told_in_the_result_and_corrected(open_it, store):
    opened = open_it(filled(figures={"vejle.events": said("count", 200)}))
    shown = Results(opened).parts()
    part = Figures(opened)
    part._about = VEJLE.id
    form = form_of(part)
    form._on_submit(sent(form, event_cost={"low": "0", "high": "1000000000", "source": "Tilbud"}))
    assert "for mange cifre" in str([one.spec() for one in everything(shown, Table)])
    assert Results(again(store, opened.number)).parts()
    form._on_submit(sent(form, event_cost={"low": "0", "high": "1000", "source": "Tilbud"}))
    assert figures(store, opened.number)["vejle.event_cost"].spread.high == 1000
    assert everything(shown, Downloads)


def test_an_hour_that_may_be_worth_nothing_is_in_the_result(open_it):
    figure = said("kr_per_hour", 150, price_year=2026, spread=Triangle(Decimal(0), Decimal(300)))
    for wage in ("volunteer_wage", "professional_wage"):
        made = filled(figures={wage: figure})
        assert made.case_faults(VEJLE) == []
        assert everything(Results(open_it(made)).parts(), Downloads)


def test_what_is_saved_is_not_refused_because_another_step_cannot_be_shown(open_it, store):
    opened = open_it(assessment())
    place, shown = Section([]), []

    def fail():
        raise InputFault.at("event_cost", "Opdigt fejl")

    opened.follow(fail, place)
    opened.follow(lambda: shown.append(opened.said.figures[STARTED].value))
    form = form_of(Figures(opened))
    form._on_submit(sent(form, contracts_started={"value": "12", "source": "Vores plan"}))
    assert figures(store, opened.number)[STARTED].value == 12
    assert shown == [12], "the other steps are shown anew"
    (told,) = everything([place], Notice)
    assert "Opdigt fejl" in str(told.spec())


@pytest.mark.parametrize(
    ("row", "at"),
    [
        ({"value": "12"}, "counts.contracts_started.source"),
        ({"value": "12", "source": "x", "low": "9"}, "counts.contracts_started.high"),
        (
            {"value": "12", "source": "x", "low": "13", "high": "14"},
            "counts.contracts_started.low",
        ),
        (
            {"value": "12", "source": "x", "low": "8", "high": "11"},
            "counts.contracts_started.high",
        ),
        (
            {"value": "12", "source": "x", "low": "12", "high": "12"},
            "counts.contracts_started.high",
        ),
        ({"value": "12", "source": "x", "low": "0", "high": "14"}, "counts.contracts_started.low"),
        ({"low": "1", "high": "2"}, "counts.contracts_started.value"),
        ({"value": "0", "source": "x"}, "counts.contracts_started.value"),
    ],
)
def test_what_cannot_be_is_told_at_its_cell(open_it, store, row, at):
    opened = open_it(assessment())
    form = form_of(Figures(opened))
    assert told_at(form, contracts_started=row) == [at]
    assert figures(store, opened.number) == {}


def test_all_that_is_wrong_with_the_figures_is_told_at_once(open_it):
    form = form_of(Figures(open_it(assessment())))
    assert told_at(
        form,
        contracts_started={"value": "-4", "low": "9", "high": "8"},
        completed_share={"value": "60", "low": "0", "high": "101"},
        months_together={"value": "7", "low": "6"},
        volunteer_wage={"value": "0", "source": "x", "price_year": "1900"},
    ) == [
        "counts.contracts_started.value", "counts.contracts_started.low",
        "counts.contracts_started.source",
        "counts.completed_share.low", "counts.completed_share.high",
        "counts.completed_share.source",
        "counts.months_together.high", "counts.months_together.source",
        "prices.volunteer_wage.value", "prices.volunteer_wage.price_year",
    ]  # fmt: skip


def test_another_number_than_the_source_has_needs_a_source_of_its_own(open_it, store):
    opened = open_it(assessment())
    part = Figures(opened)
    form_of(part)
    part._about = VEJLE.id
    form = form_of(part)
    assert told_at(form, talk_hours={"value": "2"}) == ["running_counts.talk_hours.source"]
    form._on_submit(sent(form, talk_hours={"value": "2", "source": "Vores kalender"}))
    key = place_of(VEJLE, "talk_hours")
    assert figures(store, opened.number)[key].value == 2


def test_a_published_number_can_stand_as_an_example_and_its_range_needs_a_source(open_it, store):
    opened = open_it(assessment())
    part = Figures(opened)
    form_of(part)
    part._about = VEJLE.id
    form = form_of(part)
    form._on_submit(sent(form, talk_hours={"example": True}))
    key = place_of(VEJLE, "talk_hours")
    assert figures(store, opened.number)[key].status == "example"
    ranged = {"low": "5", "high": "7"}
    assert told_at(form, course_days=ranged) == ["training_counts.course_days.source"]


def test_a_price_that_is_not_looked_up_again_keeps_its_day(open_it, store):
    long_ago = TODAY.replace(year=2024)
    price = said("kr_per_hour", 200, price_year=2026, said_on=long_ago)
    opened = open_it(assessment(figures={"volunteer_wage": price}))
    form = form_of(Figures(opened))
    form._on_submit(sent(form, volunteer_wage={"low": "150", "high": "250"}))
    assert figures(store, opened.number)["volunteer_wage"].said_on == long_ago
    form._on_submit(sent(form, volunteer_wage={"value": "210", "low": "150", "high": "250"}))
    assert figures(store, opened.number)["volunteer_wage"].said_on > long_ago


def test_a_figure_has_a_day_of_its_own_on_which_it_was_looked_up(open_it, store):
    opened = open_it(assessment())
    form = form_of(Figures(opened))
    row = {"value": "12", "source": "x"}
    form._on_submit(sent(form, contracts_started=row | {"said_on": "2026-01-02"}))
    assert str(figures(store, opened.number)[STARTED].said_on) == "2026-01-02"
    form = form_of(Figures(again(store, opened.number)))
    form._on_submit(sent(form, contracts_started=row | {"said_on": "2026-03-04"}))
    assert str(figures(store, opened.number)[STARTED].said_on) == "2026-03-04"
    tomorrow = {"said_on": (opened.desk.today + dt.timedelta(days=1)).isoformat()}
    assert told_at(form, contracts_started=tomorrow) == ["counts.contracts_started.said_on"]


def test_what_is_typed_of_the_figures_stays_when_the_team_is_saved(open_it, store):
    opened = open_it(assessment())
    part = Figures(opened)
    parts = part.parts()
    (form,) = [one for one in everything(parts, Form) if one.name.startswith("cost_fig")]
    raw = json.loads(json.dumps(dict(form.begin)))
    for rows in raw.values():
        for row in rows:
            if row["id"] in ("weeks_a_year", "leader_wage", "coordinator_wage"):
                row["values"] |= {"value": "44", "source": "Kalender"}
    form._keep_draft({"values": raw}, ())

    def shown():
        (one,) = [one for one in everything(parts, Form) if one.name.startswith("cost_fig")]
        return one

    opened.save(Submission("a", {}), "staff", {}, {"a": member("")})
    assert shown() is form, "nothing that is asked here has changed"
    opened.save(Submission("b", {}), "staff", {}, {"b": member("coordinator_wage")})
    anew = shown()
    assert anew is not form
    assert anew.resumes
    typed = {
        row["id"]: row["values"]["value"] for rows in anew.offer["values"].values() for row in rows
    }
    assert typed["weeks_a_year"] == "44"
    assert "coordinator_wage" not in typed, "the team tells that now"
    assert not form_of(Figures(again(store, opened.number))).resumes, "another page asks first"


def test_the_result_says_that_something_is_typed_elsewhere_and_not_saved(open_it):
    opened = open_it(filled())
    results_parts = Results(opened).parts()

    def told():
        return [one.text for one in everything(results_parts, Notice)]

    assert not any("ikke gemt" in text for text in told())
    form = form_of(Figures(opened))
    raw = json.loads(json.dumps(dict(form.begin)))
    raw["counts"][0]["values"]["value"] = "7"
    form._keep_draft({"values": raw}, ())
    assert any("ikke gemt" in text and "3 Ressourceforbrug" in text for text in told())
    form._discard_draft({}, ())
    assert not any("ikke gemt" in text for text in told())


def test_hours_of_the_team_are_added_as_a_cost_in_the_page(open_it, store):
    opened = open_it(filled(staff={"a": dataclasses.replace(member(""), title="Psykolog")}))
    sort = own_costs(opened)
    fields = all_fields(sort.fields())
    values = parse_all(fields, {
        "what": "Supervision", "category": "running", "of": hour_key("Psykolog"), "kr": "40",
        "low": "30", "high": "60", "when": "yearly", "payer": "region", "source": "Aftale",
        "said_on": "2026-11-01",
    })  # fmt: skip
    line = sort.entry(values)
    opened.save(Submission("a", {}), "lines", {}, {"a": line})
    kept = again(store, opened.number).said
    assert kept.lines["a"] == line
    assert (line.figure.unit, line.figure.value, line.staff) == ("hours", 40, "Psykolog")
    assert sort.entry(sort.values(line)) == line
    parts = Results(opened).parts()
    decides = [str(one.finding) for one in everything(parts, Chart) if "Supervision" in one.finding]
    assert decides, "it stands in the tornado"
    assert "40 timer, Psykolog" in str(sort.cells(line))
    values["high"] = None
    with pytest.raises(InputFault) as fault:
        sort.entry(values)
    assert [one.place.field for one in fault.value.faults] == ["high"]


def test_a_draft_that_is_taken_up_again_brings_back_only_the_rows_it_changed(open_it, store):
    opened = open_it(assessment(figures={STARTED: said("count", 20)}))
    part = Figures(opened)
    form = form_of(part)
    raw = json.loads(json.dumps(dict(form.begin)))
    for row in raw["counts"]:
        if row["id"] == "weeks_a_year":
            row["values"] |= {"value": "44", "source": "Kalender"}
    form._keep_draft({"values": raw}, ())
    theirs = {STARTED: said("count", 30)}
    change(
        store, assessment_records.save_entries, opened.number, "figures",
        {STARTED: said("count", 20)}, theirs,
    )  # fmt: skip
    resumed = form_of(Figures(again(store, opened.number)))
    offered = {row["id"]: row["values"] for row in resumed.offer["values"]["counts"]}
    assert offered["weeks_a_year"]["value"] == "44"
    assert offered["contracts_started"]["value"] == "30"


def test_a_model_that_lacks_figures_is_told_beside_those_that_do_not(open_it):
    made = filled((VEJLE,))
    both = dataclasses.replace(made, models=(GUIDES.id, VEJLE.id))
    told = words(Results(open_it(both)).parts())
    lacking = len(both.case_faults(GUIDES))
    assert f"{GUIDES.title}: {lacking} tal mangler" in told
    assert f"{VEJLE.title}: " not in told


def members(opened):
    return Team(opened)._of_members()


def levels(opened):
    return Team(opened)._levels._sort


def test_prices_of_another_year_are_told_beside_the_figures_until_their_index_is_there(open_it):
    old = {"volunteer_wage": said("kr_per_hour", 200, price_year=2020)}
    made = assessment(figures=old)

    def told(made):
        parts = Figures(open_it(made)).parts()
        return [one.text for one in everything(parts, Notice) if "pris- og lønindekset" in one.text]

    (text,) = told(made)
    assert "2020 og 2026" in text
    index = {year: Level(Decimal(100), "Opdigt", TODAY) for year in ("2020", "2026")}
    assert told(dataclasses.replace(made, title="To", levels=index)) == []
    assert told(assessment(title="Tre")) == []


def test_the_hours_of_a_large_team_are_all_counted(open_it):
    many = dataclasses.replace(member(), hours_a_week=Decimal(9_000))
    opened = open_it(filled(staff={"a": many}))
    (form,) = everything(CapacityQuestion(opened).parts(), Form)
    assert "9000" in json.dumps(form.spec()["state"])


def test_what_a_number_may_be_at_least_and_at_most_is_explained(open_it):
    opened = open_it(assessment())
    hints = [one["hint"] for one in form_of(Figures(opened)).fields]
    assert [bool(one) for one in hints] == [True, False]
    assert "trekantfordeling" in hints[0]
    (group,) = [one for one in own_costs(opened).fields() if one.label == "Hvor meget"]
    assert group.hint == hints[0]


OWN = {
    "what": "Plakater", "category": "running", "kr": "400", "low": "", "high": "",
    "when": "yearly", "payer": "region", "price_year": "2026", "source": "Tilbud",
    "said_on": "2026-11-01",
}  # fmt: skip
MEMBER = {
    "title": "Koordinator", "wage": "coordinator_wage", "hours_a_week": "15",
    "yearly_pay_kr": "420000", "on_top_share": "18", "overhead_share": "0",
    "effective_hours": "1400", "price_year": "2026", "source": "Lønkontoret",
    "said_on": "2026-11-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "answers", "fields"),
    [
        (own_costs, OWN | {"low": "500"}, ["high"]),
        (own_costs, OWN | {"low": "500", "high": "600"}, ["low"]),
        (own_costs, OWN | {"low": "100", "high": "300"}, ["high"]),
        (
            own_costs, OWN | {"what": "", "kr": "-1", "low": "9", "high": "8"},
            ["what", "kr", "low"],
        ),
        (
            own_costs, OWN | {"kr": "-1", "low": "-9", "high": "8", "source": ""},
            ["kr", "low", "source"],
        ),
        (
            members,
            MEMBER | {
                "title": "", "hours_a_week": "0", "yearly_pay_kr": "0", "on_top_share": "101",
                "effective_hours": "1925", "starts_on": "2026-11-02", "ends_on": "2026-11-01",
            },
            ["title", "hours_a_week", "yearly_pay_kr", "on_top_share", "effective_hours",
             "ends_on"],
        ),
        (
            levels,
            {"year": "", "level": "0", "source": "KL", "said_on": "2026-11-01"}, ["year", "level"],
        ),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_an_entry_is_told_at_once(open_it, sort, answers, fields):
    opened = open_it(filled())
    form = Entries(opened, sort(opened))._form()
    with pytest.raises(InputFault) as fault:
        form._submit({"key": str(uuid.uuid4()), "values": answers}, ())
    assert [one.place.field for one in fault.value.faults] == fields
    assert again(opened.desk.store, opened.number).said == opened.said


def test_a_team_with_too_few_hours_is_warned_of_and_the_price_stays(open_it):
    made = filled(BOTH, staff={"a": member()})
    enough = Results(open_it(made)).parts()
    notices = [one.spec()["state"]["text"] for one in everything(enough, Notice)]
    assert not any("Teamet har ikke" in text for text in notices)
    few = dataclasses.replace(member(), hours_a_week=Decimal(1))
    short = Results(open_it(dataclasses.replace(made, staff={"a": few}))).parts()
    notices = [one.spec()["state"]["text"] for one in everything(short, Notice)]
    assert sum("Teamet har ikke" in text for text in notices) == 2, "of all models, and of one"
    # 1 hour a week of 1,400 effective hours is 37.8; the coordinator talks to four guides 26 times
    # for three hours, and spends three on each of four contracts, which is 324
    assert "Koordinator, 2026–2028: der mangler 286 timer om året" in words(short)
    assert "7,6 timer mere om ugen" in words(short)
    before, after = (
        everything(parts, Table)[0].spec()["state"]["data"] for parts in (enough, short)
    )
    assert before == after, "the price is of what is priced"
