// The kit, once a page: by its address where peerbook's server answers, and from the kernel itself
// where it does not (another JupyterLab, an editor).
const address = "__KIT__";

function base() {
  const config = document.getElementById("jupyter-config-data");
  const path = document.body.dataset.baseUrl ?? (config ? JSON.parse(config.textContent).baseUrl : "/");
  return new URL(path, location.href);
}

function fromKernel(model) {
  return new Promise((resolve) => {
    model.on("msg:custom", ({ answer }, buffers) => {
      if (answer?.call !== "kit") return;
      resolve(import(URL.createObjectURL(new Blob(buffers, { type: "text/javascript" }))));
    });
    model.send({ do: "asset", call: "kit", name: "ui.js" });
  });
}

function kit(model) {
  const kits = (globalThis.peerbookKits ??= {});
  kits[address] ??= import(new URL(address, base())).catch(() => fromKernel(model));
  return kits[address];
}

export default {
  initialize: async ({ model }) => (await kit(model)).initialize({ model }),
  render: async ({ model, el }) => (await kit(model)).render({ model, el, base: base() }),
};
