// What opens beside a button: menus, pickers, cards. One at a time.

import { h } from "./dom.js";

let open = null;

export const closePopover = () => open?.close();

/** Shows `content` beside `anchor` until a click outside, Escape, or `close()`. */
export function openPopover(anchor, content, { label, role = "dialog", onclose, sameWidth = false } = {}) {
  closePopover();
  const box = h("div", { class: "popover", role, "aria-label": label, tabindex: "-1" }, content);
  // Inside an open modal everything outside is inert, so the popover goes into it.
  (anchor.closest("dialog") ?? document.body).append(box);
  if (sameWidth) box.style.setProperty("min-width", `${anchor.getBoundingClientRect().width}px`);
  anchor.setAttribute("aria-expanded", "true");
  const place = () => position(anchor, box);
  const watch = new ResizeObserver(place);
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) close();
  };
  const scrolled = (event) => {
    if (!box.contains(event.target)) place();
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
    anchor.focus();
  };
  function close() {
    if (open?.box !== box) return;
    open = null;
    watch.disconnect();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("scroll", scrolled, true);
    anchor.setAttribute("aria-expanded", "false");
    box.remove();
    onclose?.();
  }
  open = { box, close, anchor };
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("scroll", scrolled, true);
  box.addEventListener("keydown", keys);
  watch.observe(box);
  place();
  return { box, close };
}

export const isOpenFor = (anchor) => open?.anchor === anchor;

function position(anchor, box) {
  if (!anchor.isConnected) {
    closePopover();
    return;
  }
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = window.innerHeight - at.bottom;
  const top = below >= height + 8 || below >= at.top ? at.bottom + 4 : at.top - height - 4;
  box.style.setProperty("left", `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`);
  box.style.setProperty("top", `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`);
}

/** A menu of `{label, description?, danger?, pick, data?}`; a string is a heading. */
export function openMenu(anchor, items, { label } = {}) {
  if (isOpenFor(anchor)) {
    closePopover();
    return;
  }
  const rows = items.map((item) =>
    typeof item === "string" ? h("div", { class: "menu-heading" }, item) : menuItem(item),
  );
  const menu = h("div", { class: "menu", onkeydown: moveInMenu }, rows);
  const { box } = openPopover(anchor, menu, { role: "menu", label });
  box.querySelector("[role=menuitem]")?.focus();
}

function menuItem(item) {
  const press = () => {
    const { anchor } = open;
    closePopover();
    anchor.focus();
    item.pick();
  };
  return h(
    "button",
    {
      type: "button",
      role: "menuitem",
      class: item.danger ? "menu-item danger" : "menu-item",
      data: item.data,
      onclick: press,
    },
    h("span", null, item.label),
    item.description ? h("span", { class: "menu-note" }, item.description) : null,
  );
}

function moveInMenu(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
}
