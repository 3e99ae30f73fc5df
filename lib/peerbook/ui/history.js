// The steps a reader can go back by, in the browser's own history: which tab, and what is opened.
// It keeps the names of tabs and counted numbers only, so nothing in it tells of anybody.

const steps = new Map();

// Whether nothing was done on the page yet. Until then tabs begin where the address says; those that
// come with what a reader does, as a plan that was changed, begin at their own beginning.
let isAsLoaded = true;
for (const kind of ["click", "keydown", "change"])
  addEventListener(kind, () => (isAsLoaded = false), { capture: true, once: true });

addEventListener("popstate", () => isOfOthers() ? history.back() : steps.forEach((follow) => follow()));

// Whether a step was made by a part that is not on the page, as those from before a reload: it shows
// nothing of its own, so nobody is to stop at it.
const isOfOthers = () => Boolean(history.state?.by) && !steps.has(history.state.by);

// Put what a part shows into the history; `turn` shows what the reader has gone back or on to.
// The outermost tabs stand in the address by their names, so that a reload leads to the same one.
//
// home: what is shown where the history says nothing; closed: what is shown with nothing opened
export function inHistory(id, { home, turn, names, closed }) {
  if (!document.body.dataset.baseUrl) return { start: home, went() {}, leave() {} }; // JupyterLab's is not ours
  const fragments = names?.map((name) => `#${encodeURIComponent(name.toLowerCase().replaceAll(" ", "-"))}`);
  const there = () => {
    if (!fragments) return history.state?.at?.[id] ?? home;
    return location.hash ? fragments.indexOf(location.hash) : home;
  };
  if (!steps.size) queueMicrotask(() => isOfOthers() && history.back()); // once all parts are drawn
  steps.set(id, () => there() >= 0 && turn(there()));
  const isElsewhere = Boolean(fragments) && !isAsLoaded && there() !== home;
  if (isElsewhere) history.replaceState(history.state, "", fragments[home]);
  return {
    start: there() < 0 ? home : there(),
    went(to) {
      if (there() === to) return; // by the browser's own buttons
      // What was opened in this very step is closed by taking the step back.
      if (to === closed && history.state?.by === id) return history.back();
      const at = { ...history.state?.at, [id]: to };
      history.pushState({ at, by: fragments ? null : id }, "", fragments?.[to] ?? location.hash);
    },
    leave: () => steps.delete(id),
  };
}
