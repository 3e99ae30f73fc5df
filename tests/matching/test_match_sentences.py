from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import get_args

import pytest

from peerbook.matching.gathering_part import invitation_told
from peerbook.matching.occasions import Invitation, Meetings, Occasion
from peerbook.matching.pool import Couple, Pool
from peerbook.matching.proposal import Proposal, Way
from peerbook.matching.sentences import (
    reason_name,
    sentence,
    sentence_of_roles,
    way_aim,
    way_name,
    ways_told,
    worth_text,
)
from peerbook.matching.stable import LOTS
from peerbook.matching.whole import Worth
from peerbook.matching.wishes import Wish, bonds
from peerbook.text import written_in
from pools import DAY, WISHED_ON, members, wish

NAMES = {"p1": "Mona", "m1": "Elias"}  # invented
TRIP = Occasion(dt.date(2026, 5, 2), "trip", "Grejsdalen", frozenset(NAMES))
CAFE = Occasion(dt.date(2026, 5, 9), "cafe", "Foreningernes Hus", frozenset(NAMES))
WALK = Occasion(dt.date(2026, 5, 12), "walk", "biblioteket", frozenset(NAMES))
EARLIER = WISHED_ON - dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def _danish() -> Iterator[None]:
    with written_in("da"):
        yield


def told(made: list[Wish], *occasions: Occasion) -> str:
    (bond,) = bonds(Pool(members("p1 m1")), made, DAY, Meetings(occasions, DAY))
    return sentence(bond, NAMES.__getitem__)


def test_beside_the_names_of_the_two_they_are_the_peer_and_the_mentor() -> None:
    wishes = [wish("m1", "p1", 2)]
    (bond,) = bonds(Pool(members("p1 m1")), wishes, DAY, Meetings([CAFE], DAY))
    assert sentence_of_roles(bond) == (
        "Mentoren ønsker peeren som nr. 2 efter mødet, men peeren har ikke nævnt mentoren; "
        "de har mødt hinanden én gang, i caféen 9. maj 2026 (Foreningernes Hus)."
    )


def test_two_who_wish_for_each_other_after_a_trip() -> None:
    assert told([wish("p1", "m1", 1), wish("m1", "p1", 2)], TRIP) == (
        "Mona og Elias ønsker hinanden (Mona som nr. 1 efter mødet, Elias som nr. 2 efter mødet); "
        "de har mødt hinanden én gang, på tur 2. maj 2026 (Grejsdalen)."
    )


def test_whose_wish_is_older_is_told_with_the_last_time_they_met() -> None:
    made = [wish("p1", "m1", 1), wish("m1", "p1", 3, "form", made_on=EARLIER)]
    assert told(made, WALK, TRIP, CAFE) == (
        "Mona og Elias ønsker hinanden (Mona som nr. 1 efter mødet, Elias som nr. 3 på skemaet, "
        "Elias først); de har mødt hinanden 3 gange, sidst på gåtur 12. maj 2026 (biblioteket)."
    )


def test_a_wish_of_one_says_that_the_other_has_named_nobody_of_that_name() -> None:
    assert told([wish("m1", "p1", 2, "form")]) == (
        "Elias ønsker Mona som nr. 2 på skemaet, men Mona har ikke nævnt Elias; "
        "de har ikke været i samme rum endnu."
    )


def test_a_wish_after_meeting_whose_occasion_nobody_wrote_down_says_so() -> None:
    assert told([wish("p1", "m1")]).endswith("; hvor de mødtes, er ikke skrevet ned.")


def test_a_meeting_at_the_cafe() -> None:
    assert "i caféen 9. maj 2026 (Foreningernes Hus)" in told([wish("p1", "m1")], CAFE)


def test_a_meeting_whose_place_nobody_wrote_down() -> None:
    event = Occasion(dt.date(2026, 5, 9), "common_event", "", frozenset(NAMES))
    assert told([wish("p1", "m1")], event).endswith(", ved et fællesarrangement 9. maj 2026.")


def test_why_somebody_waits() -> None:
    assert reason_name("own_wish", "peer") == "ønsker at vente"
    assert reason_name("no_resonance", "mentor") == "intet ønske peger på nogen endnu"
    assert reason_name("nobody_free", "peer") == "ingen mentor er ledig"
    assert reason_name("nobody_free", "mentor") == "ingen peer er ledig"
    assert reason_name("wish_open", "peer") == "ønsker venter på svar"
    assert reason_name("wished_taken", "peer").startswith("de mentorer, et ønske knytter dem til")
    assert reason_name("wished_taken", "mentor").startswith("de peers, et ønske knytter dem til")


def test_every_answer_has_a_name_and_an_aim_of_its_own() -> None:
    ways = get_args(Way)
    assert ways == tuple(field.name for field in dataclasses.fields(Proposal))
    assert [way_name(way) for way in ways] == [
        "Peers vælger først", "Mentorer vælger først", "Bedst for helheden",
    ]  # fmt: skip
    assert len({way_aim(way) for way in ways}) == 3
    assert way_aim("peers_first") == (
        "Peers får så vidt muligt den, de helst vil have. Bagefter er der ikke to, der begge "
        "hellere ville have hinanden."
    )


def test_how_the_ways_decide_tells_order_points_lots_and_who_decides() -> None:
    stable, whole, equal, you = ways_told()
    assert "dem, de ønsker efter mødet, så dem på skemaet" in stable
    assert "6, 5 og 4 for første, andet og tredje ønske efter mødet, 3, 2 og 1" in whole
    assert f"trukket lod {LOTS} gange" in equal
    assert you.startswith("**I bestemmer.**")


def test_what_an_answer_is_worth_counts_every_pair_once() -> None:
    assert worth_text(Worth(3, 4, 6, 40)) == (
        "Begge ønsker efter mødet: 3. Begge ønsker, den ene eller begge på skemaet: 1. "
        "Kun den ene ønsker: 2."
    )


@pytest.mark.parametrize(
    ("wished", "others", "expected"),
    [
        (0, 1, "Så mødes ét muligt par for første gang."),
        (1, 0, "Så mødes ét muligt par for første gang. Den ene af de to har allerede ønsket den "
         "anden."),
        (1, 2, "Så mødes 3 mulige par for første gang. I ét af dem er der allerede et ønske."),
        (2, 10, "Så mødes 12 mulige par for første gang. I 2 af dem er der allerede et ønske."),
    ],
)  # fmt: skip
def test_an_invitation_says_who_would_meet_in_plain_words(wished, others, expected) -> None:
    new = tuple(Couple(f"p{n}", f"m{n}") for n in range(wished + others))
    found = Invitation(("p0",), ("m0",), new[:wished], new[wished:])
    assert invitation_told(found) == expected


def test_where_all_have_met_nobody_is_invited() -> None:
    assert invitation_told(None) == "Alle, der er ledige, har mødt hinanden."
