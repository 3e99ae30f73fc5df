from __future__ import annotations

import pytest

from peerbook.course.evaluation_form import EvaluationForm, available_forms, load_form

FORMS = [load_form(name) for name in available_forms()]


def named(form: EvaluationForm) -> str:
    return form.id


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_form_asks_for_suggestions_and_for_more_than_liking(form: EvaluationForm) -> None:
    assert [item.id for item in form.items if item.suggestion] == ["suggestion"]
    assert form.item("suggestion").text == "Hvad skal vi gøre anderledes?"
    assert max(item.level for item in form.items) > 1


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_short_sheet_has_three_items_one_of_them_the_suggestion(form: EvaluationForm) -> None:
    assert len(form.low_energy_items) == 3
    assert form.item("suggestion") in form.low_energy_items


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_every_scale_item_lets_people_answer_beside_the_scale(form: EvaluationForm) -> None:
    for item in form.items:
        if item.kind == "scale":
            assert item.scale is not None
            assert item.scale.codes_on_scale == (1, 2, 3, 4, 5)
            assert [point.code for point in (*item.no_answer, *item.outside)] == [9]


def test_items_shared_by_mid_and_final_are_the_same_question() -> None:
    mid = {item.id: item for item in load_form("mid").items}
    final = {item.id: item for item in load_form("final").items}
    shared = mid.keys() & final.keys()
    assert len(shared) >= 15
    assert all(mid[name] == final[name] for name in shared)


@pytest.mark.parametrize("name", ["mid", "final"])
def test_course_forms_ask_on_all_levels_and_dimensions(name: str) -> None:
    form = load_form(name)
    assert {item.level for item in form.items} == {1, 2, 3, 4}
    assert {dimension.id for dimension in form.dimensions} >= {
        "relevance", "teaching", "two_teachers", "equality", "benefit", "use_with_peer",
    }  # fmt: skip


def test_follow_up_asks_mostly_what_people_do_now() -> None:
    form = load_form("follow_up")
    assert sum(item.level == 3 for item in form.items) > len(form.items) / 2
    assert form.item("tried_with_peer") in form.low_energy_items


def test_dimensions_of_a_form_are_those_its_items_use() -> None:
    for form in FORMS:
        assert {item.dimension for item in form.items} == {
            dimension.id for dimension in form.dimensions
        }
