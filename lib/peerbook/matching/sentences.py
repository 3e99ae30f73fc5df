"""What a proposal says in words: why these two, why somebody waits, and what each way is for."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.matching.occasions import Kind, Occasion
from peerbook.matching.pool import Role
from peerbook.matching.proposal import Reason, Way
from peerbook.matching.stable import LOTS
from peerbook.matching.whole import Worth
from peerbook.matching.wishes import MOST_NAMES, MOST_POINTS, Basis, Bond, Wish
from peerbook.text import _, format_date, format_list


def sentence(bond: Bond, name: Callable[[str], str]) -> str:
    """Return who wishes for whom, since when, and where the two have met.

    Parameters
    ----------
    bond
        The two and what is between them.
    name
        What to call somebody with a code.
    """
    return _("{wishes}; {met}.").format(wishes=_wishes(bond, name), met=_met(bond))


def sentence_of_roles(bond: Bond) -> str:
    """Return the same where the two are named beside it: here they are the peer and the mentor."""
    told = sentence(bond, lambda code: _("the peer") if code == bond.peer else _("the mentor"))
    return told[:1].upper() + told[1:]


def _wishes(bond: Bond, name: Callable[[str], str]) -> str:
    if not bond.is_mutual:
        wish = bond.wishes[0]
        return _("{wisher} wishes for {wished} {how}, but {wished} has not named {wisher}").format(
            wisher=name(wish.wisher), wished=name(wish.wished), how=_how(wish)
        )
    peer_wish, mentor_wish = bond.wishes
    both = _("{peer} and {mentor} wish for each other").format(
        peer=name(bond.peer), mentor=name(bond.mentor)
    )
    details = _("{peer} {how_peer}, {mentor} {how_mentor}").format(
        peer=name(bond.peer),
        how_peer=_how(peer_wish),
        mentor=name(bond.mentor),
        how_mentor=_how(mentor_wish),
    )
    if bond.older is not None:
        details += _(", {wisher} first").format(wisher=name(bond.older.wisher))
    return f"{both} ({details})"


def _how(wish: Wish) -> str:
    basis: Basis = wish.basis
    words = {
        "met": _("as no. {rank} after meeting"),
        "form": _("as no. {rank} on the form"),
    }
    return words[basis].format(rank=wish.rank)


def _met(bond: Bond) -> str:
    if bond.met:
        latest = bond.met[-1]
        words = (
            _("they have met once, {occasion}")
            if len(bond.met) == 1
            else _("they have met {times} times, last {occasion}")
        )
        return words.format(times=len(bond.met), occasion=_occasion(latest))
    if any(wish.basis == "met" for wish in bond.wishes):
        return _("where they met is not written down")
    return _("they have not been in one room yet")


def _occasion(occasion: Occasion) -> str:
    kind: Kind = occasion.kind
    words = {
        "trip": _("on a trip on {date}"),
        "cafe": _("at the café on {date}"),
        "walk": _("on a walk on {date}"),
        "common_event": _("at a common event on {date}"),
    }
    told = words[kind].format(date=format_date(occasion.held_on))
    return f"{told} ({occasion.place})" if occasion.place else told


def reason_name(reason: Reason, role: Role) -> str:
    """Return in a few words why somebody of a role waits."""
    is_peer = role == "peer"
    return {
        "own_wish": _("wishes to wait"),
        "nobody_free": _("no mentor is free") if is_peer else _("no peer is free"),
        "wish_open": _("wishes wait for an answer"),
        "wished_taken": _("the mentors a wish ties them to are matched or would rather wait")
        if is_peer
        else _("the peers a wish ties them to are matched or would rather wait"),
        "no_resonance": _("no wish ties them to anybody yet"),
    }[reason]


def way_name(way: Way) -> str:
    """Return what to call one way to match a pool."""
    return {
        "peers_first": _("Peers choose first"),
        "mentors_first": _("Mentors choose first"),
        "whole": _("Best for the whole"),
    }[way]


def way_aim(way: Way) -> str:
    """Return in a sentence or two what one way is for, so that whoever decides can weigh it."""
    nobody_else = _("No two would then both rather have each other.")
    return {
        "peers_first": _("Peers get whom they wish for most, as far as can be.")
        + f" {nobody_else}",
        "mentors_first": _("Mentors get whom they wish for most, as far as can be.")
        + f" {nobody_else}",
        "whole": _(
            "As many as possible get somebody where both wish for it. One may get a later wish so "
            "that two others get each other."
        ),
    }[way]


def ways_told() -> list[str]:
    """Return how the ways decide, what they do where all is equal, and that staff decide."""
    after, form = (
        format_list([str(first - rank) for rank in range(MOST_NAMES)])
        for first in (MOST_POINTS, MOST_NAMES)
    )
    return [
        _(
            "**Peers or mentors choose first.** Each has an order: those they wish for after "
            "meeting, then those on the form, then those who wish for them. Whoever chooses first "
            "gets the one highest up who can be had."
        ),
        _(
            "**Best for the whole.** First as many pairs as possible where both wish after "
            "meeting. Then where both wish. Then as many pairs as possible. At last points count: "
            "{after} for the first, second and third wish after meeting, {form} on the form."
        ).format(after=after, form=form),
        _(
            "**When it is equal.** Where nobody has said who comes first, lots are drawn, {n} "
            "times. Here stands what gives most pairs, and then most first wishes. If other pairs "
            "are just as good, they stand under the list."
        ).format(n=LOTS),
        _("**You decide.** Only wishes count here. You know the people: ask both first."),
    ]


def worth_text(worth: Worth) -> str:
    """Return what an answer is worth, counted as the rule of the whole counts."""
    return _(
        "Both wish after meeting: {met}. Both wish, one or both on the form: {mutual}. "
        "Only one wishes: {one}."
    ).format(
        met=worth.mutual_after_meeting,
        mutual=worth.mutual - worth.mutual_after_meeting,
        one=worth.pairs - worth.mutual,
    )
