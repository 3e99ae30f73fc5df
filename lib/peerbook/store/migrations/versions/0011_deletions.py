"""Certificates of deletion, and people who must be kept for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "asked", "mistake", "not_needed", "due",
                name="ground", native_enum=False, create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("people >= 1", name=op.f("ck_deletion_people")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_deletion_site_id_site"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index(op.f("ix_deletion_site_id"), "deletion", ["site_id"])
    op.create_table(
        "hold",
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_hold_days")),
        sa.ForeignKeyConstraint(
            ["participant_code"], ["participant.code"],
            name=op.f("fk_hold_participant_code_participant"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("participant_code", name=op.f("pk_hold")),
    )  # fmt: skip
