"""A file that was taken back still tells how many rows it had brought."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("data_import", sa.Column("undone_rows", sa.Integer(), nullable=True))
