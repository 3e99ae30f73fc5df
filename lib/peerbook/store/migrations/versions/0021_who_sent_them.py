"""An enquiry can tell which place it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table(
        "enquiry", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as enquiry:
        enquiry.add_column(sa.Column("stakeholder_id", sa.Integer(), nullable=True))
        enquiry.create_foreign_key(
            op.f("fk_enquiry_stakeholder_id_stakeholder"), "stakeholder", ["stakeholder_id"],
            ["id"], initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        enquiry.create_index(op.f("ix_enquiry_stakeholder_id"), ["stakeholder_id"])
