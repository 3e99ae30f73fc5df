"""The paper a new user is handed: where to log in, and the code to begin with."""

from __future__ import annotations

from peerbook.files import media_types
from peerbook.files.origin import invented
from peerbook.files.paper import PAPER_LANGUAGE, paper_name
from peerbook.store.users import SHORTEST_PASSWORD, START_DAYS
from peerbook.text import _, written_in


def start_paper(name: str, code: str, *, synthetic: bool) -> tuple[str, bytes, str]:
    """Return the file's name, its bytes and its media type; no shown name stands on it."""
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with written_in(PAPER_LANGUAGE):
        data = {
            "title": _("Your start in peerbook"),
            "steps": [
                _("Open peerbook in your browser, where your colleagues do."),
                _("Write your login name and, as password, the start code."),
                _("Choose a password of at least {n} characters. Keep it to yourself.").format(
                    n=SHORTEST_PASSWORD
                ),
            ],
            "facts": [
                {"label": _("Login name"), "text": name},
                {"label": _("Start code"), "text": code},
            ],
            "note": _(
                "The code works once and for {days} days. When you have a password, this paper "
                "can be thrown away."
            ).format(days=START_DAYS),
            "origin": invented() if synthetic else "",
        }
        return paper_name(_("start"), synthetic=synthetic), pdf("start_code", data), media_types.PDF
