"""Every rule there is, and a look through the record with all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from peerbook.errors import NotAllowed
from peerbook.quality import (
    about_cafe,
    about_evaluations,
    about_matching,
    about_pathways,
    about_people,
    about_places,
    about_plans,
    about_privacy,
    about_recruitment,
    about_staff,
)
from peerbook.quality.rules import SEVERITIES, Finding, Look, Rule
from peerbook.sites import site_records
from peerbook.store import Store

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *about_people.RULES, *about_evaluations.RULES, *about_plans.RULES,
            *about_places.RULES, *about_privacy.RULES, *about_recruitment.RULES,
            *about_cafe.RULES, *about_matching.RULES, *about_pathways.RULES, *about_staff.RULES,
        ),
        key=lambda rule: SEVERITIES.index(rule.severity),
    )
)  # fmt: skip
"""The most important first."""


@dataclass(frozen=True)
class Found:
    """What breaks one rule; at least one thing."""

    rule: Rule
    findings: tuple[Finding, ...]


def look_through(
    store: Store,
    today: dt.date,
    threshold: int,
    actor: str | None = None,
    site_id: int | None = None,
) -> tuple[Found, ...]:
    """Return what breaks which rule, the most important first, put off or not.

    A rule about what the store's visitor may not read is left out.

    Parameters
    ----------
    store
        The record.
    today, threshold, actor
        As for `Look`.
    site_id
        The only site to look at, and what belongs to none; None for all. The database reads no
        other: one of a country's sites is looked through in the time it takes to look at that one.
    """
    found = []
    known: dict[object, object] = {}
    with nullcontext(store) if site_id is None else store.at_site(site_id) as there:
        for rule in RULES:
            try:
                with store.read() as everywhere, there.read() as session:
                    look = Look(session, today, threshold, actor, known, site_id, everywhere)
                    findings = tuple(rule.find(look))
            except NotAllowed:
                continue
            if findings:
                found.append(Found(rule, findings))
    return tuple(found)


def look_at_each_site(store: Store, today: dt.date, threshold: int) -> Iterator[tuple[Found, ...]]:
    """Yield what `look_through` finds at one site after the other, by name.

    Nothing of it is kept, so it takes no more memory where there are more sites.

    Parameters
    ----------
    store, today, threshold
        As for `look_through`.
    """
    with store.read() as session:
        places: list[int | None] = [one.id for one in site_records.sites(session)]
    told: set[tuple[str, str]] = set()
    for site_id in places or [None]:
        found = []
        for one in look_through(store, today, threshold, site_id=site_id):
            new = [each for each in one.findings if (one.rule.id, each.subject) not in told]
            # What belongs to no site is found beside each.
            told |= {(one.rule.id, each.subject) for each in new if each.site_id is None}
            if new:
                found.append(Found(one.rule, tuple(new)))
        yield tuple(found)
