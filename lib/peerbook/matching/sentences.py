"""What a proposal says in words: why these two, why somebody waits, and what each way is for."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.matching.occasions import Kind, Occasion
from peerbook.matching.pool import Role
from peerbook.matching.proposal import Reason, Way
from peerbook.matching.stable import LOTS
from peerbook.matching.whole import Worth
from peerbook.matching.wishes import Basis, Bond, Wish
from peerbook.text import _, format_date


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


def way_rule(way: Way) -> str:
    """Return by which rule one way matches a pool, so that whoever decides can weigh it."""
    nobody_else = _("No two would both rather have each other than the one they got.")
    lots = _(
        "Where nothing else decides, {n} lots are drawn. Here stands the one that gives most pairs."
    ).format(n=LOTS)
    peers = _(
        "Of several such, the one that gives most peers their first wish among the free, then "
        "their second."
    )
    mentors = _(
        "Of several such, the one that gives most mentors their first wish among the free, then "
        "their second."
    )
    return {
        "peers_first": " ".join([nobody_else, _("Peers choose first."), lots, peers]),
        "mentors_first": " ".join([nobody_else, _("Mentors choose first."), lots, mentors]),
        "whole": _(
            "First as many as possible who wish for each other after meeting, then as many as "
            "possible who wish for each other. Then as many pairs as possible, and then the first "
            "wishes. Somebody may get a later wish so that others get each other."
        ),
    }[way]


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
