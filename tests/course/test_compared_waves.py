"""What evaluations say, worked by hand, and what they never say about few people."""

from collections import defaultdict
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.course.evaluation.comparison import (
    compare_waves,
    item_figures,
    levels_told,
    spread_of,
    voices,
)
from peerbook.course.evaluation_form import load_form

MID, FINAL, FOLLOW_UP = load_form("mid"), load_form("final"), load_form("follow_up")


def answers(mid, final, *, linked=True):
    """Return answers to the item `overall`; each list holds one code for each sheet."""
    rows = []
    for wave, codes in (("mid", mid), ("final", final)):
        for place, code in enumerate(codes):
            rows.append(
                {
                    "evaluation_id": len(rows) + 1, "wave": wave,
                    "respondent": f"{place:04}" if linked else None, "extent": "full",
                    "item": "overall", "code": code, "text": None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows).astype({"code": "Int64"})


def sheets(wave, item, values, *, extent="full", first=1):
    """Return one answer a sheet to one item: codes or texts."""
    return pd.DataFrame(
        [
            {
                "evaluation_id": first + place, "wave": wave, "extent": extent, "respondent": None,
                "item": item, "code": value if isinstance(value, int) else None,
                "text": value if isinstance(value, str) else None,
            }
            for place, value in enumerate(values)
        ]
    ).astype({"code": "Int64"})  # fmt: skip


def among(people, item, codes):
    """Return so many mid-course sheets, on the first of which an item is answered."""
    given = [sheets("mid", item, codes)] if codes else []
    return pd.concat([sheets("mid", "overall", [4] * people), *given])


def splits(people, answers):
    """Return every way in which so many people can be spread over so many answers."""
    if answers == 1:
        return [(people,)]
    return [
        (first, *rest)
        for first in range(people + 1)
        for rest in splits(people - first, answers - 1)
    ]


def figure(frame, form, wave, item, threshold=5):
    figures = item_figures(frame, form, wave, threshold)
    return next(one.figure for one in figures if one.item.id == item)


def overall(frame, threshold=5):
    compared = compare_waves(frame, MID, FINAL, threshold)
    return next(one for one in compared if one.item.id == "overall")


def test_the_same_people_are_compared_by_their_own_change():
    one = overall(answers([3, 3, 4, 2, 3], [4, 4, 4, 4, 3]))
    assert (one.basis, one.n) == ("pairs", 5)
    # Changes 1, 1, 0, 2, 0: mean 0.8, squares about it 0.04+0.04+0.64+1.44+0.64 = 2.8,
    # variance 2.8/4 = 0.7, standard error sqrt(0.7/5) = 0.37417; t(0.975; 4) = 2.776 (any table).
    assert one.difference == pytest.approx(0.8)
    assert one.low == pytest.approx(0.8 - 2.776 * 0.37417, abs=1e-3)
    assert one.high == pytest.approx(0.8 + 2.776 * 0.37417, abs=1e-3)


def test_without_codes_only_the_groups_are_compared():
    one = overall(answers([1, 2, 3, 4, 5], [3, 4, 5, 4, 4], linked=False))
    assert (one.basis, one.n) == ("groups", None)
    # Means 3 and 4, variances 2.5 and 0.5 on 5 each: error sqrt(0.5 + 0.1) = 0.77460;
    # freedom 0.6² / (0.5²/4 + 0.1²/4) = 0.36/0.065 = 5.538; t(0.975; 5.538) lies between the
    # table's 2.571 (5) and 2.447 (6).
    assert one.difference == pytest.approx(1.0)
    half = one.high - one.difference
    assert 2.447 * 0.77460 < half < 2.571 * 0.77460


def test_a_single_sheet_without_a_pair_is_not_given_away_by_the_pairs():
    # Shown beside the means, 6 * 3.2 - (5 * 4.2 - 5 * 0.6) would be what the sixth answered.
    frame = answers([4, 3, 4, 3, 4, 1], [4, 4, 5, 4, 4])
    one = overall(frame)
    assert (one.basis, one.n, one.few_unpaired) == ("groups", None, True)
    assert one.difference == pytest.approx(4.2 - 19 / 6)
    assert overall(frame[frame["respondent"] != "0005"]).basis == "pairs"


@given(
    pairs=st.integers(1, 12),
    others=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    threshold=st.integers(5, 8),
)
def test_pairs_are_only_told_beside_means_that_hide_everybody_else(pairs, others, threshold):
    alone = [
        sheets(wave, "overall", [code] * count, first=first)
        for wave, code, count, first in (("mid", 2, others[0], 101), ("final", 5, others[1], 201))
        if count
    ]
    one = overall(pd.concat([answers([3] * pairs, [4] * pairs), *alone]), threshold)
    hidden = all(count == 0 or count >= threshold for count in others)
    assert (one.basis == "pairs") == (pairs >= threshold and hidden)
    assert one.few_unpaired == (pairs >= threshold and not hidden)


def test_under_five_answers_nothing_is_shown_and_nothing_compared():
    one = overall(answers([3, 3, 3, 3], [4, 4, 4, 4, 4, 4]))
    assert one.mid.answered is None
    assert one.mid.mean is None
    assert (one.basis, one.difference) == ("none", None)
    assert one.final.answered == 6


def test_do_not_know_is_blank_and_never_in_a_mean():
    one = overall(answers([3, 3, 3, 3, 3, 9], [4, 4, 4, 4, 4, 9]))
    assert one.mid.mean == 3
    assert (one.mid.answered, one.mid.blank) == (5, 1)


def test_threshold_may_be_raised_but_not_below_five():
    frame = answers([3] * 6, [4] * 6)
    assert overall(frame, threshold=7).mid.mean is None
    assert overall(frame, threshold=6).mid.mean == 3
    with pytest.raises(ValueError, match="below 5"):
        overall(frame, threshold=4)


def test_an_answer_outside_the_scale_is_counted_for_itself_and_in_no_mean():
    def peers(on_scale, outside):
        codes = [4] * on_scale + [9] * outside
        one = figure(among(16, "tried_with_peer", codes), MID, "mid", "tried_with_peer")
        return one.mean, one.answered, one.outside, one.blank

    assert peers(6, 5) == (4, 6, 5, 5)
    assert peers(6, 4) == peers(6, 0) == (4, 6, None, 10)
    assert peers(4, 5) == peers(0, 5) == (None, None, 5, None)
    assert peers(4, 4) == peers(0, 1) == (None, None, None, None)
    assert peers(0, 0) == (None, 0, None, 16)


@pytest.mark.parametrize("threshold", [5, 7])
def test_whoever_knows_how_many_sheets_there_are_never_learns_that_few_answered_outside(threshold):
    item = MID.item("tried_with_peer")
    for people in (threshold, threshold + 1, 2 * threshold - 1, 2 * threshold):
        looking_alike = defaultdict(list)
        for on_scale, outside, _blank in splits(people, 3):
            frame = among(people, item.id, [3] * on_scale + [9] * outside)
            (one,) = item_figures(frame, replace(MID, items=(item,)), "mid", threshold)
            looking_alike[one.figure].append((on_scale, outside))
        for alike in looking_alike.values():
            for possible in map(set, zip(*alike, strict=True)):
                assert len(possible) > 1 or not 0 < min(possible) < threshold, alike


def test_no_answer_of_a_choice_stands_outside():
    frame = sheets("follow_up", "most_used", [9] * 5 + [1] * 6)
    one = figure(frame, FOLLOW_UP, "follow_up", "most_used")
    assert (one.answered, one.outside, one.blank) == (11, None, 0)
    assert ("Ikke noget", 5) in [(each.labels[0], each.people) for each in one.spread]


# -- one evaluation, item by item ------------------------------------------------------------------


def test_follow_up_is_shown_item_by_item_from_five_answers_on():
    five = sheets("follow_up", "tried_with_peer", [5, 4, 4, 3, 4])
    shown = figure(five, FOLLOW_UP, "follow_up", "tried_with_peer")
    assert (shown.mean, shown.answered, shown.blank) == (4.0, 5, 0)
    four = sheets("follow_up", "tried_with_peer", [5, 4, 4, 3])
    assert figure(four, FOLLOW_UP, "follow_up", "tried_with_peer").answered is None


def test_an_item_with_four_answers_is_hidden_though_five_sheets_are_there():
    frame = pd.concat(
        [sheets("mid", "overall", [3, 4, 4, 5, 5]), sheets("mid", "ready", [1, 2, 3, 4])]
    )
    assert figure(frame, MID, "mid", "overall").answered == 5
    assert figure(frame, MID, "mid", "ready").answered is None


def test_a_sheet_with_three_questions_leaves_nothing_blank_that_it_did_not_ask():
    frame = pd.concat(
        [
            sheets("mid", "overall", [4] * 5),
            sheets("mid", "know_recovery", [4] * 5),
            sheets("mid", "overall", [2] * 3, extent="short", first=6),
        ]
    )
    assert figure(frame, MID, "mid", "overall").answered == 8
    asked_on_five = figure(frame, MID, "mid", "know_recovery")
    assert (asked_on_five.answered, asked_on_five.blank) == (5, 0)
    not_answered = figure(frame, MID, "mid", "heard")
    assert (not_answered.answered, not_answered.blank) == (0, 5)


def test_of_a_choice_only_the_answer_of_most_is_told_and_only_when_five_gave_it():
    assert figure(sheets("mid", "pace", [2] * 6), MID, "mid", "pace").most == "Passende"
    assert figure(sheets("mid", "pace", [2] * 6 + [1] * 5), MID, "mid", "pace").most == "Passende"
    assert figure(sheets("mid", "pace", [2] * 6 + [1]), MID, "mid", "pace").most is None
    assert figure(sheets("mid", "pace", [2] * 4 + [1]), MID, "mid", "pace").most is None
    assert figure(sheets("mid", "pace", [2] * 5 + [1] * 5), MID, "mid", "pace").most is None
    assert figure(sheets("mid", "pace", [2] * 5 + [9]), MID, "mid", "pace").most == "Passende"
    assert figure(sheets("mid", "pace", [2] * 4), MID, "mid", "pace").answered is None


@given(codes=st.lists(st.sampled_from([1, 2, 3, 9]), max_size=14), threshold=st.integers(5, 9))
def test_no_choice_is_ever_told_that_fewer_than_the_threshold_made(codes, threshold):
    if not codes:
        return
    shown = figure(sheets("mid", "pace", codes), MID, "mid", "pace", threshold)
    counting = [code for code in codes if code != 9]
    assert (shown.answered is None) == (0 < len(counting) < threshold or len(codes) < threshold)
    if shown.most is not None:
        code = {"For lidt": 1, "Passende": 2, "For meget": 3}[shown.most]
        assert counting.count(code) >= threshold
        assert counting.count(code) > len(counting) / 2
        assert not 0 < len(counting) - counting.count(code) < threshold


def test_of_a_choice_every_answer_is_told_with_its_number_where_none_or_five_gave_it():
    shown = figure(sheets("mid", "pace", [1] * 5 + [2] * 6 + [9]), MID, "mid", "pace").spread
    assert [(one.labels, one.people) for one in shown] == [
        (("For lidt",), 5), (("Passende",), 6), (("For meget",), 0),
    ]  # fmt: skip


def test_answers_that_few_gave_are_told_together_and_never_to_be_computed():
    def spread(few, fitting, many):
        codes = [1] * few + [2] * fitting + [3] * many
        shown = figure(sheets("mid", "pace", codes), MID, "mid", "pace").spread
        return [(one.labels, one.people) for one in shown]

    assert spread(3, 6, 2) == [(("Passende",), 6), (("For lidt", "For meget"), 5)]
    assert spread(1, 6, 5) == [(("Passende",), 6), (("For lidt", "For meget"), 6)]
    assert spread(1, 6, 0) == []


@given(
    codes=st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 9]), min_size=1, max_size=40),
    threshold=st.integers(5, 8),
)
def test_no_number_of_a_spread_is_about_few_and_no_answer_is_lost(codes, threshold):
    frame = sheets("follow_up", "most_used", codes)
    one = figure(frame, FOLLOW_UP, "follow_up", "most_used", threshold)
    assert all(chosen.people == 0 or chosen.people >= threshold for chosen in one.spread)
    if one.spread:
        assert sum(chosen.people for chosen in one.spread) == one.answered
        labels = [label for chosen in one.spread for label in chosen.labels]
        assert len(labels) == len(set(labels)) == 8


