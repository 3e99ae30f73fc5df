"""How the invented people of the synthetic Vejle came: enquiries, talks, press and visits.

The channels and the press are those of the manual (p. 7-10, 18); every number, day and name is
invented, and so are those who asked and did not take part, of whom the manual gives no count.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.demo.people import Invented, code_of
from peerbook.demo.timing import Timing
from peerbook.people.names import CHANNELS
from peerbook.recruitment.checklist import coffee_talk
from peerbook.recruitment.talk_records import PLANNED_MINUTES, Decided, save_decision
from peerbook.store import identities
from peerbook.store.codes import ALPHABET
from peerbook.store.tables import (
    Channel,
    CoffeeTalk,
    Enquiry,
    Participant,
    PressItem,
    PressKind,
    RecruitmentEffort,
    Stakeholder,
    StakeholderKind,
    Visit,
    WantedRole,
)

PRESS: tuple[tuple[PressKind, str, str, dt.date], ...] = (
    ("broadcast", "TV 2 Nyhederne", "", dt.date(2014, 9, 18)),
    ("article", "Ugeavisen Vejle", "En kop kaffe kan ændre meget", dt.date(2014, 5, 14)),
    ("article", "Ugeavisen Vejle", "De mødes på Lido", dt.date(2014, 10, 8)),
    ("article", "Ugeavisen Vejle", "Nyt hold af mentorer", dt.date(2015, 3, 11)),
    ("article", "Ugeavisen Vejle", "Fra peer til mentor", dt.date(2015, 9, 2)),
)
"""Four articles and one broadcast in September of the first year (p. 18); the days and headlines
are invented."""

WHERE = "Foreningernes Hus"
AFTER_BROADCAST, AT_OTHER_TIMES = 9, 22
"""Who asked and said no name; the manual only says that several asked after the broadcast."""

_PLACES: tuple[tuple[str, StakeholderKind, int | None, int | None, int | None], ...] = (
    ("Afdeling Nord", "unit", None, 6, 2),
    ("Afdeling Syd", "unit", None, 4, 2),
    ("Botilbud Åparken", "unit", 6, None, None),
    ("Lokalpsykiatrien", "hospital", 6, None, None),
    ("Jobcentret", "job_centre", 12, None, None),
    ("Frivilligcentret", "volunteer_centre", None, None, None),
    ("Ugeavisen", "media", 12, None, None),
)
_EFFORTS: tuple[tuple[Channel, dt.date, str, int, int], ...] = (
    ("leaflet", dt.date(2014, 2, 10), "Tre foldere skrevet og trykt", 900, 6400),
    ("info_meeting", dt.date(2014, 4, 23), "Infomøde i byen", 420, 850),
    ("article", dt.date(2014, 5, 12), "Talt med journalisten", 150, 0),
    ("contact_person", dt.date(2014, 6, 3), "Oplæg på afdelingsmøder", 600, 0),
    ("info_meeting", dt.date(2015, 2, 18), "Infomøde i byen", 360, 700),
)


_SAID_WHO_SENT_THEM = 0.8
"""Invented, as all here: not everybody says."""


class Recruiting:
    """Fills a site with how people came to it."""

    def __init__(self, session: Session, site_id: int, timing: Timing, seed: int) -> None:
        self._session = session
        self._site_id = site_id
        self._timing = timing
        self._draw = random.Random(f"{seed} recruiting")  # noqa: S311 - invented people, not keys
        self._senders = random.Random(f"{seed} who sent them")  # noqa: S311

    def fill(self, codes: Sequence[str], invented: Sequence[Invented]) -> None:
        """Add how each came, those who said no name, those who are asking now, and the rest."""
        self._add_press()
        for code, one in zip(codes, invented, strict=True):
            self._add_talk(code, one)
        self._add_nameless()
        self._add_those_asking_now()
        self._add_places()
        self._add_who_sent_them()
        for channel, on, what, minutes, cost_kr in _EFFORTS:
            self._session.add(
                RecruitmentEffort(
                    site_id=self._site_id, channel=channel, date=self._timing.moved(on), what=what,
                    minutes=minutes, cost_kr=cost_kr,
                )
            )  # fmt: skip
        self._session.flush()

    def _add_press(self) -> None:
        for kind, outlet, title, on in PRESS:
            self._session.add(
                PressItem(
                    site_id=self._site_id, kind=kind, outlet=outlet, title=title,
                    appeared_on=self._timing.moved(on),
                )
            )  # fmt: skip
        self._session.flush()

    def _ask(self, on: dt.date, role: WantedRole, heard: Channel, code: str | None = None) -> None:
        decided = self._draw.choice((None, heard, heard, "contact_person"))
        self._session.add(
            Enquiry(
                site_id=self._site_id, participant_code=code, asked_on=on, wanted_role=role,
                heard_via=heard, decided_via=decided if code else None,
            )
        )  # fmt: skip

    def _add_talk(self, code: str, one: Invented) -> None:
        talked_on = self._timing.moved(one.joined_on)
        self._ask(
            talked_on - dt.timedelta(days=self._draw.randint(3, 20)), one.role, one.channel, code
        )
        checklist = coffee_talk()
        self._session.add(
            CoffeeTalk(
                site_id=self._site_id, participant_code=code, role=one.role, date=talked_on,
                place=WHERE, state="held", staff=self._draw.choice((1, 2)),
                minutes=self._draw.choice((75, PLANNED_MINUTES, PLANNED_MINUTES, 105)),
                checklist=checklist.version,
                ticked=[point.id for point in checklist.of(one.role)],
            )
        )  # fmt: skip

    def _add_nameless(self) -> None:
        broadcast = self._timing.moved(PRESS[0][3])
        for _n in range(AFTER_BROADCAST):
            self._ask(broadcast + dt.timedelta(days=self._draw.randint(1, 16)), "open", "broadcast")
        first = self._timing.moved(dt.date(2014, 2, 1))
        for _n in range(AT_OTHER_TIMES):
            heard = self._draw.choice([one for one in CHANNELS if one != "broadcast"])
            self._ask(first + dt.timedelta(days=self._draw.randint(0, 760)), "open", heard)

    def _add_those_asking_now(self) -> None:
        """Add a few people about whom something is to be done today."""
        today = self._timing.today
        self._new("Bente Opdigtsen", 4, "peer", "contact_person")
        self._new("Carl Demogaard", 9, "open", "ambassador")
        agreed = self._new("Ditte Prøvegaard", 12, "mentor", "info_meeting")
        thinking = self._new("Ejner Påfundsen", 21, "peer", "notice")
        later = self._new("Finn Tænkesen", 200, "mentor", "article")
        self._session.add_all([
            CoffeeTalk(
                site_id=self._site_id, participant_code=agreed, role="mentor", place=WHERE,
                date=today + dt.timedelta(days=2), starts_at=dt.time(10), state="agreed",
            ),
            CoffeeTalk(
                site_id=self._site_id, participant_code=thinking, role="peer", place=WHERE,
                date=today - dt.timedelta(days=6), state="held", minutes=PLANNED_MINUTES, staff=2,
            ),
        ])  # fmt: skip
        on = today - dt.timedelta(days=190)
        save_decision(
            self._session, later,
            Decided("not_now", on, reason="work", write_on=today - dt.timedelta(days=8)), today,
        )  # fmt: skip

    def _new(self, name: str, days_ago: int, role: WantedRole, heard: Channel) -> str:
        on = self._timing.today - dt.timedelta(days=days_ago)
        code = code_of(self._draw.randrange(len(ALPHABET) ** 6))
        self._session.add(Participant(code=code, site_id=self._site_id, created_on=on))
        identities.save_name(self._session, code, name)
        self._ask(on, role, heard, code)
        self._session.flush()
        return code

    def _add_places(self) -> None:
        began = self._timing.moved(dt.date(2014, 2, 1))
        today = self._timing.today
        for name, kind, months, new_staff, new_before in _PLACES:
            place = Stakeholder(
                site_id=self._site_id, name=name, kind=kind, visit_every_months=months,
                new_staff_a_year=new_staff, new_before_visit=new_before, added_on=began,
                influence=self._draw.randint(1, 3), interest=self._draw.randint(1, 3),
            )  # fmt: skip
            self._session.add(place)
            self._session.flush()
            if months is None and new_staff is None:
                continue
            last = today - dt.timedelta(days=self._draw.randint(20, 240))
            for visited in (last, last - dt.timedelta(days=180)):
                self._session.add(
                    Visit(
                        stakeholder_id=place.id, date=visited, minutes=60,
                        people=self._draw.randint(4, 14),
                    )
                )  # fmt: skip

    def _add_who_sent_them(self) -> None:
        """Add which place it was that told people of it, where they said so."""
        kinds: dict[str, tuple[StakeholderKind, ...]] = {
            "contact_person": ("unit", "hospital", "job_centre"),
            "network": ("volunteer_centre",),
        }
        here = select(Stakeholder).where(Stakeholder.site_id == self._site_id)
        places = self._session.scalars(here.order_by(Stakeholder.id)).all()
        asked = select(Enquiry).where(
            Enquiry.site_id == self._site_id, Enquiry.heard_via.in_(kinds)
        )
        for enquiry in self._session.scalars(asked.order_by(Enquiry.id)):
            could = [one for one in places if one.kind in kinds[enquiry.heard_via]]
            if self._senders.random() < _SAID_WHO_SENT_THEM:
                enquiry.stakeholder_id = self._senders.choice(could).id
