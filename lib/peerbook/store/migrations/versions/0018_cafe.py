"""Café shifts with hosts, common events with an evaluation, and contacts out of hours."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    key = target.partition(".")[0]
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=op.f(f"fk_{table}_{column}_{key}"),
        initially="DEFERRED",
        deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        "cafe_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_cafe_shift_times")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_cafe_shift_sequence")),
        _to("cafe_shift", "site_id", "site.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cafe_shift")),
        sa.UniqueConstraint(
            "site_id", "date", "starts_at", name=op.f("uq_cafe_shift_site_id_date_starts_at")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_cafe_shift_uid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "shift_host",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "participant_code IS NULL OR label = ''", name=op.f("ck_shift_host_one")
        ),
        _to("shift_host", "participant_code", "participant.code"),
        _to("shift_host", "shift_id", "cafe_shift.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_host")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_shift_host_participant_code"), "shift_host", ["participant_code"])
    op.create_index(op.f("ix_shift_host_shift_id"), "shift_host", ["shift_id"])
    op.create_table(
        "common_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cost_kr", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("suggestions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_kr >= 0", name=op.f("ck_common_event_cost_kr")),
        sa.CheckConstraint("sheets >= 0", name=op.f("ck_common_event_sheets")),
        _to("common_event", "site_id", "site.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_common_event")),
        sa.UniqueConstraint("site_id", "date", name=op.f("uq_common_event_site_id_date")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "out_of_hours_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("out_of_hours_contact", "pair_id", "matched_pair.id"),
        _to("out_of_hours_contact", "site_id", "site.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_out_of_hours_contact")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_out_of_hours_contact_pair_id"), "out_of_hours_contact", ["pair_id"])
    op.create_index(
        op.f("ix_out_of_hours_contact_site_id_date"), "out_of_hours_contact", ["site_id", "date"]
    )
