"""What the page says of retention, draws grey, keeps back, and hands out as a file."""

import base64
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, a_desk, a_site, participant, save
from peerbook.files.delimited import read_back
from peerbook.files.spreadsheet_reader import read_cells
from peerbook.pathways import retention_charts
from peerbook.pathways.retention import ENDS, retention, split
from peerbook.pathways.retention_charts import (
    ends_chart,
    ends_finding,
    groups_chart,
    groups_finding,
    risk_table,
    together_chart,
    together_finding,
)
from peerbook.pathways.retention_files import file_makers, outgoing
from peerbook.pathways.retention_part import RetentionCurves, split_parts, whole_parts
from peerbook.people.pairs import PAIR
from peerbook.store import append_event
from peerbook.store.tables import MatchedPair, Site
from peerbook.ui import Chart, Downloads, Filter, Prose, Table

AS_OF = dt.date(2026, 11, 24)
FIRST = dt.date(2024, 1, 1)
MONTH = 31


def frame(lasted, **more):
    """Return contracts of (days, end), each of somebody else; without an end it goes on."""
    rows = []
    for number, (days, end) in enumerate(lasted):
        length = dt.timedelta(days=days)
        if end is None:
            rows.append((f"P{number}", AS_OF - length, None, None, []))
        else:
            rows.append((f"P{number}", FIRST, FIRST + length, end, []))
    columns = ["participant", "started_on", "ended_on", "end", "pauses"]
    return pd.DataFrame(rows, columns=columns, dtype=object).assign(**more)


def curve(lasted):
    return retention(frame(lasted), AS_OF, 5)


def of_kind(parts, kind):
    """Return the parts of a kind, those inside others too."""
    found = []
    for part in parts:
        found += [part] if isinstance(part, kind) else []
        found += of_kind(part.inside, kind)
    return found


def words(part):
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        return " ".join(words(one) for one in part.values())
    return " ".join(words(one) for one in part) if isinstance(part, list | tuple) else ""


def said(parts):
    return " ".join(words(prose.tree) for prose in of_kind(parts, Prose))


TWENTY = [(183, "completed")] * 12 + [(MONTH, "withdrew")] * 2 + [(300, None)] * 6


# -- in words ------------------------------------------------------------------------------------


def test_the_sentence_tells_for_how_long_half_of_the_pairs_were_together():
    assert together_finding(curve(TWENTY)) == "Halvdelen af parrene var sammen i mindst 6 måneder."


def test_where_half_are_together_still_it_tells_how_many():
    assert together_finding(curve([(60, "withdrew"), *[(365, None)] * 9])) == (
        "Efter 12 måneder var 90 % af parrene stadig sammen."
    )


def test_the_ends_in_the_sentence_add_up_to_all_contracts():
    told = ends_finding(curve([*TWENTY, (9, "changed_mentor")]))
    assert told == (
        "Af 21 kontrakter: 12 sluttede godt, 1 fik en anden, 2 stoppede eller mistede kontakten "
        "og 6 løber endnu."
    )


def test_who_is_on_a_pause_is_told_beside_those_who_go_on():
    paused = frame([(90, None)] * 6)
    paused["pauses"] = [[(AS_OF - dt.timedelta(days=9), None)], *[[] for _n in range(5)]]
    assert ends_finding(retention(paused, AS_OF, 5)).endswith("1 af dem er på pause.")


def test_groups_are_told_apart_only_where_their_bands_are():
    alike = {"A": curve(TWENTY), "B": curve([*TWENTY, (40, "withdrew")])}
    assert groups_finding(alike).endswith("Forskellen kan være tilfældig.")
    apart = {
        "A": curve([(400, None)] * 20),
        "B": curve([(20, "withdrew")] * 14 + [(400, None)] * 6),
    }
    assert "større, end tilfældet let giver" in groups_finding(apart)
    same = groups_finding({"A": curve(TWENTY), "B": curve(TWENTY)})
    assert "Forskellen" not in same
    assert groups_finding({"A": curve(TWENTY)}).startswith("Kun én gruppe")


# -- drawn ---------------------------------------------------------------------------------------


def drawn(chart):
    return chart.figure["data"]


def numbers(packed):
    """Return the numbers of an axis, packed or not."""
    if isinstance(packed, dict):
        return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).tolist()
    return list(packed)


