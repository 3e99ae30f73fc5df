// A chart with its finding in words and its numbers in a table; one plotly for the whole page.
import { h } from "./dom.js";
import { tableNode } from "./table.js";

const NEAR_PX = 600;
let plotly = null;
const idle = []; // plots whose chart has gone a moment ago: drawing one anew takes half as long

export function chart({ model, el, base }) {
  const id = model.id;
  const caption = h("figcaption", { class: "pb-finding", id: `${id}-finding` });
  const used = idle.shift();
  const plot = used ?? h("div", { class: "pb-plot", role: "img" });
  const summary = h("summary", {}, model.get("texts").numbers);
  const numbers = h("details", { class: "pb-numbers" }, summary, h("div"));
  const figure = h("figure", { class: "pb-figure", "aria-labelledby": caption.id }, caption, plot, numbers);
  el.append(figure);
  let isNear = Boolean(used); // what it still shows is another chart's
  let isGone = false;

  const words = () => {
    caption.textContent = model.get("finding");
    plot.setAttribute("aria-label", model.get("alt"));
    plot.style.height = `${model.get("height_px")}px`;
  };
  const fillNumbers = () => {
    if (!numbers.open) return;
    const drawn = tableNode(model.get("table"), { id, words: model.get("texts"), lang: model.lang, isSortable: true });
    numbers.lastChild.replaceChildren(drawn.node);
  };
  const draw = async () => {
    if (!isNear) return;
    try {
      plotly ??= loadPlotly(model, base);
      const Plotly = await plotly;
      if (isGone) return;
      const { data, layout } = structuredClone(model.get("figure"));
      await Plotly.react(plot, data, calm(plot, model.lang, layout), settings(Plotly, model.lang));
      plot.dataset.drawn = "yes";
    } catch (error) {
      console.error(error);
      plotly = null;
      plot.hidden = true;
      numbers.open = true;
    }
  };
  const near = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      isNear = true;
      draw();
    },
    { rootMargin: `${NEAR_PX}px` },
  );
  const whole = () => {
    isNear = true;
    draw();
  };
  const size = new ResizeObserver(() => plot.dataset.drawn && plot.clientWidth && globalThis.Plotly.Plots.resize(plot));
  numbers.addEventListener("toggle", fillNumbers);
  model.on("change:finding", words);
  model.on("change:alt", words);
  model.on("change:figure", draw);
  model.on("change:table", fillNumbers);
  window.addEventListener("beforeprint", whole);
  words();
  queueMicrotask(() => {
    if (isGone) return;
    if (used || (globalThis.Plotly && isInReach(plot))) whole();
    else near.observe(plot);
  });
  size.observe(plot);
  return () => {
    isGone = true;
    near.disconnect();
    size.disconnect();
    window.removeEventListener("beforeprint", whole);
    if (plot.dataset.drawn && !plot.hidden) leaveIdle(plot);
  };
}

function leaveIdle(plot) {
  idle.push(plot);
  setTimeout(() => {
    if (!idle.includes(plot)) return;
    idle.splice(idle.indexOf(plot), 1);
    globalThis.Plotly.purge(plot);
  });
}

// Waiting for the observer costs a frame; where the script is there already, the chart is drawn as
// soon as all of the page has its place.
function isInReach(plot) {
  const { top, bottom, width } = plot.getBoundingClientRect();
  return width > 0 && bottom > -NEAR_PX && top < window.innerHeight + NEAR_PX;
}

// ---- one plotly a page --------------------------------------------------------------------------

async function loadPlotly(model, base) {
  const address = new URL(CHART_SCRIPT, base).href;
  await early(address);
  if (globalThis.Plotly) return globalThis.Plotly;
  return script(address)
    .catch(async () => {
      const { buffers } = await model.ask({ do: "asset", name: "plotly-basic.min.js" });
      return script(URL.createObjectURL(new Blob(buffers, { type: "text/javascript" })));
    })
    .then(() => globalThis.Plotly);
}

