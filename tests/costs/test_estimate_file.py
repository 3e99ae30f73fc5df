"""An estimate as a spreadsheet, worked out by LibreOffice, is what Python found, to the øre."""

import dataclasses
import datetime as dt
import io
import subprocess
from decimal import Decimal
from functools import partial
from typing import get_args

import openpyxl
import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line
from peerbook.costs.assessment import Level, hour_key, place_of
from peerbook.costs.by_payer import amount_names, share_name, shares
from peerbook.costs.case import COMPLETED, MONTHS, STARTED, Category, Kind, Payer, estimate
from peerbook.costs.comparison import differences
from peerbook.costs.estimate_file import estimate_file, som_file
from peerbook.costs.figure import Figure
from peerbook.costs.model import load_models
from peerbook.costs.names import category_name, kind_name, payer_name, payers_told
from peerbook.costs.spread import Triangle
from peerbook.errors import InputFault
from peerbook.files.delimited import read_back
from peerbook.files.origin import Origin

pytestmark = pytest.mark.sqlite  # no store is opened: once is enough

BRO = next(one for one in load_models() if one.id == "bro_til_hverdagslivet")
HOURS = Figure(
    "hours", Decimal("37.25"), "Opdigt", "example", spread=Triangle(Decimal(20), Decimal(50))
)
INDEX = {2018: Decimal("100"), 2022: Decimal("107.3"), 2026: Decimal("118.95")}
AMOUNTS = ("310.55", "1.5", "37", "0.62", "7.35", "5", "0.005", "1299.995")
"""Some of whose products end in half an øre."""


@pytest.fixture(scope="module")
def found():
    prices, figures = ("kr", "kr_per_hour"), {}
    for number, question in enumerate(VEJLE.questions):
        year = (2018, 2022, 2026)[number % 3] if question.unit in prices else None
        amount = "0.62" if question.unit == "share" else AMOUNTS[number % len(AMOUNTS)]
        figures[place_of(VEJLE, question.id)] = Figure(
            question.unit, Decimal(amount), "=Opdigt", "example", price_year=year
        )
    middle = dt.date(2027, 3, 1)
    staff = {
        "a": member(ends_on=middle, said_on=middle),
        "b": member("professional_wage", yearly_pay_kr=Decimal("401234.56")),
        "c": member(starts_on=middle + dt.timedelta(days=1), effective_hours=Decimal("1388.5")),
        "d": dataclasses.replace(member(), employment=dataclasses.replace(
            member().employment, price_year=2022, yearly_pay_kr=Decimal("389999.99"),
        )),
    }  # fmt: skip
    staff["e"] = dataclasses.replace(
        member("", yearly_pay_kr=Decimal("512345.67"), ends_on=middle), title="Psykolog"
    )
    staff["f"] = dataclasses.replace(
        member("", starts_on=middle + dt.timedelta(days=1)), title="PSYKOLOG"
    )
    levels = {
        str(year): Level(level, "Opdigt", TODAY, is_example=year == 2018)
        for year, level in INDEX.items()
    }
    other = {
        place_of(BRO, question.id): Figure(
            question.unit, Decimal(AMOUNTS[number % 7]), "Opdigt", "own",
            price_year=2022 if question.unit in prices else None,
        )
        for number, question in enumerate(BRO.questions)
        if place_of(BRO, question.id) not in figures
    }  # fmt: skip
    staff["g"] = dataclasses.replace(member("", ends_on=middle), title="Konsulent")
    hours = dataclasses.replace(
        own_line("cost"), what="Supervision", staff="Psykolog", figure=HOURS
    )
    begin = dataclasses.replace(hours, what="Opstart", staff="Konsulent", when="start")
    said = assessment(
        models=(BRO.id, VEJLE.id), figures={**other, **figures}, staff=staff, levels=levels,
        lines={
            "x": own_line("grant"), "y": own_line("saving", kr="1234.567"), "z": hours,
            "begin": begin,
        },
    )  # fmt: skip
    return said, estimate(said.case(VEJLE))


