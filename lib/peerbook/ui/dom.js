// The ground of the kit: elements, status lines, and what the page says of its connection.

// Return an element. Strings become text, never markup; false, null and undefined are left out.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // no randomUUID over plain http
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// ---- connection --------------------------------------------------------------------------------

export const isLost = () => document.body.dataset.connection === "lost";

// Call `tell` now and whenever the connection is lost or found, while `el` is in the page.
export function onConnection(el, tell) {
  const told = () => {
    if (el.isConnected) tell(isLost());
  };
  window.addEventListener("peerbook-connection", told);
  tell(isLost());
  return () => window.removeEventListener("peerbook-connection", told);
}

// A button that cannot be pressed keeps the focus, so nobody is thrown to the top of the page.
export function setEnabled(button, isEnabled) {
  if (isEnabled) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

export const isEnabled = (button) => button.getAttribute("aria-disabled") !== "true";

// ---- tables that do not fit ---------------------------------------------------------------------

// Show the rows of a table as cards when it is wider than its place; returns what to call when its
// rows have changed. The width it needs is measured on the table itself.
export function stackWhenNarrow(place, table) {
  let width = null;
  const fit = () => {
    if (!place.clientWidth) return; // not on the page, or in a panel that is closed
    width = place.clientWidth;
    table.classList.remove("pb-stacked");
    table.classList.toggle("pb-stacked", table.offsetWidth > width + 1);
  };
  new ResizeObserver(() => place.clientWidth !== width && fit()).observe(place);
  return fit;
}

// ---- status line -------------------------------------------------------------------------------

const SYMBOLS = { ok: "✓", info: "i", warn: "!", danger: "✕", neutral: "•" };

// A mark that is told apart by its form, not by its colour alone.
export const symbol = (tone) => h("span", { class: `pb-symbol pb-${tone}`, "aria-hidden": "true" }, SYMBOLS[tone]);

// A place where the page says how something went; read aloud when it changes.
export function statusLine() {
  const node = h("div", { class: "pb-status", role: "status" });
  return {
    node,
    say(text, tone = "info") {
      node.className = `pb-status pb-${tone}`;
      if (text) node.replaceChildren(symbol(tone), h("span", {}, text));
      else node.replaceChildren();
    },
  };
}

// A button that asks Python for something once at a time and says how it went.
export function actionButton({ label, look = "quiet", confirm = "" }, words, request) {
  const status = statusLine();
  const button = h("button", { type: "button", class: `pb-button pb-look-${look}` }, label);
  const node = h("div", { class: "pb-action" }, button, status.node);
  let isBusy = false;
  const refresh = () => setEnabled(button, !isBusy && !isLost());
  const run = async () => {
    isBusy = true;
    refresh();
    status.say(words.working);
    const answer = await request();
    isBusy = false;
    refresh();
    if (answer.trouble) status.say(answer.trouble, "danger");
    else status.say(answer.said ?? "", "ok");
    return answer;
  };
  const doubt = () => {
    const yes = h("button", { type: "button", class: "pb-button pb-look-danger" }, words.yes);
    const no = h("button", { type: "button", class: "pb-button pb-look-quiet" }, words.no);
    const question = h("div", { class: "pb-confirm", role: "group", "aria-label": confirm }, h("p", {}, confirm), yes, no);
    const close = () => {
      question.remove();
      button.hidden = false;
      button.focus();
    };
    yes.addEventListener("click", () => {
      close();
      run();
    });
    no.addEventListener("click", close);
    question.addEventListener("keydown", (event) => event.key === "Escape" && close());
    button.hidden = true;
    node.prepend(question);
    no.focus();
  };
  button.addEventListener("click", () => {
    if (!isEnabled(button)) return;
    if (confirm) doubt();
    else run();
  });
  const leave = onConnection(node, refresh);
  return { node, button, leave };
}
