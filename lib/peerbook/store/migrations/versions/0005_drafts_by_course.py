"""What was being typed as `enrol:5` is called `course:5:enrol` now, where the pages look for it."""

import re

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"

OF_COURSE = (
    "catch_up", "course_cancel", "course_details", "course_move", "course_restore", "enrol",
    "evaluation", "presentations", "presenters", "suggestion", "turn",
)  # fmt: skip
OF_DATE = ("attendance", "raised_themes")
OF_SUGGESTION = ("decision",)


def upgrade() -> None:
    connection = op.get_bind()

    def rows(query: str) -> list[tuple[int, int]]:
        return [(number, leads_to) for number, leads_to in connection.execute(text(query))]

    sites = dict(rows("SELECT id, site_id FROM course WHERE removed_on IS NULL"))
    dates = dict(rows("SELECT id, course_id FROM course_date"))
    suggestions = dict(rows("SELECT id, course_id FROM suggestion"))

    def name_now(old: str) -> str | None:
        """Return what a draft is called now, None when it is of no course there is."""
        form, number, *way = old.split(":")
        course: int | None = int(number)
        if form in OF_DATE:
            course, way = dates.get(int(number)), [number]
        elif form in OF_SUGGESTION:
            course, way = suggestions.get(int(number)), [number]
        elif form == "evaluation" and way[1:] == ["pile"]:
            way = [*way, "full"]
        if course not in sites:
            return None
        if form == "course_details":
            way = [str(sites[course])]
        return ":".join(["course", str(course), form, *way])

    drafts = connection.execute(text("SELECT owner, form, saved_at FROM draft")).all()
    for owner, old, at in drafts:
        if not re.match(f"({'|'.join(OF_COURSE + OF_DATE + OF_SUGGESTION)}):[0-9]", old):
            continue
        new = name_now(old)
        which = {"owner": owner, "old": old, "new": new, "at": at}
        changes = ["DELETE FROM draft WHERE owner = :owner AND form = :old"]
        if new is not None:
            # What the same person typed in the same form later stays, whatever its name.
            changes = [
                "DELETE FROM draft WHERE owner = :owner AND form = :new AND saved_at < :at",
                "UPDATE draft SET form = :new WHERE owner = :owner AND form = :old AND NOT EXISTS "
                "(SELECT 1 FROM draft WHERE owner = :owner AND form = :new)",
                *changes,
            ]
        for change in changes:
            connection.execute(text(change), which)
