"""The help page before anything is there, for many sites, and in its facts; no browser needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from builders import LEADER, open_store, save, site
from peerbook import __version__
from peerbook.desk import Desk
from peerbook.guide import help_page, records
from peerbook.guide.about import about
from peerbook.settings import save_help_number
from peerbook.store import Visitor
from peerbook.ui import Filter, Form, Notice, Page, Part


class DeskOnADay(Desk):
    """A desk at which it is always the same day."""

    @property
    def today(self) -> dt.date:
        return dt.date(2026, 11, 24)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = DeskOnADay(open_store(tmp_path), Visitor(LEADER, "leader"), synthetic=False)
    monkeypatch.setattr(help_page, "open_desk", lambda: made)
    return made


def parts_of(part: Part) -> Iterator[Part]:
    """Return a part and all that stands in it, with every panel opened."""
    for index in list(getattr(part, "_unmade", ())):
        part._make(index)
    yield part
    for inner in part.inside:
        yield from parts_of(inner)


def notices(page: Page) -> list[str]:
    return [one.text for one in parts_of(page) if isinstance(one, Notice)]


def test_page_stands_before_there_is_a_site(desk):
    page = help_page.open_page()
    names = {one.name for one in parts_of(page) if isinstance(one, Form)}
    assert names == {"accessibility_review"}
    assert "help number set: False" in page.facts


def test_each_of_many_sites_can_get_its_number(desk):
    save(desk.store, site(name="Kolding"), site(name="Vejle"))
    with desk.store.write(LEADER) as session:
        save_help_number(session, 2, "Ring til Vejle.", "")
    assert any("Ring til Vejle." in text for text in notices(help_page.open_page("Vejle")))
    page = help_page.open_page()
    assert not any("Ring til Vejle." in text for text in notices(page))
    [choice] = [
        one for one in parts_of(page) if isinstance(one, Filter) and "Kolding" in one.options
    ]
    assert choice.options == ["Kolding", "Vejle"]


def test_nobody_is_told_the_statement_is_overdue_before_it_is_a_year_old(desk):
    save(desk.store, site())
    for reviewed_on, warned in ((dt.date(2025, 11, 24), False), (dt.date(2025, 11, 23), True)):
        with desk.store.write(LEADER) as session:
            records.save_reviewed_on(session, reviewed_on)
        told = [text for text in notices(help_page.open_page()) if "over et år siden" in text]
        assert bool(told) is warned


def test_about_tells_versions_and_the_folder_but_no_file(desk, tmp_path):
    save(desk.store, site())
    known = about(desk.store)
    assert known.version == __version__
    assert known.folder == str(tmp_path)
    assert known.changes == 1
    versions = dict(known.parts)
    assert versions["voila"].startswith("0.5")
    assert "pytest" not in versions
