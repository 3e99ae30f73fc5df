"""Rules about for how long people are kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import exists, select

from peerbook.course.page_addresses import PRIVACY_PAGE, address_of
from peerbook.privacy.retention import WARNED_DAYS, Term, rule_of, terms
from peerbook.privacy.same_person import suggestions
from peerbook.quality.rules import Finding, Look, rule
from peerbook.store.tables import Participant, Site
from peerbook.text import _, ngettext


def _terms(look: Look) -> list[Term]:
    decided = rule_of(look.session)
    return [] if decided is None else terms(look.session, decided, look.today)


def _by_site(look: Look, counts: Callable[[Term], bool]) -> Iterator[tuple[Site, int]]:
    """Yield the sites where somebody's term counts, and of how many it does."""
    people = Counter(one.site_id for one in look.once(_terms) if counts(one))
    if people:
        wanted = select(Site).where(Site.id.in_(people)).order_by(Site.name)
        for site in look.session.scalars(wanted):
            yield site, people[site.id]


def _about(site: Site, sentence: str) -> Finding:
    address = address_of(PRIVACY_PAGE, site.name)
    return Finding(f"site:{site.id}", site.id, site.name, "", address, sentence)


@rule(
    "warning", "leader",
    lambda: _("People who should be deleted by now"),
    lambda: _("Look the list through, and delete them. Or write why they must be kept."),
)  # fmt: skip
def _kept_too_long(look: Look) -> Iterator[Finding]:
    for site, count in _by_site(look, lambda one: one.is_due(look.today)):
        text = ngettext(
            "The date for deleting is reached for {n} person.",
            "The date for deleting is reached for {n} people.",
            count,
        )
        yield _about(site, text.format(n=count))


@rule(
    "note", "leader",
    lambda: _("People who are soon to be deleted"),
    lambda: _("Look whether anybody must be kept. Nothing is deleted by itself."),
)  # fmt: skip
def _kept_for_long(look: Look) -> Iterator[Finding]:
    soon = look.today + dt.timedelta(days=WARNED_DAYS)
    for site, count in _by_site(
        look, lambda one: one.hold is None and look.today < one.due_on <= soon
    ):
        text = ngettext(
            "The date for deleting comes within {days} days for {n} person.",
            "The date for deleting comes within {days} days for {n} people.",
            count,
        )
        yield _about(site, text.format(n=count, days=WARNED_DAYS))


@rule(
    "note", "leader",
    lambda: _("Nobody has decided how long people are kept"),
    lambda: _("Decide it, and write it down. The law asks for a limit, and names none."),
)  # fmt: skip
def _no_retention_rule(look: Look) -> Iterator[Finding]:
    if rule_of(look.session) is None:
        people = exists().where(Participant.site_id == Site.id)
        for site in look.session.scalars(select(Site).where(people).order_by(Site.name)):
            yield _about(site, _("People are kept here, and there is no limit."))


@rule(
    "note", "leader",
    lambda: _("People who may have two codes"),
    lambda: _("Decide under “One or two?” whether it is one person. Nobody is joined by itself."),
)  # fmt: skip
def _one_or_two(look: Look) -> Iterator[Finding]:
    pairs = [one.pair for one in suggestions(look.session)]
    wanted = select(Participant.site_id).where(Participant.code.in_([one for one, _two in pairs]))
    for site in look.session.scalars(select(Site).where(Site.id.in_(wanted)).order_by(Site.name)):
        yield _about(site, _("Some look like one person with two codes."))


RULES = (_kept_too_long, _kept_for_long, _no_retention_rule, _one_or_two)
