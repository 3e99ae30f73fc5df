"""How often those who come to the café meet a face they know, and how often each host is there."""

from __future__ import annotations

from peerbook.cafe import rota_records
from peerbook.cafe.faces import FEWEST_WEEKS, KNOWN_WITHIN, WEEKS, Faces, Host, faces
from peerbook.cafe.host_names import name_of_key, names_of_keys
from peerbook.sites.tab import Tab
from peerbook.text import _, format_number, format_share, ngettext
from peerbook.ui import Column, Heading, Notice, Part, Prose, Status, Table


class KnownFaces(Tab):
    """The index with its rule, and the hosts behind it."""

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            found = faces(rota_records.held(session, self._site.id, today))
            names = names_of_keys(session, [host.key for host in found.hosts])
        parts: list[Part] = [Heading(_("Is there somebody they know?")), *_finding(found)]
        if found.hosts:
            parts.append(_hosts_table(found, names))
        return [*parts, Prose(_rule())]


def _finding(found: Faces) -> list[Part]:
    if not found.hosts:
        return [
            Prose(_("No host is noted for a café yet. Write them on the rota, and look again."))
        ]
    untold = (
        [
            Prose(
                ngettext(
                    "{n} week with a café is left out: nobody can say who was host.",
                    "{n} weeks with a café are left out: nobody can say who was host.",
                    found.untold,
                ).format(n=found.untold)
            )
        ]
        if found.untold
        else []
    )
    share = found.share
    if share is None:
        text = _("There are too few weeks to say anything. It takes {n}.")
        return [Prose(text.format(n=FEWEST_WEEKS)), *untold]
    told = _("In {known} of {weeks} weeks with a café there was a known face: {share}.").format(
        known=format_number(found.known),
        weeks=format_number(found.weeks),
        share=format_share(share),
    )
    if found.is_low:
        more = _("That is less than every second week. Let fewer people take the shifts in turn.")
        return [Notice("warn", f"{told} {more}"), *untold]
    return [Notice("ok", told), *untold]


def _hosts_table(found: Faces, names: dict[str, str]) -> Table:
    columns = [
        Column("host", _("Host")),
        Column("cafes", _("Cafés"), kind="number"),
        Column("first", _("First"), kind="date"),
        Column("latest", _("Latest"), kind="date"),
        Column("every", _("How often")),
        Column("state", _("Often enough?"), kind="status"),
    ]
    rows = [
        {
            "host": name_of_key(host.key, names),
            "cafes": host.cafes,
            "first": host.first,
            "latest": host.latest,
            "every": _cadence(host),
            "state": _state(host),
        }
        for host in found.hosts
    ]
    return Table(columns, rows, _("Hosts over the latest half year of cafés"))


def _cadence(host: Host) -> str:
    if host.every_weeks is None:
        return _("in one week only")
    if host.every_weeks == 1:
        return _("every week")
    return _("{n} weeks from one time to the next").format(n=format_number(host.every_weeks, 1))


def _state(host: Host) -> Status:
    if host.every_weeks is None:
        return Status(_("Too early to say"), "neutral")
    if host.is_away:
        return Status(_("Not there in the latest weeks"), "neutral")
    if host.is_seldom:
        return Status(_("Less than every second week"), "warn")
    return Status(_("At least every second week"), "ok")


def _rule() -> str:
    return _(
        "A face is known when the host has also been host within the {days} days before. We look "
        "at the latest {weeks} weeks with a café. Weeks without one count nowhere. Where it comes "
        "from: a volunteer should be there at least every second week, so that people can come to "
        "trust them (Vejle’s manual, p. 21)."
    ).format(days=KNOWN_WITHIN, weeks=WEEKS)
