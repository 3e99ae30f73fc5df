"""Who a place says pays what a model costs."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column(
        "cost_assessment",
        sa.Column("payers", sa.JSON(none_as_null=True), nullable=False, server_default="{}"),
    )
