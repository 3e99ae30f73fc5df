"""Follow-up evaluations, and sheets that asked three questions only."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    kind = {"native_enum": False, "create_constraint": False, "length": 24}
    with op.batch_alter_table(
        "evaluation", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as evaluation:
        evaluation.drop_constraint(op.f("ck_evaluation_wave"), type_="check")
        evaluation.create_check_constraint(
            op.f("ck_evaluation_wave"), "wave IN ('mid', 'final', 'follow_up', 'event')"
        )
        evaluation.add_column(
            sa.Column(
                "extent",
                sa.Enum("full", "short", name="extent", **kind),
                nullable=False,
                server_default="full",
            )
        )
        evaluation.create_check_constraint(
            op.f("ck_evaluation_extent"), "extent IN ('full', 'short')"
        )
