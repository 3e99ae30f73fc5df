"""One pair: its dates, and what can be done now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Literal

from peerbook.desk import Desk
from peerbook.pathways import answer_records, contract_records, end_records, pathway_records
from peerbook.pathways.contract import CHECKS, Check, Contract, Pause
from peerbook.pathways.contract_part import contract_parts
from peerbook.pathways.exit_part import end_form, end_taken_back, exit_parts, match_taken_back
from peerbook.pathways.meetings_part import meeting_parts
from peerbook.pathways.names import check_name, offer_name, standing_text, who_name, why_name
from peerbook.pathways.opened import Opened, Task, by_mistake
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pause_part import pause_form, resume_form, taking_back, told_form
from peerbook.people.names import before_line, role_name
from peerbook.store import identities
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Button,
    ChoiceField,
    DateField,
    Disclosure,
    Form,
    Heading,
    Part,
    Prose,
    Submission,
    bullets,
)
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once


class OnePathway:
    """One pair, opened.

    Parameters
    ----------
    desk, number
        Where, and the pair's number.
    reopen
        Shows it as it stands after a save; as in `Opened`.
    leave
        Shows the list again, with a sentence about a save where there was one, and says so.
    """

    def __init__(
        self,
        desk: Desk,
        number: int,
        reopen: Callable[[str, Task | None], None],
        leave: Callable[[str], str],
    ) -> None:
        with desk.store.read() as session:
            one = pathway_records.pathway(session, number)
            before = pathway_records.pathways_before(session, one)
            codes = {code for known in (one, *before) for code in known.codes}
            names = identities.name_of(session, sorted(codes))
            is_only_matched = one.ended_on is None and end_records.is_only_matched(session, one)
            version = contract_records.sheet_row(session, number).version
        self._opened = Opened(desk, one, names, reopen)
        self._version = version if is_only_matched else None
        self._leave = leave
        self._before = before

    def parts(self, task: Task | None = None) -> list[Part]:
        """Return the pair, its dates, and what can be done; one task is open.

        Parameters
        ----------
        task
            What it was opened for; the next thing to do when None.
        """
        one, today = self._opened.one, self._opened.desk.today
        heading = _("{peer} and {mentor}").format(
            peer=self._opened.peer, mentor=self._opened.mentor
        )
        standing = _("Pair {number}: {standing}").format(
            number=one.number, standing=standing_text(one, today)
        )
        wanted = task or _next_task(one, today)
        alone = _("One of the two was deleted. Nothing more is written of this pair.")
        return [
            Heading(heading),
            Prose(standing),
            Prose(bullets([text for _on, text in sorted(_dates(one), key=_day)])),
            *([Prose(bullets(self._before_lines()))] if self._before else []),
            *([Prose(alone)] if len(one.codes) < 2 else []),
            *(
                Disclosure(label, make, opened=which == wanted)
                for which, label, make in self._tasks(one, today)
            ),
        ]

    def _before_lines(self) -> list[str]:
        """Return what is told of the pairs either of the two was in before."""

        def name(code: str | None, role: Literal["peer", "mentor"]) -> str:
            return role_name(role) if code is None else self._opened.names.get(code, code)

        return [
            before_line(
                one.number,
                (name(one.peer, "peer"), name(one.mentor, "mentor")),
                (one.matched_on, one.ended_on),
                one.end or "",
            )
            for one in self._before
            if one.ended_on is not None
        ]

    def _tasks(
        self, one: Pathway, today: dt.date
    ) -> Iterator[tuple[Task, str, Callable[[], list[Part]]]]:
        """Yield what can be done about the pair; nothing once one of them was erased."""
        if len(one.codes) < 2:
            return
        opened, contract = self._opened, one.contract
        has_begun = contract is not None and contract.starts_on <= today
        if contract is not None and has_begun and one.ended_on is None:
            pause = contract.pause_on(today)
            if pause is not None:
                if pause.who != "both":
                    yield "told", _("Tell the one who waits"), lambda: told_form(opened, pause)
                yield "resume", _("They go on again"), lambda: [resume_form(opened)]
            yield (
                "pause", _("A pause"),
                lambda: [pause_form(opened), *taking_back(opened, contract)],
            )  # fmt: skip
            yield "check", _("Ask how it goes"), self._check_parts
        yield "meetings", _("When they met"), lambda: meeting_parts(opened)
        if has_begun:
            yield "more", _("Three months more?"), self._more_parts
        yield "contract", _("The three-way talk and the contract"), lambda: contract_parts(opened)
        if has_begun or one.ended_on is not None or one.closing is not None:
            yield "exit", _("The exit talk"), lambda: exit_parts(opened)
        if one.ended_on is None:
            yield "end", _("It ends"), lambda: [end_form(opened)]
            version = self._version
            if version is not None:
                yield (
                    "mistake", _("Matched by mistake?"),
                    lambda: match_taken_back(opened, version, self._leave),
                )  # fmt: skip
        else:
            yield "end", _("It has not ended"), lambda: [end_taken_back(opened)]

    def _check_parts(self) -> list[Part]:
        """Return the form for what is left to ask, and the way to take back what was asked."""
        opened = self._opened

        def button(which: Check, on: dt.date) -> Button:
            return Button(
                _("Take back that you asked {when}, on {date}").format(
                    when=check_name(which).lower(), date=format_date(on)
                ),
                lambda: opened.press(
                    lambda session: answer_records.take_back_check(
                        session, opened.one.number, which
                    ),
                    _("It is taken back."),
                ),
                confirm=_("Was that noted by mistake?"),
            )

        checked = opened.one.checked
        is_left = len(checked) < len(CHECKS)
        return [
            self._check_form() if is_left else Prose(_("You have asked both times.")),
            *by_mistake([button(which, on) for which, on in checked.items()]),
        ]

    def _check_form(self) -> Form:
        opened = self._opened
        desk, number = opened.desk, opened.one.number

        def save(submission: Submission) -> None:
            values = submission.values
            which: Literal["first_days", "first_month"] = (
                "first_days" if values["which"] == "first_days" else "first_month"
            )
            opened.note(
                submission,
                lambda session: answer_records.save_check(
                    session, number, which, given(dt.date, values["on"]), desk.today
                ),
            )

        left = [which for which in CHECKS if which not in opened.one.checked]
        return Form(
            "check_in",
            [
                ChoiceField(
                    "which", _("Which time was it?"), required=True, look="radio",
                    options=[(which, check_name(which)) for which in left],
                ),
                DateField("on", _("When did you ask?"), required=True, latest=desk.today),
            ],
            values={"which": left[0], "on": desk.today},
            on_submit=save,
            submit_label=_("Save that you asked"),
            help_text=_("Only that you asked is kept. What they said is theirs."),
        )  # fmt: skip

    def _more_parts(self) -> list[Part]:
        opened, ask = self._opened, asks_once()
        desk, number = opened.desk, opened.one.number

        def save(submission: Submission) -> None:
            values = submission.values
            on = given(dt.date, values["on"])
            ask(
                lambda meant: opened.note(
                    submission,
                    lambda session: answer_records.save_extension(
                        session, number, on, desk.today, is_meant=on in meant,
                        peer=values["peer"] == "yes", mentor=values["mentor"] == "yes",
                    ),
                )
            )  # fmt: skip

        def answer(field: str, name: str) -> ChoiceField:
            return ChoiceField(
                field, _("Does {name} want three months more?").format(name=name),
                required=True, look="radio", options=[("yes", _("Yes")), ("no", _("No"))],
            )  # fmt: skip

        form = Form(
            "extension",
            [
                answer("peer", opened.peer),
                answer("mentor", opened.mentor),
                DateField("on", _("When did they say it?"), required=True, latest=desk.today),
            ],
            values={"on": desk.today},
            on_submit=save,
            submit_label=_("Save the answers"),
        )
        return [
            Prose(_("Ask each of them alone. Only if both want it, it goes on.")),
            form,
            *self._answers_parts(),
        ]

    def _answers_parts(self) -> list[Part]:
        """Return what they have answered, the last first, and the way to take that back."""
        opened = self._opened
        known = () if opened.one.contract is None else opened.one.contract.answers
        if not known:
            return []

        def said(yes: bool) -> str:
            return _("yes") if yes else _("no")

        lines = [
            _("{date}: {peer} said {peer_answer}, {mentor} said {mentor_answer}.").format(
                date=format_date(one.on),
                peer=opened.peer, peer_answer=said(one.peer),
                mentor=opened.mentor, mentor_answer=said(one.mentor),
            )
            for one in reversed(known)
        ]  # fmt: skip
        date = format_date(known[-1].on)
        return [
            Prose(bullets(lines)),
            Button(
                _("Take back the answers of {date}").format(date=date),
                lambda: opened.press(
                    lambda session: answer_records.take_back_answer(session, opened.one.number),
                    _("The answers are taken back."),
                ),
                confirm=_("Were these answers noted by mistake?"),
            ),
        ]


def _next_task(one: Pathway, today: dt.date) -> Task | None:
    """Return what there is to do about a pair as it stands."""
    standing = one.standing(today)
    if standing == "paused" and one.contract is not None:
        pause = one.contract.pause_on(today)
        return "told" if pause is not None and pause.partner_waits else "resume"
    if standing in ("ends", "run_out", "ended"):
        is_held = one.closing is not None and one.closing.state != "agreed"
        return "end" if is_held and standing == "run_out" else "exit"
    if standing == "asks":
        return "more"
    return "contract" if standing == "no_contract" else None


def _day(line: tuple[dt.date, str]) -> dt.date:
    return line[0]


def _dates(one: Pathway) -> Iterator[tuple[dt.date, str]]:
    """Yield what is known of the pair, a day and a sentence each."""
    yield one.matched_on, _("Matched on {date}.").format(date=format_date(one.matched_on))
    contract = one.contract
    if contract is not None:
        yield from _contract_dates(contract)
        for which, on in one.checked.items():
            words = _("{when}: asked on {date}.")
            yield on, words.format(when=check_name(which), date=format_date(on))
        for pause in contract.pauses:
            yield pause.since, _pause_line(pause, one.ended_on)
        if contract.ends_on is not None and one.ended_on is None:
            ends_on = contract.ends_on
            yield ends_on, _("It ends on {date}.").format(date=format_date(ends_on))
        if one.ended_on is None and one.closing is None and contract.exit_talk_between:
            first, last = contract.exit_talk_between
            words = _("Exit talk between {first} and {last}.")
            yield first, words.format(first=format_date(first), last=format_date(last))
    if one.closing is not None:
        words = {
            "agreed": _("Exit talk on {date}."),
            "held": _("The exit talk was held on {date}."),
            "cancelled": _("There is no exit talk."),
        }[one.closing.state]
        told = words.format(date=format_date(one.closing.date))
        if one.is_to_move and (end := one.end_far_from(one.closing.date)) is not None:
            far = _("That is far from the end, {date}. Is it to be moved?")
            told = f"{told} {far.format(date=format_date(end))}"
        yield one.closing.date, told
    if one.ended_on is not None:
        yield one.ended_on, _("It ended on {date}.").format(date=format_date(one.ended_on))


def _contract_dates(contract: Contract) -> Iterator[tuple[dt.date, str]]:
    words = _("Contract from {date}, for {n} months.")
    begun = format_date(contract.starts_on)
    yield contract.starts_on, words.format(date=begun, n=contract.all_months)
    if contract.answered_on is not None:
        words = (
            _("Asked on {date}: both want three months more.")
            if contract.both_want_more
            else _("Asked on {date}: it is not made longer.")
        )
        yield contract.answered_on, words.format(date=format_date(contract.answered_on))


def _pause_line(pause: Pause, ended_on: dt.date | None) -> str:
    why = "" if pause.why is None else f", {why_name(pause.why).lower()}"
    if pause.until is not None:
        words = _("Pause from {since} to {until}. All dates have moved.")
    elif ended_on is not None:
        words = _("Pause from {since} until it ended.")
    else:
        words = _("Pause since {since}. The clock stands still.")
    dates = words.format(
        since=format_date(pause.since),
        until="" if pause.until is None else format_date(pause.until),
    )
    told = ""
    if pause.told_on is not None:
        offers = [offer_name(offer).lower() for offer in pause.offered]
        told = " " + _("The other was told on {date}, and offered: {offers}.").format(
            date=format_date(pause.told_on), offers=format_list(offers)
        )
    return f"{dates} ({who_name(pause.who)}{why}){told}"
