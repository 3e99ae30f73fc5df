// A real table: caption, headings with scope, sorting by buttons; where it does not fit, cards.
// Roles stand on every element, since a browser forgets them when a table is shown as cards.
import { actionButton, fill, h, stackWhenNarrow, symbol } from "./dom.js";

const LONG = 60; // letters: a sentence rather than a word

const SHOWN_AT_FIRST = 200;
const RIGHT = ["number", "share", "kroner"];
const WHOLE = ["date", "day", "time"];

const lookOf = ({ kind }) => (RIGHT.includes(kind) ? "pb-right" : WHOLE.includes(kind) ? "pb-whole" : null);

export function table({ model, el }) {
  let drawn;
  const draw = () => {
    drawn?.leave();
    const data = { ...model.get("data"), sort: drawn?.sort };
    drawn = tableNode(data, {
      id: model.id,
      words: model.get("texts"),
      lang: model.lang,
      isSortable: model.get("sortable"),
      action: data.labels && { confirm: model.get("confirm"), run: (index) => model.ask({ do: "row", index, edition: model.get("edition") }) },
    });
    el.replaceChildren(drawn.node);
  };
  model.on("change:data", draw);
  draw();
  return () => drawn.leave();
}

// Return {node, sort, leave} for data {caption, columns: [{label, kind}], rows: [[cell]]}, with the
// labels of the rows' buttons where there is an action; a row whose label is empty has none.
// A cell is a text, [text, value to sort by], {text, tone}, {text, href}, or null for nothing.
export function tableNode(data, { id, words, lang, isSortable, action }) {
  const { caption, columns } = data;
  const sort = data.sort ?? { column: null, isDown: false };
  const collator = new Intl.Collator(lang, { numeric: true });
  let isWhole = data.rows.length <= SHOWN_AT_FIRST;
  let leaves = [];
  let fit;

  const heads = columns.map((column, i) => {
    const side = lookOf(column);
    if (!isSortable || data.rows.length < 2) return h("th", { scope: "col", role: "columnheader", class: side }, column.label);
    const arrow = h("span", { class: "pb-arrow", "aria-hidden": "true" });
    const button = h("button", { type: "button", class: "pb-sort" }, h("span", {}, column.label, arrow));
    button.addEventListener("click", () => {
      if (sort.column === i && sort.isDown) Object.assign(sort, { column: null, isDown: false });
      else Object.assign(sort, { column: i, isDown: sort.column === i });
      fillBody();
    });
    return h("th", { scope: "col", role: "columnheader", class: side }, button);
  });
  const body = h("tbody", { role: "rowgroup" });
  const more = h("button", { type: "button", class: "pb-button pb-look-quiet" }, fill(words.show_all, { n: data.rows.length }));
  more.addEventListener("click", () => {
    isWhole = true;
    fillBody();
    body.rows[SHOWN_AT_FIRST]?.querySelector("button")?.focus();
  });

  function fillBody() {
    leaves.forEach((leave) => leave());
    leaves = [];
    heads.forEach((head, i) => {
      const isSorted = sort.column === i;
      if (!head.querySelector("button")) return;
      if (isSorted) head.setAttribute("aria-sort", sort.isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector(".pb-arrow").textContent = `\u00a0${isSorted ? (sort.isDown ? "↓" : "↑") : "↕"}`; // goes with the last word
    });
    const order = data.rows.map((_, index) => index);
    if (sort.column !== null) {
      const keys = data.rows.map((row) => sortKey(row[sort.column]));
      order.sort((a, b) => inOrder(keys[a], keys[b], collator, sort.isDown));
    }
    body.replaceChildren(...(isWhole ? order : order.slice(0, SHOWN_AT_FIRST)).map(rowNode));
    if (!order.length) {
      const width = columns.length + (action ? 1 : 0);
      body.append(h("tr", { role: "row" }, h("td", { role: "cell", colspan: width, class: "pb-empty" }, words.empty)));
    }
    more.hidden = isWhole;
    fit?.();
  }

  function rowNode(index) {
    const cells = data.rows[index].map((cell, i) => {
      const isLong = textOf(cell).length > LONG;
      const attributes = { class: [lookOf(columns[i]), isLong && "pb-long", cell === null && "pb-none"].filter(Boolean).join(" ") || null };
      if (!i) return h("th", { ...attributes, scope: "row", role: "rowheader" }, content(cell));
      return h("td", { ...attributes, role: "cell", "data-label": columns[i].label }, content(cell));
    });
    if (action) {
      const name = textOf(data.rows[index][0]);
      const label = data.labels[index];
      const cell = h("td", { role: "cell" });
      cells.push(cell);
      if (label) {
        const { node, button, leave } = actionButton({ label, confirm: action.confirm }, words, () => action.run(index));
        button.setAttribute("aria-label", `${label} – ${name}`);
        leaves.push(leave);
        cell.append(node);
      }
    }
    return h("tr", { role: "row" }, cells);
  }

  const head = h("tr", { role: "row" }, heads, action && h("td", { role: "cell" }));
  const whole = h("table", { class: "pb-table", role: "table", "aria-labelledby": `${id}-caption` },
    h("caption", { id: `${id}-caption` }, h("span", {}, caption)), h("thead", { role: "rowgroup" }, head), body);
  const region = h("div", { class: "pb-scroll", role: "region", tabindex: "0", "aria-labelledby": `${id}-caption` }, whole);
  fit = stackWhenNarrow(region, whole);
  fillBody();
  return { node: h("div", { class: "pb-table-place" }, region, more), sort, leave: () => leaves.forEach((leave) => leave()) };
}

const textOf = (cell) => (cell === null ? "–" : typeof cell === "string" ? cell : Array.isArray(cell) ? cell[0] : cell.text);
const sortKey = (cell) => (cell === null ? null : typeof cell === "string" ? cell : Array.isArray(cell) ? cell[1] : cell.text);

// Nothing comes last, whichever way the rows are turned.
function inOrder(a, b, collator, isDown) {
  if (a === null || b === null) return (a === null) - (b === null);
  const way = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return isDown ? -way : way;
}

function content(cell) {
  if (cell !== null && typeof cell === "object" && !Array.isArray(cell)) {
    if (cell.href) return h("a", { href: cell.href }, cell.text);
    return h("span", { class: `pb-mark pb-${cell.tone}` }, symbol(cell.tone), cell.text);
  }
  return h("bdi", {}, textOf(cell));
}
