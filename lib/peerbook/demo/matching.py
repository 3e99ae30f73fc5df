"""Who met whom in the synthetic Vejle, who wishes for whom, and who is matched; all invented.

The manual tells that there were two trips and cafés twice a week, that people were matched by their
own wishes after having met, and that these were often not those of the form (p. 12). It gives no
count of pairs.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from sqlalchemy.orm import Session

from peerbook.course import plan_records
from peerbook.demo.drop_in import CAFE_PLACE, latest_cafes
from peerbook.demo.following import Following
from peerbook.demo.timing import Timing
from peerbook.matching import matching_records
from peerbook.matching.occasions import Kind, Occasion
from peerbook.matching.wishes import Basis
from peerbook.people.participants import roles_on
from peerbook.store import append_event
from peerbook.store.tables import PairEnd

PEERS_NOW = 9
"""Peers who take part today and are not matched yet, or have been for a short time only."""

PAIRS_NOW = 5
"""Pairs under way, each at another place of its pathway."""

_ENDS: tuple[PairEnd, ...] = (
    "completed", "completed", "completed", "extended_completed", "extended_completed", "moved_on",
    "changed_mentor", "withdrew", "lost_contact",
)  # fmt: skip
_CAFES = 8
"""So many of the latest cafés are looked at, four weeks of them; at every second it is noted who
came."""


class Matching:
    """Fills a site with pairs that have ended, and with a pool that is being matched now."""

    def __init__(self, session: Session, site_id: int, timing: Timing, seed: int) -> None:
        self._session = session
        self._site_id = site_id
        self._timing = timing
        self._following = Following(session, site_id, timing, seed)
        self._draw = random.Random(f"{seed} matching")  # noqa: S311 - invented people, not keys

    def fill(self, mentors_now: Sequence[str]) -> None:
        """Add earlier pairs, let those stop who are no longer there, and match the others.

        Parameters
        ----------
        mentors_now
            Codes of the mentors of the course under way.
        """
        today = self._timing.today
        before = min(
            today - dt.timedelta(days=240),
            self._timing.moved(dt.date(2016, 8, 1)),
        )
        roles = roles_on(self._session, self._site_id, before)
        peers = sorted(code for code, role in roles.items() if role == "peer")
        mentors = sorted(code for code, role in roles.items() if role == "mentor")
        self._draw.shuffle(peers)
        now = [code for code in peers if code not in mentors_now][:PEERS_NOW]
        earlier = [code for code in peers if code not in now]
        for peer, mentor in zip(earlier, mentors, strict=False):
            self._add_earlier(peer, mentor, before)
        again = [code for code in reversed(earlier) if code not in mentors_now][:PAIRS_NOW]
        goes_on = list(zip(again, reversed(mentors), strict=False))
        stays = {*now, *mentors_now, *(code for pair in goes_on for code in pair)}
        for code in (*peers, *mentors):
            if code not in stays:
                append_event(self._session, "participant", code, "stopped", before)
        self._session.flush()
        for (peer, mentor), follow in zip(goes_on, self._following.states, strict=False):
            follow(peer, mentor)
        self._add_pool(now, list(mentors_now))

    def _add_earlier(self, peer: str, mentor: str, before: dt.date) -> None:
        matched_on = before - dt.timedelta(days=self._draw.randint(230, 320))
        roles = roles_on(self._session, self._site_id, matched_on)
        if (roles.get(peer), roles.get(mentor)) != ("peer", "mentor"):
            return
        saved = matching_records.save_pair(
            self._session,
            self._site_id,
            peer,
            mentor,
            on=matched_on,
            today=before,
            asked=True,
        )
        end = self._draw.choice(_ENDS)
        lasted = {"completed": 183, "extended_completed": 274}.get(end, self._draw.randint(30, 170))
        ended_on = min(before, matched_on + dt.timedelta(days=lasted))
        self._following.tell(saved.number, matched_on, end, ended_on)

    def _add_pool(self, peers: list[str], mentors: list[str]) -> None:
        today = self._timing.today
        trip = [*peers[:6], *mentors[:5]]
        self._hold("trip", today - dt.timedelta(days=45), "Skyttehushaven", trip)
        calendar = plan_records.calendar_of(self._session, self._site_id)
        for day in latest_cafes(today, calendar.is_free, _CAFES)[1::2]:
            came = self._draw.sample(peers, 4) + self._draw.sample(mentors, 4)
            self._hold("cafe", day, CAFE_PLACE, came)
        for code in peers:
            self._wish(code, mentors, "form", 60)
        for code, others in [(one, mentors) for one in peers[:7]] + [
            (one, peers) for one in mentors[:6]
        ]:
            self._wish(code, others, "met", self._draw.randint(3, 9))
        self._following.without_contract(peers[7], mentors[6])
        self._following.after_a_month(peers[8], mentors[7])
        matching_records.save_waiting(
            self._session, self._site_id, peers[6], today - dt.timedelta(days=5), today, waits=True
        )
        matching_records.save_veto(
            self._session, peers[0], mentors[0], "known_before", "", today=today
        )

    def _hold(self, kind: Kind, day: dt.date, place: str, came: Sequence[str]) -> None:
        occasion = Occasion(day, kind, place, frozenset(came))
        matching_records.save_gathering(self._session, self._site_id, occasion, self._timing.today)

    def _wish(self, code: str, others: Sequence[str], basis: Basis, ago: int) -> None:
        today = self._timing.today
        wished = self._draw.sample(list(others[:5]), self._draw.choice((1, 2, 3)))
        matching_records.save_wishes(
            self._session, self._site_id, code, wished, basis,
            made_on=today - dt.timedelta(days=ago), today=today, is_meant=True,
        )  # fmt: skip
