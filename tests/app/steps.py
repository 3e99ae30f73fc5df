"""What users do on the pages, in the words they see there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
from playwright.sync_api import Locator, Page, expect

from builders import PlannedCourse, somebody
from journeys import App, Server
from peerbook.course import plan_records
from peerbook.course.schedule.calendar import holidays_of
from peerbook.course.schedule.plan import PlannedDate
from peerbook.text.formats import COPENHAGEN

TODAY = dt.datetime.now(COPENHAGEN).date()
RECEIPT = re.compile(r"Gemt kl\. [\d.]+ \(kvittering (\d+)\)\.")


def months_ahead(count: int) -> tuple[int, int]:
    """Return year and month of a month from now on."""
    place = TODAY.year * 12 + TODAY.month - 1 + count
    return place // 12, place % 12 + 1


def holiday_after(day: dt.date) -> tuple[dt.date, str]:
    """Return the first public holiday after a day that is no weekend, and its name."""
    return min(
        (holiday, name)
        for year in (day.year, day.year + 1)
        for holiday, name in holidays_of(year).items()
        if holiday > day and holiday.weekday() < 5
    )


def free_day_near(app: App, made: PlannedCourse, date: PlannedDate) -> dt.date:
    """Return a working day close to a date on which it could be held."""
    with app.store.read() as session:
        calendar = plan_records.calendar_of(session, made.site_id)
    near = (date.date + dt.timedelta(step) for step in (1, 2, 3, -1, -2))
    return next(day for day in near if day.weekday() < 5 and calendar.is_free(day, date.resources))


# -- parts of a page -------------------------------------------------------------------------------


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def way_to(page: Page, name: str) -> Locator:
    """Return the link of the menu to a page, once the group it stands in is opened."""
    link = page.get_by_role("link", name=name, exact=True, include_hidden=True)
    group = page.locator(".pb-group > details:not([open])").filter(has=link)
    if group.count():
        group.locator("summary").click()
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True)


def unfold(page: Page, name: str | re.Pattern[str]) -> Locator:
    """Open a heading that opens, and return what stands under it."""
    heading = page.get_by_role("button", name=name)
    heading.click()
    panel = page.locator(f"#{heading.get_attribute('aria-controls')}")
    expect(panel).to_be_visible()
    return panel


def choose(page: Page, label: str, /, **option: str | int) -> None:
    """Choose what a part of the page shows, and wait until it shows that."""
    page.get_by_role("combobox", name=label, exact=True).select_option(**option)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def turn_to(page: Page, way: str) -> None:
    """Choose one of several ways that stand side by side, and wait until it is there."""
    page.get_by_role("radio", name=way).check()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def unfold_all(page: Page) -> None:
    """Open everything on the page that opens, what opens inside it too."""
    closed = page.locator("main .pb-disclosure[aria-expanded=false]:visible")
    for _each in range(40):
        if not closed.count():
            break
        heading = closed.first
        panel = page.locator(f"#{heading.get_attribute('aria-controls')} > *")
        heading.click()
        expect(panel.first).to_be_attached()
    folded = page.locator("main details:not([open]) > summary:visible")
    for _each in range(folded.count()):
        folded.first.click()


def views(page: Page) -> Iterator[str]:
    """Show everything a page can show in turn, unfolded: its tabs, those inside, and choices."""
    return _views(page, page.locator("main"), "")


def _views(page: Page, place: Locator, name: str) -> Iterator[str]:
    tabs = place.get_by_role("tablist")
    if tabs.count():
        # The first is the outermost; those after it stand in its panels.
        for label in tabs.first.get_by_role("tab").all_inner_texts():
            one = tabs.first.get_by_role("tab", name=label, exact=True)
            one.click()
            panel = page.locator(f"#{one.get_attribute('aria-controls')}")
            expect(panel.locator("> *").first).to_be_attached()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            yield from _views(page, panel, f"{name} › {label}")
        return
    unfold_all(page)
    yield name
    ways = place.locator(".pb-filter:visible input[type=radio]:not(:checked)")
    for label in [way.evaluate("box => box.labels[0].textContent") for way in ways.all()]:
        place.get_by_role("radio", name=label, exact=True).check()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        unfold_all(page)
        yield f"{name} › {label}"
    lists = place.locator(".pb-filter:visible select")
    for box in lists.all():
        for label in box.locator("option:not(:checked)").all_inner_texts():
            box.select_option(label=label)
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            unfold_all(page)
            yield f"{name} › {label}"


def row_of(place: Page | Locator, head: str | re.Pattern[str]) -> Locator:
    """Return the rows of a table whose heading is `head`, or holds it if it is a pattern."""
    page = place.page if isinstance(place, Locator) else place
    heading = page.get_by_role("rowheader", name=head, exact=True)
    return place.get_by_role("row").filter(has=heading)


def receipt(page: Page | Locator) -> int:
    """Wait until the page says that something is saved, and return the number it told."""
    told = page.get_by_text(RECEIPT).first
    expect(told).to_be_visible()
    found = RECEIPT.search(told.inner_text())
    assert found
    return int(found[1])


def record_of(app: App, number: int) -> tuple[str, int]:
    """Return what a receipt stands for, as whoever helps can look it up: kind and number."""
    ((kind, record),) = app.rows(
        "SELECT s.kind, s.number FROM submission s"
        " JOIN audit a ON a.table_name = 'submission' AND a.row_id = s.key WHERE a.seq = ?",
        number,
    )
    return str(kind), int(str(record))


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    return started.value.path().read_bytes()


def sideways(page: Page) -> int:
    """Return by how many pixels the page itself can be scrolled sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


