// The controls of a form: each can be read and written as the raw answers that Python parses.
import { fill, h, stackWhenNarrow } from "./dom.js";

const CONTROLS = {
  text: (spec, id) => input(spec, id, { type: "text", autocomplete: "off" }),
  number: (spec, id) => withUnit(spec, input(spec, id, { type: "text", inputmode: "decimal", autocomplete: "off" })),
  integer: (spec, id) => withUnit(spec, input(spec, id, { type: "text", inputmode: "numeric", autocomplete: "off" })),
  time: (spec, id) => input(spec, id, { type: "time" }),
  long_text: longText,
  date,
  choice: (spec, id, words) => (spec.look === "radio" ? radios(spec, id) : select(spec, id, words)),
  choices,
  scale,
  flag,
  file,
  rows,
};

const GROUPED = (spec) => ["choices", "scale"].includes(spec.kind) || (spec.kind === "choice" && spec.look === "radio");

// ---- one field with its label, hint and fault ---------------------------------------------------

// Return {spec, node, read, write, showFault, clearFaults, target}.
export function field(spec, id, words, lang) {
  const control = CONTROLS[spec.kind](spec, id, words, lang);
  const hint = spec.hint && h("p", { class: "pb-hint", id: `${id}-hint` }, spec.hint);
  const fault = h("p", { class: "pb-fault", id: `${id}-fault`, hidden: true });
  const label = [spec.label, spec.required && h("span", { class: "pb-required" }, ` ${words.required}`)];
  const holder = GROUPED(spec) || spec.kind === "rows" ? control.holder : control.inputs[0];
  const described = [hint && hint.id, control.counter?.id].filter(Boolean);
  if (described.length) holder.setAttribute("aria-describedby", described.join(" "));

  let node;
  if (holder === control.holder) {
    holder.prepend(h("legend", { class: "pb-label" }, label), hint || "", fault);
    node = holder;
  } else if (spec.kind === "flag") {
    node = h("div", {}, h("label", { class: "pb-flag", for: id }, control.node, h("span", {}, label)), hint, fault);
  } else {
    node = h("div", {}, h("label", { class: "pb-label", for: id }, label), hint, fault, control.node);
  }
  node.classList.add("pb-field", `pb-field-${spec.kind.replace("_", "-")}`);
  node.dataset.field = spec.name;
  if (spec.required && !["flag", "rows", "choices"].includes(spec.kind)) {
    (spec.kind === "scale" || spec.look === "radio" ? holder : control.inputs[0]).setAttribute("aria-required", "true");
  }

  const mark = (message) => {
    fault.hidden = !message;
    fault.textContent = message;
    const ids = [...described, message && fault.id].filter(Boolean);
    if (ids.length) holder.setAttribute("aria-describedby", ids.join(" "));
    else holder.removeAttribute("aria-describedby");
    for (const one of holder.getAttribute("role") === "radiogroup" ? [holder] : control.inputs) {
      if (spec.kind === "rows") continue;
      if (message) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
    node.classList.toggle("pb-faulty", Boolean(message));
  };
  return {
    spec,
    node,
    read: control.read,
    write: control.write,
    files: control.files,
    localFault: control.localFault,
    // `place` is what stands behind the field's own name: nothing, or row and column.
    showFault(place, message) {
      if (place && control.showFault?.(place, message)) return control.target(place);
      mark(message);
      return control.target?.("") ?? control.inputs[0];
    },
    clearFaults() {
      mark("");
      control.clearFaults?.();
    },
    focus: () => (control.target?.("") ?? control.inputs.find((one) => one.checked) ?? control.inputs[0])?.focus(),
  };
}

// A raw answer in words, for comparing two versions.
export function inWords(spec, raw, words, lang) {
  const label = (code) => spec.options.find(([value]) => value === String(code))?.[1] || String(code);
  if (raw === null || raw === undefined || raw === "") return "–";
  if (spec.kind === "flag") return raw ? words.yes : words.no;
  if (spec.kind === "date") return longDate(raw, lang) || raw;
  if (spec.kind === "choice" || spec.kind === "scale") return label(raw);
  if (spec.kind === "choices") return raw.map(label).join(", ") || "–";
  if (spec.kind === "rows") {
    const names = Object.fromEntries(spec.rows ?? []);
    return raw
      .map((row, i) => {
        const cells = spec.fields.map((column) => inWords(column, row.values[column.name], words, lang));
        return `${names[row.id] ?? rowName(spec, i)}: ${cells.join(" · ")}`;
      })
      .join("\n");
  }
  return String(raw);
}

// ---- single controls ----------------------------------------------------------------------------

function input(spec, id, attributes) {
  const box = h("input", { id, name: spec.name, class: `pb-input pb-input-${spec.kind}`, ...attributes });
  return {
    node: box,
    inputs: [box],
    // A half-filled calendar or clock reads as empty; Python shall hear that something is there.
    read: () => (box.validity.badInput ? "?" : box.value),
    write: (raw) => (box.value = raw ?? ""),
  };
}

function withUnit(spec, control) {
  if (!spec.unit) return control;
  return { ...control, node: h("span", { class: "pb-with-unit" }, control.node, h("span", { class: "pb-unit" }, spec.unit)) };
}

function longText(spec, id, words) {
  const box = h("textarea", { id, name: spec.name, class: "pb-input pb-input-long-text", rows: spec.rows });
  const counter = h("p", { class: "pb-counter", id: `${id}-counter` });
  const count = () => {
    const length = [...box.value].length;
    const isNear = length > 0.8 * spec.max_length;
    counter.textContent = isNear ? fill(words.counter, { n: length, limit: spec.max_length }) : "";
    counter.classList.toggle("pb-over", length > spec.max_length);
  };
  box.addEventListener("input", count);
  return {
    node: h("div", {}, box, counter),
    counter,
    inputs: [box],
    read: () => box.value,
    write: (raw) => {
      box.value = raw ?? "";
      count();
    },
  };
}

function longDate(iso, lang) {
  const [year, month, day] = String(iso).split("-").map(Number);
  if (!(year >= 1000 && month && day)) return "";
  const style = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, style).format(new Date(year, month - 1, day));
}

