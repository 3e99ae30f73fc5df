"""Measure how fast a register comes in: `python -m benchmarks.imports`.

A hundred thousand rows of attendance as Danish Excel saves them are read in a process apart and
checked in full: encoding, separator, broken letters, every kind of cell, every rule of the schema.
Written by hand, the same file is parsed by `csv` alone; the ratio says what the checking costs.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import time

from peerbook.course.frames import attendance_template
from peerbook.course.names import STATUSES, attendance_name
from peerbook.files.apart import read_apart
from peerbook.files.intake import read_filled

ROWS = 100_000
WANTED_PER_SECOND = 20_000


def a_register() -> bytes:
    """Return a hundred thousand rows with every column in use."""
    chance = random.Random(1)
    template = attendance_template()
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(list(template.headings()))
    first = dt.date(2026, 1, 1)
    for number in range(ROWS):
        day = first + dt.timedelta(days=number % 300)
        status = attendance_name(chance.choice(STATUSES))
        note = "kom senere" if number % 3 else ""
        writer.writerow([f"Ærlige Åse nr. {number % 5000}", f"{day:%d-%m-%Y}", "", status, note])
    return target.getvalue().encode("utf-8-sig")


def main() -> int:
    """Measure, print, and return whether it is slower than it has to be."""
    data = a_register()
    begun = time.perf_counter()
    bare = sum(1 for _row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    parsed = time.perf_counter()
    table = read_apart(data)
    read = time.perf_counter()
    reading = read_filled(attendance_template(), table)
    checked = time.perf_counter()
    if len(reading.rows) != ROWS or bare != ROWS + 1 or reading.faults:
        raise RuntimeError("not every row came in")
    per_second = ROWS / (checked - parsed)
    print(f"{ROWS} rows, {len(data) / 1e6:.1f} MB: read apart {read - parsed:.2f} s, checked "
          f"{checked - read:.2f} s, {per_second:,.0f} rows/s in all; csv alone takes "
          f"{(parsed - begun) / (checked - parsed):.0%} of that")  # fmt: skip
    return int(per_second < WANTED_PER_SECOND)


if __name__ == "__main__":
    raise SystemExit(main())
