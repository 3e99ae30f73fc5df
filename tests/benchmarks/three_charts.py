"""A page of ours with three charts and one filter that changes them all."""

from __future__ import annotations

from benchmarks import content
from peerbook.ui import Chart, Filter, Page, TableData


def open_page() -> Page:
    """Return the page, showing the latest course."""
    known = content.courses()
    charts = [
        Chart(figure, finding=finding, alt=finding, table=TableData([], [], finding))
        for figure, finding, _title in content.three_charts(known[0][0])
    ]

    def show(number: int) -> None:
        for chart, (figure, finding, _title) in zip(
            charts, content.three_charts(number), strict=True
        ):
            chart.update(figure, finding=finding, alt=finding, table=TableData([], [], finding))

    return Page([Filter(content.CHOICE, known, show), *charts], synthetic=True)
