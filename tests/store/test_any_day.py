"""How somebody stood on any past day, rebuilt from what is recorded, is how it happened.

People ask, talk, decide, wait, are matched, pause, end, stop, and are on a course, in any order and
for any day; what was saved is corrected and taken back, and taking back is taken back. At last one
of them is erased. The journal
of this test knows no SQL and no event of the store: it writes down what each save says it does, and
goes through it day by day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import LEADER, a_site, assert_sound, course, open_store, save
from peerbook.course import people_records
from peerbook.errors import Conflict, InputFault
from peerbook.matching import matching_records
from peerbook.pathways import (
    contract_records,
    end_records,
    pathway_records,
    pause_records,
    retention_records,
)
from peerbook.pathways.contract import Pause
from peerbook.pathways.contract_records import Sheet
from peerbook.pathways.retention import retention
from peerbook.people.pairs import PAIR, pairs
from peerbook.privacy.erasure import erase_person
from peerbook.recruitment import enquiry_records, journey_records, talk_records
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.talk_records import OUTCOMES, Agreed, Decided, Held
from peerbook.small_groups import SMALLEST
from peerbook.store import events_of, new_code, withdraw_event
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import ERASED_END, Enquiry, Event

TODAY = dt.date(2026, 3, 31)
SPAN = 11
EXAMPLES = 25
STOPS = ("not_now", "deselected", "stopped")


def day(ago):
    return TODAY - dt.timedelta(days=ago)


DAYS = [day(ago) for ago in range(SPAN + 1, -1, -1)]


@dataclass
class Entry:
    """Something that was said to hold from a day on.

    `taken_back` lists what takes it back, `took_back` what was taken back because it was said.
    """

    whose: object
    kind: str
    on: dt.date
    seq: int
    told: dict = field(default_factory=dict)
    taken_back: list[Entry] = field(default_factory=list)
    took_back: list[Entry] = field(default_factory=list)

    @property
    def holds(self):
        return not any(one.holds for one in self.taken_back)


class Journal:
    """What the saves of a site say they did, in the order they were made."""

    def __init__(self, store):
        self.store = store
        self.site_id, _name = a_site(store)
        [self.course_id] = save(store, course(site_id=self.site_id, starts_on=day(SPAN)))
        self.entries: list[Entry] = []
        self.names: list[str] = []
        self.codes: list[str] = []
        self.asked: dict[int, tuple[str, dt.date, int]] = {}
        self.talks: dict[int, tuple[str, str, dt.date, int]] = {}
        self.pairs: dict[int, tuple[str, str, dt.date]] = {}
        self.enrolled: dict[str, dt.date] = {}
        for who, role in enumerate(("peer", "peer", "mentor", "mentor")):
            self.ask(who, SPAN)
            self.decide(who, SPAN, "joined", role)
        self.enrol(2, SPAN)
        self.enrol(3, SPAN - 3)

    # -- saves ---------------------------------------------------------------------------------

    def try_to(self, call, *args, **named):
        """Save, and return what was saved; None where it is refused, which changes nothing."""
        try:
            with self.store.write(LEADER) as session:
                return call(session, *args, **named)
        except (InputFault, Conflict):
            return None

    def note(self, whose, kind, on, seq=None, **told):
        """Write down what was saved, beside the event of the store it went into."""
        if seq is None:
            with self.store.read() as session:
                subject = PAIR if isinstance(whose, int) else "participant"
                seq = events_of(session, subject, whose)[-1].seq
        self.entries.append(Entry(whose, kind, on, seq, told))

    def holding(self, whose, kinds, until=dt.date.max):
        """Return what holds of somebody or a pair, in the order of its days."""
        found = [
            one
            for one in self.entries
            if one.whose == whose and one.kind in kinds and one.on <= until and one.holds
        ]
        return sorted(found, key=lambda one: one.on)

    def take_back(self, entry):
        """Write down that a save took something back, which it did by itself."""
        entry.taken_back.append(Entry(entry.whose, "withdrawn", entry.on, 0))
        return entry.taken_back[-1]

    def ask(self, who, ago):
        is_known = who < len(self.codes)
        name = self.names[who] if is_known else f"Opdigt {new_code()}"
        saved = self.try_to(
            enquiry_records.log_enquiry, self.site_id, Asked(day(ago), "peer", "notice"),
            Person(name, is_known=is_known), TODAY,
        )  # fmt: skip
        if saved is None:
            return
        with self.store.read() as session:
            code = session.get_one(Enquiry, saved.number).participant_code
        if not is_known:
            self.names.append(name)
            self.codes.append(code)
        self.asked[saved.number] = (code, day(ago), saved.version)

    def correct_enquiry(self, which, ago):
        number = sorted(self.asked)[which % len(self.asked)]
        code, _on, version = self.asked[number]
        saved = self.try_to(
            enquiry_records.correct_enquiry, number, Asked(day(ago), "mentor", "article"), TODAY,
            version,
        )  # fmt: skip
        if saved is not None:
            self.asked[number] = (code, day(ago), saved.version)

    def agree(self, who, ahead):
        on = TODAY + dt.timedelta(days=ahead)
        saved = self.try_to(talk_records.agree_talk, self.codes[who], Agreed("peer", on), TODAY)
        if saved is not None:
            self.talks[saved.number] = (self.codes[who], "agreed", on, saved.version)

    def cancel(self, who):
        for number, (code, state, on, version) in self.talks.items():
            if code == self.codes[who] and state == "agreed":
                saved = self.try_to(talk_records.cancel_talk, number, version)
                self.talks[number] = (code, "cancelled", on, saved.version)
                return

    def hold(self, who, ago):
        agreed = next(
            (
                number
                for number, (code, state, *_rest) in self.talks.items()
                if code == self.codes[who] and state == "agreed"
            ),
            None,
        )
        saved = self.try_to(
            talk_records.save_held_talk, self.codes[who], Held("peer", day(ago)), TODAY,
            number=agreed, seen_version=0 if agreed is None else self.talks[agreed][3],
        )  # fmt: skip
        if saved is not None:
            self.talks[saved.number] = (self.codes[who], "held", day(ago), saved.version)

    def decide(self, who, ago, outcome, role):
        decided = (
            Decided("joined", day(ago), role=role)
            if outcome == "joined"
            else Decided(outcome, day(ago), reason="work")
        )
        code = self.codes[who]
        saved = self.try_to(talk_records.save_decision, code, decided, TODAY, is_meant=True)
        if saved is None:
            return
        gone = [one for one in self.holding(code, OUTCOMES) if one.on >= day(ago)]
        took_back = [self.take_back(one) for one in gone]
        self.note(code, outcome, day(ago), saved.number, role=role)  # what it took back comes after
        self.entries[-1].took_back = took_back

    def take_back_decision(self, who):
        """Take back the last decision: what was decided is again as it was before that one."""
        known = self.holding(self.codes[who], OUTCOMES)
        if not known:
            return
        last = known[-1]
        if self.try_to(talk_records.take_back_decision, self.codes[who], last.seq) is not None:
            for one in (last, *last.took_back):
                self.take_back(one)

    def wait(self, who, ago, waits):
        code = self.codes[who]
        saved = self.try_to(
            matching_records.save_waiting, self.site_id, code, day(ago), TODAY, waits=waits,
            is_meant=True,
        )  # fmt: skip
        if saved is not None:
            self.note(code, "waits" if waits else "ready", day(ago))

    def stop(self, who, ago):
        code = self.codes[who]
        stop = (matching_records.save_stopped, self.site_id, code, day(ago), TODAY)
        if self.try_to(*stop, is_meant=True):
            self.note(code, "stopped", day(ago))

    def match(self, who, other, ago):
        peer, mentor = self.codes[who], self.codes[other]
        saved = self.try_to(
            matching_records.save_pair, self.site_id, peer, mentor, on=day(ago), today=TODAY,
            asked=True,
        )  # fmt: skip
        if saved is None:
            return
        self.pairs[saved.number] = (peer, mentor, day(ago))
        sheet = Sheet(day(ago), day(ago))
        self.try_to(contract_records.save_sheet, saved.number, sheet, TODAY, saved.version)

    def a_pair(self, which):
        return sorted(self.pairs)[which % len(self.pairs)] if self.pairs else 0

    def end(self, which, ago, how):
        number = self.a_pair(which)
        if self.try_to(end_records.end_pair, number, how, day(ago), TODAY, is_meant=True):
            self.note(number, "ended", day(ago), end=how)

    def pause(self, which, ago, days):
        number, until = self.a_pair(which), None if days is None else day(ago - days)
        if self.try_to(pause_records.save_pause, number, Pause(day(ago), until), TODAY):
            self.note(number, "paused", day(ago))
            if until is not None:
                self.note(number, "resumed", until)

    def resume(self, which, ago):
        number = self.a_pair(which)
        if self.try_to(pause_records.save_resumed, number, day(ago), TODAY):
            self.note(number, "resumed", day(ago))

    def take_back_pause(self, which, ago):
        number = self.a_pair(which)
        if self.try_to(pause_records.take_back_pause, number, day(ago)) is None:
            return
        is_of_it = False
        for entry in self.holding(number, ("paused", "resumed")):
            if entry.kind == "paused":
                is_of_it = entry.on == day(ago)
            if is_of_it:
                self.take_back(entry)

    def enrol(self, who, ago):
        code = self.codes[who]
        if code in self.enrolled:
            return
        with self.store.write(LEADER) as session:
            people_records.place_on_course(session, self.course_id, code, day(ago))
        self.enrolled[code] = day(ago)
        self.note(code, "enrolled", day(ago))

    def turn_course(self, who, ago, turn):
        code = self.codes[who]
        saved = self.try_to(people_records.save_turn, self.course_id, code, turn, day(ago))
        if saved is None:
            return
        for kind, on in saved[1]:
            gone = [one for one in self.holding(code, [f"course {kind}"]) if one.on == on]
            self.take_back(gone[-1])
        self.note(code, f"course {turn}", day(ago))

    def take_off(self, who):
        code = self.codes[who]
        if self.try_to(people_records.take_off, self.course_id, code) is None:
            return
        del self.enrolled[code]
        kinds = ("enrolled", "course paused", "course resumed", "course left")
        for entry in self.holding(code, kinds):
            self.take_back(entry)

    def withdraw(self, which):
        """Take something back that was said, or the taking back of something."""
        if not self.entries:
            return
        entry = self.entries[which % len(self.entries)]
        if entry.kind in ("enrolled", "paused", "resumed"):  # they go with what hangs on them
            return
        with self.store.write(LEADER) as session:
            withdraw_event(session, session.get_one(Event, entry.seq))
        self.note(entry.whose, "withdrawn", entry.on)
        entry.taken_back.append(self.entries[-1])

    # -- how it stood ----------------------------------------------------------------------------

    def walk(self, whose, kinds, until):
        """Yield what happened to somebody, going through the days one by one."""
        for today in DAYS:
            if today <= until:
                yield from (
                    one
                    for one in self.entries
                    if one.whose == whose and one.kind in kinds and one.on == today and one.holds
                )

    def role(self, code, on):
        role = None
        for one in self.walk(code, ("joined", "enrolled", *STOPS), on):
            role = None if one.kind in STOPS else one.told.get("role", "mentor")
        return role

    def waits(self, code, on):
        role = since = state = None
        for one in self.walk(code, ("joined", "enrolled", *STOPS), on):
            before, role = role, None if one.kind in STOPS else one.told.get("role", "mentor")
            since = since if role == before else one.on
        for one in self.walk(code, ("waits", "ready"), on):
            state = one.kind if one.on >= since else state
        return state == "waits"

    def pair(self, number, on):
        """Return since when a pair had ended and how, and since when it had been on a pause."""
        ended, paused = None, None
        for one in self.walk(number, ("ended", "paused", "resumed"), on):
            if one.kind == "ended":
                ended = (one.on, one.told["end"])
            elif one.kind == "paused":
                paused = paused or one.on
            else:
                paused = None
        return ended, paused

    def place(self, code, on):
        if on < self.enrolled[code]:
            return "not_enrolled"
        state = "on"
        for one in self.walk(code, ("course paused", "course resumed", "course left"), on):
            state = {"paused": "paused", "resumed": "on", "left": "left"}[one.kind.split()[1]]
        return state

    def standing(self, code, on):
        """Return how it stands since they asked last: what they decided comes before a talk."""
        asked = [when for whose, when, _version in self.asked.values() if whose == code]
        known = [when for when in asked if when <= on]
        if not known:
            return None
        talks = [(when, state) for whose, state, when, _v in self.talks.values() if whose == code]
        is_agreed = any(state == "agreed" for _when, state in talks)
        was_held = any(state == "held" and max(known) <= when <= on for when, state in talks)
        last = None
        for one in self.walk(code, (*OUTCOMES, "enrolled", "stopped"), on):
            last = one
        if last is not None and last.on >= max(known) and not (is_agreed and last.kind != "joined"):
            return "joined" if last.kind == "enrolled" else last.kind
        return "talk_agreed" if is_agreed else "talked" if was_held else "asked"


WHO, WHICH, AGO = st.integers(0, 3), st.integers(0, 11), st.integers(0, SPAN)
SAVES = st.one_of(
    st.tuples(st.just("ask"), WHO, AGO),
    st.tuples(st.just("correct_enquiry"), WHICH, AGO),
    st.tuples(st.just("agree"), WHO, st.integers(0, 9)),
    st.tuples(st.just("cancel"), WHO),
    st.tuples(st.just("hold"), WHO, AGO),
    st.tuples(st.just("decide"), WHO, AGO, st.sampled_from(OUTCOMES),
              st.sampled_from(["peer", "mentor"])),
    st.tuples(st.just("decide"), WHO, AGO, st.just("joined"), st.sampled_from(["peer", "mentor"])),
    st.tuples(st.just("take_back_decision"), WHO),
    st.tuples(st.just("wait"), WHO, AGO, st.booleans()),
    st.tuples(st.just("stop"), WHO, AGO),
    st.tuples(st.just("match"), st.integers(0, 1), st.integers(2, 3), AGO),
    st.tuples(st.just("match"), WHO, WHO, AGO),
    st.tuples(st.just("end"), WHICH, AGO, st.sampled_from(["completed", "changed_mentor"])),
    st.tuples(st.just("pause"), WHICH, AGO, st.none() | st.integers(1, 4)),
    st.tuples(st.just("resume"), WHICH, AGO),
    st.tuples(st.just("take_back_pause"), WHICH, AGO),
    st.tuples(st.just("enrol"), WHO, AGO),
    st.tuples(st.just("turn_course"), WHO, AGO, st.sampled_from(["paused", "resumed", "left"])),
    st.tuples(st.just("take_off"), WHO),
    st.tuples(st.just("withdraw"), st.integers(0, 40)),
)  # fmt: skip


A_LIFE = [
    ("hold", 0, 9), ("wait", 0, 8, True), ("match", 0, 2, 7), ("pause", 0, 6, None),
    ("resume", 0, 4), ("end", 0, 2, "changed_mentor"), ("withdraw", 9),
    ("withdraw", 10), ("turn_course", 2, 5, "paused"), ("turn_course", 2, 3, "left"),
    ("turn_course", 2, 6, "left"), ("stop", 0, 1), ("ask", 0, 0), ("take_off", 3),
    ("decide", 1, 5, "deselected", "peer"), ("decide", 1, 8, "joined", "peer"),
    ("take_back_decision", 1),
]  # fmt: skip
"""So that each kind of save is among those that are tried, whatever chance brings."""


def assert_as_it_happened(journal):
    with journal.store.read() as session:
        places = {one.code: one for one in people_records.mentors(session, journal.course_id)}
        assert places.keys() == journal.enrolled.keys()
        for on in DAYS:
            site_id = journal.site_id
            roles = matching_records.roles_on(session, site_id, on)
            waiting = {
                one.code: one.waits for one in matching_records.members(session, site_id, on)
            }
            standings = {one.code: one.standing
                         for one in journey_records.standings(session, site_id, on)}  # fmt: skip
            known = {pair.number: pair for pair in pairs(session, site_id, on)}
            contracts = retention_records.contracts(session, site_id, on)
            retention(retention_records.times(session, site_id, on), on, SMALLEST)
            for code in journal.codes:
                role = journal.role(code, on)
                assert roles.get(code) == role
                if role is not None:
                    assert waiting[code] == journal.waits(code, on)
                assert standings.get(code) == journal.standing(code, on)
                if code in places:
                    assert places[code].on(on) == journal.place(code, on)
            pathways = {one.number: one for one in pathway_records.pathways(session, site_id, on)}
            begun = {number for number, (*_two, since) in journal.pairs.items() if since <= on}
            assert known.keys() == set(contracts.index) == pathways.keys() == begun
            for number in begun:
                ended, paused = journal.pair(number, on)
                pair, contract = known[number], contracts.loc[number]
                assert (pair.peer, pair.mentor, pair.matched_on) == journal.pairs[number]
                assert ((pair.ended_on, pair.end) if pair.ended_on else None) == ended
                assert (contract["ended_on"], contract["end"]) == (ended or (None, None))
                stands_still = bool(contract["pauses"]) and contract["pauses"][-1][1] is None
                pathway = pathways[number]
                assert (pathway.ended_on, pathway.end) == (ended or (None, None))
                if ended is None:
                    assert stands_still == (paused is not None)
                    agreed = pathway.contract
                    assert (paused is not None) == bool(agreed and agreed.pause_on(on))


def pairs_on(journal, on):
    """Return what is told of each pair on a day but who they are, by number."""
    with journal.store.read() as session:
        contracts = retention_records.contracts(session, journal.site_id, on)
        retention(contracts, on, SMALLEST)
        retention(retention_records.times(session, journal.site_id, on), on, SMALLEST)
        known = pathway_records.pathways(session, journal.site_id, on)
    return {
        one.number: (one.ended_on, one.end, contracts.loc[one.number, "started_on"])
        for one in known
    }


def assert_erasing_ends_open_pairs_and_changes_no_past_day(journal):
    days, whose = (day(SPAN // 2), day(1)), journal.codes[0]
    past, before = [pairs_on(journal, on) for on in days], pairs_on(journal, TODAY)
    with journal.store.write(LEADER) as session:
        erase_person(session, whose, TODAY)
    assert [pairs_on(journal, on) for on in days] == past
    for number, (ended_on, end, started_on) in pairs_on(journal, TODAY).items():
        is_theirs = whose in journal.pairs[number]
        if is_theirs and before[number][0] is None:
            assert (ended_on, end, started_on) == (TODAY, ERASED_END, before[number][2])
        else:
            assert (ended_on, end, started_on) == before[number]


def test_any_past_day_is_told_as_it_happened(tmp_path):
    with open_store(tmp_path) as store:

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(st.lists(SAVES, min_size=35, max_size=35))
        @example(A_LIFE)
        def check(saves):
            journal = Journal(store)
            for what, *said in saves:
                getattr(journal, what)(*said)
            assert_as_it_happened(journal)
            assert_erasing_ends_open_pairs_and_changes_no_past_day(journal)

        check()
        with store.read() as session:
            happened = set(session.scalars(select(Event.kind)))
        assert happened > {"matched", "ended", "paused", "stopped", "left", WITHDRAWN}
        assert_sound(store)
