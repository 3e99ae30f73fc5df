"""Measure our pages against Dash and Streamlit, in one run: `python -m benchmarks.run`.

Opening is the time from the start of the navigation, in a browser that has been nowhere before, to
the frame in which every chart, table and form is there and the framework says it is done. A filter
change is the time from the click to the frame in which the page shows the other course, or what
another figure comes to; a turn, that from the click on a tab to the frame in which all it holds is
there. The window is tall, so that nothing is drawn later for being out of sight. Servers take
turns.

With `--country` all is measured on a country's store (`nation.py`) instead, in the folder that is
named: it is filled first unless it has been before, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app_under_test import BROWSER_FLAGS
from benchmarks import content, draws, pairs, saves
from benchmarks.nation import fill_nation
from benchmarks.servers import Server, largest_kernel, private_bytes, running
from builders import DEMO_DAY
from peerbook.demo import fill
from peerbook.store import Store

WINDOW = {"width": 1200, "height": 4000}
PATIENCE_MS = 30_000
FILTERED = ("course_record", "three_charts", "estimate")
CHANGES = 3
VISITORS = 5
MEMORY_PAGE = "course_record"
MEMORY_TARGET_MB = 80
KERNEL_TARGET_MB = 150
SHARE_OF_DASH = 1.0
PACES = {"as fast as they can": 0.0, "one a second each": 1.0}

# `marks`: a text each chart must hold; `rows`: rows of tables; `people`: rows of the roster;
# `says`: the last heading. What is in a tab that is not turned to is not looked at.
WATCH = """
globalThis.watchFor = ({ marks, rows, people, says }) => {
  globalThis.changedAt = null;
  const isDrawn = (plot, i) =>
    plot.querySelector(".cartesianlayer .trace") &&
    (plot.textContent.includes(marks[i]) || JSON.stringify(plot.data).includes(marks[i]));
  const isSeen = (one) => one.checkVisibility();
  const seen = (what) => [...document.querySelectorAll(what)].filter(isSeen);
  const isReady = () => {
    const plots = seen(".js-plotly-plot");
    return (
      plots.length === marks.length && plots.every(isDrawn) &&
      seen("table tbody tr").length >= rows &&
      (PEOPLE) >= people && (!says || document.body.innerText.includes(says)) && (READY)
    );
  };
  globalThis.readyAt = new Promise((resolve, reject) => {
    const count = (what) => seen(what).length;
    const state = () =>
      `${location.pathname}: ${count(".js-plotly-plot")} of ${marks.length} charts, ` +
      `${count("table tbody tr")} of ${rows} rows, ${(PEOPLE)} of ${people} people, ` +
      `“${says}”, ${READY}`;
    setTimeout(() => reject(new Error(state())), PATIENCE);
    const look = () => {
      if (document.body && isReady()) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
};
for (const kind of ["click", "change"])
  addEventListener(kind, (event) => (globalThis.changedAt ??= event.timeStamp), { capture: true });
"""


class Bench:
    """One run: a browser, three servers, and the times in milliseconds."""

    def __init__(self, browser: Browser, servers: list[Server], pages: Sequence[str]) -> None:
        self._browser = browser
        self._servers = servers
        self._pages = pages
        first = {page: choices()[0][0] for page, choices in content.FILTERS.items()}
        self._expected = {
            page: expected(content.PARTS[page](first.get(page, 0)))
            for page in {*pages, MEMORY_PAGE}
        }
        self._turned = {page: expected(one.turned()) for page, one in content.TABBED.items()}
        self._labels = {page: one.label for page, one in content.TABBED.items()}
        self.times: dict[tuple[str, str, str], list[float]] = defaultdict(list)

    def round(self) -> None:
        """Open every page at every server once, and change its filter."""
        for page in self._pages:
            for server in self._servers:
                context = self._visitor(server)
                opened = self._open(context, server, page)
                if page in FILTERED:
                    self._change(opened, server, page)
                if page in content.TABBED:
                    self._turn(opened, server, page)
                context.close()

    def memory(self, server: Server) -> float:
        """Return how much private memory each further visitor costs, in megabytes."""
        contexts, used = [], []
        for _ in range(VISITORS + 1):
            contexts.append(self._visitor(server))
            self._open(contexts[-1], server, MEMORY_PAGE, keep=False)
            used.append(private_bytes(server.pid) / 1e6)
        for context in contexts:
            context.close()
        # The first visitor also pays for what all share.
        return statistics.linear_regression(range(VISITORS), used[1:]).slope

    def _visitor(self, server: Server) -> BrowserContext:
        context = self._browser.new_context(
            viewport=WINDOW, locale="da-DK", timezone_id="Europe/Copenhagen"
        )
        script = WATCH.replace("READY", server.ready).replace("PEOPLE", server.rows)
        context.add_init_script(script.replace("PATIENCE", str(PATIENCE_MS)))
        if server.login:
            address, headers = server.login
            context.request.get(address, headers=headers, max_redirects=0)
        return context

    def _open(
        self, context: BrowserContext, server: Server, page: str, *, keep: bool = True
    ) -> Page:
        opened = context.new_page()
        wanted = json.dumps(self._expected[page])
        opened.add_init_script(f"watchFor({wanted})")
        opened.goto(server.url(page), wait_until="commit")
        took = self._ready_at(opened)
        if keep:
            self.times["open", page, server.name].append(took)
        return opened

    def _change(self, opened: Page, server: Server, page: str) -> None:
        titles = list(content.marks(page))
        for turn in range(1, CHANGES + 1):
            place = turn % len(titles)
            mark = content.marks(page)[titles[place]]
            # Another course may have fewer people; that it is the one shown is what counts.
            opened.evaluate(
                "wanted => { watchFor(wanted); }",
                {"marks": mark.charts, "says": mark.says, "rows": 0, "people": 0},
            )
            if server.login:
                choice = opened.locator("#content").get_by_label(content.CHOICE, exact=True)
                choice.select_option(index=place)
            else:
                opened.get_by_role("radio").nth(place).check(force=True)
            took = self._ready_at(opened) - opened.evaluate("changedAt")
            self.times["filter", page, server.name].append(took)

    def _turn(self, opened: Page, server: Server, page: str) -> None:
        wanted = self._turned[page]
        opened.evaluate("wanted => { watchFor(wanted); }", wanted)
        label = self._labels[page]
        if server.name == "Streamlit":
            opened.get_by_text(label, exact=True).first.click()
        else:
            tab = opened.get_by_role("tab", name=label, exact=True)
            tab.or_(opened.locator(".tab").filter(has_text=label)).first.click()
        took = self._ready_at(opened) - opened.evaluate("changedAt")
        self.times["turn", page, server.name].append(took)

    @staticmethod
    def _ready_at(page: Page) -> float:
        return float(page.evaluate("readyAt"))


def expected(parts: Sequence[content.Part]) -> dict[str, object]:
    """Return what must be there before a page or a tab counts as shown."""
    said = [part.text for part in parts if isinstance(part, content.Heading) and part.level]
    return {
        "rows": sum(len(part.rows) for part in parts if isinstance(part, content.Grid)),
        "people": sum(len(part.rows) for part in parts if isinstance(part, content.Roster)),
        "marks": [part.mark for part in parts if isinstance(part, content.Plot)],
        "says": said[-1] if said else "",
    }


def main() -> int:
    """Measure, print the table, and return whether targets that were to be checked are missed."""
    options = _options()
    if options.country:
        return _measure_country(options)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        os.environ["PEERBOOK_DATA"] = str(data)
        with Store.open() as store:
            fill(store, DEMO_DAY)
        with sync_playwright() as playwright, running(data) as servers:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
            bench = Bench(browser, servers, options.pages)
            bench.round()
            bench.times.clear()  # the first visit after a start is nobody's everyday
            for _ in range(options.rounds):
                bench.round()
            memory = {server.name: bench.memory(server) for server in servers}
            browser.close()
        saved = {
            pace: saves.measure(data / "peerbook.sqlite", content.courses()[0][0], pause_s)
            for pace, pause_s in PACES.items()
        }
    proposed_s = pairs.measure()
    medians = {key: statistics.median(times) for key, times in bench.times.items()}
    missed = report(medians, memory, saved, proposed_s, options.rounds)
    missed |= draws.report(draws.measure())
    print("A target is missed." if missed else "All targets are reached.")
    if options.json:
        options.json.write_text(json.dumps([[*key, times] for key, times in bench.times.items()]))
    errors = {error for one in saved.values() for error in one.errors}
    if errors:
        print(*sorted(errors), sep="\n", file=sys.stderr)
    return int(bool(errors) or (options.check and missed))


def _measure_country(options: argparse.Namespace) -> int:
    """Measure the pages on a country's store; there are no saves, and nobody is matched."""
    data: Path = options.country
    os.environ["PEERBOOK_DATA"] = str(data.absolute())
    with Store.open() as store:
        if store.is_empty():
            print(f"Filling {data} …")
            fill_nation(store)
    largest = 0.0
    with sync_playwright() as playwright, running(data.absolute()) as servers:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        bench = Bench(browser, servers, content.IN_A_COUNTRY)
        for turn in range(options.rounds + 1):
            bench.round()
            if not turn:
                bench.times.clear()
            largest = max(largest, largest_kernel(servers[0].pid) / 1e6)
        browser.close()
    medians = {key: statistics.median(times) for key, times in bench.times.items()}
    missed = _report_times(medians, options.rounds) | (largest > KERNEL_TARGET_MB)
    print(f"Private memory of the largest kernel of ours: {largest:.0f} MB")
    print("A target is missed." if missed else "All targets are reached.")
    if options.json:
        options.json.write_text(json.dumps([[*key, times] for key, times in bench.times.items()]))
    return int(options.check and missed)


def _report_times(medians: Mapping[tuple[str, str, str], float], rounds: int) -> bool:
    """Print the table of times; return whether a target is missed."""
    missed = False
    print(f"Median of {rounds} rounds, milliseconds")
    line = "{:<7} {:<14} {:>9} {:>7} {:>10} {:>11} {:>16}"
    heads = ("", "page", "peerbook", "Dash", "Streamlit", "ours/Dash", "ours/Streamlit")
    print(line.format(*heads))
    for what, page in dict.fromkeys((what, page) for what, page, _server in medians):
        ours, dash, streamlit = (
            medians[what, page, server] for server in ("peerbook", "Dash", "Streamlit")
        )
        numbers = (f"{number:.0f}" for number in (ours, dash, streamlit))
        shares = (f"{ours / dash:.2f}", f"{ours / streamlit:.2f}")
        print(line.format(what, page, *numbers, *shares))
        missed |= ours > SHARE_OF_DASH * dash
    return missed


def report(
    medians: dict[tuple[str, str, str], float],
    memory: dict[str, float],
    saved: Mapping[str, saves.Outcome],
    proposed_s: float,
    rounds: int,
) -> bool:
    """Print the table; return whether a target is missed."""
    missed = _report_times(medians, rounds)
    each = ", ".join(f"{name} {megabytes:.1f}" for name, megabytes in memory.items())
    print(f"Private memory for each further visitor on {MEMORY_PAGE}, MB: {each}")
    for pace, one in saved.items():
        print(
            f"Saves: {saves.PROCESSES} processes × {saves.SAVES_EACH}, {pace}: "
            f"{one.per_second:.0f} a second, half within {one.median_ms:.0f} ms, "
            f"95 % within {one.p95_ms:.0f} ms, {len(one.errors)} errors"
        )
        missed |= one.p95_ms >= saves.TARGET_MS
    print(f"Pairs proposed for {pairs.PEOPLE} × {pairs.PEOPLE} people: {proposed_s:.1f} s")
    missed |= proposed_s >= pairs.TARGET_S
    missed |= memory["peerbook"] > MEMORY_TARGET_MB
    return missed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", nargs="+", choices=content.PARTS, default=list(content.PARTS))
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    parser.add_argument(
        "--country",
        type=Path,
        nargs="?",
        const=Path("build/nation"),
        metavar="FOLDER",
        help="measure on a country's store, which is in the folder or made there",
    )
    parser.add_argument("--json", type=Path, help="also write every time to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
