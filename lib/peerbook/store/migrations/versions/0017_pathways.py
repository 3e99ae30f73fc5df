"""Pathways: the talk at the end of a pair, and the days it met."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def _one_of(column: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=column, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "exit_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", _one_of("state", "agreed", "held", "cancelled"), nullable=False),
        sa.Column("ticked", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("goals_reached", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"],
            ["matched_pair.id"],
            name=op.f("fk_exit_talk_pair_id_matched_pair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_talk")),
        sa.UniqueConstraint("pair_id", name=op.f("uq_exit_talk_pair_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", _one_of("state", "held", "cancelled"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"],
            ["matched_pair.id"],
            name=op.f("fk_meeting_pair_id_matched_pair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("pair_id", "date", name=op.f("uq_meeting_pair_id_date")),
        sqlite_autoincrement=True,
    )
