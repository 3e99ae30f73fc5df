"""Drafts of courses under the names they had before `course:5:enrol`: no page asks for them."""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"

FORMS = (
    "attendance", "catch_up", "course_cancel", "course_details", "course_move", "course_restore",
    "decision", "enrol", "evaluation", "presentations", "presenters", "raised_themes",
    "suggestion", "turn",
)  # fmt: skip


def upgrade() -> None:
    for form in FORMS:
        old = text("DELETE FROM draft WHERE form GLOB :old").bindparams(old=f"{form}:[0-9]*")
        op.execute(old)
