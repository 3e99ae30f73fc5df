"""What the check cell of the record notebook prints: facts no refactoring may change."""

from __future__ import annotations

from peerbook.course import attendance_records, evaluation_records, people_records
from peerbook.course.attendance import by_date
from peerbook.course.comparison import compare_waves
from peerbook.course.curriculum import load_form
from peerbook.desk import Desk
from peerbook.store.tables import Course


def facts(desk: Desk, course: Course) -> tuple[str, ...]:
    """Return counts and shares of a course as short lines."""
    with desk.store.read() as session:
        dates = attendance_records.dates_frame(session, course.id)
        attendance = attendance_records.attendance_frame(session, course.id)
        answers = evaluation_records.answers_frame(session, course.id)
        sheets = evaluation_records.sheets_count(session, course.id)
        mentors = people_records.mentors(session, course.id)
    held = by_date(dates, attendance)
    kept = int((held["present"] + held["apology"]).sum())
    compared = compare_waves(answers, load_form("mid"), load_form("final"), desk.threshold())
    overall = next(one for one in compared if one.item.id == "overall")
    return (
        f"mentors: {len(mentors)}",
        f"dates held: {len(held)}",
        f"present: {int(held['present'].sum())} of {int(held['expected'].sum())}",
        f"present or sent an apology: {kept} of {int(held['expected'].sum())}",
        f"evaluation forms: {dict(sorted(sheets.items()))}",
        f"items compared: {len(compared)}",
        f"the course in all: {overall.basis}, n {overall.n}, mean {overall.final.mean}",
    )
