from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.text.readability import Readability, lix, reading_note, word_advice


def test_formula_gives_the_published_example() -> None:
    # Swedish Wikipedia, "Läsbarhetsindex": 437 words in 21 sentences, 112 of them long.
    # 437/21 + 100*112/437 = 20.81 + 25.63 = 46.44
    assert Readability(words=437, sentences=21, long_words=112).lix == pytest.approx(
        46.44, abs=0.01
    )


def test_lix_of_a_small_text_counted_by_hand() -> None:
    text = (
        "Mona venter på Elias foran biblioteket. "  # 6 words; long: biblioteket
        "Han kommer gående, og de går en tur. "  # 8 words; "gående" has six letters: not long
        "Bagefter drikker de kaffe."  # 4 words; long: Bagefter, drikker
    )
    # 18 words, 3 sentences, 3 long: 18/3 + 100*3/18 = 6 + 16.67 = 22.67
    read = lix(text)
    assert (read.words, read.sentences, read.long_words) == (18, 3, 3)
    assert read.lix == pytest.approx(6 + 100 / 6)


@pytest.mark.parametrize(
    "text", ["", "   \n\n", "# Kun en overskrift", "– … !", "```\nkode = 1\n```"]
)
def test_text_without_words_has_nothing_to_count(text: str) -> None:
    assert lix(text) == Readability(0, 0, 0)
    assert lix(text).lix == 0


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Vi ses kl. 10 hos fx Mona.", 1),
        ("Tag noget med, f.eks. frugt, bl.a. æbler.", 1),
        ("Hr. Jensen bor på 2. sal nr. 4.", 1),
        ("Vi spiser kage m.m. Bagefter går vi.", 2),
        ("Vi spiser kage m.m. og går så.", 1),
        ("Medbring te, kaffe osv.", 1),
        ("Den 28. og 29. april fremlægger de.", 1),
        ("Det var den 4. marts 2024. Så blev det maj.", 2),
        ("Mødet er 4. 12. og ikke før.", 1),
        ("Vi er otte. 3 af os kører.", 2),
        ("Det koster 1.234,50 kr. i alt.", 1),
        ("Klokken er 12.30 nu.", 1),
        ("Den bog er min. Den er god.", 2),
        ("N. F. S. Grundtvig skrev den.", 1),
        ("»Hvad er der?« spørger hun.", 1),
        ("»Hvad er der?« Hun venter.", 2),
        ("Nej! Jo! Måske …", 3),
        ("Jeg … ved ikke rigtigt.", 1),
        ("Husk: Tag regntøj med.", 2),
        ("Vi mødes 12:30 ved broen.", 1),
    ],
)
def test_sentences_end_where_a_dane_ends_them(text: str, sentences: int) -> None:
    assert lix(text).sentences == sentences


@pytest.mark.parametrize(
    ("text", "words", "long_words"),
    [
        ("peer-mentor", 1, 1),  # one word of ten letters
        ("og/eller", 2, 0),
        ("1.234.567,89", 1, 0),  # digits are no letters
        ("f.eks.", 1, 0),
        ("Århus’ øl", 2, 0),
        ("seksbo", 1, 0),  # six letters
        ("syvbogs", 1, 1),  # seven letters
        ("en – to", 2, 0),
        ("____", 0, 0),
    ],
)
def test_words_and_long_words(text: str, words: int, long_words: int) -> None:
    read = lix(text)
    assert (read.words, read.long_words) == (words, long_words)


def test_markdown_is_stripped_and_every_item_is_a_sentence() -> None:
    text = (
        "# Overskrifter tælles ikke\n\n"
        "Det er **meget** [vigtigt](https://example.org/langtord).\n\n"  # 4 words, long: vigtigt
        "- kaffe\n- te og kage\n\n"  # 1 + 3 words
        "1. Bed dem gå.\n2. Vent.\n\n"  # 3 + 1 words
        "| Kort | Svar |\n| --- | --- |\n| Gå en tur | Mentor |\n"  # 1 + 1 + 3 + 1 words
    )
    read = lix(text)
    assert (read.words, read.sentences, read.long_words) == (4 + 4 + 4 + 6, 1 + 2 + 2 + 4, 1)


def test_soft_line_breaks_do_not_end_a_sentence() -> None:
    assert lix("Vi går en tur\nned til vandet.").sentences == 1


