"""What the page says of retention, draws grey, keeps back, and hands out as a file."""

import base64
import datetime as dt
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from builders import (
    LEADER,
    a_desk,
    a_site,
    address,
    course,
    course_date,
    enrolment,
    participant,
    save,
)  # fmt: skip
from peerbook.errors import Conflict, NotAllowed
from peerbook.files.delimited import read_back
from peerbook.files.spreadsheet_reader import read_cells
from peerbook.pathways import retention_charts, retention_part, retention_records
from peerbook.pathways.retention import ENDS, retention, split, splits
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
from peerbook.pathways.retention_told import RETENTION_TOLD, remember, told_earlier
from peerbook.people.pairs import PAIR
from peerbook.store import Store, Visitor, append_event, events_of
from peerbook.store.tables import MatchedPair, Site
from peerbook.store.visitor import Role
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
        "Efter 12 måneder var 90\N{NO-BREAK SPACE}% af parrene stadig sammen."
    )


def test_the_ends_in_the_sentence_add_up_to_all_contracts():
    told = ends_finding(curve([*TWENTY, (9, "changed_mentor")]))
    assert told == (
        "Af 21 par: 12 sluttede godt, 1 fik en anden, 2 stoppede eller mistede kontakten "
        "og 6 løber endnu."
    )


def test_who_is_on_a_pause_is_told_beside_those_who_go_on():
    paused = frame([(90, None)] * 6)
    paused["pauses"] = [[(AS_OF - dt.timedelta(days=9), None)], *[[] for _n in range(5)]]
    assert ends_finding(retention(paused, AS_OF, 5)).endswith("1 af dem er på pause.")


def test_groups_are_told_apart_only_where_their_bands_are():
    alike = [("A", curve(TWENTY)), ("B", curve([*TWENTY, (40, "withdrew")]))]
    assert groups_finding(alike).endswith("Forskellen kan være tilfældig.")
    apart = [
        ("A", curve([(400, None)] * 20)),
        ("B", curve([(20, "withdrew")] * 14 + [(400, None)] * 6)),
    ]
    assert "større, end tilfældet let giver" in groups_finding(apart)
    same = groups_finding([("A", curve(TWENTY)), ("B", curve(TWENTY))])
    assert "Forskellen" not in same
    assert groups_finding([("A", curve(TWENTY))]).startswith("Kun én gruppe")


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
    chart = groups_chart([("A", curve(lasted)), ("B", curve(lasted[:6]))], "Grupper")
    lines = drawn(chart)
    assert [one["name"] for one in lines] == ["A", "B", "Få tilbage", "Få tilbage"]
    assert [one.get("showlegend", True) for one in lines] == [True, True, True, False]


def test_every_chart_has_words_and_numbers_for_whoever_does_not_see_it():
    one = curve(TWENTY)
    for chart in (together_chart(one), ends_chart(one), groups_chart([("A", one)], "Grupper")):
        assert chart.finding in chart.alt
        assert chart.table["rows"]


def test_who_was_left_adds_up_from_line_to_line():
    rows = risk_table(curve(TWENTY)).rows
    assert rows[0]["at_risk"] == 20
    happened = ("good", "changed_mentor", "out", "censored")
    assert sum(row[what] or 0 for row in rows for what in happened) == 20
    assert [rows[0][what] for what in happened] == [""] * 4, "nothing happened before the first day"


@pytest.mark.parametrize(("months", "step"), [(5, 1), (9, 3), (30, 3), (80, 12)])
def test_the_table_of_who_was_left_fits_a_page(months, step):
    one = curve([(months * MONTH, None)] * 6)
    assert [row["after"].split()[0] for row in risk_table(one).rows][1] == str(step)


# -- on the page ---------------------------------------------------------------------------------


def test_few_pairs_have_no_curve_and_none_are_told_so():
    assert "Ingen er matchet endnu" in said(whole_parts(curve([]), 5))
    parts = whole_parts(curve([(40, None)] * 4), 5)
    assert "4 par er begyndt. Kurven bliver tegnet, når der er 5." in said(parts)
    assert not of_kind(parts, Chart)


def test_pairs_of_few_mentors_have_no_curve_and_it_says_what_is_missing():
    contracts = frame([(40, None)] * 6, mentor=["Ada"] * 6)
    parts = whole_parts(retention(contracts, AS_OF, 5), 5)
    assert "6 par er begyndt. Kurven bliver tegnet, når 5 peers og 5 mentorer er med." in said(
        parts
    )
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
    for view in (None, "course", "channel", "teachers", "role"):
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
        {None: contracts, "channel": contracts},
        "channel",
        {"A": "A", "B": "B", None: "?"},
        AS_OF,
        threshold=5,
        title="T",
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
    found = outgoing({None: frame(lasted)}, None, {}, AS_OF, threshold=5, title="T")
    for _group, _what, _month, people, *shares in found.rows:
        for share in shares:
            assert share is None or (isinstance(share, int) and 0 <= share <= 100)
        assert isinstance(people, int) or shares == [None] * 3


