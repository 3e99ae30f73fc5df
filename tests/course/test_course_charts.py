"""What the charts of a course say about whole people."""

import datetime as dt

import pandas as pd
import pytest

from peerbook.course.attendance.attendance_charts import attendance_chart, commitment_chart


def held(present):
    rows = [
        {
            "date_id": number, "kind": "teaching_day", "number": number,
            "date": dt.date(2026, 3, number), "present": present, "apology": 0, "absent": 0,
            "expected": present, "commitment": 1.0,
        }
        for number in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("present", "step"), [(0, 1), (1, 1), (3, 1), (6, 1), (12, 2), (25, 5)])
def test_the_axis_counts_whole_mentors(present, step, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "peerbook.course.attendance.attendance_charts.Chart",
        lambda figure, **_words: seen.append(figure),
    )
    attendance_chart(held(present))
    assert seen[0].layout.yaxis.dtick == step


def test_the_axis_writes_per_cent_as_the_text_does(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "peerbook.course.attendance.attendance_charts.Chart",
        lambda figure, **words: seen.append((figure, words["finding"])),
    )
    commitment_chart(held(3))
    ((figure, finding),) = seen
    written = f"100{figure.layout.yaxis.ticksuffix}"
    assert written.replace("\N{NO-BREAK SPACE}", " ") in finding.replace("\N{NO-BREAK SPACE}", " ")
    assert list(figure.data[0].y) == [100, 100]