def test_sentence_is_long_from_the_twenty_sixth_word() -> None:
    twenty_five = "Ord" + " ord" * 24 + "."
    twenty_six = "Ord" + " ord" * 25 + "."
    assert lix(f"Kort. {twenty_five} Kort.").long_sentences == ()
    assert lix(f"Kort. {twenty_six} Kort.").long_sentences == (twenty_six,)


def test_long_sentence_is_shown_with_its_abbreviations_as_written() -> None:
    sentence = "Vi ses f.eks. kl. 10" + " ord" * 25 + "."
    assert lix(sentence).long_sentences == (sentence,)


@given(st.text(max_size=400))
def test_counts_never_contradict_each_other(text: str) -> None:
    read = lix(text)
    assert 0 <= read.long_words <= read.words
    assert 0 <= read.sentences <= read.words
    assert (read.words == 0) == (read.sentences == 0)
    assert len(read.long_sentences) <= read.sentences


@given(
    st.lists(st.sampled_from(["Vi går.", "Hun venter på sin undervisning.", "Nej!"]), min_size=1)
)
def test_lix_does_not_depend_on_how_often_a_text_is_repeated(sentences: list[str]) -> None:
    text = " ".join(sentences)
    once, thrice = lix(text), lix("\n\n".join([text] * 3))
    assert thrice.words == 3 * once.words
    assert thrice.lix == pytest.approx(once.lix)


@pytest.mark.parametrize(
    "text",
    [
        "En ny case.",
        "Vores CASES er gode.",
        "Klienten kom.",
        "Tre patienter og en svingdørspatient.",
        "Hun er non-compliant.",
        "Noncompliance er svært.",
        "Han lider af angst.",
        "De psykisk syge.",
        "En skizofren mand.",
        "De tunge borgere.",
        "Hun er ressourcesvag.",
        "Lavtfungerende deltagere.",
        "Han er umotiveret.",
        "Hun nægter at komme.",
        "Han begik selvmord.",
        "Vi har haft tre dropouts.",
    ],
)
def test_words_that_put_people_in_boxes_are_found_with_something_better(text: str) -> None:
    found = word_advice(text)
    assert found
    for advice in found:
        assert advice.instead
        assert text[advice.position :].startswith(advice.word)


@pytest.mark.parametrize(
    "text",
    [
        "En showcase i kasernen.",
        "Patina og patience.",
        "Klientel og casino.",
        "Du deler lidt af dit eget.",
        "Han bruger sin egen historie.",
        "Deltageren holder pause.",
        "",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert word_advice(text) == ()


def test_advice_comes_in_reading_order() -> None:
    words = [advice.word for advice in word_advice("Patienten er en case og lider af uro.")]
    assert words == ["Patienten", "case", "lider af"]


@pytest.mark.parametrize(
    ("lix_number", "ease"),
    [(0, "very easy"), (24, "very easy"), (25, "easy"), (34, "easy"), (35, "medium"),
     (44, "medium"), (45, "hard"), (54, "hard"), (55, "very hard"), (80, "very hard")],
)  # fmt: skip
def test_ease_follows_the_danish_scale(lix_number: int, ease: str) -> None:
    # Dansk Sproghistorie, text 144: up to 24, 25-34, 35-44, 45-54, 55 and above.
    read = Readability(100, 100, lix_number - 1) if lix_number else Readability(0, 0, 0)
    assert read.lix == lix_number
    assert read.ease == ease


def test_note_under_a_text_tells_lix_and_ease() -> None:
    text = "Mona venter på Elias foran biblioteket. Han kommer gående, og de går en tur. "
    assert reading_note(text + "Bagefter drikker de kaffe.") == "LIX 23 – meget let at læse"


@pytest.mark.parametrize(
    "text",
    ["Brugerne kommer om tirsdagen.", "En bruger sagde ja.", "Vores sag kører.",
     "Tre sager er nye.", "Sindslidende er velkomne.", "Der var frafald.", "Patienten ringede.",
     "To klienter kom."],
)  # fmt: skip
def test_words_for_people_as_things_are_found(text: str) -> None:
    assert len(word_advice(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["Siden bruger JavaScript.", "Den bruger vi ikke.", "En, der bruger det, smiler.",
     "De er uenige om sagen.", "Hun sagde det."],
)  # fmt: skip
def test_the_same_letters_about_other_things_are_left_alone(text: str) -> None:
    assert word_advice(text) == ()
