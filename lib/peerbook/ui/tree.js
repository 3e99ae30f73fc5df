// The parts of a page, as Python has them, and what is drawn of them.
import { h, uuid } from "./dom.js";

// How each kind of part is drawn; kit.js enters them.
export const drawers = {};

const trees = new Map();

// The tree of a widget, for as long as the page is open: JupyterLab may draw it again at any time.
export function treeOf(model) {
  const identity = model.get("identity");
  if (!trees.has(identity)) trees.set(identity, new Tree(model));
  return trees.get(identity);
}

export const forget = (model) => trees.delete(model.get("identity"));

class Tree {
  constructor(model) {
    this.model = model;
    this.lang = model.get("lang");
    this.parts = new Map();
    this.calls = new Map();
    this.take(model.get("tree"));
    model.on("change:tree", () => this.take(model.get("tree")));
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
  }

  take({ edition, root }) {
    this.edition = edition;
    this.root = this.part(root);
  }

  // The part of a specification: a new one, or the one that is here, brought up to date.
  part({ identity, part, state, inside }) {
    const known = this.parts.get(identity);
    const one = known ?? new Part(this, identity, part);
    this.parts.set(identity, one);
    one.take(state);
    one.fill(inside);
    return one;
  }

  async receive({ edition, changes, answer }, buffers) {
    const isNext = edition === this.edition + (changes.length ? 1 : 0);
    if (isNext || answer?.tree) changes.forEach((change) => this.change(change));
    else this.take((await this.ask({ do: "tree" })).tree);
    this.edition = Math.max(this.edition, edition);
    this.sweep();
    const resolve = this.calls.get(answer?.call);
    this.calls.delete(answer?.call);
    resolve?.({ ...answer, buffers });
  }

  change({ to, state, inside, message }) {
    const part = this.parts.get(to);
    if (!part) return;
    if (state) part.take(state);
    if (inside) part.fill(inside);
    if (message) part.trigger("message", message);
  }

  // Ask Python for something; the promise gets the answer, with its bytes under `buffers`.
  ask(request, buffers = []) {
    const call = uuid();
    return new Promise((resolve) => {
      this.calls.set(call, resolve);
      this.model.send({ ...request, call }, undefined, buffers);
    });
  }

  // Forget the parts that are no longer on the page.
  sweep() {
    const here = new Set();
    const add = (part) => {
      here.add(part.identity);
      part.inside.forEach(add);
    };
    add(this.root);
    for (const identity of this.parts.keys()) if (!here.has(identity)) this.parts.delete(identity);
  }
}

class Part {
  constructor(tree, identity, kind) {
    Object.assign(this, { tree, identity, kind, state: {}, inside: [], kept: null, handlers: new Set() });
  }

  take(state) {
    const changed = Object.keys(state).filter((name) => JSON.stringify(state[name]) !== JSON.stringify(this.state[name]));
    Object.assign(this.state, state);
    for (const name of changed) this.trigger(`change:${name}`);
  }

  fill(specs) {
    const before = this.inside;
    this.inside = specs.map((spec) => this.tree.part(spec));
    if (before.length === this.inside.length && before.every((one, i) => one === this.inside[i])) return;
    this.trigger("inside");
  }

  trigger(name, message) {
    for (const handler of [...this.handlers]) {
      if (handler.name !== name) continue;
      try {
        handler.tell(message);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

// Draw a part at the end of `place`; returns its element and what to call when it goes.
export function drawn(part, place, base) {
  const el = h("div", { class: `pb pb-part-${part.kind}` });
  place.append(el);
  const heard = new Set();
  const on = (name, tell) => {
    const handler = { name, tell };
    heard.add(handler);
    part.handlers.add(handler);
  };
  const model = {
    id: `pb-${part.identity}`,
    lang: part.tree.lang,
    get: (name) => part.state[name],
    on,
    ask: (request, buffers) => part.tree.ask({ ...request, to: part.identity }, buffers),
    // What outlives the drawing.
    kept: (make) => (part.kept ??= make()),
  };
  const leaves = [];
  // Draw what is inside the part in `holder`, now and whenever it changes.
  const hold = (holder, told) => {
    const shown = new Map();
    const arrange = () => {
      for (const [one, { el: old, leave }] of shown) {
        if (part.inside.includes(one)) continue;
        leave();
        old.remove();
        shown.delete(one);
      }
      part.inside.forEach((one, i) => {
        if (!shown.has(one)) shown.set(one, drawn(one, holder, base));
        const place = shown.get(one).el;
        if (holder.children[i] !== place) holder.insertBefore(place, holder.children[i]);
      });
      told?.(Array.from(holder.children));
    };
    on("inside", arrange);
    leaves.push(() => shown.forEach(({ leave }) => leave()));
    arrange();
  };
  const leave = drawers[part.kind]({ model, el, base, hold });
  return {
    el,
    leave() {
      heard.forEach((handler) => part.handlers.delete(handler));
      leaves.forEach((one) => one());
      leave?.();
    },
  };
}
