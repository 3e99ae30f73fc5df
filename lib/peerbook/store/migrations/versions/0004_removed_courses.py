"""A course that was only a trial can be removed from sight; its rows and history stay."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("course", sa.Column("removed_on", sa.Date(), nullable=True))
