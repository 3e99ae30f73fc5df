"""The page in a browser: widgets are drawn, talk to their kernel, and say when nobody listens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.app

COUNTER = '''
import os
import anywidget, ipywidgets, traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        const show = () => { button.textContent = `${model.get("label")}: ${model.get("n")}`; };
        button.onclick = () => { model.set("n", model.get("n") + 1); model.save_changes(); };
        model.on("change:n", show);
        show();
        el.append(button);
      },
    };
    """
    _css = ".pb-widget button { border-width: 3px }"
    n = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    twin = None

    @traitlets.observe("n")
    def _tell_twin(self, change):
        if self.twin is not None:
            self.twin.n = change.new * 10

pid = Counter(label="pid", n=os.getpid())
one, two = Counter(label="one", n=1), Counter(label="two", n=2)
one.twin = two
'''


def test_an_anywidget_and_its_box_are_drawn_and_talk_to_the_kernel(serve_notebooks, visitor):
    server = serve_notebooks({"start": [COUNTER, "ipywidgets.VBox([one, ipywidgets.HBox([two])])"]})
    page = visitor.open(server, "start")
    expect(page.locator(".pb-box > .pb-widget > button")).to_have_text(["one: 1", "two: 2"])
    page.get_by_role("button", name="one").click()
    expect(page.get_by_role("button", name="two")).to_have_text("two: 20")
    assert page.locator("#pb-loading").count() == 0
