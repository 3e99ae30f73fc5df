// Everything a widget of peerbook can show; the loader calls `render` for each.
import { h } from "./dom.js";
import { form } from "./form.js";
import { table } from "./table.js";
import { chart } from "./chart.js";
import { button, disclosure, filter, heading, notice, prose, section, tabs } from "./page.js";

const PARTS = { form, table, chart, button, disclosure, filter, heading, notice, prose, section, tabs };

export function render(context) {
  if (!document.getElementById("pb-kit-style")) document.head.append(h("style", { id: "pb-kit-style" }, STYLE));
  const part = context.model.get("part");
  context.el.classList.add("pb", `pb-part-${part}`);
  return PARTS[part](context);
}
