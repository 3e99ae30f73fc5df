"""Who saw a name, and the chain over the histories."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

APPEND_ONLY = ("name_seen", "audit_link")


def upgrade() -> None:
    op.create_table(
        "name_seen",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "name", "contact", "cpr",
                name="what", native_enum=False, create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_name_seen")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index(op.f("ix_name_seen_participant_code"), "name_seen", ["participant_code"])
    op.create_table(
        "audit_link",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("audit_through", sa.Integer(), nullable=False),
        sa.Column("event_through", sa.Integer(), nullable=False),
        sa.Column("seen_through", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_link")),
    )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "sqlite":
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only ever grows'); END"
                )
        else:
            for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{change.split()[0].lower()} BEFORE {change} "
                    f"ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
                )
