// The smaller parts of a page: words, notices, buttons, and places that hold others.
import { actionButton, fill, h, isEnabled, isLost, onConnection, setEnabled, statusLine, symbol } from "./dom.js";
import { filled, shownAnew } from "./form.js";
import { inHistory } from "./history.js";

const OPENING_MS = 300;

export function heading({ model, el }) {
  const draw = () => el.replaceChildren(h(`h${model.get("level")}`, { class: "pb-heading" }, model.get("text")));
  model.on("change:text", draw);
  draw();
}

// Markdown arrives as a tree of [tag, attributes, children]; Python has checked every tag in it.
export function prose({ model, el }) {
  const node = (tree) => (typeof tree === "string" ? tree : h(tree[0], tree[1], tree[2].map(node)));
  const draw = () => el.replaceChildren(h("div", { class: "pb-prose", lang: model.get("language") || null }, model.get("tree").map(node)));
  model.on("change:tree", draw);
  draw();
}

export function notice({ model, el }) {
  const text = h("p");
  const box = h("div", {}, h("div", { class: "pb-notice-text" }, h("span"), text));
  const buttons = buttonRow(model);
  if (buttons.node) box.append(buttons.node);
  const live = h("div", { role: "status" }, box);
  const draw = () => {
    const kind = model.get("kind");
    box.className = `pb-notice pb-${kind}`;
    box.querySelector("span").replaceWith(symbol(kind));
    text.textContent = model.get("text");
    live.hidden = !model.get("text");
  };
  model.on("change:kind", draw);
  model.on("change:text", draw);
  draw();
  el.replaceChildren(live);
  return buttons.leave;
}

// A text to take along, copied at one press; where the browser lets no page copy, it is marked.
export function excerpt({ model, el }) {
  const words = model.get("texts");
  const id = `${model.id}-text`;
  const box = h("textarea", { id, class: "pb-input pb-input-long-text", readonly: true, rows: 6 });
  box.value = model.get("text");
  const status = statusLine();
  const copy = async () => {
    box.select();
    const isCopied = await navigator.clipboard?.writeText(box.value).then(() => true, () => false);
    if (isCopied) status.say(words.copied, "ok");
    else status.say(words.marked, "info");
  };
  const press = h("button", { type: "button", class: "pb-button pb-look-quiet", on: { click: copy } }, words.copy);
  el.replaceChildren(
    h("label", { class: "pb-label", for: id }, model.get("label")),
    box,
    h("div", { class: "pb-actions" }, h("div", { class: "pb-action" }, press, status.node)),
  );
}

export function button({ model, el }) {
  const buttons = buttonRow(model);
  el.replaceChildren(buttons.node);
  return buttons.leave;
}

function buttonRow(model) {
  const made = model.get("actions").map((action, index) =>
    actionButton(action, model.get("texts"), async () => {
      const answer = await model.ask({ do: "press", index });
      if (answer.file) offerFile(answer);
      return answer;
    }),
  );
  return {
    node: made.length ? h("div", { class: "pb-actions" }, made.map((one) => one.node)) : null,
    leave: () => made.forEach((one) => one.leave()),
  };
}

