"""What the check cell of the record notebook prints: facts no refactoring may change."""

from __future__ import annotations

from peerbook.course import people_records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.standing import by_date
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.comparison import compare_waves
from peerbook.course.evaluation_form import load_form
from peerbook.desk import Desk
from peerbook.privacy.disclosure import nameless, told_counts
from peerbook.small_groups import is_shown, told
from peerbook.store.tables import Course


def facts(desk: Desk, course: Course) -> tuple[str, ...]:
    """Return counts and shares of a course as short lines."""
    with desk.store.read() as session:
        dates = attendance_records.dates_frame(session, course.id)
        attendance = attendance_records.attendance_frame(session, course.id)
        answers = evaluation_records.answers_frame(session, course.id)
        sheets = evaluation_records.sheets_count(session, course.id)
        mentors = people_records.mentors(session, course.id)
    threshold = desk.threshold()
    held = by_date(dates, attendance)
    present, expected = int(held["present"].sum()), int(held["expected"].sum())
    kept = present + int(held["apology"].sum())
    compared = compare_waves(answers, load_form("mid"), load_form("final"), threshold)
    overall = next(one for one in compared if one.item.id == "overall")
    # Beside those present, it tells how many sent an apology.
    apologies = (
        _share(kept, expected, threshold)
        if is_shown(kept - present, threshold)
        else "told with those present"
    )
    counts = told_counts(
        {
            "mentors": frozenset(one.code for one in mentors),
            **{wave: nameless(wave, n) for wave, n in sorted(sheets.items())},
        },
        threshold,
    )
    counted = ", ".join(f"{wave} {counts[wave]}" for wave in sorted(sheets))
    return (
        f"mentors: {counts['mentors']}",
        f"dates held: {len(held)}",
        f"present: {_share(present, expected, threshold)}",
        f"present or sent an apology: {apologies}",
        f"evaluation forms: {counted or 'none'}",
        f"items compared: {len(compared)}",
        f"the course in all: {overall.basis}, n {overall.n}",
    )


def _share(part: int, whole: int, threshold: int) -> str:
    """Return how many of all; told only when it tells nothing of few either way."""
    few = [count for count in (part, whole - part) if not is_shown(count, threshold)]
    return f"all but few, or few, of {told(whole, threshold)}" if few else f"{part} of {whole}"
