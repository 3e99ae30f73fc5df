"""Numbers as they are read: signs that stay on their number and are said aloud."""

from decimal import Decimal

import pytest

from peerbook.text import (
    format_change,
    format_kroner,
    format_number,
    format_share,
    written_in,
)


@pytest.mark.parametrize(
    ("value", "decimals", "danish", "english"),
    [
        (-1234.5, 1, "−1.234,5", "−1,234.5"), (1234.5, 0, "1.234", "1,234"),
        (-0.04, 1, "0,0", "0.0"), (Decimal("-0.5"), 1, "−0,5", "−0.5"), (0, 0, "0", "0"),
    ],
)  # fmt: skip
def test_a_minus_is_no_hyphen_and_nothing_has_no_sign(value, decimals, danish, english):
    for language, told in (("da", danish), ("en", english)):
        with written_in(language):
            assert format_number(value, decimals) == told


def test_shares_and_kroner_have_the_same_minus():
    assert format_share(-0.125, 1) == "−12,5\N{NO-BREAK SPACE}%"
    assert format_kroner(Decimal("-3.5")).startswith("−3,50")


@pytest.mark.parametrize(
    ("value", "told"),
    [(1234.56, "+1.234,6"), (-0.15, "−0,2"), (0.04, "0,0"), (-0.04, "0,0"), (0, "0,0")],
)
def test_a_change_tells_which_way_it_goes(value, told):
    assert format_change(value, 1) == told


def test_kroner_in_english_stand_apart_from_their_code():
    with written_in("en"):
        assert format_kroner(Decimal("1393.084")) == "DKK\N{NO-BREAK SPACE}1,393.08"
        assert format_kroner(Decimal("-3.5")) == "−DKK\N{NO-BREAK SPACE}3.50"
