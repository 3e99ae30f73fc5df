from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from peerbook.course.curriculum import Kind, available_courses, load_course, read_course
from peerbook.course.evaluation_form import available_forms, load_form, read_form
from peerbook.errors import Fault, InputFault
from peerbook.paths import product_folder


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    """A copy of the six-month course to damage."""
    return Path(shutil.copytree(product_folder("curriculum") / "six_months", tmp_path / "course"))


@pytest.fixture
def form_file(tmp_path: Path) -> Path:
    """A copy of the mid-course form to damage."""
    folder = shutil.copytree(product_folder("curriculum") / "evaluation_forms", tmp_path / "forms")
    return Path(folder) / "mid.yaml"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(read: Callable[[Path], object], path: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputFault) as caught:
        read(path)
    return caught.value.faults


def places(faults: tuple[Fault, ...]) -> set[tuple[str | None, str | None]]:
    return {(fault.place.sheet, fault.place.field) for fault in faults}


def test_course_is_found_by_name_and_read_once() -> None:
    assert "six_months" in available_courses()
    assert load_course("six_months") is load_course("six_months")


def test_course_cannot_be_changed_by_whoever_reads_it() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(load_course(), "title", "Noget andet")  # noqa: B010 - plain assignment is a type error


@pytest.mark.parametrize("name", ["../../etc", "", "evaluation_forms", "six_months/", "🙂<script>"])
def test_unknown_course_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InputFault, match="six_months") as caught:
        load_course(name)
    assert "<" not in str(caught.value)


def test_parts_are_found_by_number_and_id() -> None:
    content = load_course()
    assert content.day(3).number == 3
    assert content.topic("boundaries").id == "boundaries"
    assert content.purpose("tools").id == "tools"
    assert content.theme("ending").id == "ending"
    day = content.day(1)
    assert day.minutes == sum(activity.minutes for activity in day.activities)
    assert {item.kind for item in day.modules} == {Kind.LESSON, Kind.EXERCISE}


def test_broken_yaml_is_told_with_its_line_and_nothing_else(course_folder: Path) -> None:
    change(course_folder / "course.yaml", "version: ", "version: [")
    (fault,) = faults_of(read_course, course_folder)
    assert fault.place.sheet == "course/course.yaml"
    assert fault.place.row is not None


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("day_2/day.yaml", "minutes: 45", "minutes: 0", "activities[3].minutes"),
        ("day_2/day.yaml", "minutes: 45", "minutes: fyrre", "activities[3].minutes"),
        ("day_2/day.yaml", "minutes: 45", 'minutes: "45"', "activities[3].minutes"),
        ("day_2/day.yaml", "kind: lesson", "kind: lecture", "activities[1].kind"),
        ("day_2/day.yaml", "title: At lytte –", "titel: At lytte –", "title"),
        ("day_2/day.yaml", "[communication, approach]", "[comunication]",
         "activities.listening.topics"),
        ("day_2/day.yaml", "[tools, know_recovery]", "[fun]", "activities.listening.purposes"),
        ("day_2/day.yaml", "[communication, approach]", "[]", "activities.listening"),
        ("day_2/day.yaml", "themes: [expectations]", "themes: [weather]", "themes"),
        ("day_2/day.yaml", "{id: break_2", "{id: break_1", "activities"),
        ("day_3/day.yaml", "form: mid", "form: middle", "activities.mid_evaluation.form"),
    ],
)  # fmt: skip
def test_fault_in_a_day_is_told_with_file_and_place(
    course_folder: Path, file: str, old: str, new: str, place: str
) -> None:
    change(course_folder / file, old, new)
    faults = faults_of(read_course, course_folder)
    assert (file, place) in places(faults)
    assert all(fault.message.startswith(file) for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("sparring_offset_days: 14", "sparring_offset_days: 9", "rules.sparring_offset_days"),
        ("mid_evaluation_after_day: 3", "mid_evaluation_after_day: 7",
         "rules.mid_evaluation_after_day"),
        ("starts_at: \"10:00\"", "starts_at: morgen", "rules.starts_at"),
        ("topics: [roles, project_frame]", "topics: [chess]", "themes.role_clarity.topics"),
        ("id: mentor_aim", "id: project_frame", "topics"),
    ],
)  # fmt: skip
def test_fault_in_the_course_is_told_with_its_place(
    course_folder: Path, old: str, new: str, place: str
) -> None:
    change(course_folder / "course.yaml", old, new)
    assert ("course/course.yaml", place) in places(faults_of(read_course, course_folder))


def test_missing_and_stray_texts_are_all_told_together(course_folder: Path) -> None:
    (course_folder / "day_1" / "role_cards.md").rename(course_folder / "day_1" / "roll_cards.md")
    (course_folder / "sparring" / "ending.md").unlink()
    (course_folder / "day_4" / "handout.md").write_bytes(b"\xe6\xf8\xe5")
    assert {
        ("day_1/role_cards.md", None),
        ("day_1/roll_cards.md", None),
        ("sparring/ending.md", None),
        ("day_4/handout.md", None),
    } == places(faults_of(read_course, course_folder))


def test_missing_day_is_told(course_folder: Path) -> None:
    shutil.rmtree(course_folder / "day_5")
    assert ("day_5/day.yaml", None) in places(faults_of(read_course, course_folder))


def test_forms_are_found_by_name() -> None:
    assert {"mid", "final", "event", "follow_up"} <= set(available_forms())
    assert "common" not in available_forms()
    assert load_form("mid") is load_form("mid")
    assert load_form("mid").item("overall").scale is not None
    with pytest.raises(InputFault, match="follow_up"):
        load_form("common")


def test_scale_tells_codes_that_may_be_entered_from_codes_of_a_mean() -> None:
    scale = load_form("mid").item("content_relevant").scale
    assert scale is not None
    assert scale.codes == (1, 2, 3, 4, 5, 9)
    assert scale.codes_on_scale == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("level: 1, kind: scale", "level: 5, kind: scale", "items[0].level"),
        ("scale: agree, dimension: relevance", "scale: stars, dimension: relevance", "items.scale"),
        ("dimension: relevance", "dimension: weather", "items.dimension"),
        ("id: pace", "id: content_relevant", "items"),
        ("kind: scale, scale: agree", "kind: scale", "items.content_relevant"),
        ("kind: scale", "kind: text", "items.content_relevant"),
        ("low_energy: true", "low_energy: false", "items"),
        ("kind: scale", "kind: slider", "items[0].kind"),
        ("title: ", "titel: ", "title"),
    ],
)
def test_fault_in_a_form_is_told_with_its_place(
    form_file: Path, old: str, new: str, place: str
) -> None:
    change(form_file, old, new)
    assert ("forms/mid.yaml", place) in places(faults_of(read_form, form_file))


def test_codes_used_twice_on_a_scale_are_told(form_file: Path) -> None:
    change(form_file.with_name("common.yaml"), "{code: 2, label: Uenig}", "{code: 1, label: Uenig}")
    found = places(faults_of(read_form, form_file))
    assert ("forms/mid.yaml", "items.content_relevant.scale") in found


def test_breaks_are_too_few_or_too_many():
    (breaks,) = [item for item in load_form("mid").items if item.id == "breaks"]
    assert [point.label for point in breaks.scale.points[:3]] == ["For få", "Passende", "For mange"]
