"""Names and contacts are sealed, and a CPR number can stand beside them."""

import sqlalchemy as sa
from alembic import context, op

from peerbook.store.sealing import sealed

revision = "0007"
down_revision = "0006"

SEALED = ("name", "email", "phone")


def upgrade() -> None:
    op.add_column("identity", sa.Column("cpr", sa.Text(), nullable=True))
    op.add_column("identity", sa.Column("cpr_index", sa.String(length=64), nullable=True))
    op.add_column("identity", sa.Column("cpr_basis", sa.Text(), nullable=True))
    op.create_index(op.f("ix_identity_cpr_index"), "identity", ["cpr_index"])
    keys = context.config.attributes["keys"]
    connection = op.get_bind()
    columns = ", ".join(("participant_code", *SEALED))
    for code, *values in connection.execute(sa.text(f"SELECT {columns} FROM identity")).all():  # noqa: S608
        closed = {
            field: sealed(keys, value, f"{code}/{field}")
            for field, value in zip(SEALED, values, strict=True)
            if value is not None
        }
        changes = ", ".join(f"{field} = :{field}" for field in closed)
        connection.execute(
            sa.text(f"UPDATE identity SET {changes} WHERE participant_code = :code"),  # noqa: S608
            {**closed, "code": code},
        )