def test_a_group_that_is_one_mentor_is_neither_drawn_nor_told():
    lasted = [(40, "lost_contact")] * 6 + [(183, "completed")] * 7
    mentors = ["Ada"] * 6 + [f"M{n}" for n in range(7)]
    contracts = frame(lasted, course=[1] * 6 + [2] * 7, mentor=mentors)
    assert split(contracts, "course", AS_OF, 5).kept_back == ("2", "1")  # all less "2" is Ada's
    found = outgoing(
        {None: contracts, "course": contracts}, "course", {}, AS_OF, threshold=5, title="T"
    )
    assert set(counts(found, "1").values()) <= {None, 0}


def test_the_line_is_grey_where_many_pairs_are_of_few_mentors():
    contracts = frame([(90, None)] * 9, mentor=["Ada"] * 9)
    assert retention(contracts, AS_OF, 5).steps[0].is_grey
    assert (
        not retention(contracts.assign(mentor=[f"M{n}" for n in range(9)]), AS_OF, 5)
        .steps[0]
        .is_grey
    )


def test_the_erased_are_nobody_to_disclosure_however_many_pairs_they_had():
    lasted = [(40, "changed_mentor")] * 6
    erased = frame(lasted, mentor=[f"M{n}" for n in range(6)]).assign(participant=None)
    assert retention(erased, AS_OF, 5).steps[0].is_grey
    found = outgoing({None: erased}, None, {}, AS_OF, threshold=5, title="T")
    assert set(counts(found, "Alle under ét").values()) == {None}


def linked(seven=7):
    """Return pairs of two courses and two channels which differ by one person."""
    lasted = [(185, "completed")] * 6 + [(20, "withdrew")] + [(185, "completed")] * 13
    return frame(
        lasted, course=[1] * 6 + [2] * 14, channel=["article"] * seven + ["leaflet"] * (20 - seven)
    )


def test_splits_are_judged_together_since_whoever_sees_one_sees_the_other():
    contracts = linked()
    assert not split(contracts, "channel", AS_OF, 5).kept_back  # by itself
    both = splits({"course": contracts, "channel": contracts}, AS_OF, 5)
    assert not both["course"].kept_back
    assert set(both["channel"].kept_back) == {"article", "leaflet"}


def test_a_file_tells_the_same_whichever_of_the_day_is_made_first():
    frames = dict.fromkeys((None, "course", "channel"), linked())
    by_channel = outgoing(frames, "channel", {}, AS_OF, threshold=5, title="T")
    assert counts(by_channel, "article")["Var nået så langt", 0] is None
    by_course = outgoing(
        frames, "course", {}, AS_OF, threshold=5, title="T", earlier=by_channel.told
    )
    assert by_course == outgoing(frames, "course", {}, AS_OF, threshold=5, title="T")


@given(LASTED, st.data())
def test_no_count_differs_by_few_from_one_in_an_earlier_file(lasted, data):
    before = data.draw(st.integers(0, len(lasted)))
    earlier = outgoing({None: frame(lasted[:before])}, None, {}, AS_OF, threshold=5, title="T")
    now = outgoing(
        {None: frame(lasted)}, None, {}, AS_OF, threshold=5, title="T", earlier=earlier.told
    )
    was = counts(earlier, "Alle under ét")
    for key, count in counts(now, "Alle under ét").items():
        if count is not None and was.get(key) is not None:
            assert not 0 < abs(count - was[key]) < 5


def test_talks_that_an_estimate_told_of_keep_nothing_of_contracts_back():
    whole = {None: frame([(100 + day, "completed") for day in range(12)])}
    talks = frozenset(f"talk {number}" for number in range(1, 9))
    told = {"view": None, "names": {}, "as_of": AS_OF, "threshold": 5, "title": "T"}
    assert outgoing(whole, **told, earlier=[talks]) == outgoing(whole, **told)


