"""CPR numbers: no right one is refused, and no wrong one is taken.

The rules are those of cpr.dk: "Opbygning af CPR-nummeret" and "Personnumre uden kontrolciffer".
"""

import datetime as dt
import random

import pytest

from peerbook.errors import InputFault
from peerbook.store.cpr import read_cpr, shown_whole

pytestmark = pytest.mark.sqlite

TODAY = dt.date(2026, 11, 26)
# Seventh digit, years in the number, century they belong to.
CENTURIES = [
    *[(digit, range(100), 1900) for digit in "0123"],
    *[(digit, range(37), 2000) for digit in "49"],
    *[(digit, range(37, 100), 1900) for digit in "49"],
    *[(digit, range(58), 2000) for digit in "5678"],
    *[(digit, range(58, 100), 1800) for digit in "5678"],
]
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def has_check_digit(digits):
    return sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11 == 0


def valid_numbers(count, chance, check_digit):
    """So many numbers of days that were, in turn from every row of the table of centuries."""
    found = {}
    while len(found) < count:
        digit, years, century = CENTURIES[len(found) % len(CENTURIES)]
        year = chance.choice(years)
        born = dt.date(century + year, 1, 1) + dt.timedelta(days=chance.randrange(365))
        if born > TODAY:
            continue
        digits = f"{born:%d%m}{year:02}{digit}{chance.randrange(1000):03}"
        if has_check_digit(digits) == check_digit:
            found[digits] = born
    return found


def forms(digits, chance):
    six, four = digits[:6], digits[6:]
    return chance.choice(
        [f"{six}-{four}", digits, f"{six} {four}", f" {six}-{four}\n", f"{six} – {four}"]
    )


def invalid_numbers(count, chance):
    """So many that are none, each for one reason, by reason."""
    right = list(valid_numbers(count, chance, check_digit=True))
    makers = {
        "no such day": lambda n: f"31{chance.choice(['02', '04', '06', '09', '11'])}{n[4:]}",
        "30 February": lambda n: f"3002{n[4:]}",
        "29 February of no leap year": lambda n: f"290201{chance.choice('0123')}{n[7:]}",
        "no such month": lambda n: f"{n[:2]}{chance.choice(['00', '13', '99'])}{n[4:]}",
        "day nought": lambda n: f"00{n[2:]}",
        "replacement": lambda n: f"{int(n[:2]) + 60}{n[2:]}",
        "not born yet": lambda n: f"0101{chance.choice(['30', '36'])}4{n[7:]}",
        "a letter": lambda n: n[: (at := chance.randrange(10))] + "O" + n[at + 1 :],
        "nine digits": lambda n: n[:9],
        "eleven digits": lambda n: n + chance.choice("0123456789"),
        "lost leading zero": lambda n: f"0{n[1:]}"[1:],
        "blank": lambda n: " " * chance.randrange(12),
        "spaces within": lambda n: f"{n[:2]} {n[2:4]} {n[4:]}",
        "other digits": lambda n: n.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        "spreadsheet": lambda n: f"{int(n):.2e}",
        "masked": lambda n: f"{n[:6]}-****",
    }
    kinds = list(makers)
    return [(kinds[n % len(kinds)], makers[kinds[n % len(kinds)]](right[n])) for n in range(count)]


def refusal(written):
    """What is said to a number that is refused, None when it is taken."""
    try:
        read_cpr(written, TODAY)
    except InputFault as fault:
        return str(fault)
    return None


def test_two_thousand_right_numbers_are_read_and_two_thousand_wrong_ones_refused():
    chance = random.Random(20261126)
    fitting = valid_numbers(1800, chance, check_digit=True)
    failing = valid_numbers(200, chance, check_digit=False)
    valid = {**fitting, **failing}
    for digits, born in valid.items():
        number = read_cpr(forms(digits, chance), TODAY)
        assert (number.digits, number.born_on) == (digits, born)
        assert bool(number.doubt) == (digits in failing)
    rows = {(digits[6], born.year // 100) for digits, born in valid.items()}
    wrong = invalid_numbers(2000, chance)
    said = {written: refusal(written) for _reason, written in wrong}
    taken = [(reason, written) for reason, written in wrong if said[written] is None]
    print(
        f"\n{len(valid)} right numbers, {len(failing)} of them failing modulus 11, in {len(rows)} "
        f"rows of centuries: 0 refused; {len(wrong)} wrong ones: {len(taken)} taken"
    )
    assert (len(valid), len(failing), len(wrong)) == (2000, 200, 2000)
    assert len(rows) == len(CENTURIES)
    assert taken == []
    assert not any(written.strip() and written.strip() in said[written] for _, written in wrong)


@pytest.mark.parametrize(
    ("digits", "born"),
    [
        # Digit 7 by year, both ends of every row: da.wikipedia.org/wiki/CPR-nummer.
        ("0101000000", 1900), ("3112993999", 1999), ("0101004000", 2000), ("3112254000", 2025),
        ("0101374000", 1937), ("3112994000", 1999), ("0101005000", 2000), ("3112258000", 2025),
        ("0101585000", 1858), ("3112998000", 1899), ("0101009000", 2000), ("0101379000", 1937),
    ],
)  # fmt: skip
def test_the_seventh_digit_tells_the_century(digits, born):
    assert read_cpr(digits, TODAY).born_on.year == born


def test_a_number_in_use_without_check_digit_only_raises_a_question():
    # 010180-1234 is the standard library's own example of such a number (stdnum, cpr.spec.ts).
    assert read_cpr("010180-1234", TODAY).doubt
    assert not read_cpr("211062-5629", TODAY).doubt


def test_a_replacement_number_is_read_only_where_it_is_asked_for():
    with pytest.raises(InputFault):
        read_cpr("610190-1234", TODAY)
    number = read_cpr("610190-1234", TODAY, replacements=True)
    assert (number.born_on, number.is_replacement) == (dt.date(1990, 1, 1), True)
    assert number.masked == "610190-****"
    assert not number.doubt
    with pytest.raises(InputFault):
        read_cpr("910290-1234", TODAY, replacements=True)


def test_a_number_does_not_show_itself():
    number = read_cpr("211062-5629", TODAY)
    assert number.masked == "211062-****"
    assert shown_whole(number.digits) == "211062-5629"
    assert "5629" not in repr(number)


def test_a_lost_leading_zero_is_told_as_such():
    with pytest.raises(InputFault, match="ni"):
        read_cpr("101901234", TODAY)
