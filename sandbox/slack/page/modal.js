// The modals open for this person: a stack of which the top one is shown.

import { get, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { fill, h, keepFocus, uid } from "./dom.js";
import { takeEscape } from "./dialogs.js";
import { icon } from "./icons.js";
import { textObject, words } from "./mrkdwn.js";
import { closePopover } from "./popover.js";
import { forgetSurface, surfaceOf } from "./surface.js";
import { workspace } from "./workspace.js";

const INPUT = ".block-input [data-action-id]:is(input, textarea, button)";
const BUTTON = "[data-testid=modal-submit], [data-testid=modal-close]";

let stack = [];
let shown = null;
let before = null;

/** Reads the stack again and shows its top. */
export async function refreshModals() {
  const { stack: next } = await get("views", { as: workspace.as });
  const alive = new Set(next.map((view) => view.id));
  for (const view of stack) if (!alive.has(view.id)) forgetSurface({ view_id: view.id });
  stack = next;
  const top = stack.at(-1);
  if (!top) {
    remove();
    return;
  }
  if (shown?.viewId !== top.id) open(top);
  else update(top);
}

function remove() {
  if (!shown) return;
  closePopover();
  shown.dialog.close();
  shown.dialog.remove();
  shown = null;
  if (before?.isConnected) before.focus();
}

function open(view) {
  if (shown) {
    closePopover();
    shown.dialog.remove();
  } else before = document.activeElement;
  const titleId = uid("title");
  const parts = {
    title: h("h2", { id: titleId }),
    back: h("span"),
    blocks: h("div", { class: "blocks" }),
    failure: h("div", { class: "banner-error", role: "alert", hidden: true }),
    foot: h("footer", { class: "dialog-foot" }),
  };
  const form = h(
    "form",
    {
      class: "modal-form",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    h(
      "header",
      { class: "dialog-head" },
      parts.back,
      parts.title,
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          data: { testid: "modal-x" },
          onclick: () => dismiss(true),
        },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, parts.failure, parts.blocks),
    parts.foot,
  );
  const dialog = h(
    "dialog",
    {
      class: "dialog modal",
      "aria-labelledby": titleId,
      data: { testid: "modal", callbackId: view.callback_id ?? "", viewId: view.id },
    },
    form,
  );
  takeEscape(dialog, () => dismiss(false));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  shown = { viewId: view.id, dialog, parts, surface: surfaceOf({ view_id: view.id }), busy: false };
  update(view);
  document.body.append(dialog);
  dialog.showModal();
  focusFirst(dialog);
}

/** The first input, when the view names none; a modal without inputs keeps the focus on its buttons. */
function focusFirst(dialog) {
  const target = dialog.querySelector("[autofocus]") ?? dialog.querySelector(INPUT) ?? dialog.querySelector(BUTTON);
  target?.focus();
}

function update(view) {
  const { parts, surface, dialog } = shown;
  shown.view = view;
  const waited = !dialog.querySelector(INPUT);
  dialog.dataset.callbackId = view.callback_id ?? "";
  fill(parts.title, textObject(view.title));
  fill(
    parts.back,
    stack.length > 1
      ? h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Back",
            data: { testid: "modal-back" },
            onclick: () => dismiss(false),
          },
          icon("back"),
        )
      : null,
  );
  renderBlocks(parts.blocks, view.blocks, surface);
  keepFocus(dialog, () => footer(view));
  // An app may open an empty form at once and fill it a moment later.
  if (dialog.open && waited && dialog.querySelector(INPUT)) focusFirst(dialog);
}

function footer(view) {
  const inputs = (view.blocks ?? []).some((block) => block.type === "input");
  const submitText = view.submit ?? (inputs ? { type: "plain_text", text: "Submit" } : null);
  const closeText = view.close ?? { type: "plain_text", text: submitText ? "Cancel" : "Close" };
  const had = shown.parts.foot.contains(document.activeElement) && document.activeElement.dataset.testid;
  fill(
    shown.parts.foot,
    h(
      "button",
      { type: "button", class: "button", data: { testid: "modal-close" }, onclick: () => dismiss(false) },
      textObject(closeText),
    ),
    submitText
      ? h(
          "button",
          {
            type: "submit",
            class: `button primary${shown.busy ? " busy" : ""}`,
            disabled: shown.busy || Boolean(view.submit_disabled),
            data: { testid: "modal-submit" },
          },
          textObject(submitText),
        )
      : null,
  );
  if (had) shown.parts.foot.querySelector(`[data-testid=${had}]`)?.focus();
}

async function submit() {
  const { surface, view, parts } = shown;
  if (shown.busy || view.submit_disabled) return;
  parts.failure.hidden = true;
  if (showErrors(surface.complaints())) return;
  const mine = shown;
  setBusy(mine, true);
  try {
    const answer = await post("submit", { as: workspace.as, view_id: view.id, values: surface.state() });
    if (answer.status >= 400) throw new Error(`the app answered ${answer.status}`);
    await refreshModals();
    if (shown === mine && answer.errors) showErrors(answer.errors);
  } catch (error) {
    fill(parts.failure, `We had some trouble connecting. Try again? (${error.message})`);
    parts.failure.hidden = false;
    parts.failure.scrollIntoView({ block: "nearest" });
  } finally {
    setBusy(mine, false);
  }
}

function setBusy(modal, busy) {
  modal.busy = busy;
  if (shown === modal) footer(modal.view);
}

/** Puts each error under its field and the focus into the first; true when there was one. */
function showErrors(errors) {
  const { surface, view, parts } = shown;
  surface.errors = errors;
  renderBlocks(parts.blocks, view.blocks, surface);
  const wrong = surface.blocks.find((block) => errors[block.block_id]);
  if (!wrong) {
    const stray = Object.values(errors).join(" ");
    fill(parts.failure, stray);
    parts.failure.hidden = !stray;
    return Boolean(stray);
  }
  const node = parts.blocks.querySelector(`[data-block-id="${CSS.escape(wrong.block_id)}"]`);
  node?.scrollIntoView({ block: "nearest" });
  node?.querySelector("[data-action-id]")?.focus();
  return true;
}

/** Closes the top view, or with `all` the whole stack, as the x in the corner does. */
async function dismiss(all) {
  const viewId = shown.viewId;
  const body = { as: workspace.as, view_id: viewId };
  try {
    await post("close", all && stack.length > 1 ? { ...body, all: true } : body);
    await refreshModals();
  } catch (error) {
    if (!shown) return;
    fill(shown.parts.failure, words(error.message));
    shown.parts.failure.hidden = false;
  }
}
