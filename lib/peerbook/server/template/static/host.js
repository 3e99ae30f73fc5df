// The page's side of its widgets: shows anywidgets and boxes, and keeps the line to the kernel.
//
// The line to the kernel opens while the kernel still makes the page. The server then puts the state
// of all widgets into the page itself, so everything is on screen at once; the kernel is asked one
// time for what has changed meanwhile.

const PROTOCOL = "v1.kernel.websocket.jupyter.org";
const BEAT_MS = 3000;
const MISSED_BEATS = 3;
const RETRY_MS = 2000;
const LOSS_MS = 6000;
const SLOW_MS = 8000;
const LOGIN_IS_OVER = 4401;
const STAYING = ["pointerdown", "keydown"];
const MODEL_WAIT_MS = 10000;
const BOXES = { BoxModel: "pb-box", VBoxModel: "pb-box", HBoxModel: "pb-box pb-row", GridBoxModel: "pb-box" };

const words = JSON.parse(document.getElementById("pb-words").textContent);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// ---- frames of the v1 protocol ---------------------------------------------------------------

function packed(channel, message, buffers) {
  const parts = [
    channel,
    ...["header", "parent_header", "metadata", "content"].map((key) => JSON.stringify(message[key])),
  ].map((text) => encoder.encode(text));
  parts.push(...buffers.map(bytesOf));
  const offsets = [8 * (parts.length + 2)];
  for (const part of parts) offsets.push(offsets.at(-1) + part.byteLength);
  const frame = new Uint8Array(offsets.at(-1));
  const view = new DataView(frame.buffer);
  [offsets.length, ...offsets].forEach((n, i) => view.setBigUint64(8 * i, BigInt(n), true));
  parts.forEach((part, i) => frame.set(part, offsets[i]));
  return frame;
}

function unpacked(frame) {
  const view = new DataView(frame);
  const count = Number(view.getBigUint64(0, true));
  const offsets = Array.from({ length: count }, (_, i) => Number(view.getBigUint64(8 * (i + 1), true)));
  const text = (i) => decoder.decode(new Uint8Array(frame, offsets[i], offsets[i + 1] - offsets[i]));
  const buffers = [];
  for (let i = 5; i < count - 1; i++) buffers.push(new DataView(frame.slice(offsets[i], offsets[i + 1])));
  return {
    channel: text(0),
    header: JSON.parse(text(1)),
    content: JSON.parse(text(4)),
    buffers,
  };
}

function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

// Binary values travel apart from the JSON, each with the path of its place.
function withoutBuffers(value, path, paths, buffers) {
  if (isBinary(value)) {
    paths.push(path);
    buffers.push(value);
    return null;
  }
  if (Array.isArray(value)) return value.map((v, i) => withoutBuffers(v, [...path, i], paths, buffers));
  if (value && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, withoutBuffers(v, [...path, k], paths, buffers)]),
    );
  }
  return value;
}

function putBuffers(state, paths, buffers) {
  paths.forEach((path, i) => {
    let place = state;
    for (const key of path.slice(0, -1)) place = place[key];
    place[path.at(-1)] = buffers[i];
  });
}

function fromBase64(text) {
  const raw = atob(text);
  return new DataView(Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer);
}

function equal(a, b) {
  if (a === b) return true;
  if (isBinary(a) || isBinary(b)) {
    if (!isBinary(a) || !isBinary(b)) return false;
    const [x, y] = [bytesOf(a), bytesOf(b)];
    return x.length === y.length && x.every((byte, i) => byte === y[i]);
  }
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}

// ---- the line to the kernel ------------------------------------------------------------------

class Line {
  constructor(base, kernel, kernelSession) {
    this.session = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.kernelSession = kernelSession;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.address = `${scheme}//${location.host}${base}api/kernels/${kernel}/channels?session_id=${this.session}`;
    this.waiting = [];
    this.missed = 0;
    this.closed = 0; // how often since the kernel last answered
    this.isOpen = false;
    this.isOver = false;
    this.manager = null; // until the page stands, nobody listens
    this.open();
    setInterval(() => this.beat(), BEAT_MS);
  }

  serve(manager) {
    this.manager = manager;
    if (this.isOpen) manager.requestStates();
    else if (this.isOver) this.lose();
  }

