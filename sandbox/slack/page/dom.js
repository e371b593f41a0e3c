// DOM by construction: text is always a text node, so no data can become markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "hidden", "htmlFor", "indeterminate"]);

/** An element. `props`: `class`, `data: {}`, `style: {}`, `on<event>`, attributes; null and false leave one out. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) setProp(node, name, value);
  node.append(...present(children));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "style") for (const [key, set] of Object.entries(value)) node.style.setProperty(key, set);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

const present = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of 20 x 20 drawn by strokes; decorative, the button around it carries the label. */
export function svg(paths, className = "icon") {
  const node = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: className, "aria-hidden": "true" }))
    node.setAttribute(key, value);
  for (const d of [paths].flat()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

const drawn = new WeakMap();

/**
 * Makes the children of `parent` those of `items`, in order. An item whose key and signature are those of a child
 * already there keeps its node, so that what a person typed, opened or selected in it survives a re-read.
 */
export function reconcile(parent, items, { key, signature, render }) {
  const old = new Map();
  for (const child of parent.children) if (drawn.has(child)) old.set(drawn.get(child).key, child);
  const wanted = items.map((item, index) => {
    const id = key(item, index);
    const print = signature(item, index);
    const before = old.get(id);
    if (before && drawn.get(before).print === print) return before;
    const node = render(item, index);
    drawn.set(node, { key: id, print });
    return node;
  });
  keepFocus(parent, () => place(parent, wanted));
  return wanted;
}

function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

/** Runs `change`; when it replaced the focused control, the new one of the same name gets the focus. */
export function keepFocus(root, change) {
  const focused = document.activeElement;
  const name = root.contains(focused) ? controlName(focused) : null;
  const selection = name && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  change();
  if (!name || document.contains(focused)) return;
  const again = [...root.querySelectorAll("[data-action-id], [data-testid]")].find(
    (node) => controlName(node) === name,
  );
  again?.focus();
  if (again && selection && selection[0] !== null) again.setSelectionRange?.(...selection);
}

/** What a control is called in tests is what it is known by here: block and action id, else its test id. */
function controlName(node) {
  const { actionId, testid } = node.dataset ?? {};
  const block = actionId && node.closest("[data-block-id]")?.dataset.blockId;
  return actionId || testid ? JSON.stringify([block, actionId, testid]) : null;
}

let counter = 0;
export const uid = (prefix) => `${prefix}-${++counter}`;

/** Says `text` to a screen reader. */
export function announce(text) {
  const region = document.getElementById("live");
  if (region) region.textContent = text;
}

let toastTimer = 0;
/** A line at the bottom for what went wrong outside a modal. */
export function toast(text) {
  const node = document.getElementById("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    node.hidden = true;
  }, 6000);
}
