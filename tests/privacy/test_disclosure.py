"""What is told together gives away nobody: checked against an attacker who solves for groups."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbook.privacy import disclosure
from peerbook.privacy.disclosure import (
    Cell,
    Table,
    disclose,
    nameless,
    told,
    told_counts,
    told_over_time,
)

PLACES, KINDS, WAVES = ("Vejle", "Viborg", "Varde"), ("café", "course"), ("mid", "final")


def people(count, what="p"):
    return nameless(what, count)


def counts(*groups, name="t"):
    return Table(name, ("n",), tuple(Cell((str(n),), group) for n, group in enumerate(groups)))


def marks(table):
    return [cell.mark for cell in table.cells]


# -- the attacker ----------------------------------------------------------------------------------


def solved(rows):
    """Return equations in reduced form, in fractions: nothing of the program's is used."""
    rows = [[Fraction(one) for one in row] for row in rows]
    done = []
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [one / pivot[column] for one in pivot]
        rows = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        done = [
            (place, [a - row[column] * b for a, b in zip(row, pivot, strict=True)])
            for place, row in done
        ]
        done.append((column, pivot))
    return done


def follows(equations, wanted):
    left = [Fraction(one) for one in wanted]
    for column, row in equations:
        left = [a - left[column] * b for a, b in zip(left, row, strict=True)]
    return not any(left)


def given_away(tables, told_tables, threshold=5):
    """Return the groups of fewer people whose number follows from what is shown."""
    cells = [cell for table in tables for cell in table.cells]
    shown = [
        group
        for cell, told_cell in zip(
            cells, (one for table in told_tables for one in table.cells), strict=True
        )
        if told_cell.mark == "shown"
        for group in (cell.people, cell.out_of)
        if group is not None
    ]
    everybody = sorted(frozenset().union(*(cell.out_of or cell.people for cell in cells)))
    kinds = {}
    for one in everybody:
        places = tuple(
            one in group for cell in cells for group in (cell.people, cell.out_of) if group
        )
        kinds.setdefault(places, []).append(one)
    classes = list(kinds.values())
    if not shown or not classes:
        return []
    equations = solved([[int(one[0] in group) for one in classes] for group in shown])
    small = [n for n, one in enumerate(classes) if len(one) < threshold]
    return [
        group
        for size in range(1, threshold)
        for group in itertools.combinations(small, size)
        if sum(len(classes[n]) for n in group) < threshold
        and follows(equations, [int(n in group) for n in range(len(classes))])
    ]


ANSWERS = st.tuples(
    st.sampled_from(PLACES), st.sampled_from(KINDS), st.sampled_from(WAVES), st.booleans()
)


def linked(population, order):
    """Return tables by place, kind and wave, their totals, and a share, as a report would."""
    who = {f"P{number}": answers for number, answers in enumerate(population)}

    def those(**wanted):
        names = ("place", "kind", "wave", "yes")
        return frozenset(
            code
            for code, answers in who.items()
            if all(dict(zip(names, answers, strict=True))[key] == value
                   for key, value in wanted.items())
        )  # fmt: skip

    tables = [
        Table("both", ("place", "kind"), tuple(
            Cell((place, kind), those(place=place, kind=kind)) for place in PLACES for kind in KINDS
        )),
        Table("place", ("place",), tuple(Cell((one,), those(place=one)) for one in PLACES)),
        Table("kind", ("kind",), tuple(Cell((one,), those(kind=one)) for one in KINDS)),
        Table("wave", ("place", "wave"), tuple(
            Cell((place, wave), those(place=place, wave=wave))
            for place in PLACES for wave in WAVES
        )),
        Table("yes", ("place",), tuple(
            Cell((one,), those(place=one, yes=True), out_of=those(place=one)) for one in PLACES
        )),
        Table("all", (), (Cell((), those()),)),
    ]  # fmt: skip
    return [tables[place] for place in order]