# -- planning --------------------------------------------------------------------------------------


def ask_for_plan(page: Page, title: str, **more: str) -> None:
    """Fill in the form for a new course, and ask for a proposal."""
    year, month = months_ahead(4)
    answers = {
        "month": f"{year}-{month:02}", "weekday": "tirsdag", "week": "", "starts": "09:30",
        "teachers": f"{somebody('Underviser')}, {somebody('Underviser')}", "room": "Store sal",
    } | more  # fmt: skip
    page.get_by_label("Holdets navn").fill(title)
    if answers["month"]:
        page.get_by_label("Måned for den første").select_option(answers["month"])
    page.get_by_label("Ugedag").select_option(label=answers["weekday"])
    if answers["week"]:
        page.get_by_label("Hvilken uge i måneden?").select_option(label=answers["week"])
    page.get_by_label("Undervisningen begynder").fill(answers["starts"])
    page.get_by_label("Undervisere").fill(answers["teachers"])
    page.get_by_label("Lokale").fill(answers["room"])
    page.get_by_role("button", name="Vis et forslag").click()


def ask_to_move(page: Page, name: str, to: dt.date, reason: str) -> None:
    """Choose a date and its new day on the tab that moves, and ask what follows."""
    page.get_by_label("Hvilken dag?").select_option(label=option_of(page, "Hvilken dag?", name))
    page.get_by_label("Ny dato").fill(to.isoformat())
    page.get_by_label("Hvorfor?").fill(reason)
    page.get_by_role("button", name="Se, hvad der følger med").click()


def option_of(page: Page, label: str, beginning: str) -> str:
    """Return the option of a list that begins with some words."""
    options = page.get_by_label(label).get_by_role("option")
    found = options.filter(has_text=re.compile(f"^{re.escape(beginning)}"))
    expect(found).not_to_have_count(0)
    return found.first.inner_text()


@dataclass(frozen=True)
class Entry:
    """An entry of a calendar file, as a calendar would read it."""

    uid: str
    sequence: int
    day: dt.date
    status: str


def entries(calendar: bytes) -> dict[str, Entry]:
    """Return the entries by the name of their date, read by the letter of RFC 5545."""
    lines = calendar.decode("utf-8").replace("\r\n ", "").split("\r\n")
    found = {}
    for block in _blocks(lines, "VEVENT"):
        facts = {line.partition(":")[0].partition(";")[0]: line.partition(":")[2] for line in block}
        day = dt.datetime.strptime(facts["DTSTART"][:8], "%Y%m%d").date()
        entry = Entry(facts["UID"], int(facts["SEQUENCE"]), day, facts["STATUS"])
        found[facts["SUMMARY"].rpartition(": ")[2]] = entry
    return found


def _blocks(lines: list[str], name: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line == f"END:{name}":
            yield block
        block = [] if line == f"BEGIN:{name}" else [*block, line]


# -- recording -------------------------------------------------------------------------------------


def mark(page: Page, mentor: str, status: str, note: str = "") -> None:
    """Say how it was with a mentor on the day that is open."""
    page.get_by_role("combobox", name=f"{mentor} Status").select_option(label=status)
    if note:
        page.get_by_role("textbox", name=f"{mentor} Bemærkning").fill(note)


def all_present(page: Page) -> None:
    """Say that everybody came of whom nothing is said yet, and save."""
    page.get_by_role("button", name="Alle til stede").click()
    page.get_by_role("button", name="Gem fremmøde").click()


def answer(place: Page | Locator, question: str, label: str) -> None:
    """Tick a point of the scale under a question, by its words."""
    scale = place.get_by_role("radiogroup", name=question)
    scale.get_by_role("radio", name=re.compile(rf"^\d*\s*{re.escape(label)}$")).check()


# -- processes -------------------------------------------------------------------------------------


def kernel_of(server: Server, page: Page) -> int:
    """Return the process id of a page's kernel: a child of the server's zygote with its sockets."""
    own = page.locator("peerbook-line").get_attribute("kernel")
    assert own
    return next(
        kernel.pid
        for zygote in psutil.Process(server.process.pid).children()
        for kernel in zygote.children()
        if any(own in str(socket.laddr) for socket in kernel.net_connections("unix"))
    )
