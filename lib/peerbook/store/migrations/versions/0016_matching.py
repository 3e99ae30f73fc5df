"""Matching: who met whom, wishes, vetoes, and pairs."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def _one_of(column: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=column, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "gathering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", "trip", "cafe", "walk", "common_event"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_gathering_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathering")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_gathering_site_id_date"), "gathering", ["site_id", "date"])
    op.create_table(
        "gathering_guest",
        sa.Column("gathering_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering_id"],
            ["gathering.id"],
            name=op.f("fk_gathering_guest_gathering_id_gathering"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["participant_code"],
            ["participant.code"],
            name=op.f("fk_gathering_guest_participant_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "gathering_id", "participant_code", name=op.f("pk_gathering_guest")
        ),
    )
    op.create_index(
        op.f("ix_gathering_guest_participant_code"), "gathering_guest", ["participant_code"]
    )
    op.create_table(
        "matched_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("peer_code", sa.String(length=8), nullable=True),
        sa.Column("mentor_code", sa.String(length=8), nullable=True),
        sa.Column("matched_on", sa.Date(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("talked_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("peer_goal", sa.Text(), nullable=False),
        sa.Column("mentor_goal", sa.Text(), nullable=False),
        sa.Column("contact_rule", sa.Text(), nullable=False),
        sa.Column("cancel_rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 24", name=op.f("ck_matched_pair_months")),
        sa.CheckConstraint("peer_code <> mentor_code", name=op.f("ck_matched_pair_two")),
        sa.ForeignKeyConstraint(
            ["follows_id"],
            ["matched_pair.id"],
            name=op.f("fk_matched_pair_follows_id_matched_pair"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["mentor_code"],
            ["participant.code"],
            name=op.f("fk_matched_pair_mentor_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["peer_code"],
            ["participant.code"],
            name=op.f("fk_matched_pair_peer_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_matched_pair_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matched_pair")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_matched_pair_follows_id"), "matched_pair", ["follows_id"])
    op.create_index(op.f("ix_matched_pair_mentor_code"), "matched_pair", ["mentor_code"])
    op.create_index(op.f("ix_matched_pair_peer_code"), "matched_pair", ["peer_code"])
    op.create_index(op.f("ix_matched_pair_site_id"), "matched_pair", ["site_id"])
    op.create_table(
        "veto",
        sa.Column("one_code", sa.String(length=8), nullable=False),
        sa.Column("other_code", sa.String(length=8), nullable=False),
        sa.Column(
            "kind",
            _one_of("kind", "family", "known_before", "staff", "own_wish", "other"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_code < other_code", name=op.f("ck_veto_order")),
        sa.ForeignKeyConstraint(
            ["one_code"],
            ["participant.code"],
            name=op.f("fk_veto_one_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["other_code"],
            ["participant.code"],
            name=op.f("fk_veto_other_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("one_code", "other_code", name=op.f("pk_veto")),
    )
    op.create_index(op.f("ix_veto_other_code"), "veto", ["other_code"])
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.Column("wished_code", sa.String(length=8), nullable=False),
        sa.Column("basis", _one_of("basis", "form", "met"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("participant_code <> wished_code", name=op.f("ck_wish_other")),
        sa.CheckConstraint("rank BETWEEN 1 AND 3", name=op.f("ck_wish_rank")),
        sa.CheckConstraint("withdrawn_on >= made_on", name=op.f("ck_wish_days")),
        sa.ForeignKeyConstraint(
            ["participant_code"],
            ["participant.code"],
            name=op.f("fk_wish_participant_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["wished_code"],
            ["participant.code"],
            name=op.f("fk_wish_wished_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint(
            "participant_code",
            "wished_code",
            "basis",
            "made_on",
            name=op.f("uq_wish_participant_code_wished_code_basis_made_on"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_wish_participant_code"), "wish", ["participant_code"])
    op.create_index(op.f("ix_wish_wished_code"), "wish", ["wished_code"])
