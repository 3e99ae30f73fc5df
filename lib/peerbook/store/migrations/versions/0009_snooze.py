"""What was found about the data can be put off until a day."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "snooze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("wakes_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("wakes_on > since", name=op.f("ck_snooze_days")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_snooze_site_id_site"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snooze")),
        sa.UniqueConstraint("rule", "subject", name=op.f("uq_snooze_rule_subject")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index(op.f("ix_snooze_site_id"), "snooze", ["site_id"])
