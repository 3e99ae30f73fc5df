"""Who may log in, and as what."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ROLES = ("leader", "course_leader", "evaluator", "analyst", "steering_group", "peer")


def upgrade() -> None:
    op.create_table(
        "user_account",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("sites", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("start_code", sa.String(length=64), nullable=True),
        sa.Column("start_until", sa.DateTime(), nullable=True),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("telephone_step", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user_account")),
    )
