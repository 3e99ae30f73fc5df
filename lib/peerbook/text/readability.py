"""How easy a Danish text is to read, and which of its words put people in boxes.

LIX is the mean number of words in a sentence plus the percentage of long words; up to 34 is easy,
40 is the limit we keep for everything that is printed.

Source: Björnsson, C.-H. (1968): Läsbarhet. Stockholm: Liber. Danish edition 1971. The Danish scale
from "very easy" to "very hard": Dansk Sproghistorie, text 144, https://www.dansksproghistorie.dk/144
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from peerbook.text.formats import format_number
from peerbook.text.words import _

LIX_LIMIT = 40
LONG_WORD_LETTERS = 6
LONG_SENTENCE_WORDS = 25


Ease = Literal["very easy", "easy", "medium", "hard", "very hard"]
_HIGHEST: tuple[tuple[int, Ease], ...] = (
    (24, "very easy"), (34, "easy"), (44, "medium"), (54, "hard"),
)  # fmt: skip


@dataclass(frozen=True)
class Readability:
    """What LIX counts in a text.

    Parameters
    ----------
    words, sentences, long_words
        Numbers of words, of sentences, and of words with more than six letters.
    long_sentences
        The sentences of more than 25 words, as they stand in the text.
    """

    words: int
    sentences: int
    long_words: int
    long_sentences: tuple[str, ...] = ()

    @property
    def lix(self) -> float:
        """Words per sentence plus long words per hundred words; 0 for a text without words."""
        if not self.words:
            return 0.0
        return self.words / self.sentences + 100 * self.long_words / self.words

    @property
    def ease(self) -> Ease:
        """Where the whole number of LIX lies on the Danish scale."""
        return next((ease for most, ease in _HIGHEST if round(self.lix) <= most), "very hard")


@dataclass(frozen=True)
class WordAdvice:
    """A word that puts a person in a box, where it stands, and what to write instead.

    Parameters
    ----------
    word
        The word as it stands in the text.
    instead
        Danish words that may fit better, the likeliest first.
    position
        Number of characters before the word.
    """

    word: str
    instead: tuple[str, ...]
    position: int


def lix(text: str) -> Readability:
    """Return the readability of a Danish text in Markdown or plain words.

    A sentence ends at a full stop, question mark, exclamation mark or ellipsis before a new
    beginning, at a colon, and where a paragraph, list item or table cell ends. Points in
    abbreviations, ordinals and dates end nothing. Headings and code are not counted.

    >>> round(lix("Vi mødes kl. 10 på café. Du kan tage en ven med.").lix, 1)
    6.0
    """
    sentences = [
        (sentence, words)
        for block in _blocks(text)
        for sentence in _sentences(block)
        if (words := _words(sentence))
    ]
    return Readability(
        words=sum(len(words) for _, words in sentences),
        sentences=len(sentences),
        long_words=sum(
            _letters(word) > LONG_WORD_LETTERS for _, words in sentences for word in words
        ),
        long_sentences=tuple(
            _visible(sentence) for sentence, words in sentences if len(words) > LONG_SENTENCE_WORDS
        ),
    )


def ease_name(ease: Ease) -> str:
    """Return how easy a text is to read, in the user's language."""
    return {
        "very easy": _("very easy to read"),
        "easy": _("easy to read"),
        "medium": _("of medium difficulty"),
        "hard": _("hard to read"),
        "very hard": _("very hard to read"),
    }[ease]


def reading_note(text: str) -> str:
    """Return the line that stands under a text which is handed out: "LIX 28 – let at læse"."""
    read = lix(text)
    return _("LIX {lix} – {ease}").format(lix=format_number(read.lix), ease=ease_name(read.ease))


def word_advice(text: str) -> tuple[WordAdvice, ...]:
    """Return the words in a text that are better avoided, in the order they stand.

    >>> [advice.word for advice in word_advice("En klient lider af uro.")]
    ['klient', 'lider af']
    """
    found = [
        WordAdvice(match.group(), instead, match.start())
        for pattern, instead in _UNFITTING
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(found, key=lambda advice: advice.position))