@pytest.mark.parametrize("threshold", [5, 6, 8])
@pytest.mark.parametrize("answers", [2, 3, 4])
def test_whoever_knows_the_rule_and_the_sum_never_learns_that_few_gave_an_answer(
    answers, threshold
):
    labels = "abcd"[:answers]
    for people in range(threshold, 26):
        looking_alike = defaultdict(list)
        for split in splits(people, answers):
            shown = spread_of(dict(zip(labels, split, strict=True)), threshold)
            looking_alike[shown].append(split)
        for alike in looking_alike.values():
            for possible in map(set, zip(*alike, strict=True)):
                assert len(possible) > 1 or not 0 < min(possible) < threshold, alike


def test_answers_that_are_all_just_under_the_threshold_are_told_with_the_next():
    def told(*split):
        shown = spread_of(dict(zip("abcd", split, strict=False)), 5)
        return [("".join(one.labels), one.people) for one in shown]

    assert told(5, 4, 4) == []  # beside 5, nothing but 4 and 4 makes 8
    assert told(9, 4, 4, 12) == [("d", 12), ("abc", 17)]
    assert told(9, 3, 3) == [("a", 9), ("bc", 6)]  # as well 2 and 4
    assert told(5, 5, 3) == []  # which of the two it was told with would tell that it is the least
    assert told(9, 5, 3) == [("a", 9), ("bc", 8)]


