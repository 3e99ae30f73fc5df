"""An estimate as a spreadsheet, worked out by LibreOffice, is what Python found, to the øre."""

import dataclasses
import datetime as dt
import io
import subprocess
from decimal import Decimal

import openpyxl
import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line
from peerbook.costs.assessment import Level, place_of
from peerbook.costs.case import COMPLETED, MONTHS, STARTED, estimate
from peerbook.costs.estimate_file import estimate_file, som_file
from peerbook.costs.figure import Figure
from peerbook.costs.names import category_name, kind_name, payer_name
from peerbook.errors import InputFault
from peerbook.files.delimited import read_back
from peerbook.files.origin import Origin

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
    levels = {str(year): Level(level, "Opdigt", TODAY) for year, level in INDEX.items()}
    said = assessment(
        figures=figures, staff=staff, levels=levels,
        lines={"x": own_line("grant"), "y": own_line("saving", kr="1234.567")},
    )  # fmt: skip
    return said, estimate(said.case(VEJLE))


@pytest.fixture(scope="module")
def worked_out(found, tmp_path_factory):
    """Return the sheets as LibreOffice works them out, each as its rows."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "estimate.xlsx").write_bytes(estimate_file(found[0], VEJLE))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{folder}/user", "--headless",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
            str(folder / "estimate.xlsx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    book = openpyxl.load_workbook(folder / "out" / "estimate.xlsx", data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def kr(value):
    return Decimal(repr(value)).quantize(Decimal("0.01"))


def test_every_line_of_every_year_is_the_same_to_the_oere(found, worked_out):
    _said, known = found
    for line, row in zip(known.case.lines, worked_out["Linjer"][1:], strict=True):
        by_year = {cost.year: cost.kr for cost in known.costs if cost.line == line}
        expected = [by_year.get(year, Decimal(0)) for year in (2026, 2027, 2028)]
        assert [kr(value) for value in row[5:8]] == expected, line.id
        assert kr(row[8]) == sum(expected)


def test_the_result_is_the_same_to_the_oere(found, worked_out):
    _said, known = found
    told = {row[0]: row[-1] for row in worked_out["Resultat"][1:]}
    for category in ("preparation", "training", "running", "investment"):
        assert kr(told[category_name(category)]) == known.total(category=category)
    assert kr(told["Det, der betales"]) == known.total()
    for kind in ("volunteer", "gift", "grant", "saving"):
        assert kr(told[kind_name(kind)]) == known.total(kind)
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
    *rows, started, success, mark = worked_out["Til SØM"][1:]
    assert "eksempel" in mark[1]
    assert kr(started[3]) == known.case.figures[STARTED].known
    assert success[1:4] == ["Succesrate", "Ingen resultatdata endnu", None]
    assert sum(kr(row[3]) for row in rows) == known.total()
    for year, category, payer, kroner, price_year in rows:
        parts = [
            cost.kr
            for cost in known.costs
            if cost.line.kind == "cost"
            and (cost.year, category_name(cost.line.category), payer_name(cost.line.payer))
            == (year, category, payer)
        ]
        assert kr(kroner) == sum(parts)
        assert price_year == 2026


def test_a_changed_figure_changes_the_result_by_its_formula(found):
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(found[0], VEJLE)))
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.data_type == "f"
    ]  # fmt: skip
    assert len(formulas) > 60
    figures = book["Tal"]
    assert figures["E2"].value == "=Opdigt"
    assert figures["E2"].data_type == "s"  # what somebody typed is no formula


def test_each_number_says_where_it_is_from_and_that_it_is_an_example(found, worked_out):
    said, known = found
    asked = said.names(VEJLE)
    rows = worked_out["Tal"][1:]
    assert [row[0] for row in rows] == [asked[key] for key in known.case.needed]
    of_the_team = {asked[key] for key in ("coordinator_wage", "professional_wage")}
    assert {row[5] for row in rows if row[0] not in of_the_team} == {"Et eksempel"}
    assert "eksempel" in worked_out["Resultat"][-1][0]
    assert {asked[key] for key in (STARTED, COMPLETED, MONTHS)} <= {row[0] for row in rows}


def test_the_team_makes_the_price_of_an_hour(found, worked_out):
    said, known = found
    prices = {row[0]: row[1] for row in worked_out["Tal"][1:]}
    for key in ("coordinator_wage", "professional_wage"):
        assert kr(prices[said.names(VEJLE)[key]]) == known.case.figures[key].known
    assert len(worked_out["Team"]) == 1 + len(said.staff)


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


def test_a_file_says_what_is_to_be_looked_up_again(found):
    said, _known = found
    later = Origin("x", TODAY.replace(year=2029))
    book = openpyxl.load_workbook(io.BytesIO(estimate_file(said, VEJLE, later)))
    told = [row[0] for row in book["Resultat"].iter_rows(values_only=True)]
    assert any("Koordinator (1. mar. 2027)" in str(one) for one in told)