def test_what_a_file_told_is_remembered_with_it_and_once(store, site):
    parts = RetentionCurves(a_desk(store), site).parts()
    [downloads] = of_kind(parts, Downloads)
    [_xlsx, csv] = downloads._makers
    _name, first, _media = csv()
    with store.read() as session:
        told = told_earlier(session, site.id)
        [_event] = [one for one in events_of(session, "site") if one.kind == RETENTION_TOLD]
    assert frozenset(map(str, range(1, 13))) in told
    assert csv()[1] == first
    codes = save(store, participant(site_id=site.id), participant(site_id=site.id))
    save(store, MatchedPair(
        site_id=site.id, peer_code=codes[0], mentor_code=codes[1], matched_on=FIRST
    ))  # fmt: skip
    [_headings, begun, *_rest] = read_back(csv()[1])
    assert begun[3] == "holdt tilbage"  # thirteen less twelve
    with store.read() as session:
        assert told_earlier(session, site.id)[: len(told)] == told
    with store.write(LEADER) as session, pytest.raises(Conflict):
        remember(session, site.id, [], told[:1], AS_OF)


def test_a_file_in_its_other_format_is_judged_anew_only_when_something_has_changed(
    store, site, monkeypatch
):
    judged = []

    def counted(*args, **kwargs):
        judged.append(args)
        return outgoing(*args, **kwargs)

    monkeypatch.setattr(retention_part, "outgoing", counted)
    part = RetentionCurves(a_desk(store), site)
    [xlsx, csv] = of_kind(part.parts(), Downloads)[0]._makers
    xlsx(), csv(), csv()
    assert len(judged) == 1
    with store.write(LEADER) as session:
        append_event(session, PAIR, 9, "ended", FIRST + dt.timedelta(days=99), end="completed")
    csv(), xlsx()
    assert len(judged) == 2
    with store.write(LEADER) as session:  # somebody else's file
        remember(session, site.id, [frozenset("12345")], told_earlier(session, site.id), AS_OF)
    csv()
    assert len(judged) == 3


@pytest.mark.parametrize("role", get_args(Role))
def test_what_was_told_is_for_leaders_and_nobody_else_takes_it_for_nothing(
    store, site, tmp_path, role
):
    with store.write(LEADER) as session:
        remember(session, site.id, [frozenset(["1", "2"])], (), AS_OF)
    with Store.open(address(tmp_path), visitor=Visitor("bo", role)) as theirs:
        if role == "leader":
            with theirs.read() as session:
                assert told_earlier(session, site.id) == (frozenset(["1", "2"]),)
            return
        with theirs.read() as session, pytest.raises(NotAllowed):
            told_earlier(session, site.id)
        with pytest.raises(NotAllowed), theirs.write("bo") as session:
            remember(session, site.id, [frozenset(["1"])], (), AS_OF)


def test_two_groups_of_one_name_both_stand(store):
    contracts = frame(TWENTY * 2, course=[1] * 20 + [2] * 20)
    groups = split(contracts, "course", AS_OF, 5)
    parts = split_parts(groups, {"1": "Forår", "2": "Forår"})
    [table] = of_kind(parts, Table)
    assert [row[0] for row in table.data["rows"]] == ["Forår", "Forår"]


def test_pairs_are_split_by_who_taught_the_mentors_course_and_no_file_names_them(store, site):
    [both, one, _unsaid] = save(store, *(
        course(site_id=site.id, title=f"Hold {n}", starts_on=FIRST) for n in range(3)
    ))  # fmt: skip
    save(store, *(
        course_date(
            course_id=number, number=n + 1, teachers=names, date=FIRST + dt.timedelta(days=n)
        )
        for number, days in ((both, [["Bo", "Ada"], ["Ada", "Bo"], ["Vikar"]]), (one, [["Bo"]]))
        for n, names in enumerate(days)
    ))  # fmt: skip
    with store.read() as session:
        taught = retention_records.course_teachers(session, [both, one, _unsaid])
        mentors = [pair.mentor_code for pair in session.scalars(select(MatchedPair))]
    assert taught == {both: "Ada og Bo", one: "Bo"}
    save(store, *(
        enrolment(mentor, course_id=both if n < 6 else one) for n, mentor in enumerate(mentors)
    ))  # fmt: skip
    parts = RetentionCurves(a_desk(store), site).parts()
    chosen(parts, Filter, "teachers")
    [table] = of_kind(parts, Table)
    assert [row[0] for row in table.data["rows"]] == ["Ada og Bo", "Bo"]
    assert not of_kind(parts, Downloads)
    assert "nævner personale" in said(parts)


def test_roles_have_no_line_for_all_together_since_it_would_tell_who_has_both():
    found = outgoing(
        {"role": frame(TWENTY, role=["peer"] * 10 + ["mentor"] * 10)}, "role", {}, AS_OF,
        threshold=5, title="T",
    )  # fmt: skip
    assert {row[0] for row in found.rows} == {"peer", "mentor"}


def test_both_files_hold_the_same_and_say_when_they_are_invented():
    found = outgoing(
        {None: frame(TWENTY)}, None, {}, AS_OF, threshold=5, title="Fastholdelse i Vejle"
    )
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