  open() {
    const socket = new WebSocket(this.address, [PROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.missed = 0;
      this.beat();
    };
    socket.onmessage = (event) => {
      this.missed = 0; // whatever comes, a receipt too, says that the kernel is there
      if (this.isOpen && !this.isOver) tellConnection("ok");
      this.receive(unpacked(event.data));
    };
    socket.onclose = ({ code }) => {
      this.isOpen = false;
      if (code === LOGIN_IS_OVER) return this.leave();
      this.closed += 1;
      this.lose();
      if (!this.isOver) setTimeout(() => this.open(), RETRY_MS);
    };
    this.socket = socket;
  }

  receive(message) {
    const { msg_type: kind, session } = message.header;
    if (kind === "kernel_info_reply") {
      if (session !== this.kernelSession) return this.end();
      this.missed = this.closed = 0;
      if (!this.isOpen) {
        this.isOpen = true;
        for (const frame of this.waiting.splice(0)) this.socket.send(frame);
        this.manager?.requestStates();
      }
      tellConnection("ok");
    } else if (kind === "status") {
      if (["restarting", "autorestarting", "dead"].includes(message.content.execution_state)) this.end();
    } else if (kind === "peerbook_idle") {
      this.warnOfIdleness(message.content.is_close);
    } else if (kind === "error") {
      const place = document.getElementById("pb-trouble");
      place.textContent = words.error.replace("{code}", message.content.evalue);
    } else {
      this.manager?.receive(message);
    }
  }

  beat() {
    if (this.isOver || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.missed >= MISSED_BEATS) this.lose();
    this.missed += 1;
    this.socket.send(packed("control", this.message("kernel_info_request", {}), []));
  }

  message(kind, content, metadata = {}) {
    const header = {
      msg_id: crypto.randomUUID?.() ?? String(Math.random()).slice(2),
      msg_type: kind, session: this.session, username: "", version: "5.3", date: new Date().toISOString(),
    };
    return { header, parent_header: {}, metadata, content };
  }

  send(kind, content, metadata, buffers = []) {
    const frame = packed("shell", this.message(kind, content, metadata), buffers);
    if (this.isOpen) this.socket.send(frame);
    else if (!this.isOver) this.waiting.push(frame);
  }

  // Nobody misses the line before the page stands, unless it does not come back.
  lose() {
    if (this.manager || this.closed > 1) tellConnection("lost");
  }

  // Whoever is there stays: whatever they do then is told, though it asks nothing of the page.
  warnOfIdleness(isClose) {
    const place = document.getElementById("pb-trouble");
    if (isClose) place.textContent = words.idle;
    else if (this.isIdle) place.textContent = "";
    this.isIdle = isClose;
    if (!isClose) return;
    const stay = () => {
      for (const way of STAYING) document.removeEventListener(way, stay, true);
      if (this.isIdle) this.send("comm_info_request", {});
    };
    for (const way of STAYING) document.addEventListener(way, stay, true);
  }

  // The login has ended, here or elsewhere; the page stands as it is, and saves nothing more.
  leave() {
    this.isOver = true;
    this.waiting = [];
    isLeaving = true;
    document.body.dataset.connection = "lost";
    document.getElementById("pb-trouble").textContent = "";
    const way = document.createElement("a");
    way.href = `${document.body.dataset.baseUrl}login?next=${encodeURIComponent(location.pathname + location.search)}`;
    way.textContent = words.in;
    document.getElementById("pb-lost").replaceChildren(words.out, " ", way);
    window.dispatchEvent(new CustomEvent("peerbook-connection", { detail: { state: "lost" } }));
  }

  // The kernel that held this page is gone; another one in its place knows nothing of it.
  end() {
    this.isOver = true;
    this.waiting = [];
    this.lose();
    this.socket.close();
  }
}

let connection = "starting";
let isLeaving = false;
let losing = null;

// A hiccup is no loss: the page waits calmly for an answer before it says that there is none.
function tellConnection(state) {
  if (state !== "lost") {
    clearTimeout(losing);
    losing = null;
    showConnection(state);
  } else if (!losing) {
    showConnection("waiting");
    losing = setTimeout(() => showConnection("lost"), LOSS_MS);
  }
}

function showConnection(state) {
  if (state === connection || isLeaving) return;
  connection = state;
  document.body.dataset.connection = state;
  const place = document.getElementById("pb-lost");
  place.setAttribute("role", state === "lost" ? "alert" : "status");
  place.textContent = { lost: words.lost, waiting: words.waiting }[state] ?? "";
  window.dispatchEvent(new CustomEvent("peerbook-connection", { detail: { state } }));
}

// ---- models ----------------------------------------------------------------------------------

class Model {
  constructor(id, state, manager) {
    this.id = this.model_id = this.cid = id;
    this.state = state;
    this.widget_manager = manager;
    this.handlers = [];
    this.unsent = new Set();
    this.isClosed = false;
  }

