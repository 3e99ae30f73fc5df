"""Mid-course against final, worked by hand."""

import pandas as pd
import pytest

from peerbook.course.comparison import compare_waves
from peerbook.course.curriculum import load_form

MID, FINAL = load_form("mid"), load_form("final")


def answers(mid, final, *, linked=True):
    """Return answers to the item `overall`; each list holds one code for each sheet."""
    rows = []
    for wave, codes in (("mid", mid), ("final", final)):
        for place, code in enumerate(codes):
            rows.append(
                {
                    "evaluation_id": len(rows) + 1, "wave": wave,
                    "respondent": f"{place:04}" if linked else None,
                    "item": "overall", "code": code, "text": None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows).astype({"code": "Int64"})


def overall(frame, **options):
    compared = compare_waves(frame, MID, FINAL, **options)
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


def test_threshold_may_be_raised_but_not_below_three():
    frame = answers([3] * 6, [4] * 6)
    assert overall(frame, threshold=7).mid.mean is None
    with pytest.raises(ValueError, match="below 3"):
        overall(frame, threshold=2)
