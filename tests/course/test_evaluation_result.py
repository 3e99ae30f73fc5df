"""What stands about the answers on the page: only what was held, and never about few."""

import pandas as pd
import pytest

from peerbook.course.evaluation.evaluation_result_part import result_parts
from peerbook.course.evaluation_form import load_form
from peerbook.ui import Chart, Disclosure, Table


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def shown(**waves):
    """Return the page's parts; each wave is a list of sheets, answers by item."""
    rows = [
        {
            "evaluation_id": f"{wave}{place}", "wave": wave, "extent": "full",
            "respondent": None, "item": item, "code": code, "text": None,
        }
        for wave, sheets in waves.items()
        for place, sheet in enumerate(sheets)
        for item, code in sheet.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows).astype({"code": "Int64"})
    return result_parts(frame, {wave: len(some) for wave, some in waves.items()}, None, 5)


def said(parts):
    return str([part.spec() for part in parts])


def told_of_all(parts):
    """Return what stands under “All questions, one by one”."""
    questions = next(part for part in parts if isinstance(part, Disclosure))
    questions._open({"index": 0}, ())
    return str([table.data for table in questions.inside[0].inside])


def sheets(count, **answers):
    return [answers] * count


def test_before_the_final_evaluation_only_the_mid_course_one_is_told():
    told = said(shown(mid=sheets(6, overall=4, pace=2)))
    assert "Mid-course evaluation" in told
    assert "Final" not in told
    assert "interval" not in told


@pytest.mark.parametrize(("wave", "item"), [("mid", "overall"), ("follow_up", "tried_with_peer")])
def test_the_lead_is_the_whole_course_while_it_is_fresh_and_what_is_used_months_later(wave, item):
    form = load_form(wave)
    answers = {one.id: 4 for one in form.items if one.kind != "text"}
    lead = form.item(item).text.rstrip(".")
    heads = [
        part.finding for part in shown(**{wave: sheets(6, **answers)}) if isinstance(part, Chart)
    ]
    assert any(head.startswith(f"“{lead}”") for head in heads)


def test_an_interval_is_spoken_of_only_where_one_is_shown():
    enough = shown(mid=sheets(6, overall=4), final=sheets(6, overall=5))
    too_few = shown(mid=sheets(6, overall=4), final=sheets(3, overall=5))
    assert "confidence interval" in said([one for one in enough if isinstance(one, Chart)])
    assert "confidence interval" not in said([one for one in too_few if isinstance(one, Chart)])


def test_each_choice_stands_with_its_number_mid_beside_final():
    parts = shown(
        mid=sheets(5, pace=1) + sheets(6, pace=2), final=sheets(7, pace=2) + sheets(2, pace=3)
    )
    (table,) = (part for part in parts if isinstance(part, Table))
    rows = {row[0]: row[1:] for row in table.data["rows"]}
    assert rows["Hvor meget når vi på en dag?"] == [
        "For lidt: 5, Passende: 6, For meget: 0", "too few to tell the answers apart",
    ]  # fmt: skip


def test_an_answer_that_no_mean_includes_is_called_what_the_sheet_calls_it():
    told = said(
        shown(mid=sheets(5, overall=4, tried_with_peer=3) + sheets(1, overall=9, tried_with_peer=9))
    )
    assert "5 answers, 1 left empty or answered “Ved ikke”" in told
    assert "5 answers, 1 left empty or answered “Har ikke mødt min peer”" in told


def test_an_answer_outside_the_scale_is_told_when_five_gave_it():
    met = sheets(6, overall=4, tried_with_peer=3)
    not_met = sheets(5, overall=4, tried_with_peer=9)
    beside = "3.0 (6 answers, 5 answered “Har ikke mødt min peer”, 2 left it empty)"
    assert beside in told_of_all(shown(mid=met + not_met + sheets(2, overall=4)))
    alone = "5 answered “Har ikke mødt min peer”, too few others"
    assert alone in told_of_all(shown(mid=met[:4] + not_met))
    few = told_of_all(shown(mid=met[:4] + not_met[:4]))
    assert "too few to tell the answers apart" in few
    assert "Har ikke mødt" not in few


def test_one_answer_tells_nothing_of_what_it_is_about():
    lone = shown(mid=sheets(5, overall=4) + sheets(1, overall=4, know_recovery=4))
    assert "only tell how they liked it" in said(lone)
    five = shown(mid=sheets(5, overall=4, know_recovery=4))
    assert "what they learnt" in said(five)


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    mid = [{"overall": code} for code in [4] * 30 + [3] * 29]
    final = [{"overall": code} for code in [4] * 29 + [3] * 30]
    told = said(shown(mid=mid, final=final))
    assert "0.0 (from −0.2 to +0.2)" in told
    assert "−0.0" not in told


def test_a_question_that_moved_is_named_and_of_many_those_that_moved_most():
    def heading(**answers):
        mid = sheets(20, **{item: low for item, (low, _high) in answers.items()})
        final = sheets(20, **{item: high for item, (_low, high) in answers.items()})
        parts = shown(mid=mid, final=final)
        return next(part.finding for part in parts if isinstance(part, Chart))

    form = load_form("final")
    asked = [one.id for one in form.items if one.kind == "scale" and one.id != "overall"][:5]
    told = heading(overall=(2, 4), ready=(4, 2))
    assert told == (
        f"Clearly up: “{form.item('overall').text}”. "
        f"Clearly down: “{form.item('ready').text.rstrip('.')}”."
    )
    many = heading(**dict.fromkeys(asked[:4], (3, 4)), **{asked[4]: (1, 5)})
    assert many.startswith(f"Clearly up: “{form.item(asked[4]).text.rstrip('.')}”")
    assert many.endswith("and 2 other questions.")