# -- words -----------------------------------------------------------------------------------------


def test_words_are_shown_only_to_questions_to_which_five_have_written():
    frame = pd.concat(
        [
            sheets("final", "keep", ["Kaffen", "Øvelser", "alle", "Sparring", "Roen"]),
            sheets("final", "suggestion", ["Pauser", "Frugt", "Ro", "Mere tid"]),
            sheets("final", "overall", [4] * 9),
        ]
    )
    (said,) = voices(frame, FINAL, "final", 5)
    assert said.item.id == "keep"
    assert voices(frame, FINAL, "final", 6) == ()
    assert voices(frame, MID, "mid", 5) == ()


@given(st.permutations(["a", "B", "c", "d", "E", "f"]), st.permutations(["p", "q", "r", "s", "t"]))
def test_words_stand_in_an_order_that_tells_nothing_of_the_sheets(keep, wish):
    frame = pd.concat([sheets("final", "keep", keep), sheets("final", "suggestion", wish)])
    by_item = {one.item.id: one.texts for one in voices(frame, FINAL, "final", 5)}
    assert by_item == {
        "keep": ("a", "B", "c", "d", "E", "f"),
        "suggestion": ("p", "q", "r", "s", "t"),
    }


def test_what_says_nothing_is_not_shown_and_nobody_is_hidden_behind_it():
    nothing = ["-", "Nej", "?", "intet", "Ved ikke."]
    four, five = ["a", "b", "c", "d"], ["a", "b", "c", "d", "👍"]
    few = sheets("final", "keep", [*four, *nothing])
    enough = sheets("final", "keep", [*five, *nothing])
    assert voices(few, FINAL, "final", 5) == ()
    assert [one.texts for one in voices(enough, FINAL, "final", 5)] == [tuple(five)]


def test_levels_are_those_of_figures_that_are_shown():
    def told(form, wave, item, codes):
        return levels_told(item_figures(sheets(wave, item, codes), form, wave, 5))

    assert told(MID, "mid", "overall", [4] * 5) == {1}
    assert told(FOLLOW_UP, "follow_up", "tried_with_peer", [4] * 5) == {3}
    assert told(FOLLOW_UP, "follow_up", "tried_with_peer", [9] * 5) == {3}
    assert told(FOLLOW_UP, "follow_up", "tried_with_peer", [4] * 4) == set()
    assert told(MID, "mid", "overall", [9] * 5) == set()
