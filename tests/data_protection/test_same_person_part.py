"""The page suggests who may be one person, and writes down what a leader decides."""

import pytest

from builders import a_course_of, a_desk
from peerbook.data_protection.same_person_part import SamePersonPart, others_notice
from peerbook.privacy.same_person import joined
from peerbook.ui import Button, Heading, Notice, Prose, Table


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


class Shown:
    def __init__(self, desk):
        self.parts = SamePersonPart(desk).parts()

    def all(self, kind):
        return [one for part in self.parts for one in part.everything() if isinstance(one, kind)]

    def table(self, caption):
        (found,) = [one for one in self.all(Table) if one.data["caption"] == caption]
        return found

    def act(self, caption, row=0):
        table = self.table(caption)
        table._run({"index": row, "edition": table.edition}, ())

    def press(self, label):
        (button,) = [one for one in self.all(Button) if one.actions[0]["label"] == label]
        button._press({"index": 0}, ())


@pytest.fixture
def desk(store):
    a_course_of(store, "Åse Opdigt", title="Spring")
    a_course_of(store, "Åse Opdigt", title="Autumn")
    return a_desk(store)


def test_two_who_look_alike_are_shown_with_where_they_were_and_joined_by_hand(desk):
    shown = Shown(desk)
    (row,) = shown.table("Who may be one person").data["rows"]
    assert "Åse Opdigt" in str(row)
    assert "name" in str(row)
    shown.act("Who may be one person")
    assert "One person or two?" in [one.text for one in shown.all(Heading)]
    about = str([one.tree for one in shown.all(Prose)])
    assert "Spring" in about
    assert "Autumn" in about
    shown.press("It is one person")
    notices = [one.text for one in shown.all(Notice)]
    assert "Nobody looks like one person with two codes." in notices
    assert "one person" in str(shown.table("Who is one person, and who is not").data["rows"])
    with desk.store.read() as session:
        pair = joined(session)[0]
        (notice,) = others_notice(session, pair.one_code)
    assert pair.other_code in notice.text
    shown.act("Who is one person, and who is not")
    assert shown.table("Who may be one person").data["rows"]


def test_two_people_stay_two(desk):
    shown = Shown(desk)
    shown.act("Who may be one person")
    shown.press("They are two people")
    assert "two people" in str(shown.table("Who is one person, and who is not").data["rows"])
    with desk.store.read() as session:
        assert others_notice(session, joined(session)[0].one_code) == []