@settings(max_examples=80)
@given(st.lists(ANSWERS, min_size=0, max_size=60), st.permutations(range(6)))
def test_no_combination_of_what_is_shown_tells_of_one_to_four_people(population, order):
    tables = linked(population, order)
    assert given_away(tables, disclose(tables)) == []


@settings(max_examples=40)
@given(st.lists(st.frozensets(st.sampled_from([f"P{n}" for n in range(14)])), max_size=9))
def test_groups_that_overlap_in_any_way_tell_of_nobody_either(groups):
    tables = [counts(*groups)]
    assert given_away(tables, disclose(tables)) == []


def test_the_attacker_of_these_tests_finds_what_is_to_be_found():
    """Told without care, a total less its parts tells of three people."""
    a, b = people(8, "a"), people(3, "b")
    tables = [counts(a, a | b)]
    careless = disclose([counts(a, a | b)], 5)
    assert given_away(tables, careless) == []
    reckless = list(careless)
    reckless[0] = type(reckless[0])(
        "t", ("n",), tuple(type(c)(c.at, "shown", 1.0) for c in reckless[0].cells)
    )
    assert given_away(tables, reckless) != []


# -- what is shown ---------------------------------------------------------------------------------


def test_what_comes_first_is_shown_and_a_total_that_gives_away_a_part_is_not():
    big, small = people(8, "a"), people(3, "b")
    (table,) = disclose([counts(big, small, big | small)])
    assert marks(table) == ["shown", "few", "kept_back"]
    (table,) = disclose([counts(big | small, big, small)])
    assert marks(table) == ["shown", "kept_back", "kept_back"]


def test_a_total_over_two_small_groups_is_shown_when_neither_follows():
    a, b, c = people(4, "a"), people(4, "b"), people(9, "c")
    (table,) = disclose([counts(c, a | b | c, a, b)])
    # Eight in two groups that hold at most four are four and four, so "under 5" is not said.
    assert marks(table) == ["shown", "shown", "kept_back", "kept_back"]


def test_beside_what_is_kept_back_empty_ones_are_kept_back_too():
    ones = [people(1, f"one {n}") for n in range(5)]
    (table,) = disclose([counts(frozenset().union(*ones), *ones, frozenset())])
    assert marks(table) == ["shown"] + ["kept_back"] * 6


def test_tables_are_judged_together():
    vejle, viborg = people(9, "a"), people(7, "b")
    women = frozenset(sorted(vejle)[:5] + sorted(viborg)[:5])
    by_place = counts(vejle, viborg, name="place")
    (first,) = disclose([by_place])
    assert marks(first) == ["shown", "shown"]
    both = disclose([by_place, counts(women & vejle, women & viborg, name="women")])
    # Nine less five, and seven less five: the men would be told.
    assert [marks(one) for one in both] == [["shown", "shown"], ["kept_back", "kept_back"]]


def test_what_was_told_earlier_is_judged_with_what_is_told_now():
    october, september = people(12), frozenset(sorted(people(12))[:10])
    (table,) = disclose([counts(october)], earlier=[september])
    assert marks(table) == ["kept_back"]
    (table,) = disclose([counts(people(15))], earlier=[frozenset(sorted(people(15))[:10])])
    assert marks(table) == ["shown"]


def test_what_gave_away_few_earlier_cannot_be_taken_back_and_nothing_is_added_to_it():
    october, september = people(12), frozenset(sorted(people(12))[:10])

    def first(count):
        return frozenset(sorted(people(12))[:count])

    later = counts(first(9), first(7), first(5))
    (table,) = disclose([later], earlier=[october, september])
    # Twelve less nine, and ten less seven, are three.
    assert marks(table) == ["kept_back", "kept_back", "shown"]


