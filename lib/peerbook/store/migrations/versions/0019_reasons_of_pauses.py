"""Why somebody needs a pause, where it can be taken away again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "matched_pair",
        sa.Column("pause_reasons", sa.JSON(none_as_null=True), nullable=False, server_default="{}"),
    )
