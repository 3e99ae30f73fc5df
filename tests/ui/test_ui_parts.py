"""Tables, charts, words, buttons and places, as a browser shows them."""

import datetime as dt
import hashlib
import json
import logging
import re
import subprocess
from decimal import Decimal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.offline
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from peerbook import ui
from peerbook.errors import StoreUnavailable
from peerbook.text import _
from peerbook.text.markdown import markdown_tree
from peerbook.ui import part
from peerbook.ui.assets import ASSET_NAMES, CHARTS, FOLDER, KIT, asset, asset_url, loader

# From the npm package plotly.js-basic-dist-min 4.1.1, whose integrity npm checked.
CHARTS_SHA256 = "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"
NAMES = ui.Column("name", "Navn")


def people(*names: str, **options: object) -> ui.Table:
    columns = [NAMES, ui.Column("n", "Fremmøde", "number")]
    rows = [{"name": name, "n": n} for n, name in enumerate(names)]
    return ui.Table(columns, rows, "Deltagere", **options)


def first_column(page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


# --- the browser code -------------------------------------------------------------------------


def test_chart_script_is_the_one_of_npm_and_fits_the_python_package():
    script = asset(CHARTS)
    assert hashlib.sha256(script.data).hexdigest() == CHARTS_SHA256
    version = re.search(rb"plotly\.js \(basic - minified\) v([\d.]+)", script.data)
    assert version[1].decode() == plotly.offline.get_plotlyjs_version()
    assert "MIT License" in (FOLDER / "static" / "plotly-basic.LICENSE.txt").read_text()


def test_assets_are_addressed_by_the_hash_of_their_content():
    for name in ASSET_NAMES:
        version = hashlib.sha256(asset(name).data).hexdigest()[:16]
        assert asset_url(name) == f"peerbook/assets/{name}?v={version}"
    assert asset_url(KIT) in loader()
    with pytest.raises(KeyError):
        asset("../part.py")


def test_scripts_never_write_markup_and_hold_no_words_of_their_own():
    for path in FOLDER.glob("*.js"):
        code = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)
        assert not re.search(r"[æøåÆØÅ]", code), path.name


