"""What is personal or secret in a text: the one definition, for logs, forms, files and exports.

A log loses everything that looks like it (`redacted`); what a person is asked about, or what stops
a file, has to be it in all likelihood (`kinds_in`): eight digits may be a date, and ten an amount.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from stdnum.dk import cpr
from stdnum.exceptions import ValidationError

Kind = Literal["cpr", "phone", "email", "secret", "name"]

_CPR = re.compile(r"(?<!\d)(\d{6})[- ]?(\d{4})(?!\d)")
_ANY_CPR = re.compile(r"\d{5,6}[- ]?\d{4}")
_DATE = re.compile(r"\d{1,4}[-/. ]+\d{1,2}[-/. ]+\d{1,4}")
_BIRTHDAY = re.compile(r"(\d{2})(\d{2})\d{2}")
_REPLACEMENT_DAYS = 60
"""Added to the day of birth in numbers that authorities give those who have no CPR number."""
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")
_PHONE = re.compile(r"\+?\d{6,15}")
_PHONE_SIGNS = re.compile(r"[\s().\-–/]+")
_YEARS = re.compile(r"(?:19|20)\d\d-(?:19|20)\d\d")
_RUN = re.compile(r"[0-9A-Za-z]+")
_CHECKSUM = 16
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[\W_]{1,4}")
_TRANSLITERATED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def is_cpr(digits: str) -> bool:
    """Return whether ten digits can be a CPR number: their date exists and is not to come.

    Modulus 11 says nothing: numbers without it have been given out since 2007.

    >>> is_cpr("2110625629"), is_cpr("5110625629"), is_cpr("6101901234")
    (True, False, True)
    """
    day = int(digits[:2])
    if day > _REPLACEMENT_DAYS:
        digits = f"{day - _REPLACEMENT_DAYS:02}{digits[2:]}"
    try:
        born: dt.date = cpr.get_birth_date(digits)
    except ValidationError:
        return False
    return born <= dt.datetime.now(dt.UTC).date()


def mail_address(text: str) -> str | None:
    """Return the mail address somebody wrote, as it is kept; None when it is none.

    >>> mail_address("<navn@eksempel.dk>"), mail_address("navn")
    ('navn@eksempel.dk', None)
    """
    address = text.removeprefix("mailto:").strip("<>")
    return address if _MAIL.fullmatch(address) else None


def phone_number(text: str) -> str | None:
    """Return the telephone number somebody wrote, as it is kept; None when it is none.

    >>> phone_number("+45 12 34 56 78"), phone_number("0046 (8) 123456"), phone_number("1234567")
    ('12345678', '+468123456', None)
    """
    digits = _PHONE_SIGNS.sub("", text)
    digits = re.sub(r"^(?:\+45|0045)(?=\d{8}$)", "", digits)
    digits = re.sub("^00", "+", digits)
    is_whole = len(digits) == 8 or digits.startswith("+")
    return digits if is_whole and _PHONE.fullmatch(digits) else None


def _is_cpr(match: re.Match[str]) -> bool:
    """Return whether ten digits are a number of its own, and not a piece of a checksum."""
    run = _RUN.search(match.string, max(0, match.start() - _CHECKSUM))
    while run is not None and run.end() <= match.start():
        run = _RUN.search(match.string, run.end())
    is_piece = run is not None and run.end() - run.start() >= _CHECKSUM
    return not is_piece and is_cpr(match[1] + match[2])


def _is_phone(match: re.Match[str]) -> bool:
    """Return whether eight digits are a Danish number, and no day, amount or span of years."""
    written = match[0]
    digits = re.sub(r"\D", "", written)[-8:]
    if digits[0] in "01" or re.match(r"[.,:]\d", match.string[match.end() :]):
        return False
    is_day = _is_day(digits, "%Y%m%d") or _is_day(digits, "%d%m%Y")
    return " " in written or len(written) > 10 or not (is_day or _YEARS.fullmatch(written))


def _is_day(digits: str, form: str) -> bool:
    try:
        return 1900 <= dt.datetime.strptime(digits, form).replace(tzinfo=dt.UTC).year < 2100
    except ValueError:
        return False


def _always(_match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class _Look:
    """How one kind looks, what stands for it in a log, and whether one that does is surely it."""

    kind: Kind
    pattern: re.Pattern[str]
    instead: str
    surely: Callable[[re.Match[str]], bool] = _always


_SECRET_VALUE = re.compile(r"(?=[\w%.~-]*\d)[\w%.~-]{8,}")


def _has_secret_value(match: re.Match[str]) -> bool:
    return bool(_SECRET_VALUE.match(match.string, match.end(1)))


_LOOKS = (
    _Look("cpr", _CPR, "[cpr]", _is_cpr),
    _Look(
        "email",
        re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.ASCII),
        "[e-mail]",
    ),
    _Look(
        "phone",
        re.compile(r"(?<![\w.:/-])(?:(?:\+|00)45[ -]?)?\d{2}(?:[ -]?\d{2}){3}(?![\w-])"),
        "[phone]",
        _is_phone,
    ),
    _Look(
        "secret",
        re.compile(r"((?:token|code|_xsrf|password)=[\"']?)[^\s&\"']+", re.IGNORECASE),
        r"\1[secret]",
        _has_secret_value,
    ),
    _Look(
        "secret",
        re.compile(r"([\"'](?:token|password|secret)[\"']: ?[\"'])[^\"']+", re.IGNORECASE),
        r"\1[secret]",
        _has_secret_value,
    ),
    _Look(
        "secret", re.compile(r"((?:token|bearer) )[\w-]{16,}", re.IGNORECASE), r"\1[secret]",
        _has_secret_value,
    ),
)  # fmt: skip


def redacted(text: str) -> str:
    """Return the text without all that looks like CPR, e-mail, phone and secrets."""
    for look in _LOOKS:
        text = look.pattern.sub(look.instead, text)
    return text


def holds_cpr(text: str) -> bool:
    """Return whether there is a CPR number in a text; `kinds_in` for one kind, and fast."""
    return any(map(_is_cpr, _CPR.finditer(text)))


def kinds_in(text: str, names: Names | None = None) -> tuple[Kind, ...]:
    """Return what personal and secret things a text holds, and never which.

    >>> kinds_in("Ring til 22 33 44 55, 211062-5629"), kinds_in("20261124: 5110625629 kr.")
    (('cpr', 'phone'), ())
    """
    found: dict[Kind, None] = {
        look.kind: None
        for look in _LOOKS
        if any(look.surely(match) for match in look.pattern.finditer(text))
    }
    if names is not None and names.any_in(text):
        found["name"] = None
    return tuple(found)


def tells_who(label: str) -> bool:
    """Return whether a short code says who it is: it looks like a birthday or a CPR number.

    >>> tells_who("240590"), tells_who("24-05-1990"), tells_who("7K3M")
    (True, True, False)
    """
    born = _BIRTHDAY.fullmatch(label)
    if born is not None:
        return 1 <= int(born[1]) <= 31 and 1 <= int(born[2]) <= 12
    return bool(_ANY_CPR.fullmatch(label) or _DATE.fullmatch(label))


# -- names -----------------------------------------------------------------------------------------

_WORDS_TOO = frozenset({
    "alle", "ane", "april", "art", "ask", "august", "bech", "bent", "berg", "bill", "bo", "bro",
    "bæk", "dal", "dan", "eg", "else", "eng", "ene", "finn", "fisk", "fisker", "frede", "gert",
    "glad", "grace", "gry", "hans", "hav", "helge", "hjem", "holm", "iris", "jan", "jul", "juni",
    "kjær", "klog", "kok", "krog", "kær", "lille", "lilje", "lind", "line", "linje", "lis", "liv",
    "lund", "lys", "mai", "maj", "mark", "max", "may", "min", "mor", "munk", "møller", "nova",
    "ny", "næs", "ove", "peer", "per", "præst", "rask", "ren", "rob", "rose", "saga", "sand",
    "skov", "sky", "smed", "sol", "sommer", "stark", "sten", "stille", "stor", "storm", "sund",
    "søster", "tage", "tom", "ulv", "vang", "viola", "vita", "vår", "vinter", "will", "yde",
})  # fmt: skip
"""Names that are words too, or parts of words in a program: alone they tell nobody."""


def _folded(word: str) -> str:
    """Return a word as names are compared: no capitals, no accents, ø and oe alike."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_TRANSLITERATED)
    return "".join(sign for sign in unicodedata.normalize("NFD", plain) if sign.isalpha())