@st.composite
def two_days(draw):
    """Return contracts on two days, by group, with who is erased and the threshold in between."""
    numbers = range(draw(st.integers(12, 40)))
    chance = draw(st.randoms(use_true_random=False))
    mentors = draw(st.sampled_from([4, 8, 40]))
    names, about = pairs_of(*((f"p{n}", f"m{chance.randrange(mentors)}") for n in numbers))
    first = {
        name: (chance.randrange(3), chance.randrange(2), chance.randrange(5)) for name in names
    }
    later = {
        name: (
            course,
            channel if chance.random() > 0.05 else 1 - channel,
            min(4, months + (chance.random() < 0.3)),
        )
        for name, (course, channel, months) in first.items()
    }  # fmt: skip
    erased = draw(st.sets(st.sampled_from(names), max_size=2))
    return first, later, about, erased, draw(st.sampled_from([5, 8]))


def by_months(contracts):
    """Return how many had come how far: all together, by course, and by channel."""
    splits = [(None, [None]), (0, range(3)), (1, range(2))]
    return [
        frozenset(
            name for name, one in contracts.items()
            if (place is None or one[place] == value) and one[2] >= months
        )
        for place, values in splits for value in values for months in range(5)
    ]  # fmt: skip


def shown_of(groups, **how):
    (table,) = disclose([counts(*groups)], **how)
    return [
        group for group, mark in zip(groups, marks(table), strict=True) if mark == "shown" and group
    ]


@settings(max_examples=60, deadline=None)
@given(two_days())
def test_no_new_figure_less_an_earlier_one_tells_of_few_that_were_not_given_away_before(days):
    """Neither when somebody is erased in between, nor when the threshold is raised."""
    first, later, about, erased, threshold = days
    before = shown_of(by_months(first), about=about)
    ways = [{name: one for name, one in way.items() if name not in erased} for way in about]
    after = shown_of(by_months(later), threshold=threshold, earlier=before, about=ways)
    names = sorted(first)
    for way in ways:
        known = [name for name in names if name in way]
        equations = solved([[int(name in group) for name in known] for group in before])
        for one, other in itertools.permutations({*before, *after}, 2):
            left = {name for name in one - other if name in way}
            is_new = one not in before or other not in before
            if other < one and is_new and 0 < len({way[name] for name in left}) < threshold:
                assert follows(equations, [int(name in left) for name in known])


def test_a_group_of_two_mentors_does_not_follow_from_all_less_the_others():
    """However many contracts they have, and however many classes those fall into."""
    couples = [(f"peer {n}", f"mentor {n}") for n in range(20)]
    names, about = pairs_of(*couples, *((f"own {n}", "AB"[n % 2]) for n in range(8)))
    theirs = [frozenset(names[20 + n :]) for n in range(8)]
    groups = [frozenset(names), frozenset(names[:20]), *theirs]
    (table,) = disclose([counts(*groups)], about=about)
    assert marks(table)[:2] == ["shown", "kept_back"]


# -- whose they are --------------------------------------------------------------------------------


def pairs_of(*couples):
    """Return pairs by what each is called, and in two ways whose each of them is."""
    names = [f"pair {number}" for number in range(len(couples))]
    peers, mentors = (
        {name: couple[way] for name, couple in zip(names, couples, strict=True) if couple[way]}
        for way in (0, 1)
    )
    return names, (peers, mentors)


def test_a_group_of_many_pairs_is_few_where_one_mentor_has_them_all():
    names, about = pairs_of(*((f"peer {n}", "Ada") for n in range(6)))
    (table,) = disclose([counts(frozenset(names))], about=about)
    assert marks(table) == ["kept_back"]  # six pairs are not "under five"
    names, about = pairs_of(*((f"peer {n}", f"mentor {n % 5}") for n in range(6)))
    (table,) = disclose([counts(frozenset(names))], about=about)
    assert table.cells[0].value == 6


