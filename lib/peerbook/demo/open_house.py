"""Who is host at the café of the synthetic Vejle; all invented.

The manual tells that the café is open twice a week, one morning and one afternoon, in a café in
town, with a member of staff there each time (p. 16), and that volunteers and participants can take
shifts (p. 15, 20). Who takes which is drawn at random and says nothing about Vejle.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from sqlalchemy.orm import Session

from peerbook.cafe import rota_records
from peerbook.cafe.rota_records import Hosts, Opening
from peerbook.course import plan_records
from peerbook.demo.drop_in import CAFE_WEEKDAYS
from peerbook.demo.timing import Timing

_MORNING, _AFTERNOON = (dt.time(10), dt.time(12, 30)), (dt.time(14), dt.time(16, 30))
_TIMES = dict(zip(CAFE_WEEKDAYS, (_MORNING, _AFTERNOON), strict=True))
_WEEKS_BACK, _WEEKS_AHEAD = 30, 8
_VOLUNTEERS = {"Frivillig A": 5, "Frivillig B": 4, "Frivillig C": 2, "Frivillig D": 2}
"""How often each comes, against the others."""


class OpenHouse:
    """Fills a site with a rota of its café."""

    def __init__(self, session: Session, site_id: int, timing: Timing, seed: int) -> None:
        self._session = session
        self._site_id = site_id
        self._today = timing.today
        self._draw = random.Random(f"{seed} open house")  # noqa: S311 - invented people, not keys

    def fill(self, mentors_now: Sequence[str]) -> None:
        """Put the cafés of half a year back and some weeks ahead on the rota.

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

    def _open(self, day: dt.date, week: int, mentors: Sequence[str]) -> None:
        starts_at, ends_at = _TIMES[day.weekday()]
        opening = Opening(day, starts_at, ends_at, "Lido")
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
