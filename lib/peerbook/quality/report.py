"""What breaks the rules, as lines for a terminal or a scheduler."""

from __future__ import annotations

import datetime as dt

from peerbook.errors import InputFault
from peerbook.quality import snooze_records
from peerbook.quality.catalogue import look_at_each_site
from peerbook.quality.rules import SEVERITIES
from peerbook.store import Store
from peerbook.text import _, format_list, ngettext


def lines(
    store: Store, today: dt.date, threshold: int, least: str = "note"
) -> tuple[list[str], bool]:
    """Return a line for each finding that is not put off, and whether one is an error.

    Parameters
    ----------
    store, today, threshold
        As for `look_at_each_site`.
    least
        The least severity that is told.

    Raises
    ------
    InputFault
        When there is no such severity.
    """
    if least not in SEVERITIES:
        known = format_list(list(SEVERITIES))
        message = _("There is no severity “{name}”. Choose one of these: {known}.")
        raise InputFault.at("severity", message.format(name=least, known=known))
    told = SEVERITIES[: SEVERITIES.index(least) + 1]
    with store.read() as session:
        asleep = set(snooze_records.asleep(session, today))
    found = [
        (one.rule, finding)
        for one in look_at_each_site(store, today, threshold)
        if one.rule.severity in told
        for finding in one.findings
    ]
    awake = [(rule, one) for rule, one in found if (rule.id, one.subject) not in asleep]
    written = [
        f"{rule.severity} {rule.id}: "
        + ": ".join(filter(None, [one.site, one.place, one.sentence]))
        for rule, one in awake
    ]
    if not written:
        written = [_("There is nothing to put right.")]
    if count := len(found) - len(awake):
        written.append(ngettext("{n} is put off.", "{n} are put off.", count).format(n=count))
    return written, any(rule.severity == "error" for rule, _one in awake)
