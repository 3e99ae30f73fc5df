"""Participants who are one person, or look alike and are two."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "same_person",
        sa.Column("one_code", sa.String(length=8), nullable=False),
        sa.Column("other_code", sa.String(length=8), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.CheckConstraint("one_code < other_code", name=op.f("ck_same_person_order")),
        sa.ForeignKeyConstraint(
            ["one_code"], ["participant.code"],
            name=op.f("fk_same_person_one_code_participant"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["other_code"], ["participant.code"],
            name=op.f("fk_same_person_other_code_participant"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("one_code", "other_code", name=op.f("pk_same_person")),
    )  # fmt: skip
    op.create_index(op.f("ix_same_person_other_code"), "same_person", ["other_code"])