// The page may have asked for the script before it had any widget; wait until that is over.
function early(address) {
  const tag = [...document.scripts].find(({ src }) => src === address);
  if (!tag || globalThis.Plotly || document.readyState === "complete") return null;
  return new Promise((resolve) => {
    for (const kind of ["load", "error"]) tag.addEventListener(kind, resolve);
    window.addEventListener("load", resolve); // it may have failed already
  });
}

function script(address) {
  return new Promise((resolve, reject) => {
    const tag = h("script", { src: address, on: { load: resolve, error: () => reject(new Error("no chart script")) } });
    document.head.append(tag);
  });
}

// Names of days and months as the browser knows them, numbers as the language writes them.
function settings(Plotly, lang) {
  if (lang !== "en") {
    const names = (count, style, date) =>
      Array.from({ length: count }, (_, i) => new Intl.DateTimeFormat(lang, { ...style, timeZone: "UTC" }).format(date(i)));
    const day = (i) => new Date(Date.UTC(2023, 0, 1 + i)); // 1 January 2023 was a Sunday
    const month = (i) => new Date(Date.UTC(2023, i, 1));
    const format = {
      days: names(7, { weekday: "long" }, day),
      shortDays: names(7, { weekday: "short" }, day),
      months: names(12, { month: "long" }, month),
      shortMonths: names(12, { month: "short" }, month),
      date: "%d-%m-%Y",
      decimal: ",",
      thousands: ".",
    };
    Plotly.register({ moduleType: "locale", name: lang, dictionary: {}, format });
  }
  return { displayModeBar: false, displaylogo: false, locale: lang, doubleClick: false, showTips: false };
}

// ---- the calm look ------------------------------------------------------------------------------

// Told apart by colour-blind eyes too (after Okabe & Ito 2008, darkened to 3:1 on white), and each
// with its own dash, marker or hatching for those who see no colour at all.
const COLOURS = ["#17615c", "#b8520a", "#2f6db0", "#8b3f7d", "#5d6a1c", "#4a5a63"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const MARKERS = ["circle", "square", "diamond", "triangle-up", "x", "cross"];
const HATCHINGS = ["", "/", ".", "\\", "x", "-"];

function calm(el, lang, layout) {
  const style = getComputedStyle(el);
  const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const ink = token("--pb-ink", "#1f2a30");
  const line = token("--pb-line", "#d6d2c6");
  const axis = {
    automargin: true, fixedrange: true, gridcolor: line, linecolor: token("--pb-line-strong", "#767e82"),
    zerolinecolor: line, ticks: "outside", tickcolor: line, ticklen: 5, title: { standoff: 12 },
  };
  const template = {
    layout: {
      autosize: true,
      colorway: COLOURS,
      font: { family: style.fontFamily, size: 15, color: ink },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 48, r: 16, t: 16, b: 40 },
      separators: lang === "da" ? ",." : ".,",
      dragmode: false,
      hovermode: "closest",
      hoverlabel: { font: { family: style.fontFamily, size: 15 } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", itemclick: false, itemdoubleclick: false },
      bargap: 0.35,
      xaxis: { ...axis, showgrid: false, showline: true },
      yaxis: { ...axis, separatethousands: true },
    },
    data: {
      scatter: COLOURS.map((_, i) => ({ line: { width: 2.5, dash: DASHES[i] }, marker: { size: 9, symbol: MARKERS[i] } })),
      bar: COLOURS.map((colour, i) => ({ marker: { pattern: { shape: HATCHINGS[i], fillmode: "overlay", solidity: 0.25, fgcolor: "#fff" }, line: { width: 0 } }, insidetextfont: { weight: 700, shadow: `0 0 2px ${colour}, 0 0 3px ${colour}, 0 0 4px ${colour}, 0 0 5px ${colour}` } })),
    },
  };
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { ...layout, template, height: undefined, width: undefined, ...(isStill ? { transition: { duration: 0 } } : {}) };
}