// The browser writes dates in the order of its own language; the weekday beside it leaves no doubt.
function date(spec, id, _words, lang) {
  const control = input(spec, id, { type: "date", min: spec.min || null, max: spec.max || null });
  const box = control.inputs[0];
  const told = h("span", { class: "pb-told" });
  const tell = () => (told.textContent = longDate(box.value, lang));
  box.addEventListener("input", tell);
  return {
    ...control,
    node: h("span", { class: "pb-with-unit" }, box, told),
    write: (raw) => {
      box.value = raw ?? "";
      tell();
    },
  };
}

function select(spec, id, words) {
  const options = [["", words.choose], ...spec.options];
  const box = h(
    "select",
    { id, name: spec.name, class: "pb-input pb-input-select" },
    options.map(([value, label]) => h("option", { value }, label)),
  );
  return {
    node: box,
    inputs: [box],
    read: () => box.value,
    write: (raw) => {
      box.value = raw ?? "";
      if (box.selectedIndex < 0) box.value = "";
    },
  };
}

function optionInputs(spec, id, type) {
  return spec.options.map(([value, label], i) => {
    const box = h("input", { type, id: `${id}-${i}`, name: id, value });
    return { box, value, label, node: h("label", { class: "pb-option", for: box.id }, box, h("span", {}, label)) };
  });
}

function radios(spec, id) {
  const options = optionInputs(spec, id, "radio");
  return {
    holder: h("fieldset", { role: "radiogroup" }, h("div", { class: "pb-options" }, options.map((one) => one.node))),
    inputs: options.map((one) => one.box),
    read: () => options.find((one) => one.box.checked)?.value ?? "",
    write: (raw) => options.forEach((one) => (one.box.checked = one.value === String(raw ?? ""))),
  };
}

// Long answers stand one below the other, where short ones stand side by side.
const isLong = (spec) => spec.options.some(([, label]) => label.length > 40);

function choices(spec, id) {
  const options = optionInputs(spec, id, "checkbox");
  return {
    holder: h("fieldset", {}, h("div", { class: `pb-options ${isLong(spec) ? "pb-options-long" : ""}` }, options.map((one) => one.node))),
    inputs: options.map((one) => one.box),
    read: () => options.filter((one) => one.box.checked).map((one) => one.value),
    write: (raw) => options.forEach((one) => (one.box.checked = (raw ?? []).includes(one.value))),
  };
}

