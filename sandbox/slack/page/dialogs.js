// The page's own dialogs. <dialog> makes the rest of the page inert, which is the focus trap.

import { fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";

/** Opens a dialog; `close()` removes it and gives the focus back. `onescape` replaces what Escape does. */
export function openDialog({ title, body, footer, className = "", onescape, testid }) {
  const before = document.activeElement;
  const titleId = uid("title");
  const dialog = h("dialog", {
    class: `dialog ${className}`,
    "aria-labelledby": titleId,
    data: testid ? { testid } : {},
  });
  const close = () => {
    if (!dialog.isConnected) return;
    dialog.close();
    dialog.remove();
    if (before?.isConnected) before.focus();
  };
  fill(
    dialog,
    h(
      "header",
      { class: "dialog-head" },
      h("h2", { id: titleId }, title),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => (onescape ?? close)() },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, body),
    footer ? h("footer", { class: "dialog-foot" }, footer) : null,
  );
  takeEscape(dialog, () => (onescape ?? close)());
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close };
}

/** Escape means `act`; the browser's own closing would leave the dialog in the page. */
export function takeEscape(dialog, act) {
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    act();
  });
}

/** Asks a Block Kit `confirm` object; resolves true when the person agrees. */
export function confirmDialog(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => {
      opened.close();
      resolve(yes);
    };
    const danger = confirm.style === "danger";
    const yes = h(
      "button",
      {
        type: "button",
        class: `button ${danger ? "danger" : "primary"}`,
        data: { testid: "confirm-yes" },
        onclick: () => answer(true),
      },
      textObject(confirm.confirm ?? "Yes"),
    );
    const no = h(
      "button",
      { type: "button", class: "button", data: { testid: "confirm-no" }, onclick: () => answer(false) },
      textObject(confirm.deny ?? "Cancel"),
    );
    const opened = openDialog({
      title: textObject(confirm.title ?? "Are you sure?"),
      body: textObject(confirm.text),
      footer: [no, yes],
      className: "small",
      onescape: () => answer(false),
      testid: "confirm",
    });
    yes.focus();
  });
}
