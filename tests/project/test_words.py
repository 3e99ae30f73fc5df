"""Every word a user sees has a Danish translation, and the compiled catalogue is current."""

import io
import re
import string
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import peerbook
from peerbook.text.readability import LIX_LIMIT, lix, word_advice

PACKAGE = Path(peerbook.__file__).parent
FOLDER = PACKAGE / "text" / "locale" / "da" / "LC_MESSAGES"
CATALOGUE = read_po(io.BytesIO((FOLDER / "peerbook.po").read_bytes()), locale="da")
HUB_PAGES = Path(__file__).parents[2] / "docs" / "jupyterhub" / "templates"
SHORT = 8  # words; labels and buttons say nothing of how easy it is to read


def messages():
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")])
    return {(message if isinstance(message, str) else message[0]) for _, _, message, _, _ in found}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_message_in_the_code_has_a_danish_translation():
    assert len(messages()) > 20
    missing = [
        text for text in messages()
        if (entry := CATALOGUE.get(text)) is None
        or not all(entry.string if isinstance(entry.string, tuple) else [entry.string])
    ]  # fmt: skip
    assert sorted(missing) == []


def test_no_translation_waits_to_be_looked_at():
    # A fuzzy one stands in the catalogue and is never shown.
    assert [entry.id for entry in CATALOGUE if entry.id and entry.fuzzy] == []


def test_the_catalogue_holds_no_message_that_the_code_no_longer_uses():
    used = messages()
    keys = [e.id[0] if isinstance(e.id, tuple) else e.id for e in CATALOGUE if e.id]
    assert sorted(set(keys) - used) == []


def test_translations_keep_the_placeholders_of_their_message():
    for entry in CATALOGUE:
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = set().union(*(placeholders(text) for text in ids))
        for text in strings:
            assert placeholders(text) <= wanted, entry.id
            assert placeholders(text) >= placeholders(ids[-1]) - {"n"}, entry.id


def test_the_compiled_catalogue_is_the_current_one():
    current = io.BytesIO()
    write_mo(current, CATALOGUE)
    assert (FOLDER / "peerbook.mo").read_bytes() == current.getvalue()


def danish() -> list[str]:
    """Every sentence a page can say in Danish."""
    return [
        *(
            text
            for entry in CATALOGUE
            if entry.id
            for text in (entry.string if isinstance(entry.string, tuple) else [entry.string])
        ),
        *said_at_the_hub(),
    ]


def said_at_the_hub() -> list[str]:
    """Return what JupyterHub's pages say as we ship them; they have no catalogue."""
    pages = [path.read_text("utf-8") for path in HUB_PAGES.glob("*.html")]
    assert len(pages) > 3
    marks = re.compile(r"\{[#%{].*?[#%}]\}|<[^>]*>")
    lines = [marks.sub(" ", line) for page in pages for line in page.splitlines()]
    return [line.strip() for line in lines if line.strip()]


def test_no_word_of_the_catalogue_puts_people_in_a_box():
    assert [(text, word_advice(text)) for text in danish() if word_advice(text)] == []


def test_what_the_pages_say_is_easy_to_read_as_a_whole():
    said = [text for text in danish() if len(text.split()) > SHORT]
    read = lix("\n\n".join(said))
    assert len(said) > 200
    assert read.lix <= LIX_LIMIT
    assert read.long_sentences == ()


def test_quotation_marks_are_the_danish_ones():
    assert [text for text in danish() if re.search('["“”„]', text)] == []
