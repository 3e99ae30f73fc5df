// A form: typed text goes to Python as a draft, a save is told only when Python has answered.
import { fill, h, isEnabled, isLost, onConnection, setEnabled, statusLine, symbol, uuid } from "./dom.js";
import { field, inWords } from "./fields.js";

const DRAFT_AFTER_MS = 700; // after the last key
const DRAFT_AT_LATEST_MS = 1500; // after the first key that is not in a draft yet
const SLOW_MS = 15000;

// What is typed in a place while the same is shown there anew, by the names of its forms.
const typed = new WeakMap();

export const shownAnew = (place) => typed.set(place, { isParting: true, answers: typed.get(place)?.answers ?? new Map() });

// The place is filled; forms in it that are only opened later go on, too, until it holds something else.
export function filled(place) {
  if (typed.get(place)?.isParting) typed.get(place).isParting = false;
  else typed.delete(place);
}

export function form({ model, el }) {
  const state = model.kept(build);
  const here = () => typed.get(el.closest(".pb-part-overview"));
  const name = model.get("name");
  state.model = model;
  if (!state.hasBegun) {
    state.begin(here()?.answers.get(name));
    here()?.answers.delete(name);
  }
  model.on("message", (message) => message.do === "fill" && state.fillIn(message.values));
  el.append(state.node);
  const leave = onConnection(el, () => state.refresh());
  const hide = () => document.visibilityState === "hidden" && state.sendDraft();
  document.addEventListener("visibilitychange", hide);
  // Whoever leaves now may take what is on its way to being saved along with the page.
  const stay = (event) => state.isSaving() && event.preventDefault();
  addEventListener("beforeunload", stay);
  return () => {
    const parting = here()?.isParting && here().answers;
    if (parting) parting.set(name, parting.has(name) ? null : state.typed()); // of two alike, neither is taken for the other
    leave();
    document.removeEventListener("visibilitychange", hide);
    removeEventListener("beforeunload", stay);
  };
}

