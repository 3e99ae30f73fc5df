"""The accessibility statement: what it says, what is still missing in it, when to go through it.

The statement is Danish whatever language the page is in: it is written to be published.

Sources: lov nr. 692 af 8. juni 2018 om tilgængelighed af offentlige organers websteder og
mobilapplikationer, §§ 1, 3 and 4; bekendtgørelse nr. 904 af 22. august 2019; the Commission's model
statement, (EU) 2018/1523; Digitaliseringsstyrelsen, "Om tilgængelighedserklæringen" and "Oplever du
ikke-tilgængeligt indhold?" (digst.dk).
"""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import format_date
from markdown_it import MarkdownIt

from peerbook.guide.handbook import handbook_folder
from peerbook.text import _
from peerbook.text.markdown import literal


@dataclass(frozen=True)
class Organisation:
    """Who answers for the app.

    Parameters
    ----------
    name
        The municipality or association.
    phone, contact
        How to reach it, spoken and written; the statement must tell both.
    """

    name: str = ""
    phone: str = ""
    contact: str = ""


def next_review(reviewed_on: dt.date) -> dt.date:
    """Return when the statement must be gone through again: a year later.

    >>> next_review(dt.date(2028, 2, 29))
    datetime.date(2029, 2, 28)
    """
    try:
        return reviewed_on.replace(year=reviewed_on.year + 1)
    except ValueError:
        return dt.date(reviewed_on.year + 1, 2, 28)


def is_overdue(reviewed_on: dt.date, today: dt.date) -> bool:
    """Return whether the statement has stood for more than a year."""
    return today > next_review(reviewed_on)


def missing(organisation: Organisation, reviewed_on: dt.date | None) -> tuple[str, ...]:
    """Return what must still be filled in before the statement can be published."""
    wanted = (
        (organisation.name, _("the name of the organisation")),
        (organisation.phone, _("a phone number")),
        (organisation.contact, _("an address to write to")),
        (reviewed_on, _("the day you went through it")),
    )
    return tuple(name for value, name in wanted if not value)


def statement(organisation: Organisation, reviewed_on: dt.date | None) -> str:
    """Return the statement in Markdown; what is missing stands as dots in brackets."""
    return _template().format(
        organisation=_written(organisation.name, "organisationens navn"),
        phone=_written(organisation.phone, "telefonnummer"),
        contact=_written(organisation.contact, "mail eller adresse"),
        reviewed_on=_day(reviewed_on, "dato"),
        next_review=_day(reviewed_on and next_review(reviewed_on), "dato"),
    )


def statement_page(organisation: Organisation, reviewed_on: dt.date | None) -> bytes:
    """Return the statement as a page that can be published as it is."""
    body = MarkdownIt("commonmark", {"html": False}).render(statement(organisation, reviewed_on))
    name = f" – {html.escape(organisation.name)}" if organisation.name else ""
    page = (
        '<!doctype html>\n<html lang="da">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Tilgængelighedserklæring{name}</title>\n"
        "<style>body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; "
        "font: 1.05rem/1.55 system-ui, sans-serif; }</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
    return page.encode()


def advice() -> str:
    """Return who must publish a statement, as far as we know, in Markdown."""
    return (handbook_folder() / "accessibility_law.md").read_text("utf-8")


@lru_cache
def _template() -> str:
    return (handbook_folder() / "accessibility_statement.md").read_text("utf-8")


def _written(text: str, what: str) -> str:
    """Return what a user wrote, with no sign in it acting as Markdown."""
    return literal(text or f"[… {what} …]")


def _day(day: dt.date | None, what: str) -> str:
    return format_date(day, "d. MMMM yyyy", locale="da_DK") if day else _written("", what)
