"""Codes can be written by hand and read back."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.store import codes, new_code, read_code, store
from peerbook.store.codes import new_linking_codes, read_linking_code

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


@pytest.mark.sqlite
@pytest.mark.parametrize("module", [codes, store], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module, tmp_path):
    result = doctest.testmod(module, extraglobs={"folder": tmp_path})
    assert result.attempted > 0
    assert result.failed == 0


def test_linking_codes_differ_and_can_be_read_again():
    codes = new_linking_codes(500)
    assert len(set(codes)) == 500
    assert all(read_linking_code(code, "respondent") == code for code in codes)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("7k3m", "7K3M"), (" 7K-3M ", "7K3M"), ("7 k 3 m", "7K3M"),
        ("", None), ("  ", None), (None, None),
    ],
)  # fmt: skip
def test_a_linking_code_is_the_same_however_it_is_written(written, read):
    assert read_linking_code(written, "respondent") == read


@pytest.mark.parametrize(
    "written",
    [
        "Anna", "anna", "Lone", "Ole", "Bo", "Anna Hansen", "Sanne 85", "hund", "Åge2", "7K3U",
        "010190", "010190-1234", "01 01 1990", "1985", "0101901234", "9Q7", "7K3M9", "7K3M!",
        "Bo85", "bo 85", "85 Bo", "Bo 8 5", "B085", "Per7", "7Per", "Ib-74", "A2B2", "7K30", "7O3I",
    ],
)  # fmt: skip
def test_what_could_be_a_name_a_year_or_a_birthday_links_nothing(written):
    with pytest.raises(InputFault) as refused:
        read_linking_code(written, "respondent")
    assert [fault.place.field for fault in refused.value.faults] == ["respondent"]
    assert written not in str(refused.value)  # what may be a name is not said once more
