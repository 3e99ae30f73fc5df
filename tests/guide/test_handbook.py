"""The handbook: two minutes a chapter, easy to read, and true of the app as it is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from babel.messages.pofile import read_po

import peerbook
from builders import DEMO_DAY
from peerbook import cli
from peerbook.course.curriculum import available_courses, load_course
from peerbook.course.evaluation_form import available_forms, load_form
from peerbook.demo import fill
from peerbook.guide.handbook import Chapter, handbook, handbook_folder
from peerbook.store import Store
from peerbook.store.store import URL_VARIABLE
from peerbook.text.readability import LIX_LIMIT, lix, word_advice

CHAPTERS = [pytest.param(chapter, id=chapter.id) for chapter in handbook()]
PUT_IN = re.compile(r"\{\w+\}")
WORDS_IN_TWO_MINUTES = 400
CATALOGUE = Path(peerbook.__file__).parent / "text/locale/da/LC_MESSAGES/peerbook.po"


def shown_words() -> list[re.Pattern[str]]:
    """Everything a page can say, as patterns: what is put in at run time may be anything."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="da")
    said = [
        text
        for entry in catalogue
        if entry.id
        for text in (entry.string if isinstance(entry.string, tuple) else (entry.string,))
    ]
    said += [load_course(name).title for name in available_courses()]
    said += [load_form(name).title for name in available_forms()]
    # A message of hardly any words of its own, such as "{first} til {last}", would fit anything.
    wordy = [text for text in said if text == (own := PUT_IN.sub("", text)) or len(own) > 12]
    return [
        re.compile(".+".join(re.escape(part) for part in PUT_IN.split(text.rstrip(" ."))))
        for text in wordy
    ]


SHOWN = shown_words()


def test_chapters_are_read_in_their_order() -> None:
    ids = [chapter.id for chapter in handbook()]
    assert ids[:6] == ["begin", "cafe", "match", "plan", "recruit", "staff"]
    assert ids[-1] == "analysts"
    assert len(set(ids)) == len(ids) == len(list(handbook_folder().glob("[0-9]*.md")))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_is_read_in_two_minutes_and_easily(chapter: Chapter) -> None:
    read = lix(chapter.text)
    assert 50 < read.words <= WORDS_IN_TWO_MINUTES
    assert read.lix <= LIX_LIMIT
    assert read.long_sentences == ()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_puts_nobody_in_a_box(chapter: Chapter) -> None:
    assert word_advice(f"{chapter.title}\n{chapter.text}") == ()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_button_a_chapter_names_is_there(chapter: Chapter) -> None:
    named = re.findall(r"»(.+?)«", chapter.text.replace("\n", " "))
    unknown = [
        name
        for name in named
        if not any(shown.fullmatch(re.sub(r" +", " ", name).rstrip(" .")) for shown in SHOWN)
    ]
    assert unknown == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_page_a_chapter_points_at_is_there(chapter: Chapter) -> None:
    [path] = handbook_folder().glob(f"*_{chapter.id}.md")
    targets = re.findall(r"\]\((.+?)\)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).resolve().is_file()] == []
    links = re.findall(r"\]\((.+?)\)", chapter.text)
    assert [link for link in links if not re.fullmatch(r"\w+\.ipynb", link)] == []


def test_every_command_in_the_handbook_is_one() -> None:
    known = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    code = re.findall(r"`(peerbook [^`]+)`", "\n".join(chapter.text for chapter in handbook()))
    named = {shlex.split(line)[1] for line in code}
    assert named >= {"serve", "lab", "run"}
    assert named <= known


def test_what_analysts_are_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [chapter] = [one for one in handbook() if one.id == "analysts"]
    blocks = re.findall(r"```python\n(.+?)```", chapter.text, re.DOTALL)
    with Store.open(tmp_path / "peerbook.sqlite") as store:
        fill(store, DEMO_DAY)
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'peerbook.sqlite'}")
    names: dict[str, Any] = {}
    for code in blocks:
        exec(code, names)
    assert len(names["answers"]) > 0
    one, other = ({date.date for date in plan.dates} for plan in names["plans"])
    assert not one & other


def test_chapter_without_a_title_is_refused(tmp_path: Path) -> None:
    from peerbook.guide.handbook import _chapter

    (tmp_path / "01_bare.md").write_text("Ingen overskrift.\n")
    with pytest.raises(ValueError, match="01_bare"):
        _chapter(tmp_path / "01_bare.md")