def changed(said, change):
    """Return the file of an estimate in which somebody has changed something.

    Parameters
    ----------
    change
        Changes the workbook it is given.
    """
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE)))
    change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def recalculated(folder, data):
    """Return the sheets as LibreOffice works them out, each as its rows.

    openpyxl drops what formulas come to when it saves, so that nothing is left but to work it out.
    """
    openpyxl.load_workbook(io.BytesIO(data)).save(folder / "estimate.xlsx")
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{folder}/user", "--headless",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
            str(folder / "estimate.xlsx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return as_shown((folder / "out" / "estimate.xlsx").read_bytes())


def as_shown(data):
    """Return the sheets as they are where nothing is worked out, each as its rows."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@pytest.fixture(scope="module")
def worked_out(found, tmp_path_factory):
    """Return the sheets as LibreOffice works them out, each as its rows."""
    return recalculated(tmp_path_factory.mktemp("office"), estimate_file(found[0], VEJLE))


def kr(value):
    return Decimal(repr(value)).quantize(Decimal("0.01"))


def test_a_preview_shows_what_the_formulas_come_to(found, worked_out):
    data = estimate_file(found[0], VEJLE)
    shown, formulas = as_shown(data), openpyxl.load_workbook(io.BytesIO(data))
    compared = 0
    for title, rows in worked_out.items():
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                cell = formulas[title].cell(number + 1, column + 1)
                if cell.data_type == "f":
                    known, at = shown[title][number][column], f"{title} {cell.coordinate}"
                    if isinstance(value, str) or value is None:
                        assert (known or "") == (value or ""), at
                    else:
                        assert kr(known) == kr(value), at
                    compared += 1
    assert compared > 300


def test_every_line_of_every_year_is_the_same_to_the_oere(found, worked_out):
    _said, known = found
    rows = [row for row in worked_out["Linjer"] if row[0] == VEJLE.title]
    for line, row in zip(known.case.lines, rows, strict=True):
        by_year = {cost.year: cost.kr for cost in known.costs if cost.line == line}
        expected = [by_year.get(year, Decimal(0)) for year in (2026, 2027, 2028)]
        assert [kr(value) for value in row[7:10]] == expected, line.id
        assert kr(row[10]) == sum(expected)


def test_the_result_is_the_same_to_the_oere(found, worked_out):
    _said, known = found
    told = {row[0]: row[-1] for row in worked_out["Resultat"][1:]}
    for category in ("preparation", "training", "running", "investment"):
        assert kr(told[category_name(category)]) == known.total(category=category)
    assert kr(told["Det, der betales"]) == known.total()
    for kind in ("volunteer", "gift", "grant", "saving"):
        assert kr(told[kind_name(kind)]) == known.total(kind)
    assert kr(told["Heraf for at komme i gang"]) == known.total(when="start") > 0
    assert kr(told["Heraf løbende udgifter"]) == known.total(when="yearly")
    assert kr(told["Betales, når tilskud og det sparede er trukket fra"]) == known.net
    units = known.units
    for what, cost in (
        ("Betales for hvert forløb, der begyndte", units.per_started),
        ("Betales for hvert forløb, der blev gennemført", units.per_completed),
        ("Betales for hver måned, et par er sammen", units.per_pair_month),
    ):
        assert kr(told[what]) == cost.quantize(Decimal("0.01")), what


def test_the_sheet_for_soem_parts_all_that_is_paid_by_year_category_and_payer(found, worked_out):
    _said, known = found
    *rows, missing, started, success, left_out, assumption, mark = worked_out["Til SØM"][1:]
    assert not any(missing), "nothing is missing"
    assert assumption[1] == payers_told()
    assert payers_told() in [row[0] for row in worked_out["Resultat"]]
    assert "ikke" in left_out[1]
    assert "eksempel" in mark[1]
    assert kr(started[2]) == known.case.figures[STARTED].known
    assert success[1:4] == ["Succesrate", "Ingen resultatdata endnu", None]
    assert sum(kr(row[-2]) for row in rows) == known.total()
    payers = worked_out["Til SØM"][0][2:-2]
    assert payers == [payer_name(one) for one in get_args(Payer)]
    for year, category, *by_payer, whole, price_year in rows:
        for payer, kroner in zip(payers, by_payer, strict=True):
            assert kr(kroner) == sum(
                cost.kr
                for cost in known.costs
                if cost.line.kind == "cost"
                and (cost.year, category_name(cost.line.category), payer_name(cost.line.payer))
                == (year, category, payer)
            )
        assert kr(whole) == sum(map(kr, by_payer))
        assert price_year == 2026


def test_what_parts_the_lines_is_chosen_from_a_list_and_what_is_in_none_is_told(found, tmp_path):
    said, known = found
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE)))
    lines = book["Linjer"]
    rules = {str(rule.sqref): rule for rule in lines.data_validations.dataValidation}
    for column, names in (
        ("C", map(category_name, get_args(Category))),
        ("D", map(kind_name, get_args(Kind))),
        ("E", map(payer_name, get_args(Payer))),
    ):
        rule = rules[f"{column}2:{column}{lines.max_row}"]
        assert rule.type == "list"
        assert rule.formula1 == '"{}"'.format(",".join(names))
        assert rule.showErrorMessage

    def misspell(book):
        talks = next(row for row in book["Linjer"].iter_rows() if row[1].value == "Kaffesamtaler")
        talks[4].value = "Komunen"

    rows = recalculated(tmp_path, changed(said, misspell))["Til SØM"][1:]
    assert "mangler" in next(row[1] for row in rows if row[0] is None)
    assert sum(kr(row[-2]) for row in rows if row[0]) == known.total()


def test_a_cost_of_each_contract_is_named_so_and_follows_how_many_begin(tmp_path):
    each = dataclasses.replace(
        own_line("cost", kr="333.335"), what="Gavekort", payer="region", is_each=True
    )
    said = filled(lines={"a": each})

    def change(book):
        name = said.names(VEJLE)[STARTED]
        begun = next(row for row in book["Tal"].iter_rows() if row[0].value == name)
        begun[2].value = 7

    rows = recalculated(tmp_path, changed(said, change))
    seven = dataclasses.replace(said.figures[STARTED], value=Decimal(7))
    then = dataclasses.replace(said, figures={**said.figures, STARTED: seven}).estimate(VEJLE)
    (gift,) = (row for row in rows["Linjer"] if row[1] == "Gavekort")
    assert gift[5] == "For hvert forløb, der begynder"
    assert [kr(value) for value in gift[7:10]] == [Decimal("2333.35")] * 3
    assert kr(gift[10]) == then.total(payer="region")
    told = {row[0]: row[-1] for row in rows["Resultat"]}
    assert kr(told["Det, der betales"]) == then.total()
    assert kr(told["Heraf løbende udgifter"]) == then.total(when="yearly")
    assert kr(told["Heraf for at komme i gang"]) == then.total(when="start")
    whens = {row[1]: row[5] for row in rows["Linjer"][1:]}
    assert whens["Kaffesamtaler"] == "For hvert forløb, der begynder"
    assert "Hvert år" in whens.values()


def _left_with(told):
    """Return what the sheet tells of each amount, by who it falls on."""
    headings, *rows = told["Hvem betaler"]
    assert headings[1:] == list(amount_names().values())
    return {
        row[0]: dict(zip(amount_names(), map(kr, row[1:]), strict=True))
        for row in rows
        if row[1] is not None
    }


def _assert_left_with(told, known):
    """Each has in the sheet what Python finds, to the øre, and all together what is paid."""
    left, falls = _left_with(told), {share_name(one.payer): one for one in shares(known)}
    none = dict.fromkeys(amount_names(), Decimal(0))
    for who, amounts in left.items():
        if who != "I alt":
            share = falls.get(who)
            expected = {name: getattr(share, name) for name in none} if share else none
            assert amounts == expected, who
    assert set(falls) <= set(left)
    assert left["I alt"]["paid"] == known.total()
    assert left["I alt"]["net"] == known.total() - known.total("saving")


PAID_BY_TWO = {f"{VEJLE.id}.talks": "region"}


@pytest.mark.parametrize(
    ("payers", "to"), [({}, None), (PAID_BY_TWO, None), (PAID_BY_TWO, "region")]
)
def test_what_each_payer_is_left_with_is_the_same_to_the_oere(tmp_path, payers, to):
    given = dataclasses.replace(own_line("grant", kr="1234.565"), payer="association", to=to)
    lines = {"a": given, "b": own_line("saving", kr="77.777"), "c": own_line("gift")}
    said = filled(payers=payers, lines=lines)
    told = recalculated(tmp_path, estimate_file(said, VEJLE))
    _assert_left_with(told, said.estimate(VEJLE))


def test_another_payer_in_the_sheet_of_lines_is_left_with_what_falls_on_them(tmp_path):
    """What a grant is for follows when they pay all, and nothing is lost by a slip."""
    given = dataclasses.replace(own_line("grant"), payer="association")
    said = filled(lines={"a": given})

    def all_but_one(who, book):
        for row in list(book["Linjer"].iter_rows(min_row=2))[1:]:
            if row[3].value == kind_name("cost"):
                row[4].value = who

    first, *rest = (f"{VEJLE.id}.{line.id}" for line in VEJLE.lines if line.kind == "cost")
    payers = {first: "municipality"} | dict.fromkeys(rest, "state")
    then = dataclasses.replace(said, payers=payers).estimate(VEJLE)
    state = changed(said, partial(all_but_one, payer_name("state")))
    left = _left_with(recalculated(tmp_path, state))
    assert left["Staten"]["net"] == then.total(payer="state")
    assert left["Ikke sagt til hvem"]["net"] == -15_000
    slip = changed(said, partial(all_but_one, "Satten"))
    left = _left_with(recalculated(tmp_path, slip))
    assert left["Ikke sagt til hvem"]["paid"] == then.total(payer="state")
    assert left["I alt"]["net"] == then.total()


def test_a_number_of_none_that_is_written_into_the_file_makes_dashes_and_no_errors(found, tmp_path):
    said, known = found

    def none_begin(book):
        asked = {said.names(one)[STARTED] for one in (VEJLE, BRO)}
        for row in book["Tal"].iter_rows():
            if row[0].value in asked:
                row[2].value = 0

    rows = recalculated(tmp_path, changed(said, none_begin))
    cells = [str(value) for sheet in rows.values() for row in sheet for value in row]
    assert not [value for value in cells if value.startswith(("#", "Err:"))]
    told = {row[0]: row[-1] for row in rows["Resultat"]}
    assert told["Betales for hvert forløb, der begyndte"] == "–"
    assert told["Betales for hver måned, et par er sammen"] == "–"
    assert 0 < kr(told["Det, der betales"]) < known.total()


def test_a_changed_figure_changes_the_result_by_its_formula(found):
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(found[0], VEJLE)))
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.data_type == "f"
    ]  # fmt: skip
    assert len(formulas) > 60
    figures = book["Tal"]
    assert "=Opdigt" in {cell.value for cell in figures["F"]}
    assert {cell.data_type for cell in figures["F"]} == {"s"}  # what somebody typed is no formula


def test_each_number_says_where_it_is_from_and_that_it_is_an_example(found, worked_out):
    said, known = found
    asked = said.names(VEJLE) | {hour_key(title): title for title in ("Psykolog", "Konsulent")}
    rows = [row for row in worked_out["Tal"][1:] if row[1] in (None, VEJLE.title)]
    assert {row[0] for row in rows} == {asked[key] for key in known.case.needed}
    assert len(rows) == len(known.case.needed), "what both models share stands once"
    of_the_team = {asked[key] for key in ("coordinator_wage", "professional_wage")}
    of_the_team |= {"Psykolog", "Konsulent"}
    status = {row[0]: row[6] for row in rows}
    assert {status[what] for what in set(status) - of_the_team} == {"Et eksempel"}
    assert "eksempel" in "".join(str(row[0]) for row in worked_out["Resultat"])
    assert {asked[key] for key in (STARTED, COMPLETED, MONTHS)} <= set(status)


def test_a_line_that_an_example_goes_into_is_marked_and_so_is_a_year_of_the_index(
    found, worked_out
):
    said, _known = found
    marks = {(row[0], row[1]): row[11] for row in worked_out["Linjer"][1:]}
    assert marks[VEJLE.title, "Kaffesamtaler"] == "Et eksempel"
    other = said.case(BRO)
    for line in other.lines:
        figures = [other.figures[key] for key in line.factors]
        is_guess = any(one.status == "example" for one in figures) or any(
            other.rise(key) != 1 for key in line.factors
        )
        assert (marks[BRO.title, line.what] == "Et eksempel") == is_guess, line.what
    assert None in marks.values() or "" in marks.values(), "some lines are no examples"
    prices = {row[0]: row[4] for row in worked_out["Priser"][2:]}
    assert prices == {2018: "Et eksempel", 2022: "Vores eget", 2026: "Vores eget"}


def test_the_team_makes_the_price_of_an_hour(found, worked_out):
    said, known = found
    prices = {row[0]: row[2] for row in worked_out["Tal"][1:]}
    for key in ("coordinator_wage", "professional_wage"):
        assert kr(prices[said.names(VEJLE)[key]]) == known.case.figures[key].known
    assert kr(prices["Psykolog"]) == known.case.figures[hour_key("Psykolog")].known
    assert len(worked_out["Team"]) == 1 + len(said.staff)


def test_volunteers_time_is_told_in_each_way_to_count_it(found, worked_out):
    _said, known = found
    told = {row[0]: row[-1] for row in worked_out["Resultat"][1:]}
    begun = known.case.figures[STARTED].known * 3
    for way, worth in (
        ("ikke regnet med", Decimal(0)),
        ("som det ville koste i løn", known.total("volunteer")),
        ("løn minus det, der bruges på frivillige", known.volunteers_net),
    ):
        name = f"Frivilliges tid, {way}"
        assert kr(told[name]) == worth, way
        each = (known.total() + worth) / begun
        assert kr(told[f"{name}: for hvert begyndt forløb, sammen med det betalte"]) == round(
            each, 2
        )


def test_hours_of_volunteers_stand_apart_year_by_year_with_what_below_zero_means(found, worked_out):
    _said, known = found
    rows = {row[0]: row[1:] for row in worked_out["Resultat"][1:]}
    figures = known.case.figures
    one_year = figures[STARTED].known * figures["mentor_hours"].known
    assert [kr(hours) for hours in rows["Frivilliges timer"]] == [
        round(hours, 2) for hours in (one_year, one_year, one_year, one_year * 3)
    ]
    assert any("mindre end nul værd" in str(what) for what in rows)


def test_the_models_stand_side_by_side_with_the_lines_that_make_the_difference(found, worked_out):
    said, known = found
    other = estimate(said.case(BRO))
    rows = worked_out["Ved siden af hinanden"]
    both = {row[0]: row for row in rows}
    for model, one in ((VEJLE, known), (BRO, other)):
        units = one.units
        expected = (
            one.total(), one.net, units.per_started, units.per_completed, units.per_pair_month,
        )  # fmt: skip
        assert [kr(value) for value in both[model.title][1:6]] == [
            value.quantize(Decimal("0.01")) for value in expected
        ]
        assert both[model.title][6] == 2026
    dear, cheap = sorted((known, other), key=lambda one: -one.units.per_started)
    heading = next(n for n, row in enumerate(rows) if "dyrere" in str(row[0]))
    more = dear.units.per_started - cheap.units.per_started
    assert kr(rows[heading][3]) == more.quantize(Decimal("0.01"))
    assert [(row[0], kr(row[3])) for row in rows[heading + 1 : heading + 4]] == [
        (one.what, one.kr.quantize(Decimal("0.01"))) for one in differences(dear, cheap)
    ]


def test_what_somebody_earns_is_not_in_the_file(found):
    said, _known = found
    data = estimate_file(said, VEJLE)
    cells = {cell for rows in as_shown(data).values() for row in rows for cell in row}
    for one in said.staff.values():
        paid = one.employment
        assert not cells & {float(paid.yearly_pay_kr), float(paid.on_top_share)}
        assert not cells & {float(paid.effective_hours)}
        assert float(paid.hour().known) in cells


def test_another_price_year_and_another_price_of_an_hour_in_the_sheet_are_worked_out_anew(
    found, tmp_path
):
    said, known = found
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE)))
    book["Priser"]["B2"] = 2022
    hour = next(row for row in book["Team"].iter_rows() if row[0].value == "Psykolog")
    hour[3].value = 512.35
    changed = io.BytesIO()
    book.save(changed)
    rows = recalculated(tmp_path, changed.getvalue())
    psychologist = dataclasses.replace(
        said.staff["e"],
        employment=dataclasses.replace(
            said.staff["e"].employment,
            yearly_pay_kr=Decimal("512.35") * 1000,
            on_top_share=Decimal(0),
            effective_hours=Decimal(1000),
        ),
    )
    then = dataclasses.replace(
        said, price_year=2022, staff={**said.staff, "e": psychologist}
    ).estimate(VEJLE)
    lines = [row for row in rows["Linjer"] if row[0] == VEJLE.title]
    assert [kr(row[10]) for row in lines] == [
        sum(cost.kr for cost in then.costs if cost.line == line) for line in then.case.lines
    ]
    told = {row[0]: row[-1] for row in rows["Resultat"]}
    assert kr(told["Det, der betales"]) == then.total() != known.total()
    assert told["I priser fra"] == 2022


@pytest.mark.parametrize("wanted", [2019, 2030])
def test_a_year_whose_index_nobody_told_is_said_in_words_and_nothing_is_worked_out(
    found, tmp_path, wanted
):
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(found[0], VEJLE)))
    book["Priser"]["B2"] = wanted
    changed = io.BytesIO()
    book.save(changed)
    rows = recalculated(tmp_path, changed.getvalue())
    assert "Skriv det herunder" in rows["Priser"][1][2]
    told = {row[0]: row[-1] for row in rows["Resultat"]}
    assert told["Det, der betales"] == "indeks mangler"
    assert told["Betales for hvert forløb, der begyndte"] == "indeks mangler"
    cells = [value for sheet in rows.values() for row in sheet for value in row]
    assert not [value for value in cells if str(value).startswith(("#", "Err:"))]


def test_an_index_that_is_written_into_the_file_makes_its_year_worked_out(found, tmp_path):
    said, _known = found
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE)))
    prices = book["Priser"]
    prices["B2"] = 2030
    prices.cell(prices.max_row + 1, 1, 2030)
    prices.cell(prices.max_row, 2, 130)
    changed = io.BytesIO()
    book.save(changed)
    rows = recalculated(tmp_path, changed.getvalue())
    levels = {**said.levels, "2030": Level(Decimal(130), "Opdigt", TODAY)}
    then = dataclasses.replace(said, price_year=2030, levels=levels).estimate(VEJLE)
    told = {row[0]: row[-1] for row in rows["Resultat"]}
    assert kr(told["Det, der betales"]) == then.total()


def test_nothing_leaves_while_a_figure_is_missing():
    with pytest.raises(InputFault) as fault:
        estimate_file(filled(figures={STARTED: Figure("count")}), VEJLE)
    assert [one.place.field for one in fault.value.faults] == [STARTED]


def test_the_same_leaves_as_csv_and_says_that_it_is_an_example(found):
    said, known = found
    headings, *rows = read_back(som_file(said, VEJLE))
    assert len(headings) == len(rows[0])
    paid = [Decimal(row[3].replace(",", ".")) for row in rows]
    assert sum(paid) == known.total()
    assert {row[-1] for row in rows} == {"Et eksempel"}


def test_csv_for_soem_tells_where_who_pays_is_an_assumption_of_the_model():
    ours = dataclasses.replace(own_line("cost"), payer="region")
    _headings, *rows = read_back(som_file(filled(lines={"a": ours}), VEJLE))
    marks = {(row[1], row[2]): row[5] for row in rows}
    assert marks["Drift", "Kommunen"] == "Ja"
    assert marks["Drift", "Regionen"] is None, "the place wrote it itself"


def test_a_payer_that_was_said_leaves_as_said(tmp_path):
    """In the sheets, for SØM and as CSV; writing another payer in the sheet says it too."""
    chosen = filled(payers={VEJLE.id: "region"})
    known = chosen.estimate(VEJLE)
    _headings, *rows = read_back(som_file(chosen, VEJLE))
    assert {(row[2], row[5]) for row in rows} == {("Regionen", None)}
    some = filled(payers={f"{VEJLE.id}.talks": "region"})
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(some, VEJLE)))
    cafe = next(row for row in book["Linjer"].iter_rows() if row[1].value == "Café")
    cafe[4].value = payer_name("state")
    changed = io.BytesIO()
    book.save(changed)
    told = recalculated(tmp_path, changed.getvalue())
    assumed = {row[1]: row[12] for row in told["Linjer"][1:]}
    assert assumed["Fællesarrangementer, køb"] == "Ja"
    paid = {row[1]: kr(row[10]) for row in told["Linjer"][1:]}
    state = 2 + get_args(Payer).index("state")
    assert sum(kr(row[state]) for row in told["Til SØM"][1:] if row[0]) == paid["Café"] > 0
    assert {assumed[one] or None for one in ("Kaffesamtaler", "Café", "Kaffekort fra caféen")} == {
        None
    }
    assert payers_told() in [row[0] for row in told["Resultat"]]
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(chosen, VEJLE)))
    texts = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert payers_told() not in texts
    assert known.total(payer="region") == known.total()


def test_a_file_says_what_is_to_be_looked_up_again(found):
    said, _known = found
    later = Origin("x", TODAY.replace(year=2029), title="Opdigt 2026", place="Opdigt By")
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE, later)))
    told = [row[0] for row in book["Resultat"].iter_rows(values_only=True)]
    assert any("Koordinator (1. mar. 2027)" in str(one) for one in told)
    about = dict(book["Om filen"].iter_rows(min_row=2, values_only=True))
    assert (about["Titel"], about["Sted"], about["Lavet"]) == (
        "Opdigt 2026", "Opdigt By", "26. nov. 2029",
    )  # fmt: skip
    assert book["Resultat"].oddFooter.left.text.startswith("Titel Opdigt 2026 · Sted Opdigt By")