  get(key) {
    return this.state[key];
  }

  set(key, value) {
    const values = typeof key === "object" ? key : { [key]: value };
    for (const name of this.take(values)) this.unsent.add(name);
  }

  // Take values over and tell the handlers; returns the names of those that were new.
  take(values) {
    const changed = Object.keys(values).filter((name) => !equal(this.state[name], values[name]));
    for (const name of changed) this.state[name] = values[name];
    for (const name of changed) this.trigger(`change:${name}`, this, this.state[name]);
    if (changed.length) this.trigger("change", this);
    return changed;
  }

  save_changes() {
    if (!this.unsent.size) return;
    const state = Object.fromEntries([...this.unsent].map((name) => [name, this.state[name]]));
    this.unsent.clear();
    const paths = [];
    const buffers = [];
    const plain = withoutBuffers(state, [], paths, buffers);
    this.post({ method: "update", state: plain, buffer_paths: paths }, buffers);
  }

  send(content, _callbacks, buffers = []) {
    this.post({ method: "custom", content }, buffers);
  }

  post(data, buffers) {
    if (!this.isClosed) this.widget_manager.line.send("comm_msg", { comm_id: this.id, data }, {}, buffers);
  }

  on(names, callback, context) {
    for (const name of names.split(" ")) this.handlers.push({ name, callback, context });
  }

  once(name, callback, context) {
    const single = (...args) => {
      this.off(name, single);
      callback.apply(context, args);
    };
    this.on(name, single, context);
  }

  off(names, callback, context) {
    const named = names?.split(" ");
    this.handlers = this.handlers.filter(
      (h) =>
        (named && !named.includes(h.name)) ||
        (callback && callback !== h.callback) ||
        (context && context !== h.context),
    );
  }