# --- Markdown to blocks ---------------------------------------------------------------------


@lru_cache
def _parser() -> MarkdownIt:
    # Indented text is prose that somebody indented, not code.
    return MarkdownIt("commonmark").enable("table").disable("code")


def _blocks(text: str) -> Iterator[str]:
    """Yield the text of every paragraph, list item and table cell, without its Markdown."""
    inside_heading = False
    for token in _parser().parse(text):
        if token.type in ("heading_open", "heading_close"):
            inside_heading = token.type == "heading_open"
        elif token.type == "inline" and not inside_heading:
            yield from _plain(token).split("\n")


def _plain(inline: Token) -> str:
    parts = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        parts.get(child.type, child.content if child.type != "html_inline" else "")
        for child in inline.children or ()
    )


# --- blocks to sentences --------------------------------------------------------------------

# A point inside an abbreviation is marked with this sign, which no text uses otherwise.
_MARK = "․"

# Followed by what they shorten or belong to, so they never end a sentence.
_BEFORE_A_WORD = (
    "bl.a.", "ca.", "d.", "dr.", "dvs.", "evt.", "f.eks.", "fhv.", "fr.", "hhv.", "hr.", "iht.",
    "inkl.", "ekskl.", "jf.", "kap.", "kl.", "maks.", "max.", "nr.", "pga.", "pr.", "ref.",
    "s.", "sml.", "st.", "tlf.", "vedr.", "vha.",
)  # fmt: skip
# May stand last in a sentence; they end it when a capital letter follows.
_MAY_BE_LAST = (
    "a.m.t.", "afd.", "d.d.", "e.l.", "el.lign.", "etc.", "f.o.m.", "fork.", "ift.", "kr.", "m.fl.",
    "m.m.", "m.v.", "mdr.", "mht.", "mia.", "min.", "mio.", "mm.", "mv.", "o.a.", "o.l.", "o.lign.",
    "osv.", "p.t.", "stk.", "t.o.m.", "o.m.a.", "u.å.", "årg.",
)  # fmt: skip


def _abbreviations(forms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(
        r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest_first)) + r")", re.IGNORECASE
    )


_NEVER_LAST = _abbreviations(_BEFORE_A_WORD)
_SOMETIMES_LAST = _abbreviations(_MAY_BE_LAST)
_OPENING = r"[»«\"“”„'’(\[–]*\s?"
_CAPITAL = "[A-ZÆØÅÄÖÜÉ]"
_NEW_BEGINNING = re.compile(rf"\s+{_OPENING}{_CAPITAL}|\s*$")
_INITIAL = re.compile(rf"(?<![^\W_])({_CAPITAL})\.(?=\s?{_CAPITAL})")
_SENTENCE_END = re.compile(
    r"(?:"
    rf"(?:(?<!\d)\.|[!?…])[»«\"“”'’)\]]*(?=\s+{_OPENING}(?:{_CAPITAL}|\d))"
    rf"|(?<=\d)\.[»«\"“”'’)\]]*(?=\s+{_OPENING}{_CAPITAL})"  # 4. marts and 28. 4. go on
    r"|:(?=\s)"
    r")\s+"
)


def _sentences(block: str) -> Iterator[str]:
    marked = _NEVER_LAST.sub(_mark_all, block)
    marked = _SOMETIMES_LAST.sub(_mark_unless_last, marked)
    marked = _INITIAL.sub(rf"\1{_MARK}", marked)
    start = 0
    for end in _SENTENCE_END.finditer(marked):
        yield marked[start : end.end()].strip()
        start = end.end()
    yield marked[start:].strip()


def _mark_all(match: re.Match[str]) -> str:
    return match.group().replace(".", _MARK)


def _mark_unless_last(match: re.Match[str]) -> str:
    form = match.group()
    if _NEW_BEGINNING.match(match.string, match.end()):
        return form[:-1].replace(".", _MARK) + "."
    return form.replace(".", _MARK)


# --- sentences to words ---------------------------------------------------------------------

_WORD = re.compile(rf"(?:\d+(?:[.,:]\d+)+|[^\W_]+)(?:[-‐‑'’{_MARK}][^\W_]+)*")


