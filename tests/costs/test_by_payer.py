"""What each who pays is left with, and which grants are more than what they are for."""

import dataclasses
from decimal import Decimal

from assessment_cases import VEJLE, filled, own_line
from peerbook.costs.by_payer import shares, too_large_grants


def grant(kr=5000, **other):
    return dataclasses.replace(own_line("grant", kr=kr), **{"payer": "association", **other})


def by_payer(**values):
    found = filled(**values).estimate(VEJLE)
    return found, {one.payer: one for one in shares(found)}


def test_a_grant_is_added_where_it_is_given_and_taken_off_where_it_is_got():
    saving = own_line("saving", kr=700)
    found, told = by_payer(lines={"a": grant(), "b": saving})
    assert told["association"].net == told["association"].granted == 15_000
    ours = told["municipality"]
    assert ours.net == found.total() - 15_000 - 2100
    assert ours.assumed == ours.paid == found.total()
    assert sum(one.net for one in told.values()) == found.total() - found.total("saving")
    assert too_large_grants(found) == []


def test_a_grant_of_which_nobody_has_said_whose_costs_it_is_for_is_told_apart():
    payers = {f"{VEJLE.id}.talks": "region"}
    _found, told = by_payer(lines={"a": grant()}, payers=payers)
    assert told[None].net == -15_000
    found, told = by_payer(lines={"a": grant(to="region")}, payers=payers)
    assert None not in told
    assert told["region"].net == found.total(payer="region") - 15_000


def test_a_grant_that_is_more_than_the_costs_is_told_and_not_refused():
    found, told = by_payer(lines={"a": grant(Decimal(10) ** 7)})
    assert told["municipality"].beyond == 3 * 10**7 - found.total()
    (text,) = too_large_grants(found)
    assert text.startswith("Kommunen")
    assert "30.000.000" in text