  trigger(name, ...args) {
    for (const handler of this.handlers.filter((h) => h.name === name)) {
      try {
        handler.callback.apply(handler.context, args);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

// What a view sees of its model: handlers it leaves behind go when the view goes.
function viewOf(model, context) {
  return {
    id: model.id,
    model_id: model.id,
    widget_manager: model.widget_manager,
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    save_changes: () => model.save_changes(),
    send: (content, callbacks, buffers) => model.send(content, callbacks, buffers),
    on: (name, callback) => model.on(name, callback, context),
    once: (name, callback) => model.once(name, callback, context),
    off: (name, callback) => model.off(name, callback, context),
  };
}

const idOf = (reference) => String(reference).replace(/^(IPY_MODEL_|anywidget:)/, "");

class Manager {
  constructor(line) {
    this.line = line;
    this.models = new Map();
    this.awaited = new Map();
    this.modules = new Map();
    this.bound = new WeakMap();
    this.styles = new Set();
  }

  add(id, state) {
    const model = new Model(id, state, this);
    this.models.set(id, model);
    this.awaited.get(id)?.forEach((resolve) => resolve(model));
    this.awaited.delete(id);
    return model;
  }

  get_model(reference) {
    const id = idOf(reference);
    const model = this.models.get(id);
    if (model) return Promise.resolve(model);
    return new Promise((resolve, reject) => {
      this.awaited.set(id, [...(this.awaited.get(id) ?? []), resolve]);
      setTimeout(() => reject(new Error(`no widget ${id}`)), MODEL_WAIT_MS);
    });
  }

  async create_view(model) {
    const el = document.createElement("div");
    const controller = new AbortController();
    await this.show(await this.get_model(model.id), el, controller.signal);
    return { el, model, remove: () => { controller.abort(); el.remove(); } };
  }

  // -- messages from the kernel

  receive({ header, content, buffers }) {
    const model = this.models.get(content.comm_id);
    const data = content.data ?? {};
    if (header.msg_type === "comm_open" && content.target_name === "jupyter.widget") {
      putBuffers(data.state, data.buffer_paths ?? [], buffers);
      if (model) model.take(data.state);
      else this.add(content.comm_id, data.state);
    } else if (header.msg_type === "comm_close" && model) {
      model.isClosed = true;
      model.trigger("destroy");
      this.models.delete(model.id);
    } else if (header.msg_type === "comm_msg" && content.comm_id === this.control) {
      if (data.method === "update_states") this.catchUp(data, buffers);
    } else if (header.msg_type === "comm_msg" && model) {
      if (data.method === "update") {
        putBuffers(data.state, data.buffer_paths ?? [], buffers);
        for (const name of Object.keys(data.state)) model.unsent.delete(name);
        model.take(data.state);
      } else if (data.method === "custom") {
        model.trigger("msg:custom", data.content, buffers);
      }
    }
  }

  requestStates() {
    this.control = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    const comm = { comm_id: this.control };
    this.line.send(
      "comm_open",
      { ...comm, target_name: "jupyter.widget.control", data: {} },
      { version: "1.0.0" },
    );
    this.line.send("comm_msg", { ...comm, data: { method: "request_states" } });
  }

  catchUp({ states, buffer_paths: paths }, buffers) {
    putBuffers(states, paths ?? [], buffers);
    for (const [id, { state }] of Object.entries(states)) {
      const model = this.models.get(id);
      if (!model) this.add(id, state);
      else {
        for (const name of model.unsent) delete state[name];
        model.take(state);
      }
    }
  }

  // -- views

  async show(model, el, signal) {
    el.classList.add("pb-widget", ...(model.get("_dom_classes") ?? []));
    try {
      if (model.get("_model_module") === "anywidget") await this.showAnywidget(model, el, signal);
      else if (model.get("_model_name") in BOXES) await this.showBox(model, el, signal);
      else notice(el, words.unknown);
    } catch (error) {
      console.error(error);
      notice(el, words.failed);
    }
  }

  async showBox(model, el, signal) {
    el.classList.add(...BOXES[model.get("_model_name")].split(" "));
    const shown = new Map();
    const arrange = () => {
      const ids = (model.get("children") ?? []).map(idOf);
      for (const [id, child] of shown) {
        if (!ids.includes(id)) {
          child.controller.abort();
          child.el.remove();
          shown.delete(id);
        }
      }
      const fresh = [];
      ids.forEach((id, i) => {
        if (!shown.has(id)) {
          const child = { el: document.createElement("div"), controller: new AbortController() };
          shown.set(id, child);
          const both = AbortSignal.any([signal, child.controller.signal]);
          fresh.push(
            this.get_model(id)
              .then((inner) => this.show(inner, child.el, both))
              .catch(() => notice(child.el, words.failed)),
          );
        }
        const place = shown.get(id).el;
        if (el.children[i] !== place) el.insertBefore(place, el.children[i] ?? null);
      });
      return Promise.all(fresh);
    };
    model.on("change:children", arrange, signal);
    signal.addEventListener("abort", () => model.off(null, null, signal));
    await arrange();
  }

  module(text) {
    if (!this.modules.has(text)) {
      const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const loaded = import(address).then(async (module) => {
        URL.revokeObjectURL(address);
        const widget = module.default ?? { render: module.render, initialize: module.initialize };
        return typeof widget === "function" ? widget() : widget;
      });
      this.modules.set(text, loaded);
    }
    return this.modules.get(text);
  }

  // Load a model's module and let it initialise, once.
  bind(model) {
    if (!this.bound.has(model)) {
      const css = model.get("_css");
      if (css && !this.styles.has(css)) {
        this.styles.add(css);
        const style = document.createElement("style");
        style.textContent = css;
        document.head.append(style);
      }
      const controller = new AbortController();
      model.once("destroy", () => controller.abort());
      const tools = { experimental: { invoke: (...args) => invoke(model, ...args) } };
      this.bound.set(
        model,
        this.module(model.get("_esm")).then(async (widget) => {
          const result = await widget.initialize?.({
            model: viewOf(model, controller.signal), signal: controller.signal, ...tools,
          });
          if (typeof result === "function") controller.signal.addEventListener("abort", () => result());
          return { widget, tools, exports: typeof result === "object" ? (result ?? undefined) : undefined };
        }),
      );
    }
    return this.bound.get(model);
  }

  async showAnywidget(model, el, signal) {
    const { widget, tools } = await this.bind(model);
    if (signal.aborted || !widget.render) return;
    const context = {};
    const cleanUp = await widget.render({
      model: viewOf(model, context), el, signal, host: this.hostFor(signal), ...tools,
    });
    const leave = () => {
      model.off(null, null, context);
      if (typeof cleanUp === "function") cleanUp();
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
  }

  // How a widget reaches its children (anywidget's own interface).
  hostFor(signal) {
    return {
      getModel: async (reference) => viewOf(await this.get_model(reference), signal),
      getWidget: async (reference) => {
        const model = await this.get_model(reference);
        const isAnywidget = model.get("_model_module") === "anywidget";
        return {
          exports: isAnywidget ? (await this.bind(model)).exports : undefined,
          render: ({ el, signal: inner }) =>
            this.show(model, el, inner ? AbortSignal.any([signal, inner]) : signal),
        };
      },
    };
  }
}

function invoke(model, name, msg, { buffers = [], signal } = {}) {
  const id = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  const limit = signal ?? AbortSignal.timeout(3000);
  return new Promise((resolve, reject) => {
    const answer = (message, received) => {
      if (message.id !== id) return;
      model.off("msg:custom", answer);
      resolve([message.response, received]);
    };
    limit.addEventListener("abort", () => {
      model.off("msg:custom", answer);
      reject(limit.reason);
    });
    model.on("msg:custom", answer);
    model.send({ id, kind: "anywidget-command", name, msg }, undefined, buffers);
  });
}

function notice(el, text) {
  const place = document.createElement("p");
  place.className = "pb-error";
  place.textContent = text;
  el.replaceChildren(place);
}

// ---- the page --------------------------------------------------------------------------------

const slow = setTimeout(() => {
  const place = document.getElementById("pb-loading");
  if (place) place.textContent = words.slow;
}, SLOW_MS);

let line = null;

// Comes with the head of the page, as soon as there is a kernel.
class PageLine extends HTMLElement {
  connectedCallback() {
    const base = document.body.dataset.baseUrl;
    const kernel = this.getAttribute("kernel");
    line = new Line(base, kernel, this.getAttribute("session"));
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", endUnlessServing);
    else setTimeout(endUnlessServing);
    window.addEventListener("pagehide", () => {
      isLeaving = true;
      if (line.isOver) return;
      const form = new FormData();
      form.append("_xsrf", document.body.dataset.xsrf);
      navigator.sendBeacon(`${base}voila/api/shutdown/${kernel}`, form);
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }
}

// All has come, and no page was in it: what stands there instead tells why.
function endUnlessServing() {
  if (!line.manager) line.end();
}

// Comes when the kernel has made the page.
class Page extends HTMLElement {
  connectedCallback() {
    const read = (id) => JSON.parse(document.getElementById(id).textContent);
    const manager = new Manager(line);
    const { texts, models } = read("pb-states");
    for (const [id, { state, texts: shared, buffers }] of Object.entries(models)) {
      for (const [key, index] of Object.entries(shared)) state[key] = texts[index];
      putBuffers(state, buffers.map((b) => b.path), buffers.map((b) => fromBase64(b.data)));
      manager.add(id, state);
    }
    line.serve(manager);
    this.mount(manager, read("pb-roots"));
  }

  async mount(manager, roots) {
    const signal = new AbortController().signal;
    await Promise.all(
      roots.map(async ({ model, text }) => {
        const el = document.createElement(model ? "div" : "pre");
        this.append(el);
        if (text) el.textContent = text;
        else await manager.show(await manager.get_model(model), el, signal);
      }),
    );
    clearTimeout(slow);
    document.getElementById("pb-loading")?.remove();
    document.body.dataset.page = "ready";
  }
}

// ---- from page to page -------------------------------------------------------------------------

// The address says which site and course are shown, and may have changed since the page was made:
// every way to another page takes them along. A link in the text may be about another site, and a
// page that could not be made knows no site or course that others could show.
function takeAlong({ target }) {
  const link = target.closest?.("a[href]");
  if (!link) return;
  const shown = new URLSearchParams(document.querySelector(".pb-failure") ? "" : location.search);
  const to = new URL(link.href);
  if (to.origin !== location.origin || !to.pathname.endsWith(".ipynb")) return;
  if (to.searchParams.get("site") && !link.closest(".pb-header")) return;
  for (const name of ["site", "course"]) {
    const value = shown.get(name);
    if (value) to.searchParams.set(name, value);
    else to.searchParams.delete(name); // it was about an earlier choice
  }
  link.href = to.href;
}

for (const way of ["click", "auxclick", "contextmenu"]) document.addEventListener(way, takeAlong, true);

// A group of the menu that is open lies over the page: it closes when one turns to something else.
function closeGroups({ type, key, target }) {
  if (type === "keydown" && key !== "Escape") return;
  for (const group of document.querySelectorAll(".pb-group > details[open]")) {
    const isInside = group.contains(target);
    if (isInside && type !== "keydown") continue;
    group.open = false;
    if (isInside) group.querySelector("summary").focus();
  }
}

for (const way of ["click", "focusin", "keydown"]) document.addEventListener(way, closeGroups);

customElements.define("peerbook-line", PageLine);
customElements.define("peerbook-page", Page);