def _words(text: str) -> list[str]:
    return [_folded(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


_COMMON = frozenset(map(_folded, _WORDS_TOO))


class Names:
    """Names to look for: any two of a person's names side by side, in any order and with an -s.

    A name that stands alone counts where it is all that is known of somebody. A first or last name
    alone counts `alone` only, and never when it is a word too; two such words count when they are
    written as names are: "Bo Skov" does not just live (bo) in a wood (skov).

    Parameters
    ----------
    names
        Full names.
    alone
        Whether one name of a person is enough, as among people who all know each other.
    """

    def __init__(self, names: Iterable[str], *, alone: bool = False) -> None:
        self._others: dict[str, set[str]] = {}
        self._single: set[str] = set()
        for name in names:
            parts = [part for part in _words(name) if len(part) > 1]
            for part in parts:
                self._others.setdefault(part, set()).update(one for one in parts if one != part)
            if len(parts) > 1:
                self._single |= {parts[0] + parts[-1], parts[-1] + parts[0]}
            if len(parts) == 1 or alone:
                self._single.update(part for part in parts if part not in _COMMON)

    def __bool__(self) -> bool:
        return bool(self._others)

    def any_in(self, text: str) -> bool:
        """Return whether one of the names stands in a text, or in a file's name.

        >>> names = Names(["Anna Holm Jensen", "Bo Skov", "Søren"])
        >>> [names.any_in(one) for one in ("anna jensens plan", "Jensen, Anna", "anna_jensen.csv")]
        [True, True, True]
        >>> [names.any_in(one) for one in ("Anna Sofie Jensen", "Anna S. Jensen", "AnnaJensen")]
        [True, True, True]
        >>> [names.any_in(one) for one in ("Anna bor i Holm", "De bo i skov og krat", "Soerens")]
        [False, False, True]
        """
        if not self:
            return False
        if "%" in text:
            text = f"{text} {unquote(text)}"
        text = unicodedata.normalize("NFC", text)
        before: set[str] = set()
        was_small, has_gap, ends = False, False, -1
        for match in _WORD.finditer(text):
            word = match[0]
            known = self._known(_folded(word))
            if known & self._single:
                return True
            together = ends >= 0 and _BETWEEN.fullmatch(text, ends, match.start())
            words = _COMMON if was_small or word.islower() else frozenset[str]()
            if together and any(
                known & self._others[one] - (words if one in words else set()) for one in before
            ):
                return True
            # Between two names of a person may stand one more, or its first letter.
            has_gap = bool(before and together and not has_gap and not known and word[0].isupper())
            if not has_gap:
                before, was_small = known & self._others.keys(), word.islower()
            ends = match.end()
        return False

    def _known(self, word: str) -> set[str]:
        """Return the names a word can be: itself, or without the -s that says whose."""
        forms = {word, word[:-1]} if word.endswith("s") else {word}
        return {form for form in forms if form in self._others or form in self._single}


def same_name(name: str) -> str:
    """Return what is the same for a name however it is spelled: in case, spaces, signs unseen.

    >>> same_name("  Åse  OPDIGT") == same_name("A\u030ase Op\u00addigt")
    True
    """
    seen = (sign for sign in name if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", "".join(seen)).casefold().split())
