"""Drafts of courses under the names they had before `course:5:enrol`: no page asks for them."""

from alembic import op

revision = "0005"
down_revision = "0004"

FORMS = (
    "attendance", "catch_up", "course_cancel", "course_details", "course_move", "course_restore",
    "decision", "enrol", "evaluation", "presentations", "presenters", "raised_themes",
    "suggestion", "turn",
)  # fmt: skip


def upgrade() -> None:
    for form in FORMS:
        op.execute(f"DELETE FROM draft WHERE form GLOB '{form}:[0-9]*'")  # noqa: S608