def test_what_is_left_of_a_total_is_looked_at_too_where_the_one_in_it_stands_elsewhere_as_well():
    """Ada has pairs in both groups: all less the first are hers alone, though all are not."""
    first = [(f"peer {n}", f"mentor {n}") for n in range(5)] + [("peer 5", "Ada")]
    names, about = pairs_of(*first, *((f"peer {n}", "Ada") for n in range(6, 12)))
    everybody, group = frozenset(names), frozenset(names[:6])
    (table,) = disclose([counts(everybody, group)], about=about)
    assert marks(table) == ["shown", "kept_back"]


def test_whoever_was_erased_is_nobody_however_many_pairs_they_had():
    names, about = pairs_of(*((None, f"mentor {n}") for n in range(6)))
    (table,) = disclose([counts(frozenset(names))], about=about)
    assert marks(table) == ["kept_back"]
    names, about = pairs_of(
        *((None, f"mentor {n}") for n in range(6)), *((f"peer {n}", "Ada") for n in range(5))
    )
    (table,) = disclose([counts(frozenset(names))], about=about)
    assert marks(table) == ["shown"]


def test_all_the_classes_of_one_person_are_looked_at_together_however_many():
    """Ada has one pair in each of six small groups; what is left of all tells of her alone."""
    couples = [(f"peer {n}", f"mentor {n}") for n in range(10)]
    names, about = pairs_of(*couples, *((f"own {n}", "Ada") for n in range(6)))
    hers = [frozenset([name]) for name in names[10:]]
    (table,) = disclose([counts(frozenset(names[:10]), frozenset(names), *hers)], about=about)
    assert marks(table)[:2] == ["shown", "kept_back"]


def small_unions(classes, about, threshold=5):
    """Yield the unions of classes that are of fewer people, in any way to look at them."""
    for size in range(1, len(classes) + 1):
        for some in itertools.combinations(range(len(classes)), size):
            units = [one for n in some for one in classes[n]]
            if any(0 < len({way[one] for one in units if one in way}) < threshold for way in about):
                yield frozenset(some)


COUPLES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 5), st.sampled_from("AB"), st.sampled_from("xy")),
    max_size=30,
)


@settings(max_examples=60)
@given(COUPLES)
def test_no_sum_of_pairs_that_are_shown_is_of_few_peers_or_few_mentors(couples):
    """Of two splits beside all together, against an attacker who tries every group of classes."""
    names, about = pairs_of(*((f"p{peer}", f"m{mentor}") for peer, mentor, *_rest in couples))

    def those(place, value):
        return frozenset(
            name for name, one in zip(names, couples, strict=True) if one[place] == value
        )

    groups = [frozenset(names), *(those(2, one) for one in "AB"), *(those(3, one) for one in "xy")]
    (table,) = disclose([counts(*groups)], about=about)
    kinds = {}
    for name in names:
        kinds.setdefault(tuple(name in group for group in groups), []).append(name)
    classes = list(kinds.values())
    shown = [group for group, mark in zip(groups, marks(table), strict=True) if mark == "shown"]
    equations = solved([[int(one[0] in group) for one in classes] for group in shown])
    if classes and shown:
        told = [
            some for some in small_unions(classes, about)
            if follows(equations, [int(n in some) for n in range(len(classes))])
        ]  # fmt: skip
        assert told == []


def classes_of(groups, names):
    kinds = {}
    for name in names:
        kinds.setdefault(tuple(name in group for group in groups), []).append(name)
    return list(kinds.values())


def told_plainly(groups, about, threshold, earlier):
    """Return which groups may be told, one after the other: every union of classes is tried."""
    names = sorted(frozenset().union(*groups, *earlier))
    by_way = []
    for way in about:
        classes = classes_of([*groups, *earlier], [name for name in names if name in way])
        rows = {group: [int(one[0] in group) for one in classes] for group in [*groups, *earlier]}
        known = [rows[group] for group in earlier]
        set_aside = solved(known)
        small = [
            wanted
            for some in small_unions(classes, [way], threshold)
            if not follows(set_aside, wanted := [int(n in some) for n in range(len(classes))])
        ]
        by_way.append((rows, known, small))
    shown = []
    for group in groups:
        is_fit = all(len({way[one] for one in group if one in way}) >= threshold for way in about)
        if is_fit and not any(
            follows(solved([*known, rows[group]]), wanted)
            for rows, known, small in by_way for wanted in small
        ):  # fmt: skip
            shown.append(group)
            for rows, known, _small in by_way:
                known.append(rows[group])
    return shown


