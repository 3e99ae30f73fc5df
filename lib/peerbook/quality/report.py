"""What breaks the rules, as lines for a terminal or a scheduler."""

from __future__ import annotations

import datetime as dt

from peerbook.errors import InputFault
from peerbook.quality import snooze_records
from peerbook.quality.catalogue import RULES, look_at_each_site
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
    lines_of: dict[str, list[str]] = {rule.id: [] for rule in RULES if rule.severity in told}
    is_wrong, count = False, 0
    for at_site in look_at_each_site(store, today, threshold):
        for rule, finding in ((one.rule, each) for one in at_site for each in one.findings):
            if rule.id not in lines_of:
                continue
            if (rule.id, finding.subject) in asleep:
                count += 1
                continue
            is_wrong |= rule.severity == "error"
            where = filter(None, [finding.site, finding.place, finding.sentence])
            lines_of[rule.id].append(f"{rule.severity} {rule.id}: {': '.join(where)}")
    written = [line for those in lines_of.values() for line in those]
    if not written:
        written = [_("There is nothing to put right.")]
    if count:
        written.append(ngettext("{n} is put off.", "{n} are put off.", count).format(n=count))
    return written, is_wrong
