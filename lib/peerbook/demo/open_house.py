"""Who is host at the café of the synthetic Vejle, and its common events; all invented.

The manual tells that the café is open twice a week, one morning and one afternoon, in a café in
town, with a member of staff there each time (p. 16), that volunteers and participants can take
shifts (p. 15, 20), and that there was a summer trip or a Christmas lunch each half-year (p. 18).
Who takes which shift, what events cost and what was thought of them is drawn at random and says
nothing about Vejle.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from peerbook.cafe import event_records, rota_records
from peerbook.cafe.event_answers import EVENT, Answers, counted_items
from peerbook.cafe.event_records import Event
from peerbook.cafe.rota_records import WEEKS_PLANNED, Hosts, Opening
from peerbook.course import plan_records
from peerbook.course.evaluation_form import Item, load_form
from peerbook.demo.drop_in import CAFE_PLACE, CAFE_WEEKDAYS, COMMON_EVENTS
from peerbook.demo.timing import Timing
from peerbook.pathways import staff_records
from peerbook.pathways.over_involvement import Contact
from peerbook.people.pairs import pairs

_MORNING, _AFTERNOON = (dt.time(10), dt.time(12, 30)), (dt.time(14), dt.time(16, 30))
_TIMES = dict(zip(CAFE_WEEKDAYS, (_MORNING, _AFTERNOON), strict=True))
_WEEKS_BACK, _WEEKS_AHEAD = 30, WEEKS_PLANNED
_STAFF = ("Medarbejder A", "Medarbejder B")
_ACUTE_HELP = "Opdigtet akuttelefon: hele døgnet\nOpdigtet skadestue: Opdigtgade 1"
_VOLUNTEERS = {"Frivillig A": 5, "Frivillig B": 4, "Frivillig C": 2, "Frivillig D": 2}
"""How often each comes, against the others."""

_SUGGESTIONS = (
    "Mere tid til at gå en tur.", "Begynd lidt senere.", "Vælg et sted, man kan nå med bus.",
    "Mere kaffe.", "Nogle lege, man kan være med i siddende.", "Tag et spil med.",
)  # fmt: skip
JUNE = 6


class OpenHouse:
    """Fills a site with a rota of its café, common events, and what staff note of themselves."""

    def __init__(self, session: Session, site_id: int, timing: Timing, seed: int) -> None:
        self._session = session
        self._site_id = site_id
        self._timing = timing
        self._today = timing.today
        self._draw = random.Random(f"{seed} open house")  # noqa: S311 - invented people, not keys
        self._staff = random.Random(f"{seed} staff")  # noqa: S311

    def fill(self, mentors_now: Sequence[str]) -> None:
        """Put the cafés of half a year back and some weeks ahead on the rota, and note the events.

        Parameters
        ----------
        mentors_now
            Codes of the mentors of the course under way, two of whom take shifts.
        """
        calendar = plan_records.calendar_of(self._session, self._site_id)
        monday = self._today - dt.timedelta(days=self._today.weekday())
        for week in range(-_WEEKS_BACK, _WEEKS_AHEAD):
            for weekday in CAFE_WEEKDAYS:
                day = monday + dt.timedelta(weeks=week, days=weekday)
                if calendar.is_free(day):
                    self._open(day, week, mentors_now)
        self._add_staff(mentors_now)
        for held_on in COMMON_EVENTS:
            self._add_event(self._timing.moved(held_on), is_summer=held_on.month == JUNE)

    def _add_event(self, day: dt.date, *, is_summer: bool) -> None:
        """Note an event whose heads are counted already."""
        draw, sheets = self._draw, self._draw.randint(14, 22)
        counts = {
            item.id: dict(Counter(draw.choices(item.scale.codes, _weights(item), k=sheets)))
            for item in counted_items(load_form(EVENT))
            if item.scale is not None
        }
        suggestions = tuple(draw.sample(_SUGGESTIONS, draw.randint(3, len(_SUGGESTIONS))))
        event = Event(
            day, "Sommertur" if is_summer else "Julefrokost", None,
            100 * draw.randint(15, 40), Answers(sheets, counts, suggestions),
        )  # fmt: skip
        event_records.save_event(self._session, self._site_id, event, self._timing.today)

    def _add_staff(self, mentors: Sequence[str]) -> None:
        """Note contacts out of hours, who has the card, and a mentor who left support."""
        going_on = [
            pair
            for pair in pairs(self._session, self._site_id, self._today)
            if pair.ended_on is None
        ]
        for ago in range(1, 170):
            # Seldom at first, and more often the last weeks: a sign to see.
            if self._staff.random() < (0.06 if ago > 50 else 0.2):
                pair = self._staff.choice(going_on).number if going_on and ago < 40 else None
                staff = self._staff.choices(_STAFF, (3, 1))[0]
                contact = Contact(staff, self._today - dt.timedelta(days=ago), pair)
                staff_records.save_contact(self._session, self._site_id, contact, self._today)
        staff_records.save_acute_help(self._session, self._site_id, _ACUTE_HELP, "")
        since = self._today - dt.timedelta(days=14)
        for code in mentors[:6]:
            staff_records.give_card(self._session, self._site_id, code, since, self._today)
        staff_records.save_left_support(
            self._session, self._site_id, mentors[7], since, self._today
        )

    def _open(self, day: dt.date, week: int, mentors: Sequence[str]) -> None:
        starts_at, ends_at = _TIMES[day.weekday()]
        opening = Opening(day, starts_at, ends_at, CAFE_PLACE)
        saved, _closed = rota_records.plan_shifts(self._session, self._site_id, opening, 1)
        # The nearer, the more is settled.
        if week < 0 or self._draw.random() > week / _WEEKS_AHEAD:
            hosts = self._hosts(day, mentors)
            rota_records.save_shift(self._session, saved.number, opening, hosts, saved.version)

    def _hosts(self, day: dt.date, mentors: Sequence[str]) -> Hosts:
        labels = self._draw.choices(tuple(_VOLUNTEERS), tuple(_VOLUNTEERS.values()))
        taking_part = rota_records.who_can_be_host(self._session, self._site_id, day)
        codes = [code for code in mentors[:2] if code in taking_part]
        takes = bool(codes) and self._draw.random() < 0.4
        return Hosts((self._draw.choice(codes),) if takes else (), tuple(labels))


def _weights(item: Item) -> list[int]:
    """Return how often each answer is drawn: mostly content, now and then no answer."""
    return [1, 1, 3, 8, 7, 1] if item.kind == "scale" else [12, 4, 1, 1]