def test_modules_are_sound_each_by_itself_and_joined(tmp_path):
    joined = tmp_path / "ui.mjs"
    joined.write_bytes(asset(KIT).data)
    for path in FOLDER.glob("*.js"):
        (tmp_path / path.name).with_suffix(".mjs").write_text(path.read_text("utf-8"), "utf-8")
    for path in tmp_path.glob("*.mjs"):
        done = subprocess.run(["node", "--check", path], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_parts_show_where_no_server_has_the_scripts(show, wire):
    wire.missing = set(ASSET_NAMES)
    figure = go.Figure(go.Scatter(x=[1, 2], y=[1, 2]))
    table = ui.TableData([NAMES], [{"name": "A"}], "Tal")
    page = show(
        ui.Page([ui.Heading("Planen"), ui.Chart(figure, finding="Op.", alt="Op.", table=table)])
    )
    expect(page.get_by_role("heading", name="Planen")).to_be_visible()
    expect(page.locator(".pb-plot .main-svg").first).to_be_visible()


# --- tables -----------------------------------------------------------------------------------


def test_table_is_a_real_one(show):
    page = show(people("Anna", "Bo"))
    table = page.get_by_role("table", name="Deltagere")
    expect(table.get_by_role("columnheader")).to_have_count(2)
    expect(table.get_by_role("rowheader")).to_have_count(2)
    expect(page.get_by_role("region", name="Deltagere")).to_have_attribute("tabindex", "0")


def test_table_sorts_as_danes_do_by_button(show):
    page = show(people("Åse", "Zita", "Ærø", "Anna", "Østen"))
    head = page.get_by_role("columnheader", name="Navn")
    sort = head.get_by_role("button")
    sort.click()
    assert first_column(page) == ["Anna", "Zita", "Ærø", "Østen", "Åse"]
    expect(head).to_have_attribute("aria-sort", "ascending")
    sort.press("Enter")
    assert first_column(page) == ["Åse", "Østen", "Ærø", "Zita", "Anna"]
    expect(head).to_have_attribute("aria-sort", "descending")
    sort.press("Enter")
    assert first_column(page) == ["Åse", "Zita", "Ærø", "Anna", "Østen"]


def test_numbers_and_dates_sort_by_value_and_nothing_comes_last(show):
    columns = [NAMES, ui.Column("kr", "Beløb", "kroner"), ui.Column("day", "Dag", "date")]
    rows = [
        {"name": "a", "kr": 1000, "day": dt.date(2026, 3, 4)},
        {"name": "b", "kr": None, "day": pd.NaT},
        {"name": "c", "kr": Decimal("20.5"), "day": pd.Timestamp(2025, 12, 24)},
        {"name": "d", "kr": np.int64(300), "day": dt.date(2026, 1, 1)},
    ]
    page = show(ui.Table(columns, rows, "Beløb"))
    assert page.locator("tbody tr").first.get_by_role("cell").all_inner_texts() == [
        "1.000,00\N{NO-BREAK SPACE}kr.", "4. mar. 2026",
    ]  # fmt: skip
    page.get_by_role("button", name="Beløb").click()
    assert first_column(page) == ["c", "d", "a", "b"]
    page.get_by_role("button", name="Dag").click()
    assert first_column(page) == ["c", "d", "a", "b"]
    page.get_by_role("button", name="Dag").click()
    assert first_column(page) == ["a", "d", "c", "b"]


def test_text_of_users_is_shown_as_text(show):
    evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    table = ui.Table([NAMES], [{"name": evil}], evil)
    data = ui.TableData([NAMES], [{"name": evil}], evil)
    figure = go.Figure(go.Bar(x=[evil], y=[1], name=evil, text=[evil]))
    chart = ui.Chart(figure, finding=evil, alt=evil, table=data)
    page = show(
        ui.Page(
            [ui.Heading(evil), ui.Prose(evil), ui.Notice("warn", evil), table, chart,
             ui.Excerpt(evil, evil), ui.Button(evil, lambda: evil),
             ui.Filter(evil, [(1, evil)], print),
             ui.Disclosure(evil, []), ui.Tabs([(evil, [])])],
            lead=evil,
        )
    )  # fmt: skip
    expect(page.locator(".pb-plot[data-drawn]")).to_be_visible()
    page.get_by_role("button", name=evil).nth(1).click()
    assert page.evaluate("[window.hacked, document.querySelectorAll('main img').length]") == [
        None, 0,
    ]  # fmt: skip
    assert evil in page.locator(".pb-heading").inner_text()


def test_status_is_told_by_a_mark_and_words(show):
    column = ui.Column("status", "Status", "status")
    rows = [{"name": "Anna", "status": ui.Status("Mangler en dag", "warn")}]
    page = show(ui.Table([NAMES, column], rows, "Deltagere"))
    expect(page.get_by_role("cell", name="Mangler en dag")).to_be_visible()
    expect(page.locator("td .pb-symbol")).to_have_text("!")


def test_a_link_in_a_cell_leads_there_and_sorts_by_its_words(show):
    column = ui.Column("course", "Hold")
    rows = [
        {"name": "Bo", "course": ui.Link("Hold 2", "course_plan.ipynb?course=2")},
        {"name": "Anna", "course": ui.Link("Hold 1", "course_plan.ipynb?course=1")},
    ]
    page = show(ui.Table([NAMES, column], rows, "Deltagere"))
    page.get_by_role("button", name="Hold").click()
    links = page.get_by_role("cell").get_by_role("link")
    expect(links).to_have_text(["Hold 1", "Hold 2"])
    expect(links.first).to_have_attribute("href", "course_plan.ipynb?course=1")


def test_row_button_runs_on_its_own_row_however_the_table_is_sorted(show):
    seen = []

    def run(row):
        seen.append(row["name"])
        return f"Viser {row['name']}"

    page = show(people("Bo", "Anna", action=ui.RowAction("Vis", run)))
    page.get_by_role("button", name="Navn").click()
    page.get_by_role("button", name="Vis – Anna").click()
    expect(page.get_by_text("Viser Anna")).to_be_visible()
    assert seen == ["Anna"]


def test_row_button_can_say_what_its_row_calls_for_also_after_a_change(show):
    action = ui.RowAction(lambda row: "Ret" if row["name"] == "Bo" else "Vis", lambda row: None)
    table = people("Bo", "Anna", action=action)
    page = show(table)
    expect(page.get_by_role("button", name="Ret – Bo")).to_be_visible()
    expect(page.get_by_role("button", name="Vis – Anna")).to_be_visible()
    table.update([{"name": "Anna"}])
    assert table.data["labels"] == ["Vis"]


def test_row_whose_label_is_empty_has_no_button_and_is_never_run(show):
    seen = []

    def label(row):
        return "" if row["name"] == "Bo" else "Vis"

    table = people("Bo", "Anna", action=ui.RowAction(label, lambda row: seen.append(row["name"])))
    page = show(table)
    expect(page.get_by_role("button", name="Vis – Anna")).to_be_visible()
    expect(page.get_by_role("row", name="Bo").get_by_role("button")).to_have_count(0)
    assert table._run({"index": 0, "edition": 0}, []) == {"said": ""}
    assert seen == []


def test_row_button_that_asks_first_runs_only_after_yes(show):
    seen = []
    action = ui.RowAction("Slet", lambda row: seen.append(row["name"]), confirm="Skal Bo slettes?")
    page = show(people("Bo", action=action))
    page.get_by_role("button", name="Slet – Bo").click()
    expect(page.get_by_text("Skal Bo slettes?")).to_be_visible()
    page.get_by_role("button", name=_("No, leave it")).click()
    expect(page.get_by_text("Skal Bo slettes?")).to_have_count(0)
    assert seen == []
    page.get_by_role("button", name="Slet – Bo").click()
    page.get_by_role("button", name=_("Yes, go on")).click()
    expect(page.get_by_role("button", name="Slet – Bo")).to_be_focused()
    for _time in range(100):  # the answer follows the focus
        if seen:
            break
        page.wait_for_timeout(50)
    assert seen == ["Bo"]


def test_caption_of_a_wide_table_is_whole_on_a_telephone(show):
    columns = [NAMES, *(ui.Column(f"c{n}", f"Kolonne {n}") for n in range(12))]
    caption = "En overskrift, der er så lang, at den ikke kan stå på én linje på en telefon."
    page = show(
        ui.Table(columns, [{"name": "Bo"}], caption), viewport={"width": 375, "height": 800}
    )
    words = page.get_by_text(caption)
    for moved in (0, 200):
        page.locator(".pb-scroll").evaluate("(box, by) => (box.scrollLeft = by)", moved)
        place = words.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 375
    assert page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth") <= 0


def test_wide_table_is_cards_on_a_telephone_with_every_column_in_sight(show):
    columns = [NAMES, *(ui.Column(f"c{n}", f"Kolonne {n}") for n in range(6))]
    rows = [{"name": name} | {f"c{n}": f"{name} {n}" for n in range(6)} for name in ("Bo", "Anna")]
    action = ui.RowAction("Vis", lambda row: f"{row['name']} er vist")
    page = show(ui.Table(columns, rows, "Deltagere", action=action))
    telephone = {"width": 375, "height": 800}
    page.set_viewport_size(telephone)
    last = page.get_by_role("cell", name="Anna 5")
    expect(last).to_be_visible()
    assert last.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Kolonne 5"'
    for cell in [last, page.get_by_role("button", name="Vis – Anna")]:
        place = cell.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= telephone["width"]
    # It is still the same table, to screen readers too, and can still be sorted.
    expect(page.get_by_role("table", name="Deltagere").get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Navn").click()
    assert first_column(page) == ["Anna", "Bo"]
    # What can be done with a row stands beside its name, so that a long list stays short.
    name, show_it = (
        page.get_by_role("rowheader", name="Bo").bounding_box(),
        page.get_by_role("button", name="Vis – Bo").bounding_box(),
    )
    assert name["x"] + name["width"] <= show_it["x"]
    assert show_it["y"] <= name["y"] <= show_it["y"] + show_it["height"]
    page.get_by_role("button", name="Vis – Bo").click()
    expect(page.get_by_text("Bo er vist")).to_be_visible()
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(page.locator(".pb-stacked")).to_have_count(0)


def test_a_card_leaves_out_the_numbers_there_are_none_of(show):
    columns = [NAMES, *(ui.Column(f"c{n}", f"Kolonne {n}", kind="number") for n in range(7))]
    row = {"name": "Anna"} | {f"c{n}": None if n else 7 for n in range(7)}
    page = show(ui.Table(columns, [row], "Deltagere"))
    expect(page.get_by_role("cell", name="–")).to_have_count(6)
    page.set_viewport_size({"width": 375, "height": 800})
    expect(page.get_by_role("cell")).to_have_count(1)


def test_long_headings_of_numbers_wrap_before_a_table_becomes_cards_and_no_word_is_cut(show):
    heads = ["Undervisningsdage med fremmøde", "Holdt aftalen", "Indhentet", "Dage tilbage"]
    heads += ["Ikke noteret endnu", "Kan nå det endnu"]
    columns = [NAMES, *(ui.Column(f"c{n}", head, kind="number") for n, head in enumerate(heads))]
    row = {"name": "Anna Prøvesen"} | dict.fromkeys([f"c{n}" for n in range(len(heads))], 3)
    page = show(ui.Table(columns, [row], "Deltagere"), viewport={"width": 1280, "height": 800})
    expect(page.get_by_role("rowheader", name="Anna Prøvesen")).to_be_visible()
    expect(page.locator(".pb-stacked")).to_have_count(0)
    page.set_viewport_size({"width": 375, "height": 800})
    expect(page.locator(".pb-stacked")).to_have_count(1)
    label_width = page.get_by_role("cell").first.evaluate(
        "cell => cell.firstElementChild.getBoundingClientRect().x"
        " - cell.getBoundingClientRect().x - parseFloat(getComputedStyle(cell).columnGap)"
    )
    word_width = page.evaluate(
        "() => { const word = document.createElement('span');"
        " word.textContent = 'Undervisningsdage'; word.style.cssText = 'position:absolute';"
        " document.querySelector('.pb-table td').closest('table').parentNode.append(word);"
        " const { width } = word.getBoundingClientRect(); word.remove(); return width }"
    )
    assert label_width >= word_width - 1


def test_narrow_table_stays_a_table_on_a_telephone(show):
    page = show(people("Anna", "Bo"), viewport={"width": 375, "height": 800})
    expect(page.get_by_role("rowheader", name="Anna")).to_be_visible()
    expect(page.locator(".pb-stacked")).to_have_count(0)


@pytest.mark.parametrize("number", [3, 1_300_000])
def test_a_long_word_that_names_a_row_stays_whole_and_inside_its_cell(show, number):
    columns = [NAMES, *(ui.Column(name, name, kind="number") for name in ("Plan", "Talt"))]
    row = {"name": "Kroner til fællesarrangementer", "Plan": number, "Talt": number}
    page = show(ui.Table(columns, [row], "Hvor meget"), viewport={"width": 375, "height": 800})
    head = page.get_by_role("rowheader")
    lines, inside = head.evaluate(
        "head => { const word = document.createRange();"
        " const text = head.querySelector('bdi').firstChild;"
        " word.setStart(text, text.data.indexOf('fælles')); word.setEnd(text, text.length);"
        " const { right } = head.getBoundingClientRect();"
        " return [word.getClientRects().length, word.getBoundingClientRect().right <= right] }"
    )
    assert (lines, inside) == (1, True)
    expect(page.locator(".pb-stacked")).to_have_count(int(number > 3))


@pytest.mark.parametrize("index", [-1, 2, "0", None, True, 1.0])
def test_row_that_is_not_there_is_never_run(wire, index):
    seen = []
    table = people("Anna", "Bo", action=ui.RowAction("Vis", seen.append))
    assert table._run({"index": index, "edition": 0}, [])["trouble"]
    assert table._run({"index": 0, "edition": 1}, [])["trouble"]
    assert seen == []


def test_table_filled_anew_keeps_its_order(show):
    table = people("Bo", "Anna")
    page = show(table)
    page.get_by_role("button", name="Navn").click()
    table.update([{"name": name, "n": 1} for name in ("Dorte", "Carl")])
    page.evaluate("host.pull()")
    expect(page.locator("tbody th").first).to_have_text("Carl")
    assert first_column(page) == ["Carl", "Dorte"]


def test_long_table_shows_its_beginning_and_the_rest_on_demand(show):
    page = show(people(*(f"P{n:03}" for n in range(250))))
    expect(page.locator("tbody tr")).to_have_count(200)
    page.get_by_role("button", name=_("Show all {n} rows").format(n=250)).click()
    expect(page.locator("tbody tr")).to_have_count(250)


def test_table_without_rows_says_so(show):
    page = show(people(empty="Ingen er skrevet op endnu."))
    expect(page.get_by_role("cell", name="Ingen er skrevet op endnu.")).to_be_visible()


# --- charts -----------------------------------------------------------------------------------


def growth(last: int = 18) -> dict:
    months = [dt.date(2026, month, 1) for month in range(1, 7)]
    figure = go.Figure(
        [
            go.Scatter(x=months, y=np.array([10, 12, 11, 14, 15, last]), name="Vejle"),
            go.Scatter(x=months, y=[8.5, 8, 9, 9, 12, 1234.5], name="Kolding"),
        ]
    )
    figure.update_layout(xaxis_tickformat="%B")
    columns = [ui.Column("month", "Måned"), ui.Column("n", "Vejle", "number")]
    table = ui.TableData(columns, [{"month": "juni", "n": last}], "Deltagere pr. måned")
    return {
        "figure": figure, "table": table, "finding": f"Vejle er nået {last}.",
        "alt": f"Kurve: Vejle stiger fra 10 til {last}.",
    }  # fmt: skip


def test_chart_has_its_finding_its_words_and_its_numbers(show):
    page = show(ui.Chart(**growth()))
    expect(page.get_by_role("figure", name="Vejle er nået 18.")).to_be_visible()
    expect(page.get_by_role("img", name="Kurve: Vejle stiger fra 10 til 18.")).to_be_visible()
    expect(page.locator(".main-svg").first).to_be_visible()
    page.get_by_text(_("Show the numbers")).click()
    expect(page.get_by_role("table", name="Deltagere pr. måned")).to_be_visible()


def test_chart_writes_months_and_numbers_in_danish(show):
    page = show(ui.Chart(**growth()))
    expect(page.locator(".xtick").filter(has_text="marts")).to_have_count(1)
    expect(page.locator(".ytick").filter(has_text="1.000")).to_have_count(1)
    assert page.locator(".modebar-btn").count() == 0


def test_lines_are_told_apart_without_colour(show):
    page = show(ui.Chart(**growth()))
    page.wait_for_selector(".pb-plot[data-drawn]")
    dashes = page.evaluate(
        "Array.from(document.querySelectorAll('.js-line'), "
        "line => getComputedStyle(line).strokeDasharray)"
    )
    assert len(set(dashes)) == 2
    symbols = page.evaluate(
        "document.querySelector('.js-plotly-plot')._fullData.map(t => t.marker.symbol)"
    )
    assert len(set(symbols)) == 2


def test_chart_is_redrawn_in_place(show):
    chart = ui.Chart(**growth())
    page = show(chart)
    page.wait_for_selector(".pb-plot[data-drawn]")
    svg = page.locator(".main-svg").first.element_handle()
    page.get_by_text(_("Show the numbers")).click()
    chart.update(**growth(25))
    page.evaluate("host.pull()")
    expect(page.get_by_role("img", name="fra 10 til 25")).to_be_visible()
    expect(page.get_by_role("cell", name="25")).to_be_visible()
    assert svg.evaluate("node => node.isConnected")


def test_one_chart_script_serves_the_whole_page(show):
    page = show(ui.Page([ui.Chart(**growth()), ui.Chart(**growth(20))]))
    expect(page.locator(".pb-plot[data-drawn]")).to_have_count(2)
    assert page.evaluate(f"document.querySelectorAll('script[src*=\"{CHARTS}\"]').length") == 1


def test_chart_that_cannot_be_drawn_opens_its_numbers(show, wire, monkeypatch):
    wire.missing = {CHARTS}
    monkeypatch.setattr(part, "ASSET_NAMES", [KIT])
    page = show(ui.Chart(**growth()))
    expect(page.get_by_role("table", name="Deltagere pr. måned")).to_be_visible()


def test_chart_in_the_place_of_another_shows_its_own_figure_at_once(show, wire):
    section = ui.Section([ui.Chart(**growth())])
    page = show(
        ui.Page([ui.Prose("- Linje\n" * 200), section]), viewport={"width": 800, "height": 600}
    )
    page.locator(".pb-plot").scroll_into_view_if_needed()
    expect(page.locator(".pb-plot .main-svg").first).to_be_visible()
    page.mouse.wheel(0, -100_000)
    other = growth() | {"figure": go.Figure(go.Bar(x=["Kolding", "Fredericia"], y=[3, 4]))}
    section.show([ui.Chart(**other)])
    page.evaluate("host.pull()")
    plot = page.locator(".pb-plot")
    expect(plot).to_contain_text("Kolding")
    assert plot.evaluate("one => one.getBoundingClientRect().top > innerHeight + 600")
    assert plot.locator(".barlayer .trace").count() == 1
    assert plot.locator(".scatterlayer .trace").count() == 0


def test_plot_nobody_took_over_is_let_go(show, wire):
    section = ui.Section([ui.Chart(**growth())])
    page = show(ui.Page([section]))
    expect(page.locator(".pb-plot .main-svg").first).to_be_visible()
    page.evaluate("globalThis.held = document.querySelector('.pb-plot')")
    section.show([])
    page.evaluate("host.pull()")
    page.wait_for_function("held._fullLayout === undefined")


def test_chart_travels_without_a_template_and_with_packed_numbers(wire):
    chart = ui.Chart(**growth())
    assert "template" not in chart.figure["layout"]
    assert "bdata" in chart.figure["data"][0]["y"]
    assert len(json.dumps(chart.figure)) < 1_000


def test_chart_leaves_the_figure_as_it_was(wire):
    parts = growth()
    before = parts["figure"].to_json()
    ui.Chart(**parts)
    assert parts["figure"].to_json() == before


# --- words ------------------------------------------------------------------------------------


def test_prose_takes_markdown_and_leaves_html_scripts_and_pictures_out(wire):
    prose = ui.Prose(
        "# Titel\n\n<b>x</b> **fed** [ok](https://example.org) [nej](javascript:a()) ![p](https://x/y.png)"
    )
    tree = json.dumps(prose.tree)
    assert prose.tree[0] == ["h2", {}, ["Titel"]]
    assert '["strong", {}, ["fed"]]' in tree
    assert "noopener noreferrer" in tree
    assert '"img"' not in tree
    assert '"b"' not in tree
    assert not re.search(r'"href": "javascript', tree)


def test_code_keeps_its_lines():
    assert ui.Prose("```python\na = 1\nb = 2\n```").tree == [
        ["pre", {}, [["code", {}, ["a = 1\nb = 2"]]]]
    ]
    assert ui.Prose("Skriv `a = 1`.").tree == [["p", {}, ["Skriv ", ["code", {}, ["a = 1"]], "."]]]


def test_paragraphs_lists_and_headings_stand_apart(show):
    page = show(ui.Page([ui.Prose("## Et\n\nTo.\n\nTre.\n\n- Fire\n\nFem.\n\n## Seks\n\nSyv.")]))
    gaps = page.locator(".pb-prose").evaluate(
        """prose => Array.from(prose.children).slice(1).map((one, i) =>
            one.getBoundingClientRect().top - prose.children[i].getBoundingClientRect().bottom)"""
    )
    assert min(gaps) >= 6
    assert gaps[4] > gaps[1]  # more before a heading than between paragraphs


@pytest.mark.parametrize(
    "text",
    [
        "1. maj", "Ferie: *uge 7* og _uge 8_", "# Nej", "- ikke", "[her](https://example.org)",
        "<b>fed</b> &amp; &lt;", "![x](y)", "a\\b `kode`", "> citat", "| a | b |", "=1+1", "~~~",
        "linje 1\n\n    linje 2", "javascript:alert(1)", "http://example.org",
    ],
)  # fmt: skip
def test_words_of_users_are_shown_as_they_stand(wire, text):
    shown = " ".join(text.split())
    assert ui.Prose(f"- **Dag 1**: {ui.literal(text)}").tree == [
        ["ul", {}, [["li", {}, [["p", {}, ["", ["strong", {}, ["Dag 1"]], f": {shown}"]]]]]]
    ]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_no_words_of_users_become_markup(text):
    def leaves(nodes):
        for node in nodes:
            if isinstance(node, str):
                yield node
            else:
                assert node[0] in ("p", "em")
                yield from leaves(node[2])

    said = "".join(leaves(markdown_tree(f"*Sagt*: {ui.literal(text)}")))
    assert said == f"Sagt: {' '.join(text.split())}".rstrip()


def test_page_says_when_its_data_is_invented(show):
    page = show(ui.Page([ui.Heading("Planen")], lead="Datoer.", synthetic=True, facts=["7 dage"]))
    banner = _("Demonstration data: everything on this page is invented.")
    expect(page.get_by_text(banner)).to_be_visible()
    expect(page.get_by_text("Datoer.")).to_be_visible()
    expect(page.get_by_role("heading", name="Planen", level=2)).to_be_visible()
    assert ui.Page([], facts=["7 dage"]).facts == ("7 dage",)


def test_an_excerpt_is_copied_whole_and_marked_where_the_browser_lets_no_page_copy(show):
    text = "Kære alle\n\n- Dag 1 er <b>flyttet</b>\n"
    page = show(ui.Excerpt("Mail", text))
    box = page.get_by_label("Mail")
    expect(box).to_have_value(text)
    expect(box).not_to_be_editable()
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { configurable: true,"
        " value: { writeText: async (text) => { window.taken = text } } })"
    )
    copy = page.get_by_role("button", name=_("Copy the text"))
    copy.click()
    expect(page.get_by_text(_("Copied. Paste it into your mail."))).to_be_visible()
    assert page.evaluate("window.taken") == text
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy.click()
    expect(page.get_by_text(_("The text is marked. Press Ctrl and C to copy it."))).to_be_visible()
    marked = box.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    assert marked == text


def test_notice_that_changes_is_read_aloud(show):
    notice = ui.Notice("info", "")
    page = show(notice)
    expect(page.locator(".pb-notice")).to_be_hidden()
    notice.update("ok", "Dagen er flyttet.")
    page.evaluate("host.pull()")
    expect(page.get_by_role("status").filter(has_text="Dagen er flyttet.")).to_be_visible()


# --- buttons ----------------------------------------------------------------------------------


def test_button_runs_once_and_says_what_it_did(show, wire):
    pressed = []
    page = show(ui.Button("Flyt dagen", lambda: pressed.append(1) or "Dagen er flyttet."))
    button = page.get_by_role("button", name="Flyt dagen")
    wire.hold()
    button.click()
    expect(button).to_be_disabled()
    button.click(force=True)
    wire.release()
    expect(page.get_by_role("status")).to_contain_text("Dagen er flyttet.")
    expect(button).to_be_enabled()
    assert pressed == [1]


def test_button_that_asks_first_runs_only_on_yes(show):
    pressed = []
    page = show(ui.Button("Slet", lambda: pressed.append(1), confirm="Vil du slette planen?"))
    button = page.get_by_role("button", name="Slet")
    button.click()
    expect(page.get_by_role("button", name=_("No, leave it"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("button", name=_("No, leave it")).click()
    assert pressed == []
    button.click()
    page.get_by_role("button", name=_("Yes, go on")).click()
    expect(button).to_be_enabled()
    assert pressed == [1]


def test_button_tells_trouble_and_rests_without_connection(show, caplog):
    outcomes = [StoreUnavailable("Lageret kan ikke nås."), KeyError("010203-1234")]

    def press():
        raise outcomes.pop(0)

    page = show(ui.Button("Gem", press))
    button = page.get_by_role("button", name="Gem")
    button.click()
    expect(page.get_by_role("status")).to_contain_text("Lageret kan ikke nås.")
    with caplog.at_level(logging.ERROR):
        button.click()
        expect(page.get_by_role("status")).not_to_contain_text("Lageret")
        expect(button).to_be_enabled()
    assert "010203" not in caplog.text + page.inner_text("main")
    page.evaluate("host.connection('lost')")
    expect(button).to_be_disabled()
    page.evaluate("host.connection('ok')")
    expect(button).to_be_enabled()


def long_work(total=3):
    seen = []
    told = lambda: f"{len(seen)} er set."  # noqa: E731
    return seen, ui.StepByStep("Se alle igennem", total, seen.append, told)


def test_long_work_goes_step_by_step_and_tells_how_far_it_is(show, wire):
    seen, work = long_work()
    page = show(work)
    wire.hold()
    page.get_by_role("button", name="Se alle igennem").click()
    expect(page.get_by_role("progressbar", name="Se alle igennem")).to_be_visible()
    expect(page.get_by_text("0 af 3")).to_be_visible()
    wire.release()
    expect(page.get_by_role("status")).to_contain_text("3 er set.")
    assert seen == [0, 1, 2]
    expect(page.get_by_role("progressbar")).to_be_hidden()
    page.get_by_role("button", name="Se alle igennem").click()  # once more, from the beginning
    expect(page.get_by_role("status")).to_contain_text("6 er set.")
    assert seen == [0, 1, 2, 0, 1, 2]


def test_long_work_is_stopped_and_goes_on_where_it_stopped(show, wire):
    seen, work = long_work()
    page = show(work)
    wire.hold()
    page.get_by_role("button", name="Se alle igennem").click()
    page.get_by_role("button", name=_("Stop here")).click()
    wire.release()
    expect(page.get_by_role("status")).to_contain_text("1 er set.")
    assert seen == [0]
    expect(page.get_by_text("1 af 3")).to_be_visible()
    page.get_by_role("button", name="Se alle igennem").click()
    expect(page.get_by_role("status")).to_contain_text("3 er set.")
    assert seen == [0, 1, 2]


def test_long_work_tells_trouble_and_the_step_is_done_when_it_is_asked_for_again(show):
    outcomes = [StoreUnavailable("Lageret kan ikke nås."), None]

    def step(_number):
        if (trouble := outcomes.pop(0)) is not None:
            raise trouble

    page = show(ui.StepByStep("Se alle igennem", 1, step, lambda: "Alt er set."))
    page.get_by_role("button", name="Se alle igennem").click()
    expect(page.get_by_role("status")).to_contain_text("Lageret kan ikke nås.")
    page.evaluate("host.connection('lost')")
    expect(page.get_by_role("button", name="Se alle igennem")).to_be_disabled()
    page.evaluate("host.connection('ok')")
    page.get_by_role("button", name="Se alle igennem").click()
    expect(page.get_by_role("status")).to_contain_text("Alt er set.")


def test_download_gives_the_file_python_made(show, tmp_path):
    data = bytes(range(256))
    page = show(ui.Download("Hent", lambda: ("hold æøå.ics", data, "text/calendar")))
    with page.expect_download() as started:
        page.get_by_role("button", name="Hent").click()
    assert started.value.suggested_filename == "hold æøå.ics"
    saved = tmp_path / "saved"
    started.value.save_as(saved)
    assert saved.read_bytes() == data
    said = _("{name} is in your downloads.").format(name="hold æøå.ics")
    expect(page.get_by_text(said)).to_be_visible()


def test_downloads_side_by_side_each_give_their_own_file(show):
    kinds = {"Kalender": "ics", "Ark": "xlsx"}
    files = [
        (label, lambda end=end: (f"hold.{end}", end.encode(), "x/y"))
        for label, end in kinds.items()
    ]
    page = show(ui.Downloads(files))
    for label, end in kinds.items():
        with page.expect_download() as started:
            page.get_by_role("button", name=label).click()
        assert started.value.path().read_text() == end
    boxes = [page.get_by_role("button", name=label).bounding_box() for label in kinds]
    assert boxes[0]["y"] == boxes[1]["y"]


@pytest.mark.parametrize("index", [-1, 1, "0", None, True])
def test_downloads_make_only_their_own_files(wire, index):
    made = []
    download = ui.Download("Hent", lambda: made.append("made") or ("a", b"", "x/y"))
    assert download.answer({"do": "press", "index": index}, [])["trouble"]
    assert made == []


@pytest.mark.parametrize("look", ["select", "radio"])
def test_filter_tells_python_the_value_chosen(show, look):
    chosen = []
    sites = [(1, "Vejle"), (2, "Kolding"), (3, "Fredericia")]
    control = ui.Filter("Sted", sites, chosen.append, value=2, look=look)
    page = show(control)
    if look == "select":
        expect(page.get_by_label("Sted")).to_have_value("1")
        page.get_by_label("Sted").select_option("Fredericia")
    else:
        expect(page.get_by_role("radio", name="Kolding")).to_be_checked()
        page.get_by_role("radio", name="Fredericia").check()
    expect(
        page.get_by_role("status").filter(has_text=_("The page shows what you chose."))
    ).to_have_count(1)
    assert chosen == [3]
    assert control.value == 3


@pytest.mark.parametrize("look", ["select", "radio"])
def test_options_of_a_filter_get_other_labels_and_stay_chosen(show, look):
    chosen = []
    control = ui.Filter("Dag", [(1, "1. (mangler)"), (2, "2. (mangler)")], chosen.append, look=look)
    page = show(control)
    control.relabel(["1. (gemt)", "2. (mangler)"])
    page.evaluate("host.pull()")
    if look == "select":
        expect(page.get_by_label("Dag").locator("option")).to_have_text(
            ["1. (gemt)", "2. (mangler)"]
        )
        expect(page.get_by_label("Dag")).to_have_value("0")
    else:
        expect(page.get_by_role("radio", name="1. (gemt)")).to_be_checked()
    assert control.values == (1, 2)
    assert chosen == []
    with pytest.raises(ValueError, match="one label"):
        control.relabel(["1."])


def test_a_page_can_turn_to_another_option_without_being_told_so(show):
    chosen = []
    control = ui.Filter("Hvad?", [("a", "Café"), ("b", "Møde")], chosen.append, look="radio")
    page = show(control)
    control.turn_to("b")
    page.evaluate("host.pull()")
    expect(page.get_by_role("radio", name="Møde")).to_be_checked()
    assert (control.value, chosen) == ("b", [])


def test_nobody_writes_in_what_a_filter_is_about_to_replace(show, wire):
    place = ui.Section([])
    old = ui.Form("old", [ui.TextField("name", "Navn")], on_submit=lambda _sent: None)
    new = ui.Form("new", [ui.TextField("name", "Nyt navn")], on_submit=lambda _sent: None)
    place.show([old])
    control = ui.Filter("Sted", [(1, "Vejle"), (2, "Kolding")], lambda _site: place.show([new]))
    page = show(ui.Page([control, place]))
    wire.hold()
    page.get_by_label("Sted").select_option("Kolding")
    page.get_by_label("Navn").click(force=True)
    expect(page.get_by_label("Navn")).not_to_be_focused()
    wire.release()
    page.get_by_label("Nyt navn").fill("Bo")
    expect(page.get_by_label("Nyt navn")).to_have_value("Bo")


def test_the_answer_to_an_earlier_choice_does_not_undo_a_later_one(show, wire):
    towns = [(1, "Vejle"), (2, "Kolding"), (3, "Fredericia")]
    control = ui.Filter("Sted", towns, print, look="radio")
    page = show(control)
    wire.hold()
    page.get_by_role("radio", name="Kolding").check()
    later = page.get_by_role("radio", name="Fredericia")
    later.check()
    control.chosen = 1  # what Python says first when it comes to the earlier choice
    page.evaluate("host.pull()")
    expect(later).to_be_checked()
    wire.release()
    expect(page.get_by_text(_("The page shows what you chose."))).to_be_attached()
    expect(later).to_be_checked()


@pytest.mark.parametrize("index", [-1, 2, "0", None, True])
def test_filter_takes_only_its_own_options(wire, index):
    chosen = []
    control = ui.Filter("Sted", [(1, "Vejle"), (2, "Kolding")], chosen.append)
    assert control.answer({"do": "choose", "index": index}, [])["trouble"]
    assert chosen == []


def test_filter_whose_choice_cannot_be_shown_stays_with_what_is(show):
    def turn(_town: str) -> None:
        raise StoreUnavailable("Lageret kan ikke nås.")

    control = ui.Filter("Sted", [("Vejle", "Vejle"), ("Kolding", "Kolding")], turn)
    page = show(ui.Page([control, ui.Prose("Vejle er her")]))
    box = page.get_by_label("Sted")
    box.select_option("Kolding")
    expect(page.get_by_role("status").filter(has_text="Lageret kan ikke nås.")).to_be_visible()
    expect(box).to_have_value("0")
    assert control.value == "Vejle"


# --- places -----------------------------------------------------------------------------------


def test_section_filled_anew_keeps_the_focus_and_says_so(show):
    section = ui.Section()

    def fill() -> str:
        section.show([ui.Heading("Nyt"), ui.Button("Flyt", fill)], announce="Planen er ændret.")
        return ""

    section.show([ui.Button("Flyt", fill)])
    page = show(ui.Page([section]))
    page.get_by_role("button", name="Flyt").click()
    expect(page.get_by_role("heading", name="Nyt")).to_be_visible()
    expect(page.get_by_role("button", name="Flyt")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Planen er ændret.")).to_have_count(1)


def test_section_takes_the_focus_itself_when_what_had_it_is_gone(show):
    section = ui.Section()
    section.show([ui.Button("Flyt", lambda: section.show([ui.Heading("Nyt")]))])
    page = show(ui.Page([section]))
    page.get_by_role("button", name="Flyt").click()
    expect(page.locator(".pb-part-section")).to_be_focused()


def test_section_leaves_the_focus_of_a_reader_elsewhere(show):
    section = ui.Section([ui.Prose("Gammelt")])
    page = show(ui.Page([ui.Button("Andet", lambda: None), section]))
    page.get_by_role("button", name="Andet").focus()
    section.show([ui.Prose("Nyt")], announce="Ændret.")
    page.evaluate("host.pull()")
    expect(page.get_by_text("Nyt")).to_be_visible()
    expect(page.get_by_role("button", name="Andet")).to_be_focused()


def test_disclosure_makes_its_content_when_first_opened(show):
    made = []

    def make():
        made.append(1)
        return [ui.Prose("Indhold")]

    page = show(ui.Disclosure("Flere valg", make))
    toggle = page.get_by_role("button", name="Flere valg")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    assert made == []
    for _again in range(2):
        toggle.press("Enter")
        expect(page.get_by_text("Indhold")).to_be_visible()
        expect(toggle).to_have_attribute("aria-expanded", "true")
        toggle.press("Enter")
        expect(page.get_by_text("Indhold")).to_be_hidden()
    assert made == [1]


def test_tabs_go_by_arrow_keys_and_show_one_panel(show):
    panels = [("Fremmøde", [ui.Prose("Første")]), ("Evaluering", lambda: [ui.Prose("Anden")])]
    page = show(ui.Tabs(panels))
    expect(page.get_by_role("tabpanel", name="Fremmøde")).to_contain_text("Første")
    page.get_by_role("tab", name="Fremmøde").press("ArrowRight")
    expect(page.get_by_role("tab", name="Evaluering")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Evaluering")).to_contain_text("Anden")
    expect(page.get_by_text("Første")).to_be_hidden()
    page.keyboard.press("Home")
    expect(page.get_by_text("Første")).to_be_visible()


@pytest.mark.parametrize("kind", ["tab", "button"])
def test_place_that_takes_its_time_says_that_it_comes(show, wire, kind):
    late = ("Anden", lambda: [ui.Prose("Indhold")])
    page = show(ui.Tabs([("Første", []), late]) if kind == "tab" else ui.Disclosure(*late))
    wire.hold()
    page.get_by_role(kind, name="Anden").click()
    expect(page.get_by_role("status")).to_have_text(f"i{_('One moment …')}")
    wire.release()
    expect(page.get_by_text("Indhold")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)


def test_place_that_cannot_be_made_says_so(show):
    def make():
        raise StoreUnavailable("Lageret kan ikke nås.")

    page = show(ui.Disclosure("Flere valg", make))
    page.get_by_role("button", name="Flere valg").click()
    expect(page.get_by_role("status")).to_contain_text("Lageret kan ikke nås.")