function scale(spec, id) {
  const points = [...spec.options];
  if (spec.blank_label) points.push(["", spec.blank_label]);
  const options = points.map(([value, label], i) => {
    const box = h("input", { type: "radio", id: `${id}-${i}`, name: id, value });
    const text = [value && h("span", { class: "pb-point" }, value), label && h("span", { class: "pb-point-label" }, label)];
    return { box, value, node: h("label", { class: "pb-scale-point", for: box.id }, box, text) };
  });
  return {
    holder: h("fieldset", { role: "radiogroup" }, h("div", { class: "pb-scale" }, options.map((one) => one.node))),
    inputs: options.map((one) => one.box),
    read: () => options.find((one) => one.box.checked)?.value ?? "",
    write: (raw) => options.forEach((one) => (one.box.checked = Boolean(raw) && one.value === String(raw))),
  };
}

function flag(spec, id) {
  const box = h("input", { type: "checkbox", id, name: spec.name });
  return { node: box, inputs: [box], read: () => box.checked, write: (raw) => (box.checked = raw === true) };
}

function file(spec, id) {
  const box = h("input", { type: "file", id, name: spec.name, class: "pb-input", accept: spec.extensions.join(",") });
  return {
    node: box,
    inputs: [box],
    read: () => null,
    write: () => (box.value = ""),
    files: async () => Promise.all(Array.from(box.files, async (one) => ({ name: one.name, bytes: await one.arrayBuffer() }))),
    localFault: () => (box.files[0]?.size > spec.max_bytes ? spec.too_large : ""),
  };
}

// ---- rows: a table of controls ------------------------------------------------------------------

const rowName = (spec, i) => `${spec.row_label} ${i + 1}`;

