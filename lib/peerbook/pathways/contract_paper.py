"""The contract on paper, to be signed by the three who agreed on it."""

from __future__ import annotations

from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.pathways import contract_records
from peerbook.pathways.contract import EXTENSION_MONTHS, PLANNED_MONTHS, Contract
from peerbook.people.names import role_name
from peerbook.store import identities
from peerbook.text import _, format_date, ngettext, written_in


def contract_file(desk: Desk, number: int) -> tuple[str, bytes, str]:
    """Return the contract of a pair as PDF: the file's name, its bytes and its media type.

    What is not agreed on yet is left open, to be filled in by hand.
    """
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with desk.store.read() as session:
        row = contract_records.sheet_row(session, number)
        codes = [code for code in (row.peer_code, row.mentor_code) if code is not None]
        names = identities.name_of(session, codes)
    peer, mentor = (
        "" if code is None else names.get(code, code) for code in (row.peer_code, row.mentor_code)
    )
    with written_in(PAPER_LANGUAGE):
        months = row.months or PLANNED_MONTHS
        ends_on = None if row.starts_on is None else Contract(row.starts_on, months).ends_on
        data = {
            "title": _("Agreement between a peer and a mentor"),
            "facts": [
                {"label": role_name("peer"), "text": peer},
                {"label": role_name("mentor"), "text": mentor},
                {
                    "label": _("From"),
                    "text": "" if row.starts_on is None else format_date(row.starts_on, "long"),
                },
                {"label": _("To"), "text": "" if ends_on is None else format_date(ends_on, "long")},
            ],
            "agreed": [
                {"label": _("What the peer wants"), "text": row.peer_goal},
                {"label": _("What the mentor wants"), "text": row.mentor_goal},
                {"label": _("Calls and mails between meetings"), "text": row.contact_rule},
                {"label": _("How to cancel"), "text": row.cancel_rule},
            ],
            "rules": _rules(months),
            "signed": [role_name("peer"), role_name("mentor"), _("Coordinator")],
            "date": _("Date"),
        }
        origin = Origin(fingerprint(data), desk.today, synthetic=desk.synthetic)
        printed = {**data, "origin": origin.line, "notice": origin.notice}
        name = origin.file_name(_("agreement pair {number}").format(number=number), "pdf")
        return name, pdf("contract", printed), media_types.PDF


def _rules(months: int) -> list[str]:
    """Return what holds for every pair: seeds/vejle-manual.txt, p. 13 and 15."""
    length = ngettext("{n} month", "{n} months", months).format(n=months)
    more = ngettext("{n} month", "{n} months", EXTENSION_MONTHS).format(n=EXTENSION_MONTHS)
    return [
        _(
            "The agreement is for {length}. Before it ends you are both asked whether you want "
            "{more} more. Both have to say yes."
        ).format(length=length, more=more),
        _("Either of you can take a break. Then the time is added at the end."),
        _("Either of you can end it. You need not say why."),
        _("At the end all three talk once more. Bring the coffee card."),
    ]