def test_the_line_is_grey_from_where_fewer_than_five_are_left():
    lasted = [(MONTH * n, "completed") for n in range(1, 11)]
    line, _low, _high, grey = drawn(together_chart(curve(lasted)))
    last_sure = MONTH * 6 / retention_charts.MONTH  # the sixth of ten: five were at risk then
    assert max(numbers(line["x"])) == pytest.approx(last_sure)
    assert min(numbers(grey["x"])) == pytest.approx(last_sure)
    assert grey["line"]["color"] == "#767e82"
    assert numbers(line["y"])[-1] == numbers(grey["y"])[0]


def test_the_band_is_around_the_line_and_ends_with_it():
    line, low, high, *_grey = drawn(together_chart(curve(TWENTY)))
    assert high["fill"] == "tonexty"
    assert all(a <= b for a, b in zip(numbers(low["y"]), numbers(high["y"]), strict=True))
    assert max(numbers(low["x"])) <= max(numbers(line["x"]))


def test_only_ends_that_were_seen_have_a_line():
    chart = ends_chart(curve(TWENTY))
    assert [one["name"] for one in drawn(chart) if one.get("name")] == [
        "Gennemført som aftalt", "Stoppede",
    ]  # fmt: skip


def test_named_lines_come_first_so_that_they_get_the_colours():
    lasted = [(MONTH * n, "completed") for n in range(1, 11)]
    chart = groups_chart({"A": curve(lasted), "B": curve(lasted[:6])}, "Grupper")
    assert [one.get("name") for one in drawn(chart)] == ["A", "B", None, None]


def test_every_chart_has_words_and_numbers_for_whoever_does_not_see_it():
    one = curve(TWENTY)
    for chart in (together_chart(one), ends_chart(one), groups_chart({"A": one}, "Grupper")):
        assert chart.finding in chart.alt
        assert chart.table["rows"]


def test_who_was_left_adds_up_from_line_to_line():
    rows = risk_table(curve(TWENTY)).rows
    assert rows[0]["at_risk"] == 20
    gone = sum(row[what] for row in rows for what in ("good", "changed_mentor", "out", "censored"))
    assert gone == 20


@pytest.mark.parametrize(("months", "step"), [(5, 1), (9, 3), (30, 3), (80, 12)])
def test_the_table_of_who_was_left_fits_a_page(months, step):
    one = curve([(months * MONTH, None)] * 6)
    assert [row["time"] for row in risk_table(one).rows][1] == step


# -- on the page ---------------------------------------------------------------------------------


def test_few_pairs_have_no_curve_and_none_are_told_so():
    assert "Ingen er matchet endnu" in said(whole_parts(curve([]), 5))
    parts = whole_parts(curve([(40, None)] * 4), 5)
    assert "4 par er begyndt. Kurven bliver tegnet, når der er 5." in said(parts)
    assert not of_kind(parts, Chart)


def test_where_all_go_on_there_is_no_chart_of_ends():
    assert len(of_kind(whole_parts(curve([(90, None)] * 6), 5), Chart)) == 1
    assert len(of_kind(whole_parts(curve(TWENTY), 5), Chart)) == 2


def test_what_is_kept_back_is_named_and_not_drawn():
    groups = split(frame(TWENTY, channel=["notice"] * 17 + ["article"] * 3), "channel", AS_OF, 5)
    parts = split_parts(groups, {"notice": "Opslag", "article": "Avis"})
    assert "Avis" in said(parts)
    assert not [one for chart in of_kind(parts, Chart) for one in drawn(chart)
                if one.get("name") == "Avis"]  # fmt: skip


@pytest.fixture
def site(store):
    """Return a site with eight pairs that have ended and some that have not."""
    site_id, _name = a_site(store)
    codes = save(store, *(participant(site_id=site_id) for _n in range(24)))
    numbers = save(store, *(
        MatchedPair(site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=FIRST)
        for peer, mentor in zip(codes[:12], codes[12:], strict=True)
    ))  # fmt: skip
    with store.write(LEADER) as session:
        for number in numbers[:8]:
            ended = FIRST + dt.timedelta(days=180 + number)
            append_event(session, PAIR, number, "ended", ended, end="completed")
    with store.read() as session:
        return session.get_one(Site, site_id)


def chosen(part, choice, view):
    [inner] = of_kind(part, Filter)
    inner._choose({"index": inner.values.index(view)}, None)


