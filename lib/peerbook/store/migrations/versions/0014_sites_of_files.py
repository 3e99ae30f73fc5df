"""A file that was taken in belongs to a site, so that no other reads what it is called."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_KEPT_BY = (
    "SELECT DISTINCT import_id, site_id FROM evaluation JOIN course ON course.id = course_id",
    "SELECT DISTINCT import_id, site_id FROM imported_row JOIN participant"
    " ON table_name = 'participant' AND row_id = code",
    "SELECT DISTINCT import_id, site_id FROM imported_row JOIN head_count"
    " ON table_name = 'head_count' AND row_id = CAST(id AS VARCHAR(128))",
    "SELECT DISTINCT import_id, site_id FROM imported_row JOIN course"
    " ON table_name = 'enrolment' AND row_id LIKE CAST(id AS VARCHAR(128)) || '/%'",
    "SELECT DISTINCT import_id, site_id FROM imported_row JOIN course_date"
    " ON table_name = 'attendance' AND row_id LIKE CAST(course_date.id AS VARCHAR(128)) || '/%'"
    " JOIN course ON course.id = course_id",
)
"""How the site is known of what a file brought: its sheets, or its rows by their keys."""


def upgrade() -> None:
    with op.batch_alter_table(
        "data_import", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as file:
        file.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        file.create_foreign_key(
            op.f("fk_data_import_site_id_site"), "site", ["site_id"], ["id"],
            initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        file.create_index(op.f("ix_data_import_site_id"), ["site_id"])
    bind = op.get_bind()
    found: dict[int, int] = {}
    for rows in _KEPT_BY:
        found |= {number: site for number, site in bind.execute(sa.text(rows)) if number}
    belongs = sa.text("UPDATE data_import SET site_id = :site WHERE id = :number")
    for number, site in found.items():
        bind.execute(belongs, {"site": site, "number": number})
    # Of what is left nothing tells the site: all it brought is gone, and so is what it was called.
    op.execute("UPDATE data_import SET file_name = '' WHERE site_id IS NULL")