function build() {
  const state = { node: h("div", { class: "pb-form" }), hasBegun: false };
  let words, fields, place, isOne;
  let key = null;
  let attempt = 0;
  let isSaving = false;
  let isChosen = false;
  let wasLost = false;
  let held = null; // where the focus was in a form that takes no answers while it saves
  let touched = new Set();
  let position = 0;
  let steps = [];
  let status, draftStatus, summary, main, answers, submit, back, stop, progress;

  state.begin = (going) => {
    const model = state.model;
    words = model.get("texts");
    isOne = model.get("step") === "one";
    state.hasBegun = true;
    attempt += 1;
    isSaving = false;
    held = null;
    forgetEdits();
    draw(model);
    const begin = model.get("begin");
    for (const one of fields) one.write(begin[one.spec.name] ?? null);
    if (going) state.fillIn(going);
    else offer(model.get("offer"));
    state.refresh();
  };

  // What was typed since the last save, unless it is on its way; nothing where there is none.
  state.isSaving = () => isSaving;
  state.typed = () => (touched.size && !isSaving ? valuesOf((one) => touched.has(one.spec.name)) : null);

  // What Python proposes counts as if it had been typed.
  state.fillIn = (values) => {
    for (const one of fields.filter((each) => each.spec.name in values)) {
      one.write(values[one.spec.name]);
      edited({ target: one.node });
    }
  };

  state.refresh = () => {
    setEnabled(submit, !isSaving && !isLost());
    if (stop) setEnabled(stop, !isSaving && !isLost());
    if (isLost()) {
      wasLost = true;
      if (isSaving) unlock(words.lost_while_saving);
      release();
      if (draft.answered !== draft.number) draft.isUnsent = true;
      if (state.model.get("keeps_drafts")) draftStatus.say(words.draft_lost, "danger");
    } else if (wasLost) {
      wasLost = false;
      draftStatus.say("");
      state.sendDraft();
    }
  };

  // ---- drawing

  function draw(model) {
    const lang = model.lang;
    const id = model.id;
    fields = [];
    const make = (spec) => {
      if (spec.kind === "group") {
        const inner = spec.fields.map(make);
        const hint = spec.hint && h("p", { class: "pb-hint", id: `${id}-${fields.length}-hint` }, spec.hint);
        const group = h("fieldset", { class: "pb-fieldset", "aria-describedby": hint ? hint.id : null },
          h("legend", { class: "pb-fieldset-label" }, spec.label), hint, h("div", { class: "pb-fields" }, inner));
        return group;
      }
      const one = field(spec, `${id}-${spec.name}`, words, lang);
      fields.push(one);
      return one.node;
    };
    const flat = (specs) => specs.flatMap((spec) => (spec.kind === "group" ? flat(spec.fields) : [spec]));
    const specs = isOne ? flat(model.get("fields")) : model.get("fields");
    const nodes = specs.map(make);
    steps = isOne ? nodes : [];

    status = statusLine();
    draftStatus = statusLine();
    draftStatus.node.removeAttribute("role"); // seen, but not read aloud at every pause in typing
    summary = h("div", { class: "pb-summary", tabindex: "-1", role: "group", hidden: true });
    submit = h("button", { type: "submit", class: "pb-button pb-look-main" }, words.submit);
    back = isOne && h("button", { type: "button", class: "pb-button pb-look-quiet", on: { click: () => go(position - 1) } }, words.back);
    const leaveIt = model.get("keeps_drafts") ? stopHere : save;
    stop = isOne && h("button", { type: "button", class: "pb-button pb-look-quiet", on: { click: leaveIt } }, words.stop);
    progress = isOne && h("p", { class: "pb-progress" });
    answers = h("div", { class: "pb-fields" }, nodes);
    place = h("form", { novalidate: true, class: isOne ? "pb-one" : "", autocomplete: "off" },
      summary,
      progress,
      answers,
      h("div", { class: "pb-actions" }, back, submit, stop, draftStatus.node),
    );
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isOne && position < steps.length - 1) go(position + 1);
      else save();
    });
    place.addEventListener("input", edited);
    place.addEventListener("change", edited);
    main = h("div", {}, place);
    const help = isOne && words.help && h("p", { class: "pb-help" }, words.help);
    state.node.replaceChildren(main, status.node, help || "");
    if (isOne) show(0);
  }

  // ---- one question at a time

  function show(index) {
    position = Math.max(0, Math.min(index, steps.length - 1));
    steps.forEach((node, i) => (node.hidden = i !== position));
    const counted = fields.filter((one) => one.spec.counts);
    const number = counted.indexOf(fields[position]) + 1;
    progress.textContent = number ? fill(words.progress, { n: number, total: counted.length }) : words.at_last;
    back.hidden = position === 0;
    const isLast = position === steps.length - 1;
    submit.textContent = isLast ? words.submit : words.next;
    stop.hidden = isLast && !state.model.get("keeps_drafts");
  }

  function go(index) {
    show(index);
    fields[position].focus();
  }

  async function stopHere() {
    if (!isEnabled(stop)) return;
    status.say(words.saving);
    draft.isUnsent = touched.size > 0;
    const answer = draft.isUnsent ? await state.sendDraft() : { saved: true };
    if (!answer) status.say(words.draft_lost, "danger");
    else if (troubleOf(answer)) status.say(troubleOf(answer), "danger");
    else status.say(words.stopped, "ok");
  }

  // ---- drafts

  const draft = { timer: null, since: null, isUnsent: false, number: 0, answered: 0 };

  function edited(event) {
    const name = event.target.closest("[data-field]")?.dataset.field;
    if (!name) return;
    touched.add(name);
    key = null;
    if (!isSaving) status.say("");
    if (!state.model.get("keeps_drafts")) return;
    draft.isUnsent = true;
    draft.since ??= Date.now();
    clearTimeout(draft.timer);
    const left = DRAFT_AT_LATEST_MS - (Date.now() - draft.since);
    draft.timer = setTimeout(() => state.sendDraft(), Math.max(0, Math.min(DRAFT_AFTER_MS, left)));
  }

  // Send what was touched since the last save; only Python's answer makes it a saved draft.
  state.sendDraft = async () => {
    clearTimeout(draft.timer);
    if (!draft.isUnsent || isLost() || isSaving) return null;
    draft.isUnsent = false;
    draft.since = null;
    const number = ++draft.number;
    const answer = await state.model.ask({ do: "draft", values: valuesOf((one) => touched.has(one.spec.name)) });
    if (number !== draft.number) return answer;
    draft.answered = number;
    if (answer.saved) draftStatus.say(answer.saved, "ok");
    else draftStatus.say(troubleOf(answer), "danger");
    return answer;
  };

  function forgetEdits() {
    touched = new Set();
    key = null;
    isChosen = false;
    clearTimeout(draft.timer);
    draft.isUnsent = false;
    draft.since = null;
    draft.answered = ++draft.number;
  }

  // The form waits until the user has said what becomes of the draft, so neither overwrites the other.
  function offer(found) {
    if (found.trouble) draftStatus.say(found.trouble, "danger");
    if (!found.values) return;
    const takeUp = () => {
      for (const one of fields) {
        if (!(one.spec.name in found.values)) continue;
        one.write(found.values[one.spec.name]);
        touched.add(one.spec.name);
      }
    };
    if (state.model.get("resumes")) return takeUp();
    const resume = h("button", { type: "button", class: "pb-button pb-look-main" }, words.resume);
    const discard = h("button", { type: "button", class: "pb-button pb-look-quiet" }, words.discard);
    const box = h("div", { class: "pb-offer", role: "region", "aria-label": words.offer_label },
      h("p", {}, found.message), h("div", { class: "pb-actions" }, resume, discard));
    main.inert = true;
    const decided = () => {
      box.remove();
      main.inert = false;
      fields[0]?.focus();
    };
    resume.addEventListener("click", () => {
      takeUp();
      decided();
    });
    discard.addEventListener("click", async () => {
      const answer = await state.model.ask({ do: "discard" });
      if (troubleOf(answer)) status.say(troubleOf(answer), "danger");
      else decided();
    });
    state.node.prepend(box);
  }

  // ---- saving

  const valuesOf = (isWanted) =>
    Object.fromEntries(fields.filter((one) => isWanted(one) && !one.files).map((one) => [one.spec.name, one.read()]));

  async function save() {
    if (!isEnabled(submit)) return;
    clearFaults();
    const local = fields.filter((one) => one.localFault?.()).map((one) => ({ field: one.spec.name, message: one.localFault() }));
    if (local.length) return showFaults(local);
    key ??= uuid();
    const mine = { key, attempt: ++attempt };
    isSaving = true;
    clearTimeout(draft.timer);
    draftStatus.say("");
    main.after(status.node);
    status.say(words.saving);
    hold();
    state.refresh();
    const files = [];
    for (const one of fields.filter((each) => each.files)) {
      for (const file of await one.files()) files.push({ field: one.spec.name, ...file });
    }
    const slow = setTimeout(() => mine.attempt === attempt && isSaving && unlock(words.slow), SLOW_MS);
    const request = { do: "submit", key, chosen: isChosen, values: valuesOf(() => true) };
    request.files = files.map(({ field: name, name: fileName }) => ({ field: name, name: fileName }));
    const answer = await state.model.ask(request, files.map((file) => file.bytes));
    clearTimeout(slow);
    if (mine.attempt !== attempt) return;
    settle(answer, mine.key);
  }

  // What is typed while one paper is saved would neither be saved with it nor cleared after it.
  function hold() {
    if (held || !state.model.get("clears")) return;
    held = { focus: answers.contains(document.activeElement) ? document.activeElement : null };
    answers.inert = true;
  }

  function release() {
    if (!held) return;
    answers.inert = false;
    if (document.activeElement === document.body) held.focus?.focus();
    held = null;
  }

  // No answer came: the same key goes with the next attempt, so nothing can be saved twice.
  function unlock(text) {
    isSaving = false;
    status.say(text, "danger");
    state.refresh();
  }

  function settle(answer, sentKey) {
    isSaving = false;
    release();
    if (answer.saved) {
      const isUnchanged = key === sentKey;
      if (isUnchanged && !state.model.get("only_asks")) {
        forgetEdits();
        startAfresh();
      } else if (isUnchanged) {
        draft.isUnsent = false; // Python has kept what it was asked
      } else {
        state.sendDraft();
      }
      key = null;
      isChosen = false;
      status.say(answer.saved, state.model.get("only_asks") ? "neutral" : "ok");
      if (answer.receipt) status.node.dataset.receipt = answer.receipt.number;
    } else {
      draft.isUnsent = state.model.get("keeps_drafts") && touched.size > 0;
      state.sendDraft();
      if (answer.faults) showFaults(answer.faults);
      else if (answer.conflict) showConflict(answer.conflict);
      else status.say(answer.trouble, "danger");
    }
    state.refresh();
  }

  function startAfresh() {
    for (const one of fields.filter((each) => each.files)) one.write(null);
    if (!state.model.get("clears")) return;
    const begin = state.model.get("begin");
    for (const one of fields) one.write(begin[one.spec.name] ?? null);
    if (isOne) show(0);
    main.before(status.node); // the receipt stands where the next paper begins, not far below
    fields[0]?.focus();
  }

  const troubleOf = (answer) => answer.trouble ?? answer.faults?.map((fault) => fault.message).join(" ") ?? "";

  // ---- faults

  function clearFaults() {
    summary.hidden = true;
    for (const one of fields) one.clearFaults();
    state.node.querySelector(".pb-conflict")?.remove();
  }

  function showFaults(faults) {
    status.say("");
    const titleId = `${state.model.id}-summary`;
    const list = faults.map((fault) => {
      const [name, ...rest] = fault.field.split(".");
      const one = fields.find((each) => each.spec.name === name);
      if (!one) return h("li", {}, fault.message);
      const target = one.showFault(rest.join("."), fault.message);
      const link = h("a", { href: `#${target.id}` }, `${labelOf(one, target)}: ${fault.message}`);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        if (isOne) show(fields.indexOf(one));
        target.focus();
      });
      return h("li", {}, link);
    });
    summary.replaceChildren(h("p", { id: titleId }, symbol("danger"), h("strong", {}, words.summary)), h("ul", {}, list));
    summary.setAttribute("aria-labelledby", titleId);
    summary.hidden = false;
    if (isOne) {
      const at = fields.findIndex((each) => faults.some((fault) => fault.field.split(".")[0] === each.spec.name));
      if (at >= 0) show(at);
    }
    summary.focus();
  }

  function labelOf(one, target) {
    const heads = one.spec.kind === "rows" && target.getAttribute("aria-labelledby");
    if (!heads) return one.spec.label;
    return heads.split(" ").map((id) => place.querySelector(`#${CSS.escape(id)}`)?.firstChild?.textContent ?? "").join(" – ");
  }

  // ---- two versions

  // Of a list about many people, only those on whom the two versions differ are told.
  function differingLines({ one, stored, typed }) {
    if (one.spec.kind !== "rows") return {};
    const [theirs, mine] = [stored.split("\n"), typed.split("\n")];
    const without = (lines, others) => lines.filter((line) => !others.includes(line)).join("\n") || "–";
    return { stored: without(theirs, mine), typed: without(mine, theirs) };
  }

  function showConflict(conflict) {
    status.say("");
    const lang = state.model.lang;
    const rows = conflict.rows
      .map(({ field: name, theirs }) => ({ one: fields.find((each) => each.spec.name === name), theirs }))
      .map((row) => ({
        ...row,
        stored: inWords(row.one.spec, row.theirs, words, lang),
        typed: inWords(row.one.spec, row.one.read(), words, lang),
      }))
      .filter((row) => row.stored !== row.typed)
      .map((row) => ({ ...row, ...differingLines(row) }));
    const id = `${state.model.id}-conflict`;
    const pick = rows.map(({ one, stored, typed }, i) => {
      const option = (value, title, text, isChecked) =>
        h("label", { class: "pb-version" }, h("input", { type: "radio", name: `${id}-${i}`, value, checked: isChecked }),
          h("span", { class: "pb-version-title" }, title), h("span", { class: "pb-version-text" }, text));
      return h("fieldset", {}, h("legend", { class: "pb-label" }, one.spec.label),
        h("div", { class: "pb-versions" }, option("theirs", words.theirs, stored, false), option("mine", words.mine, typed, true)));
    });
    const choose = h("button", { type: "button", class: "pb-button pb-look-main" }, words.save_chosen);
    const later = h("button", { type: "button", class: "pb-button pb-look-quiet" }, words.not_now);
    const panel = h("div", { class: "pb-conflict", tabindex: "-1", role: "group", "aria-labelledby": id },
      h("p", { id }, symbol("warn"), h("strong", {}, conflict.message)), pick, h("div", { class: "pb-actions" }, choose, later));
    choose.addEventListener("click", () => {
      rows.forEach(({ one, theirs }, i) => {
        if (panel.querySelector(`[name="${id}-${i}"]:checked`).value === "theirs") one.write(theirs);
      });
      panel.remove();
      key = null;
      isChosen = true;
      submit.focus();
      save();
    });
    later.addEventListener("click", () => {
      panel.remove();
      submit.focus();
    });
    place.before(panel);
    panel.focus();
  }

  return state;
}
