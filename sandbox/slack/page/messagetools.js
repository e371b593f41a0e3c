// What can be done to a message: react, reply, shortcuts, copy its link.

import { get, post } from "./api.js";
import { openDialog } from "./dialogs.js";
import { h, toast } from "./dom.js";
import { emojiOf, MORE_REACTIONS, QUICK_REACTIONS } from "./emoji.js";
import { emojiNode, unescape } from "./inline.js";
import { encode } from "./encode.js";
import { icon } from "./icons.js";
import { closePopover, openMenu, openPopover } from "./popover.js";
import { userName, workspace } from "./workspace.js";

let shortcuts = null;

/** `{global, message}` of the manifest; read once and again after a failure. */
export async function loadShortcuts() {
  shortcuts ??= await get("shortcuts").catch((error) => {
    toast(error.message);
    return null;
  });
  return shortcuts ?? { global: [], message: [] };
}

/** The bar that appears over a message. */
export function messageTools(message, place) {
  if (message.ephemeral_for) return h("div", { class: "tools" }, dismissButton(message));
  const quick = QUICK_REACTIONS.map((name) =>
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": `React with ${name}`,
        title: `:${name}:`,
        data: { testid: `react-${name}` },
        onclick: () => react(message, place, name, reacted(message, name)),
      },
      h("span", { class: "emoji", "aria-hidden": "true" }, emojiOf(name)),
    ),
  );
  const picker = tool("smile", "More reactions", "react", () => pickReaction(picker, message, place));
  const more = tool("more", "More actions", "more", () => openMore(more, message, place));
  const reply = h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Reply in thread",
      title: "Reply in thread",
      data: { testid: "reply", thread: message.thread_ts ?? message.ts },
    },
    icon("reply"),
  );
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    quick,
    picker,
    place.inThread ? null : reply,
    more,
  );
}

const tool = (name, label, testid, press) =>
  h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": label,
      title: label,
      "aria-expanded": "false",
      data: { testid },
      onclick: press,
    },
    icon(name),
  );

const reacted = (message, name) =>
  (message.reactions ?? []).some((each) => each.name === name && (each.users ?? []).includes(workspace.as));

export async function react(message, place, name, remove) {
  await post("reaction", {
    as: workspace.as,
    channel: place.channel.id,
    ts: message.ts,
    name,
    ...(remove ? { remove: true } : {}),
  }).catch((error) => toast(`Could not react: ${error.message}`));
}

function pickReaction(anchor, message, place) {
  const names = [...QUICK_REACTIONS, ...MORE_REACTIONS];
  openPopover(
    anchor,
    h(
      "div",
      { class: "emoji-grid" },
      names.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "tool",
            "aria-label": name,
            title: `:${name}:`,
            data: { testid: `emoji-${name}` },
            onclick: () => {
              closePopover();
              react(message, place, name, reacted(message, name));
            },
          },
          emojiNode(name),
        ),
      ),
    ),
    { label: "Choose a reaction" },
  )
    .box.querySelector("button")
    .focus();
}

async function openMore(anchor, message, place) {
  const { message: rows } = await loadShortcuts();
  const fire = (row) =>
    runShortcut({ callback_id: row.callback_id, channel: place.channel.id, message_ts: message.ts });
  const at = { channel: place.channel.id, ts: message.ts };
  openMenu(
    anchor,
    [
      {
        label: "Copy link",
        pick: () => copy(message.permalink ?? `${window.location.origin}/${hashOf(message, place.channel)}`),
      },
      place.pinned
        ? { label: "Unpin from channel", pick: () => change("pin", { ...at, remove: true }) }
        : { label: "Pin to channel", pick: () => change("pin", at) },
      ...(message.user === workspace.as
        ? [
            { label: "Edit message", pick: () => edit(message, at) },
            { label: "Delete message", danger: true, pick: () => change("delete_message", at) },
          ]
        : []),
      ...(rows.length ? ["Message shortcuts"] : []),
      ...rows.map((row) => ({
        label: row.name,
        description: workspace.app.name,
        pick: () => fire(row),
        data: { callbackId: row.callback_id },
      })),
    ],
    { label: `Actions for the message of ${userName(message.user)}` },
  );
}

/** Where a message is found: `#channel/ts`, and for a reply the thread. */
export function hashOf(message, channel) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `/${message.thread_ts}` : "";
  return `#${channel.is_im ? channel.id : channel.name}/${message.ts}${thread}`;
}

async function change(call, body) {
  await post(call, { as: workspace.as, ...body }).catch((error) => toast(`That did not work: ${error.message}`));
}

function edit(message, at) {
  const field = h("textarea", { class: "field", rows: "4", "aria-label": "Message", autofocus: true });
  field.value = unescape(message.text ?? "");
  const save = () => {
    opened.close();
    change("edit_message", { ...at, text: encode(field.value) });
  };
  const opened = openDialog({
    title: "Edit message",
    body: field,
    className: "small",
    footer: h("button", { type: "button", class: "button primary", onclick: save }, "Save"),
  });
}

export async function runShortcut(body) {
  try {
    const answer = await post("shortcut", { as: workspace.as, ...body });
    if (answer.status >= 400) throw new Error(`${workspace.app.name} answered ${answer.status}`);
  } catch (error) {
    toast(`The shortcut did not work: ${error.message}`);
  }
}

function copy(text) {
  // No clipboard outside a secure context: show it instead, to be copied by hand.
  (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
    () => toast("Copied"),
    () => toast(text),
  );
}

// The contract has no call for dismissing: it lasts as long as this page, as Slack's own lasts as long as its window.
export const dismissed = new Set();

const dismissButton = (message) =>
  h(
    "button",
    {
      type: "button",
      class: "tool wide",
      "aria-label": "Dismiss this message",
      onclick: (event) => {
        dismissed.add(message.ts);
        event.currentTarget.closest(".message").remove();
      },
    },
    "Dismiss",
  );