def test_the_page_turns_to_what_is_chosen_and_follows_what_is_saved(store, site):
    curves = RetentionCurves(a_desk(store), site)
    curves.refresh()  # nothing is open yet
    parts = curves.parts()
    assert len(of_kind(parts, Chart)) == 2
    for view in ("course", "channel", "role"):
        chosen(parts, Filter, view)
        assert of_kind(parts, Chart)
        assert of_kind(parts, Downloads)
    [table] = of_kind(parts, Table)
    assert [row[0] for row in table.data["rows"]] == ["Mentor", "Peer"]
    codes = save(store, participant(site_id=site.id), participant(site_id=site.id))
    save(store, MatchedPair(
        site_id=site.id, peer_code=codes[0], mentor_code=codes[1], matched_on=FIRST
    ))  # fmt: skip
    curves.refresh()
    [table] = of_kind(parts, Table)
    assert [row[1][1] for row in table.data["rows"]] == [13, 13]


def test_a_site_without_pairs_says_so_in_every_view(store):
    site_id, _name = a_site(store)
    with store.read() as session:
        empty = session.get_one(Site, site_id)
    parts = RetentionCurves(a_desk(store), empty).parts()
    for view in ("pairs", "course", "channel", "role"):
        chosen(parts, Filter, view)
        assert "Ingen er matchet endnu" in said(parts)
        assert not of_kind(parts, Downloads)


# -- files ---------------------------------------------------------------------------------------


LASTED = st.lists(
    st.tuples(st.integers(0, 420), st.sampled_from([*ENDS, None])), min_size=1, max_size=60
)


def counts(found, group):
    """Return the counts of a group in a file, by what they count and month; hidden ones as None."""
    return {
        (what, month): people if isinstance(people, int) else None
        for name, what, month, people, *_shares in found.rows
        if name == group
    }


@given(LASTED, st.data())
def test_no_count_and_no_difference_in_a_file_tells_of_few(lasted, data):
    groups = data.draw(
        st.lists(st.sampled_from(["A", "B", None]), min_size=len(lasted), max_size=len(lasted))
    )
    contracts = frame(lasted, channel=pd.Series(groups, dtype=object))
    found = outgoing(
        contracts, "channel", {"A": "A", "B": "B", None: "?"}, AS_OF, threshold=5, title="T"
    )
    seen = {name: counts(found, name) for name in ("Alle under ét", "A", "B", "?")}
    told = [count for group in seen.values() for count in group.values() if count is not None]
    assert not [count for count in told if 0 < count < 5]
    for group in seen.values():
        left = [
            count for (_what, month), count in group.items()
            if month is not None and count is not None
        ]  # fmt: skip
        assert not [a - b for a in left for b in left if 0 < a - b < 5]
    whole = seen["Alle under ét"]
    for key, count in whole.items():
        parts = [seen[name].get(key) for name in ("A", "B", "?") if seen[name]]
        if count is not None and sum(one is None for one in parts) == 1:
            rest = count - sum(one for one in parts if one is not None)
            assert not 0 < rest < 5


@given(LASTED)
def test_a_share_is_told_in_whole_per_cent_and_only_beside_its_count(lasted):
    found = outgoing(frame(lasted), None, {}, AS_OF, threshold=5, title="T")
    for _group, _what, _month, people, *shares in found.rows:
        for share in shares:
            assert share is None or (isinstance(share, int) and 0 <= share <= 100)
        assert isinstance(people, int) or shares == [None] * 3


def test_roles_have_no_line_for_all_together_since_it_would_tell_who_has_both():
    found = outgoing(
        frame(TWENTY, role=["peer"] * 10 + ["mentor"] * 10), "role", {}, AS_OF,
        threshold=5, title="T",
    )  # fmt: skip
    assert {row[0] for row in found.rows} == {"peer", "mentor"}


def test_both_files_hold_the_same_and_say_when_they_are_invented():
    found = outgoing(frame(TWENTY), None, {}, AS_OF, threshold=5, title="Fastholdelse i Vejle")
    (_xlsx, sheet), (_csv, table) = file_makers(lambda: found, lambda: AS_OF, synthetic=True)
    name, data, _media = table()
    assert name == "fastholdelse-i-vejle-opdigtet.csv"
    [headings, *rows] = read_back(data)
    assert tuple(headings) == found.headings
    assert rows[0] == ["Alle under ét", "Var nået så langt", "0", "20", "100", "100", "100"]
    name, data, _media = sheet()
    assert name == "fastholdelse-i-vejle-opdigtet.xlsx"
    [title, _about] = read_cells(data).sheets
    assert title == "Fastholdelse i Vejle (opdigtet)"
    cells = read_cells(data).sheets[title]
    assert tuple(cells[0]) == found.headings
    assert cells[1] == ["Alle under ét", "Var nået så langt", 0, 20, 100, 100, 100]