@st.composite
def overlapping(draw):
    """Return groups of pairs that overlap anyhow, in few classes, and what was told before."""
    kinds = draw(st.integers(2, 7))
    couples = draw(
        st.lists(
            st.tuples(st.integers(0, 11), st.integers(0, 7), st.integers(0, kinds - 1)),
            min_size=10, max_size=40,
        )
    )  # fmt: skip
    names, about = pairs_of(*((f"p{peer}", f"m{mentor}") for peer, mentor, _kind in couples))

    def those(some):
        return frozenset(
            name for name, one in zip(names, couples, strict=True) if one[2] in some
        )  # fmt: skip

    some = st.frozensets(st.integers(0, kinds - 1), min_size=1).map(those)
    groups = draw(st.lists(some.filter(bool), min_size=2, max_size=6, unique=True))
    return groups, about, draw(st.sampled_from([5, 5, 6])), draw(st.integers(0, 2))


@settings(max_examples=80, deadline=None)
@given(overlapping())
def test_just_what_gives_away_few_is_kept_back_and_nothing_else(given_groups):
    """Against the plain search through every union of classes, in fractions."""
    groups, about, threshold, before = given_groups
    earlier, now = groups[:before], groups[before:]
    told_now = shown_of(now, threshold=threshold, about=about, earlier=earlier)
    assert told_now == told_plainly(now, about, threshold, earlier)


def test_a_small_group_of_many_classes_follows_from_three_figures_together():
    """Six of Ada's eight pairs, each a class of its own; no two figures tell of her."""
    couples = [(f"peer {n}", f"mentor {n}") for n in range(20)]
    hers = [(f"own {n}", "Ada") for n in range(8)]
    names, about = pairs_of(*couples, *hers)
    one, two, three, rest = (frozenset(names[n : n + 5]) for n in range(0, 20, 5))
    ada = [frozenset([name]) for name in names[20:]]
    first = one | two | ada[0] | ada[1] | ada[2]
    second = three | ada[3] | ada[4] | ada[5]
    (table,) = disclose(
        [counts(first, second, one | two | three, rest | ada[6] | ada[7], *ada, one)], about=about
    )
    assert marks(table)[:4] == ["shown", "shown", "kept_back", "shown"]


@settings(max_examples=60, deadline=None)
@given(overlapping(), st.integers(0, 12))
def test_where_the_steps_for_all_together_run_out_less_is_told_and_still_nothing_of_few(
    given_groups, steps
):
    groups, about, threshold, before = given_groups
    earlier, now = groups[:before], groups[before:]
    with pytest.MonkeyPatch.context() as few_steps:
        few_steps.setattr(disclosure, "_MOST_STEPS_TOGETHER", steps)
        told_now = shown_of(now, threshold=threshold, about=about, earlier=earlier)
    assert told_now == told_plainly(told_now, about, threshold, earlier)


def test_the_steps_for_all_together_are_shared_by_tables_and_ways(monkeypatch):
    """Each pair of figures overlaps in a class of four, so each has to be looked through."""
    tables = [
        counts(people(3, f"{n}a") | people(4, f"{n}b"), people(4, f"{n}b") | people(3, f"{n}c"))
        for n in range(6)
    ]
    everybody = frozenset().union(*(cell.people for table in tables for cell in table.cells))
    twice = [{one: one for one in everybody}] * 2

    def shown(about, steps):
        monkeypatch.setattr(disclosure, "_MOST_STEPS_TOGETHER", steps)
        return [marks(table).count("shown") for table in disclose(tables, about=about)]

    assert shown((), 1000) == [2] * 6
    fewer = shown((), 10)
    assert fewer == sorted(fewer, reverse=True)
    assert fewer[0] == 2
    assert fewer[-1] == 0
    assert sum(shown(twice, 10)) < sum(fewer)


