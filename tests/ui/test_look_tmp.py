import sys

sys.path.insert(0, "/tmp/uiwork")


def test_look(show, axe, wire):
    from demo import all_parts

    p = all_parts()
    page = show(p)
    logs = []
    page.on("console", lambda m: logs.append(m.text))
    page.get_by_role("button", name="Gem planen").scroll_into_view_if_needed()
    page.locator(".pb-plot").first.scroll_into_view_if_needed()
    page.wait_for_selector(".pb-plot[data-drawn=yes]")
    page.wait_for_timeout(500)
    page.screenshot(path="/tmp/uiwork/wide.png", full_page=True)
    v = axe(page)
    print("\n".join(v))
    print(logs)
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_timeout(600)
    page.screenshot(path="/tmp/uiwork/narrow.png", full_page=True)
    print(page.evaluate("[document.documentElement.scrollWidth, innerWidth]"))
    assert not v
