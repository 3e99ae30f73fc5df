"""Recruitment: enquiries, first talks, press, stakeholders and their visits, and what was spent."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_CHANNELS = (
    "contact_person",
    "notice",
    "article",
    "broadcast",
    "ambassador",
    "info_meeting",
    "leaflet",
    "network",
    "other",
    "unknown",
)


def _one_of(column: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=column, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "press_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", "article", "broadcast"), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("appeared_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_press_item_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_press_item_site_id"), "press_item", ["site_id"])
    op.create_table(
        "recruitment_effort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("channel", _one_of("channel", *_CHANNELS), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("cost_kr", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes >= 0 AND cost_kr >= 0", name=op.f("ck_recruitment_effort_spent")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_recruitment_effort_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitment_effort")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_recruitment_effort_site_id"), "recruitment_effort", ["site_id"])
    op.create_table(
        "stakeholder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "kind",
                "unit",
                "hospital",
                "job_centre",
                "volunteer_centre",
                "association",
                "education",
                "health",
                "media",
                "business",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("influence", sa.Integer(), nullable=True),
        sa.Column("interest", sa.Integer(), nullable=True),
        sa.Column("visit_every_months", sa.Integer(), nullable=True),
        sa.Column("new_staff_a_year", sa.Integer(), nullable=True),
        sa.Column("new_before_visit", sa.Integer(), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("influence BETWEEN 1 AND 3", name=op.f("ck_stakeholder_influence")),
        sa.CheckConstraint("interest BETWEEN 1 AND 3", name=op.f("ck_stakeholder_interest")),
        sa.CheckConstraint(
            "new_before_visit BETWEEN 1 AND 999", name=op.f("ck_stakeholder_new_before_visit")
        ),
        sa.CheckConstraint(
            "new_staff_a_year BETWEEN 1 AND 999", name=op.f("ck_stakeholder_new_staff_a_year")
        ),
        sa.CheckConstraint(
            "visit_every_months BETWEEN 1 AND 60", name=op.f("ck_stakeholder_visit_every_months")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_stakeholder_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_stakeholder_site_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "coffee_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=False),
        sa.Column("role", _one_of("role", "peer", "mentor", "open"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", _one_of("state", "agreed", "held", "cancelled"), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("checklist", sa.String(length=32), nullable=False),
        sa.Column("ticked", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_coffee_talk_minutes")),
        sa.CheckConstraint("staff BETWEEN 1 AND 9", name=op.f("ck_coffee_talk_staff")),
        sa.ForeignKeyConstraint(
            ["participant_code"],
            ["participant.code"],
            name=op.f("fk_coffee_talk_participant_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_coffee_talk_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coffee_talk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_coffee_talk_participant_code"), "coffee_talk", ["participant_code"])
    op.create_index(op.f("ix_coffee_talk_site_id_date"), "coffee_talk", ["site_id", "date"])
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("participant_code", sa.String(length=8), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("wanted_role", _one_of("wanted_role", "peer", "mentor", "open"), nullable=False),
        sa.Column("heard_via", _one_of("heard_via", *_CHANNELS), nullable=False),
        sa.Column("decided_via", _one_of("decided_via", *_CHANNELS), nullable=True),
        sa.Column("press_item_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_code"],
            ["participant.code"],
            name=op.f("fk_enquiry_participant_code_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["press_item_id"],
            ["press_item.id"],
            name=op.f("fk_enquiry_press_item_id_press_item"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_enquiry_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_enquiry_participant_code"), "enquiry", ["participant_code"])
    op.create_index(op.f("ix_enquiry_press_item_id"), "enquiry", ["press_item_id"])
    op.create_index(op.f("ix_enquiry_site_id_asked_on"), "enquiry", ["site_id", "asked_on"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_visit_minutes")),
        sa.CheckConstraint("people BETWEEN 0 AND 999", name=op.f("ck_visit_people")),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"],
            ["stakeholder.id"],
            name=op.f("fk_visit_stakeholder_id_stakeholder"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("stakeholder_id", "date", name=op.f("uq_visit_stakeholder_id_date")),
        sqlite_autoincrement=True,
    )
