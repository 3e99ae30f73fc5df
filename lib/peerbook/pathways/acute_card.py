"""The card with whom to call in an acute crisis, to carry in a pocket."""

from __future__ import annotations

from peerbook.files import media_types
from peerbook.files.origin import invented
from peerbook.files.paper import PAPER_LANGUAGE, paper_name
from peerbook.text import _, written_in


def acute_card(help_text: str, site: str, *, synthetic: bool) -> tuple[str, bytes, str]:
    """Return the card's file name, its bytes and its media type; nobody's name stands on it.

    Parameters
    ----------
    help_text
        Where to turn, in the words of the site.
    site
        What the site is called.
    synthetic
        Whether everything on it is invented; it then says so.
    """
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with written_in(PAPER_LANGUAGE):
        data = {
            "title": _("If it becomes acute"),
            "lead": _("Outside our working hours you can turn here:"),
            "help": help_text,
            "site": site,
            "notice": invented() if synthetic else "",
        }
        return (
            paper_name(_("acute card"), synthetic=synthetic),
            pdf("acute_card", data),
            (media_types.PDF),
        )
