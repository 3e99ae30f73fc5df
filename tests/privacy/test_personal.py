"""What is personal in a text: found in every guise, and not seen where there is nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.personal import Names, is_cpr, kinds_in, redacted, tells_who

LISTED = Names(["Anna Holm Jensen", "Søren Ærø", "Bo Skov", "Else Line Lund", "Zahra", "Åse Bæk"])
BORN = st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31))


def cpr_of(born: dt.date, serial: int) -> str:
    """Return a number of somebody invented, with the digit that tells the century."""
    century = serial % 4 if born.year < 2000 else 4 + serial % 6
    if 2000 <= born.year <= 2036 and century not in (4, 9):
        century = 5 + serial % 4
    return f"{born:%d%m%y}{century}{serial % 1000:03}"


@given(BORN, st.integers(0, 9999), st.sampled_from(["", "-", " "]))
def test_a_cpr_number_is_found_with_and_without_a_dash_whatever_its_last_digits(
    born, serial, joint
):
    number = cpr_of(born, serial)
    assert is_cpr(number)
    written = f"{number[:6]}{joint}{number[6:]}"
    assert "cpr" in kinds_in(f"nr. {written}, tak")
    assert "cpr" not in kinds_in(redacted(written))


@pytest.mark.parametrize(
    "text",
    [
        "511062-5629", "310290-1234", "12345678901", "version 2106256-29", "2 110 625 629 kr.",
        "20261124", "24112026", "0.52345678", "port 8866, pid 123456", "12 15 18 21", "kl. 10-12",
        "code=course.code", "token=access_token_of(day)", "Han er 22 år og bor i nr. 33",
        "5f3e22334455a", "23456789.5 kr.",
    ],
)  # fmt: skip
def test_dates_amounts_and_code_are_not_taken_for_people(text):
    assert kinds_in(text, LISTED) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("211062-5629", "cpr"), ("2110625629", "cpr"), ("010180-1234", "cpr"),
        ("610180-1234", "cpr"),
        ("22 33 44 55", "phone"), ("22334455", "phone"), ("+45 22334455", "phone"),
        ("004522334455", "phone"), ("anna.b@mail.example.dk", "email"), ("a%40b.dk", "email"),
        ("/login?token=3f9a8b7c6d5e", "secret"), ('code="K7-M3Q9-XX1"', "secret"),
        ("Authorization: Bearer 3f9a8b7c6d5e4f3a2b1c", "secret"),
    ],
)  # fmt: skip
def test_each_kind_is_told_and_nothing_of_it_is_left_in_a_log(text, kind):
    assert kind in kinds_in(text)
    assert kinds_in(redacted(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Anna Jensen kom", "ANNA JENSEN", "anna jensens bror", "Jensen, Anna", "anna_jensen.xlsx",
        "Anna;Jensen", "Anna Holm Jensen", "Anna H. Jensen", "Anna Sofie Jensen", "AnnaJensen.pdf",
        "soeren.aeroe@", "A\u030ase Bæk", "S%C3%B8ren%20%C3%86r%C3%B8", "Holm-Jensen", "Bo Skov",
        "holm jensen",
        "Zahra", "zahras forslag", "Else Lund",
    ],
)  # fmt: skip
def test_a_name_is_found_in_every_guise(text):
    assert "name" in kinds_in(text, LISTED)


@pytest.mark.parametrize(
    "text",
    [
        "Anna", "Jensen", "De bor i skov og by", "Anna ringede til Peter Jensen", "Bo og hav",
        "else: line = lund", "Anna og Holm", "", "Søren", "annas", "bo skov", "Anna bor i Jensen",
    ],
)  # fmt: skip
def test_one_name_of_two_and_common_words_alone_tell_nobody(text):
    assert not LISTED.any_in(text)


def test_among_people_who_know_each_other_a_first_name_is_enough_and_a_word_is_none():
    close = Names(["Anna Holm Jensen", "Bo Skov"], alone=True)
    assert close.any_in("Annas pauser")
    assert close.any_in("tak til Jensen")
    assert not close.any_in("De bo i skov og ved holm")


def test_without_names_nothing_is_a_name():
    assert not Names(()).any_in("Anna Jensen")


@pytest.mark.parametrize(
    ("label", "tells"),
    [
        ("240590", True),
        ("24-05-90", True),
        ("211062-5629", True),
        ("7K3M", False),
        ("999999", False),
    ],
)  # fmt: skip
def test_a_code_that_is_a_birthday_tells_who_it_is(label, tells):
    assert tells_who(label) is tells