def _words(sentence: str) -> list[str]:
    return _WORD.findall(sentence)


def _letters(word: str) -> int:
    return sum(sign.isalpha() for sign in word)


def _visible(sentence: str) -> str:
    return sentence.replace(_MARK, ".")


# --- words that put people in boxes ---------------------------------------------------------


def _unfitting(pattern: str, *instead: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE), instead


# Each pattern is a whole word (or phrase) in all its Danish forms and common compounds.
_UNFITTING = (
    _unfitting(r"case(?:n|s|r|ne|rne)?|cases", "forløb", "situation", "eksempel"),
    _unfitting(r"(?:client|klient)(?:en|er|erne|s|ens|ers|ernes)?", "deltager", "person"),
    _unfitting(r"(?:svingdørs)?patient(?:en|er|erne|s|ens|ers|ernes)?", "deltager", "person"),
    # The verb "bruger" is everywhere and means nobody; these forms can only be people.
    _unfitting(r"(?:psykiatri)?bruger(?:e|en|ne|nes|ens|es|s)|(?:en|enhver|hver) bruger",
               "deltager", "den, der bruger det"),
    # "Sagen" alone may be what people disagree about.
    _unfitting(r"(?:en |vores |min )sag|sager(?:ne|nes)?|sagsbehandling(?:en)?|sagsnummer(?:et)?",
               "forløb", "situation"),
    _unfitting(r"non-?\s?complian(?:t|te|ce)", "har valgt noget andet"),
    _unfitting(r"compliance|komplians", "samarbejde", "egne valg"),
    _unfitting(r"drop-?outs?(?:en)?", "stoppede", "holder pause"),
    _unfitting(r"frafald(?:ne|et|ets)?", "stoppede", "holder pause"),
    _unfitting(r"lid(?:er|e|ende) af|ha(?:r|vde) lidt af|led af", "lever med", "har"),
    _unfitting(r"(?:de |en )?(?:psykisk\s?|sinds)syge?|sindslidende",
               "mennesker med psykiske vanskeligheder"),
    _unfitting(r"skizofren(?:e|t)?|borderliner(?:e|en|ne)?|psykopat(?:en|er|erne)?|psykotiker(?:e|en|ne)?",
               "personens navn", "en person som ..."),
    _unfitting(r"(?:alkohol|stof)?misbruger(?:e|en|ne)?|narkoman(?:en|er|erne)?|alkoholiker(?:e|en|ne)?",
               "person med et forbrug af alkohol eller stoffer"),
    _unfitting(r"(?:ressource)?svage? (?:borger|person|deltager)(?:e|en|ne)?|ressourcesvage?",
               "mennesker som har det svært lige nu"),
    _unfitting(r"(?:tunge?|besværlige?|krævende) (?:borger|person|deltager|peer)(?:e|en|ne|s)?",
               "en person som har brug for mere støtte"),
    _unfitting(r"(?:lavt?|højt?|vel|dårligt\s?)fungerende",
               "fortæl hvad personen kan og gerne vil"),
    _unfitting(r"umotivere(?:t|de)", "er ikke klar endnu", "vil noget andet"),
    _unfitting(r"manipulerende|opmærksomhedssøgende", "beder om noget på en måde vi ikke forstår"),
    _unfitting(r"behandlingsresisten(?:t|te)|kronikere?n?|kronisk syge?",
               "har haft det svært længe"),
    _unfitting(r"sygdomsindsigt(?:en)?", "ser det på en anden måde"),
    _unfitting(r"nægte(?:r|de|t)?", "siger nej til", "ønsker ikke"),
    _unfitting(r"handicappede?", "mennesker med handicap"),
    _unfitting(r"normale? mennesker", "andre mennesker"),
    _unfitting(r"selvmorder(?:e|en|ne)?|begå(?:r|et)? selvmord|begik selvmord",
               "tage sit liv", "dø ved selvmord"),
    _unfitting(r"afvist(?:e)?", "valgte selv fra", "ikke lige nu"),
)  # fmt: skip
