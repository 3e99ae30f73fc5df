"""Participant codes can be written by hand and read back."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.store import codes, new_code, read_code, store

SLIPS = {"0": "0Oo", "1": "1IiLl"}


@given(st.text(codes.ALPHABET, min_size=6, max_size=6), st.data())
def test_a_code_is_read_whatever_way_it_was_written(signs, data):
    written = "".join(
        data.draw(st.sampled_from(SLIPS.get(sign, sign + sign.lower()))) for sign in signs
    )
    prefix = data.draw(st.sampled_from(["P-", "p-", "P ", "P", "", "P–", " P - "]))
    assert read_code(f"{prefix}{written[:3]} {written[3:]} ") == f"P-{signs}"


@pytest.mark.parametrize(
    "written", ["", "P-", "P-12345", "P-1234567", "P-12345U", "1985-01-02", "P-12345€"]
)
def test_what_is_no_code_is_refused_at_its_field(written):
    with pytest.raises(InputFault) as refused:
        read_code(written, "who")
    assert refused.value.faults[0].place.field == "who"


def test_codes_hold_no_letter_that_reads_as_another():
    assert len(codes.ALPHABET) == len(set(codes.ALPHABET)) == 32
    assert not set("ILOU") & set(codes.ALPHABET)
    made = {new_code() for _ in range(2000)}
    assert len(made) == 2000
    assert set("".join(made)) == {*codes.ALPHABET, "-"}


@pytest.mark.parametrize("module", [codes, store], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module, tmp_path):
    result = doctest.testmod(module, extraglobs={"folder": tmp_path})
    assert result.attempted > 0
    assert result.failed == 0