function offerFile({ file, buffers }) {
  const address = URL.createObjectURL(new Blob(buffers, { type: file.media_type }));
  const link = h("a", { href: address, download: file.name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

// Each step is asked for, so that what somebody else asks meanwhile is answered between two of them.
export function step_by_step({ model, el }) {
  const words = model.get("texts");
  const status = statusLine();
  const bar = h("progress", { "aria-label": model.get("label") });
  const counted = h("span", { class: "pb-counted" });
  const line = h("div", { class: "pb-steps", hidden: true }, bar, counted);
  const button = h("button", { type: "button", class: "pb-button pb-look-quiet" }, model.get("label"));
  let isGoing = false;
  let isStopping = false;
  const draw = () => {
    const [n, total] = [model.get("done"), model.get("total")];
    bar.max = total;
    bar.value = n;
    counted.textContent = fill(words.counted, { n, total });
    line.hidden = !isGoing && (n === 0 || n === total);
    button.textContent = isGoing ? words.stop : model.get("label");
    setEnabled(button, !isStopping && !isLost());
  };
  const go = async () => {
    isGoing = true;
    status.say("");
    draw();
    let answer = {};
    while (isGoing && !isStopping && !answer.trouble && answer.said === undefined) answer = await model.ask({ do: "step" });
    if (isStopping && !answer.trouble && answer.said === undefined) answer = await model.ask({ do: "rest" });
    isGoing = isStopping = false;
    draw();
    if (answer.trouble) status.say(answer.trouble, "danger");
    else status.say(answer.said ?? "", "ok");
  };
  button.addEventListener("click", () => {
    if (!isEnabled(button)) return;
    if (isGoing) {
      isStopping = true;
      draw();
    } else go();
  });
  model.on("change:done", draw);
  draw();
  el.replaceChildren(h("div", { class: "pb-actions" }, h("div", { class: "pb-action" }, button, line, status.node)));
  const leave = onConnection(el, (lost) => {
    if (lost) isGoing = isStopping = false; // no answer will come
    draw();
  });
  return () => {
    isGoing = false;
    leave();
  };
}

export function filter({ model, el }) {
  const id = model.id;
  const words = model.get("texts");
  const options = model.get("options");
  const status = statusLine();
  let asked = 0;
  let answered = 0;
  // What follows a choice depends on it: until Python has answered, nobody writes in the old form.
  const wait = (isWaiting) => {
    if (isWaiting) el.setAttribute("aria-busy", "true");
    else el.removeAttribute("aria-busy");
    for (let one = el.nextElementSibling; one; one = one.nextElementSibling) one.inert = isWaiting;
  };
  const choose = async (index) => {
    const mine = ++asked;
    wait(true);
    const answer = await model.ask({ do: "choose", index });
    if (mine !== asked) return;
    answered = mine;
    show();
    wait(false);
    status.say(answer.trouble ?? "", "danger");
    if (!answer.trouble) heard.textContent = words.updated;
  };
  const heard = h("span", { class: "pb-unseen", role: "status" });
  let node, write, rename;
  if (model.get("look") === "radio") {
    const boxes = options.map((label, i) => h("input", { type: "radio", name: id, id: `${id}-${i}`, on: { change: () => choose(i) } }));
    const labels = options.map((label, i) => h("label", { class: "pb-segment", for: `${id}-${i}` }, boxes[i], h("span", {}, label)));
    node = h("fieldset", { class: "pb-filter" }, h("legend", { class: "pb-label" }, model.get("label")), h("div", { class: "pb-segments" }, labels));
    write = (index) => boxes.forEach((box, i) => (box.checked = i === index));
    rename = (text, i) => (labels[i].lastChild.textContent = text);
  } else {
    const box = h("select", { id, class: "pb-input pb-input-select" }, options.map((label, i) => h("option", { value: i }, label)));
    box.addEventListener("change", () => choose(box.selectedIndex));
    node = h("div", { class: "pb-filter" }, h("label", { class: "pb-label", for: id }, model.get("label")), box);
    write = (index) => (box.selectedIndex = index);
    rename = (text, i) => (box.options[i].textContent = text);
  }
  model.on("change:options", () => model.get("options").forEach(rename));
  const show = () => write(model.get("chosen"));
  // The answer to an earlier choice does not undo a later one.
  model.on("change:chosen", () => answered === asked && show());
  show();
  const controls = node.querySelectorAll("input, select");
  const leave = onConnection(el, (lost) => {
    controls.forEach((one) => (one.disabled = lost));
    if (!lost) return;
    answered = asked; // no answer will come
    wait(false);
  });
  el.replaceChildren(node, status.node, heard);
  return leave;
}

// ---- places ---------------------------------------------------------------------------------------

export function address({ model }) {
  if (!document.body.dataset.baseUrl) return; // in JupyterLab it is not ours to write
  const now = new URLSearchParams(location.search);
  const told = Object.entries(model.get("parameters"));
  if (told.every(([name, value]) => (now.get(name) ?? "") === value)) return;
  history.replaceState(history.state, "", `?${new URLSearchParams(told.filter(([, value]) => value))}${location.hash}`);
}

export const page = ({ el, hold }) => hold(el);
export const panel = ({ el, hold }) => hold(el);
export const columns = ({ el, hold }) => hold(el);

// What a panel holds may have to be made first.
async function askToOpen(model, index, status) {
  const slow = setTimeout(() => status.say(model.get("texts").working), OPENING_MS);
  const answer = await model.ask({ do: "open", index });
  clearTimeout(slow);
  status.say(answer.trouble ?? "", "danger");
}

export function disclosure({ model, el, hold }) {
  const status = statusLine();
  const place = h("div", { class: "pb-place" });
  let isOpen = model.get("opened");
  const toggle = h("button", { type: "button", class: "pb-disclosure", "aria-controls": `${model.id}-panel` }, h("span", { class: "pb-caret", "aria-hidden": "true" }), model.get("label"));
  const show = () => {
    place.firstChild.id = `${model.id}-panel`;
    place.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
  };
  toggle.addEventListener("click", () => {
    isOpen = !isOpen;
    show();
    if (isOpen) askToOpen(model, 0, status);
  });
  el.append(toggle, status.node, place);
  hold(place, show);
}

export function tabs({ model, el, hold }) {
  const status = statusLine();
  const place = h("div", { class: "pb-place" });
  const labels = model.get("labels");
  const names = el.parentElement.closest(".pb-part-tabs") ? null : labels;
  const step = inHistory(model.id, { home: model.get("first"), names, turn: (index) => index !== current && choose(index) });
  let current = step.start;
  const buttons = labels.map((label, i) =>
    h("button", { type: "button", role: "tab", class: "pb-tab", id: `${model.id}-tab-${i}`, "aria-controls": `${model.id}-panel-${i}`, on: { click: () => choose(i) } }, label),
  );
  const list = h("div", { role: "tablist", class: "pb-tabs", "aria-label": model.get("label") }, buttons);
  const show = () => {
    Array.from(place.children).forEach((panel, i) => {
      panel.id = `${model.id}-panel-${i}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `${model.id}-tab-${i}`);
      panel.hidden = i !== current;
    });
    buttons.forEach((one, i) => {
      one.setAttribute("aria-selected", String(i === current));
      one.tabIndex = i === current ? 0 : -1;
    });
  };
  const choose = (index) => {
    current = index;
    show();
    step.went(index);
    askToOpen(model, index, status);
  };
  const ways = { ArrowRight: 1, ArrowLeft: -1, Home: "first", End: "last" };
  list.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    const to = way === "first" ? 0 : way === "last" ? buttons.length - 1 : (current + way + buttons.length) % buttons.length;
    choose(to);
    buttons[to].focus();
  });
  el.append(list, status.node, place);
  hold(place, show);
  if (current !== model.get("first")) askToOpen(model, current, status);
  return step.leave;
}

// A place that is filled anew says so, and keeps the focus where the reader was.
export function section({ model, el, hold }) {
  const heard = h("span", { class: "pb-unseen", role: "status" });
  const place = h("div", { class: "pb-place" });
  el.append(heard, place);
  hold(place);
  let last = null;
  const remember = ({ target }) => {
    last = place.contains(target) ? { node: target, tag: target.tagName, name: nameOf(target) } : null;
  };
  const restoreFocus = () => {
    if (!last || last.node.isConnected) return; // the reader was elsewhere, or what they stood on stays
    if (document.activeElement !== document.body) return; // the reader has gone on
    const same = Array.from(place.querySelectorAll(last.tag)).find((one) => nameOf(one) === last.name);
    if (same) same.focus();
    else takeThere();
  };
  const takeThere = () => {
    el.tabIndex = -1;
    el.focus({ preventScroll: true });
    el.scrollIntoView({ block: "start" });
  };
  document.addEventListener("focusin", remember);
  model.on("message", ({ do: what, text, takeThere: isAskedFor }) => {
    if (what !== "filled") return;
    heard.textContent = text;
    if (isAskedFor) takeThere();
    else restoreFocus();
  });
  return () => document.removeEventListener("focusin", remember);
}

// What is opened in the place of an overview is a step the reader can go back by. What stands beside
// it is about the overview, and is out of sight meanwhile (dom.css), with what is typed in it.
export function overview({ model, el, hold }) {
  const status = statusLine();
  el.append(status.node);
  const turn = async (index) => {
    if (index === model.get("opened")) return;
    const answer = await model.ask({ do: "turn", index });
    status.say(answer.trouble ?? "", "danger");
  };
  const step = inHistory(model.id, { home: model.get("opened"), closed: 0, turn });
  const mark = () => el.classList.toggle("pb-is-opened", model.get("opened") > 0);
  mark();
  model.on("change:opened", () => {
    mark();
    step.went(model.get("opened"));
  });
  model.on("message", ({ do: what }) => {
    if (what === "again") shownAnew(el);
    else if (what === "filled") filled(el);
  });
  const leave = section({ model, el, hold });
  return () => {
    step.leave();
    leave();
  };
}

function nameOf(one) {
  const own = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent;
  return own ?? one.textContent;
}
