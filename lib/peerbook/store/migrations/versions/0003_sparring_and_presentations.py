"""Themes raised in sparring, and who presents a final assignment when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "raised_theme",
        sa.Column("course_date_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("theme", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_date_id"],
            ["course_date.id"],
            name=op.f("fk_raised_theme_course_date_id_course_date"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("course_date_id", "theme", name=op.f("pk_raised_theme")),
    )
    op.create_table(
        "presenter",
        sa.Column("course_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_presenter_number")),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
            name=op.f("fk_presenter_course_id_course"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["participant_code"],
            ["participant.code"],
            name=op.f("fk_presenter_participant_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("course_id", "participant_code", name=op.f("pk_presenter")),
    )
    op.create_index(op.f("ix_presenter_participant_code"), "presenter", ["participant_code"])
