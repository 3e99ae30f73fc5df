// Everything a page of peerbook can show; the loader calls `initialize` and `render` for its widget.
import { h } from "./dom.js";
import { drawers, drawn, forget, treeOf } from "./tree.js";
import { form } from "./form.js";
import { table } from "./table.js";
import { chart } from "./chart.js";
import { address, button, columns, disclosure, excerpt, filter, heading, notice, overview, page, panel, prose, section, step_by_step, tabs } from "./page.js";

Object.assign(drawers, { address, button, chart, columns, disclosure, excerpt, filter, form, heading, notice, overview, page, panel, prose, section, step_by_step, table, tabs });

export function initialize({ model }) {
  treeOf(model);
  return () => forget(model);
}

export function render({ model, el, base }) {
  if (!document.getElementById("pb-kit-style")) document.head.append(h("style", { id: "pb-kit-style" }, STYLE));
  return drawn(treeOf(model).root, el, base).leave;
}