// Roles stand on every element, since narrow screens show the rows as cards.
function rows(spec, id, words, lang) {
  const isFixed = spec.rows !== null;
  const heads = spec.fields.map((column) =>
    h("th", { scope: "col", role: "columnheader", id: `${id}-head-${column.name}` }, column.label,
      column.required && h("span", { class: "pb-required" }, ` ${words.required}`)),
  );
  const body = h("tbody", { role: "rowgroup" });
  const first = h("th", { scope: "col", role: "columnheader" }, spec.row_label);
  const last = !isFixed && h("td", { role: "cell" });
  const table = h("table", { class: "pb-rows", role: "table", "aria-label": spec.label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, first, heads, last)), body);
  const add = !isFixed && h("button", { type: "button", class: "pb-button pb-look-quiet" }, words.add_row);
  const everybody = spec.fill && h("button", { type: "button", class: "pb-button pb-look-quiet pb-everybody" }, spec.fill[0]);
  const place = h("div", { class: "pb-rows-place" }, table);
  const holder = h("fieldset", {}, everybody, place, add);
  const fit = stackWhenNarrow(place, table);
  const inputs = [];
  let lines = [];
  let made = 0;

  const makeLine = (rowId, label, values) => {
    const place = `${id}-row-${made++}`;
    const head = h("th", { scope: "row", role: "rowheader", id: `${place}-head` }, label);
    const cells = spec.fields.map((column) => cell(column, `${place}-${column.name}`, head.id, `${id}-head-${column.name}`, words, lang));
    cells.forEach((one, i) => one.control.write(values?.[spec.fields[i].name] ?? null));
    const line = { id: rowId, head, cells, node: h("tr", { role: "row" }, head, cells.map((one) => one.node)) };
    if (!isFixed) {
      const remove = h("button", { type: "button", class: "pb-button pb-look-quiet pb-remove" }, words.remove);
      remove.setAttribute("aria-labelledby", `${place}-remove ${head.id}`);
      remove.id = `${place}-remove`;
      remove.addEventListener("click", () => drop(line));
      line.node.append(h("td", { role: "cell", class: "pb-remove-cell" }, remove));
    }
    return line;
  };
  const number = () => {
    if (isFixed) return;
    lines.forEach((line, i) => (line.head.textContent = rowName(spec, i)));
    add.hidden = lines.length >= spec.max_rows;
  };
  const show = (fresh) => {
    lines = fresh;
    body.replaceChildren(...lines.map((line) => line.node));
    inputs.splice(0, inputs.length, ...lines.flatMap((line) => line.cells.flatMap((one) => one.control.inputs)));
    number();
    fit();
  };
  const changed = () => holder.dispatchEvent(new Event("change", { bubbles: true }));
  const drop = (line) => {
    const at = lines.indexOf(line);
    const left = lines.filter((one) => one !== line);
    show(left.length ? left : [makeLine(null, "", null)]);
    (lines[at] ?? lines.at(-1)).cells[0].control.inputs[0].focus();
    changed();
  };
  const isBare = (line) => line.cells.every((one) => ["", false, null].includes(one.control.read()));
  if (add) {
    add.addEventListener("click", () => {
      show([...lines, makeLine(null, "", null)]);
      lines.at(-1).cells[0].control.inputs[0].focus();
      changed();
    });
    // Enter goes on to the next row, and makes it if need be: a pile is typed without the mouse.
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      const next = lines[lines.findIndex((line) => line.node.contains(event.target)) + 1];
      if (next) next.cells[0].control.inputs[0].focus();
      else if (!add.hidden && !isBare(lines.at(-1))) add.click();
    });
  }
  if (everybody) {
    const [, name, answer] = spec.fill;
    everybody.addEventListener("click", () => {
      const open = lines.map((line) => line.cells.find((one) => one.column.name === name)).filter((one) => one.control.read() === "");
      for (const one of open) one.control.write(answer);
      if (open.length) changed();
    });
  }
  const cellAt = (place) => {
    const dot = place.lastIndexOf(".");
    const [row, column] = [place.slice(0, dot), place.slice(dot + 1)];
    const line = isFixed ? lines.find((one) => one.id === row) : lines[Number(row)];
    return line?.cells.find((one) => one.column.name === column);
  };
  const write = (raw) => {
    if (isFixed) {
      const given = new Map((raw ?? []).map((row) => [row.id, row.values]));
      show(spec.rows.map(([rowId, label]) => makeLine(rowId, label, given.get(rowId))));
    } else {
      const stored = raw?.length ? raw : [{ id: null, values: null }];
      show(stored.map((row) => makeLine(row.id, "", row.values)));
    }
  };
  write([]);
  return {
    holder,
    inputs,
    read: () =>
      lines.map((line) => ({
        id: line.id,
        values: Object.fromEntries(line.cells.map((one) => [one.column.name, one.control.read()])),
      })),
    write,
    showFault(place, message) {
      const found = cellAt(place);
      found?.mark(message);
      return Boolean(found);
    },
    clearFaults: () => lines.forEach((line) => line.cells.forEach((one) => one.mark(""))),
    target: (place) => (place && cellAt(place)?.control.inputs[0]) || inputs[0],
  };
}

function cell(column, id, rowHead, columnHead, words, lang) {
  // Inside a table a scale is a list: fast by keyboard when a pile of paper is typed in.
  const spec = ["scale", "choice"].includes(column.kind)
    ? {
        ...column,
        kind: "choice",
        look: "select",
        options: column.options.map(([code, label]) => [code, column.kind === "scale" && label ? `${code} – ${label}` : label || code]),
      }
    : column;
  const control = CONTROLS[spec.kind](spec, id, words, lang);
  const fault = h("p", { class: "pb-fault", id: `${id}-fault`, hidden: true });
  if (control.holder) control.holder.setAttribute("aria-labelledby", `${rowHead} ${columnHead}`);
  else control.inputs[0].setAttribute("aria-labelledby", `${rowHead} ${columnHead}`);
  const shown = control.holder ?? control.node;
  return {
    column,
    control,
    node: h("td", { role: "cell", "data-label": column.short || column.label, class: `pb-cell-${column.kind.replace("_", "-")}` }, shown, fault),
    mark(message) {
      fault.hidden = !message;
      fault.textContent = message;
      for (const one of control.inputs) {
        if (message) {
          one.setAttribute("aria-invalid", "true");
          one.setAttribute("aria-describedby", fault.id);
        } else {
          one.removeAttribute("aria-invalid");
          one.removeAttribute("aria-describedby");
        }
      }
    },
  };
}
