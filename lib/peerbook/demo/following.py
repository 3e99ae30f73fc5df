"""What has become of the pairs of the synthetic Vejle; all invented.

The manual tells of six months and three more, of pauses after relapse, crisis or a new job, and
that some exit talks could not be booked and some measures were not filled in (p. 15, 17 and 20). It
gives no count of either. Pairs meet every week or every fortnight (p. 11).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from peerbook.demo.timing import Timing
from peerbook.matching import matching_records
from peerbook.months import months_after
from peerbook.pathways import (
    answer_records,
    contact_records,
    contract_records,
    end_records,
    exit_records,
    pause_records,
)
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Check, Pause
from peerbook.pathways.contract_records import Sheet
from peerbook.pathways.exit_records import AgreedExit, HeldExit
from peerbook.pathways.pathway import CLOSING_LIST
from peerbook.store.tables import PairEnd

_GOALS = (
    "At komme ud hver uge.", "At tage bussen alene.", "At finde en ny fritid.",
    "At tage i biografen igen.", "At møde nye mennesker.",
)  # fmt: skip
_MENTOR_GOALS = ("At bruge mine erfaringer.", "At blive tryg i rollen.", "At være med til noget.")
_CONTACT = "I må gerne skrive en sms. Helst før klokken otte om aftenen."
_CANCEL = "Sig det både til hinanden og til koordinatoren."
_NEXT = ("Vil gerne have en vagt i caféen.", "Vil selv på kursus.", "Vil holde en pause.")


class Following:
    """Tells what happens to pairs: their contract, pauses, and how they end."""

    def __init__(self, session: Session, site_id: int, timing: Timing, seed: int) -> None:
        self._session = session
        self._site_id = site_id
        self._today = timing.today
        self._draw = random.Random(f"{seed} following")  # noqa: S311 - invented people, not keys
        self._meets = random.Random(f"{seed} meetings")  # noqa: S311

    def tell(self, number: int, starts_on: dt.date, end: PairEnd, ended_on: dt.date) -> None:
        """Tell the whole way of a pair that has ended; it is matched already."""
        self._agree(number, starts_on)
        self._ask(number, starts_on, ended_on)
        self._meet(number, starts_on, ended_on, self._meets.choice((7, 7, 14)))
        if end == "extended_completed":
            answer_records.save_extension(
                self._session, number, months_after(starts_on, 5), self._today,
                peer=True, mentor=True,
            )  # fmt: skip
        end_records.end_pair(self._session, number, end, ended_on, self._today, is_meant=True)
        held_on = ended_on + dt.timedelta(days=self._draw.randint(-5, 9))
        if end in ("withdrew", "lost_contact") or held_on < starts_on:
            exit_records.cancel_exit_talk(self._session, number, self._today, 0)
            return
        missing = {"post_measure"} if self._draw.random() < 0.3 else set()
        ticked = tuple(point for point in CLOSING_LIST if point not in missing)
        held = HeldExit(held_on, "Lido", ticked, "De nåede det meste.", self._draw.choice(_NEXT))
        exit_records.save_held_exit_talk(self._session, number, held, self._today, 0)

    @property
    def states(self) -> Sequence[Callable[[str, str], None]]:
        """What matches two and tells how far they have come today, one for each place there is."""
        return (
            self._has_just_begun, self._after_a_pause, self._in_a_pause, self._at_month_five,
            self._near_the_end,
        )  # fmt: skip

    def without_contract(self, peer: str, mentor: str) -> None:
        """Match two who have not had their three-way talk."""
        self._match(peer, mentor, self._ago(60))

    def after_a_month(self, peer: str, mentor: str) -> None:
        """Match two who have met for a month and a little more."""
        number = self._begin(peer, mentor, self._ago(35))
        self._check(number, "first_days", self._ago(33))
        self._meet(number, self._ago(35), self._ago(16), 5)
        self._call_off(number, self._ago(9))

    def _has_just_begun(self, peer: str, mentor: str) -> None:
        self._begin(peer, mentor, self._ago(2))

    def _after_a_pause(self, peer: str, mentor: str) -> None:
        starts_on = self._ago(100)
        number = self._begin(peer, mentor, starts_on)
        self._ask(number, starts_on, self._today)
        pause = Pause(self._ago(50), self._ago(29), "peer", "illness")
        pause_records.save_pause(self._session, number, pause, self._today)
        self._meet(number, starts_on, self._ago(51), 7)
        self._meet(number, self._ago(27), self._ago(1), 7)

    def _in_a_pause(self, peer: str, mentor: str) -> None:
        starts_on = self._ago(80)
        number = self._begin(peer, mentor, starts_on)
        self._ask(number, starts_on, self._today)
        pause = Pause(self._ago(1), who="mentor", why="job_or_practice")
        pause_records.save_pause(self._session, number, pause, self._today)
        self._meet(number, starts_on, self._ago(5), 14)

    def _at_month_five(self, peer: str, mentor: str) -> None:
        starts_on = months_after(self._today + dt.timedelta(days=3), -5)
        number = self._begin(peer, mentor, starts_on)
        self._ask(number, starts_on, self._today)
        self._meet(number, starts_on, self._ago(24), 14)

    def _near_the_end(self, peer: str, mentor: str) -> None:
        starts_on = months_after(self._today + dt.timedelta(days=8), -6)
        number = self._begin(peer, mentor, starts_on)
        self._ask(number, starts_on, self._today)
        answer_records.save_extension(
            self._session, number, self._ago(20), self._today, peer=True, mentor=False
        )
        self._meet(number, starts_on, self._ago(4), 7)
        agreed = AgreedExit(self._today + dt.timedelta(days=6), dt.time(10), "Lido")
        exit_records.agree_exit_talk(self._session, number, agreed, self._today, 0)

    def _begin(self, peer: str, mentor: str, starts_on: dt.date) -> int:
        number = self._match(peer, mentor, starts_on - dt.timedelta(days=6))
        self._agree(number, starts_on)
        return number

    def _match(self, peer: str, mentor: str, on: dt.date) -> int:
        return matching_records.save_pair(
            self._session, self._site_id, peer, mentor, on=on, today=self._today, asked=True
        ).number

    def _agree(self, number: int, starts_on: dt.date) -> None:
        sheet = Sheet(
            starts_on, starts_on,
            peer_goal=self._draw.choice(_GOALS), mentor_goal=self._draw.choice(_MENTOR_GOALS),
            contact_rule=_CONTACT, cancel_rule=_CANCEL,
        )  # fmt: skip
        contract_records.save_sheet(self._session, number, sheet, self._today, 1)

    def _ask(self, number: int, starts_on: dt.date, until: dt.date) -> None:
        """Ask after two days and after a month, as far as they came."""
        self._check(number, "first_days", min(until, starts_on + dt.timedelta(days=2)))
        if (month := months_after(starts_on, 1)) <= until:
            self._check(number, "first_month", month)

    def _meet(self, number: int, first: dt.date, last: dt.date, every_days: int) -> None:
        """Let two meet about so often; now and then one of them calls off."""
        days, day = [], first + dt.timedelta(days=2)
        while day <= last:
            is_off = self._meets.random() < 0.1
            days.append(MeetingDay(day, "cancelled" if is_off else "held"))
            day += dt.timedelta(days=every_days + self._meets.randint(-1, 1))
        if days:
            contact_records.save_meetings(self._session, number, days, self._today)

    def _call_off(self, number: int, on: dt.date) -> None:
        day = MeetingDay(on, "cancelled")
        contact_records.save_meetings(self._session, number, [day], self._today)

    def _check(self, number: int, which: Check, on: dt.date) -> None:
        answer_records.save_check(self._session, number, which, on, self._today)

    def _ago(self, days: int) -> dt.date:
        return self._today - dt.timedelta(days=days)
