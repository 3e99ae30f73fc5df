"""The invented people of the synthetic Vejle, drawn so that their totals are the manual's.

The totals are from the manual of the Vejle project (2014–2016): about 65 participants (p. 10),
34 with both measures and 17 with a named problem (p. 20), three courses, the third mainly of
former peers (p. 13, 22), 23 of 56 at the anchoring workshop a year before the end (p. 21).
What the manual does
not tell – how many were peers, how the 17 divide on the four reasons, through which channel each
came, every date – is drawn at random and says nothing about Vejle.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Literal

from peerbook.store.codes import ALPHABET
from peerbook.store.tables import Channel

Role = Literal["peer", "mentor"]
Problem = Literal["exit_talk_not_booked", "items_left_blank", "not_matched_yet", "paused"]

PARTICIPANTS = 65
BOTH_MEASURES = 34
WITH_PROBLEM = 17
AT_WORKSHOP, INVITED_TO_WORKSHOP = 23, 56
WORKSHOP_ON = dt.date(2015, 10, 29)
PROJECT_STARTED_ON = dt.date(2014, 1, 1)
PROJECT_ENDED_ON = dt.date(2016, 10, 31)

COURSE_SIZES = (9, 8, 10)
FORMER_PEERS_ON_THIRD = 7
COURSE_MONTHS = ((2014, 8), (2015, 1), (2015, 10))
PROBLEMS: dict[Problem, int] = {
    "exit_talk_not_booked": 5,
    "items_left_blank": 4,
    "not_matched_yet": 5,
    "paused": 3,
}
CHANNELS: dict[Channel, int] = {
    "contact_person": 30,
    "notice": 10,
    "info_meeting": 9,
    "article": 6,
    "ambassador": 6,
    "broadcast": 4,
    "network": 3,
    "leaflet": 2,
}
"""Weights for drawing; only the order of the first is the manual's (p. 10)."""

_FIRST_NAMES = """
Agnes Aksel Alma Anders Anja Asger Bente Birk Bodil Britta Carl Dagny Ditte Ebbe Edith Ejner
Elin Emil Erna Esther Finn Frede Gerda Grethe Gunnar Hanne Hedvig Henning Hjalmar Inga Ingolf
Jette Jonna Jørn Kaj Karla Kirsten Knud Lene Lilly Ludvig Magda Mie Nanna Niels Olga Otto Palle
Petra Pia Ragnhild Rikke Rudi Sanne Signe Sigurd Sofus Svend Tage Thea Tove Ulla Valdemar Vera
Viggo Vilma Yrsa Zenia Øjvind Åse
"""
_SURNAMES = ("Prøvesen", "Demosen", "Opdigt", "Eksempelsen", "Tænkgaard", "Påfund")
"""Surnames nobody bears, so that a list of them cannot be taken for a real one."""


@dataclass(frozen=True)
class Invented:
    """One invented participant.

    Parameters
    ----------
    name
        First name and a surname that says it is invented.
    role
        The role at the start; `courses` tells when a peer later became a mentor.
    channel
        How they first heard of it.
    joined_on
        The day of the coffee talk.
    courses
        Indices of `COURSE_MONTHS` on which they are mentors.
    both_measures, problem
        The outcome of measuring; a problem has one of the four named reasons. Neither: still under
        way.
    invited_to_workshop, at_workshop
        Whether they were participants on the workshop's day, and came.
    """

    name: str
    role: Role
    channel: Channel
    joined_on: dt.date
    courses: tuple[int, ...]
    both_measures: bool
    problem: Problem | None
    invited_to_workshop: bool
    at_workshop: bool


def invent(seed: int, course_starts: tuple[dt.date, ...]) -> tuple[Invented, ...]:
    """Return the invented participants; the same seed gives the same people.

    Parameters
    ----------
    seed
        Seed of the random draw.
    course_starts
        First teaching day of each of the three courses; mentors join in the weeks before.
    """
    draw = random.Random(seed)  # noqa: S311 - invented people, not keys
    names = draw.sample(
        [f"{first} {last}" for first in _FIRST_NAMES.split() for last in _SURNAMES], 65
    )
    first, second, third = COURSE_SIZES
    new_on_third = third - FORMER_PEERS_ON_THIRD
    cohorts = [(0,)] * first + [(1,)] * second + [(2,)] * new_on_third
    peers = PARTICIPANTS - len(cohorts)
    later_mentors = [(2,)] * FORMER_PEERS_ON_THIRD
    courses: list[tuple[int, ...]] = cohorts + later_mentors + [()] * (peers - len(later_mentors))
    roles: list[Role] = ["mentor"] * len(cohorts)
    roles += ["peer"] * peers

    late = PARTICIPANTS - INVITED_TO_WORKSHOP
    joined: list[dt.date] = []
    for place, on in enumerate(courses):
        if roles[place] == "mentor":
            day = course_starts[on[0]] - dt.timedelta(days=draw.randint(10, 60))
        elif on:
            day = PROJECT_STARTED_ON + dt.timedelta(days=draw.randint(60, 300))
        else:
            day = PROJECT_STARTED_ON + dt.timedelta(days=draw.randint(60, 600))
        joined.append(min(day, WORKSHOP_ON - dt.timedelta(days=draw.randint(3, 30))))
    plain_peers = [place for place, on in enumerate(courses) if roles[place] == "peer" and not on]
    for place in draw.sample(plain_peers, late):
        joined[place] = WORKSHOP_ON + dt.timedelta(days=draw.randint(20, 200))

    outcomes: list[tuple[bool, Problem | None]] = [(True, None)] * BOTH_MEASURES
    outcomes += [(False, problem) for problem, count in PROBLEMS.items() for _one in range(count)]
    outcomes += [(False, None)] * (PARTICIPANTS - len(outcomes))
    early_first = sorted(
        range(PARTICIPANTS), key=lambda place: (joined[place] > WORKSHOP_ON, place)
    )
    settled = early_first[: BOTH_MEASURES + WITH_PROBLEM]
    draw.shuffle(settled)
    outcome_of = dict(zip(settled + early_first[len(settled) :], outcomes, strict=True))

    invited = [place for place in range(PARTICIPANTS) if joined[place] <= WORKSHOP_ON]
    came = set(draw.sample(invited, AT_WORKSHOP))
    channels = draw.choices(list(CHANNELS), list(CHANNELS.values()), k=PARTICIPANTS)
    return tuple(
        Invented(
            name=names[place],
            role=roles[place],
            channel=channels[place],
            joined_on=joined[place],
            courses=courses[place],
            both_measures=outcome_of[place][0],
            problem=outcome_of[place][1],
            invited_to_workshop=joined[place] <= WORKSHOP_ON,
            at_workshop=place in came,
        )
        for place in range(PARTICIPANTS)
    )


def code_of(number: int) -> str:
    """Return the participant code with a number; drawn ones make the demonstration repeatable."""
    letters = ""
    for _place in range(6):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return f"P-{letters}"