def test_what_takes_too_long_to_look_through_is_kept_back(monkeypatch):
    one, two, three = people(3, "a"), people(4, "b"), people(3, "c")
    assert shown_of([one | two, two | three]) == [one | two, two | three]
    monkeypatch.setattr(disclosure, "_MOST_STEPS", 0)
    assert shown_of([one | two, two | three]) == []


@pytest.mark.parametrize(
    ("yes", "of", "mark"),
    [
        (5, 10, "shown"), (5, 9, "kept_back"), (4, 12, "kept_back"), (0, 10, "shown"),
        (10, 10, "shown"), (0, 9, "kept_back"), (9, 9, "kept_back"), (2, 3, "few"),
    ],
)  # fmt: skip
def test_a_share_tells_of_few_neither_way_and_says_all_or_nothing_of_ten_at_least(yes, of, mark):
    everybody = people(of)
    share = Cell((), frozenset(sorted(everybody)[:yes]), out_of=everybody)
    (table,) = disclose([Table("t", (), (share,))])
    assert marks(table) == [mark]


def test_a_mean_needs_five_and_nobody_may_be_more_than_half_of_it():
    def mean(count, largest):
        (table,) = disclose(
            [Table("t", (), (Cell((), people(count), value=3.5, largest_part=largest),))]
        )
        return table.cells[0].mark, table.cells[0].value

    assert mean(5, 0.4) == ("shown", 3.5)
    assert mean(4, 0.3) == ("few", None)
    assert mean(9, 0.6) == ("kept_back", None)
    assert mean(0, 0) == ("kept_back", None)


def test_a_higher_threshold_holds_and_a_lower_one_is_refused():
    (table,) = disclose([counts(people(7))], 8)
    assert marks(table) == ["few"]
    with pytest.raises(ValueError, match="never"):
        disclose([counts(people(7))], 4)
    with pytest.raises(ValueError, match="dimensions"):
        Table("t", ("a", "b"), (Cell(("x",), people(5)),))
    with pytest.raises(ValueError, match="share"):
        Cell((), people(5), out_of=people(4))


@given(st.integers(5, 300), st.integers(1, 4))
def test_of_two_counts_told_at_different_times_nobody_can_tell_how_few_they_differ_by(count, more):
    (was,), (now,) = (
        told_over_time({"asked": people(size)}).values() for size in (count, count + more)
    )
    first, last = (int(number) for number in was.split(" to "))
    assert first <= count <= last
    assert last - first == 4
    assert was == now or int(now.split(" to ")[0]) == last + 1


def test_what_would_tell_of_few_is_in_no_range_either():
    big, small = people(9, "a"), people(2, "b")
    told_of = told_over_time({"a": big, "b": small, "all": big | small})
    assert told_of == {"a": "5 to 9", "b": "under 5", "all": "not told"}
    assert told_over_time({"none": frozenset()}) == {"none": "0"}


def test_counts_are_told_in_words_that_keep_what_is_kept():
    big, small = people(9, "a"), people(2, "b")
    assert told_counts({"a": big, "b": small}) == {"a": "9", "b": "under 5"}
    assert told_counts({"a": big, "b": small, "all": big | small})["all"] == "not told"
    (table,) = disclose([Table("t", (), (Cell((), big, out_of=big | people(9, "c")),))])
    assert told(table.cells[0]) == "9 of 18"


def test_many_cells_are_judged_in_one_go():
    population = [(PLACES[n % 3], KINDS[n % 2], WAVES[n % 5 % 2], n % 7 < 3) for n in range(3000)]
    tables = linked(population, range(6))
    assert all(cell.mark == "shown" for table in disclose(tables) for cell in table.cells)
