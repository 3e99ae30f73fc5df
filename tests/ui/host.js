// The smallest frontend that shows widgets: models from the test's process, messages by fetch.
const models = new Map();

const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join(""));

class Model {
  constructor(id, state) {
    Object.assign(this, { id, state, handlers: [] });
  }
  trigger(name, ...args) {
    this.handlers.filter((h) => h.name === name).forEach((h) => h.callback(...args));
  }
  take(state) {
    const changed = Object.keys(state).filter((key) => JSON.stringify(state[key]) !== JSON.stringify(this.state[key]));
    Object.assign(this.state, state);
    changed.forEach((key) => this.trigger(`change:${key}`, this, state[key]));
  }
  // As in anywidget: what a view hears ends with the view.
  view(context) {
    return {
      get: (key) => this.state[key],
      on: (name, callback) => this.handlers.push({ name, callback, context }),
      send: (content, _callbacks, buffers = []) => exchange(this.id, { method: "custom", content }, buffers),
    };
  }
}

// Answers are heard in the order of what was asked, as on one line.
let heard = Promise.resolve();
function exchange(comm, data, buffers) {
  const answer = fetch("send", { method: "POST", body: JSON.stringify({ comm, data, buffers: buffers.map(text) }) });
  heard = heard.then(async () => {
    const response = await answer;
    if (response.ok) receive(await response.json());
  });
}

function receive(messages) {
  for (const { kind, comm, data, buffers } of messages) {
    const model = models.get(comm);
    if (kind === "comm_open") models.set(comm, new Model(comm, data.state));
    else if (kind === "comm_msg" && data.method === "update") model?.take(data.state);
    else if (kind === "comm_msg" && data.method === "custom") model?.trigger("msg:custom", data.content, buffers.map(bytes));
  }
}

async function show(model, el) {
  if (!model.widget) {
    const address = URL.createObjectURL(new Blob([model.state._esm], { type: "text/javascript" }));
    model.widget = (await import(address)).default;
    await model.widget.initialize({ model: model.view(model) });
  }
  const context = {};
  const leave = await model.widget.render({ model: model.view(context), el });
  return () => {
    model.handlers = model.handlers.filter((h) => h.context !== context);
    leave?.();
  };
}

window.host = {
  pull: async () => receive(await (await fetch("pull")).json()),
  connection(state) {
    document.body.dataset.connection = state;
    window.dispatchEvent(new CustomEvent("peerbook-connection", { detail: { state } }));
  },
  // What a frontend does when an output is scrolled away and back.
  async redraw() {
    await this.leave();
    const { root } = await (await fetch("root")).json();
    const el = document.getElementById("root");
    el.replaceChildren();
    this.leave = await show(models.get(root), el);
  },
};

receive(await (await fetch("states")).json());
const { root } = await (await fetch("root")).json();
host.leave = await show(models.get(root), document.getElementById("root"));
document.body.dataset.page = "ready";
