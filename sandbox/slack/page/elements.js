// The controls of Block Kit. https://docs.slack.dev/reference/block-kit/block-elements

import { fromWall, toWall } from "./dates.js";
import { h, uid } from "./dom.js";
import { fieldOf } from "./fields.js";
import { icon } from "./icons.js";
import { safeHref } from "./links.js";
import { textObject, words } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { selectNode } from "./selects.js";

/** One control. `aria` = `{id, describedBy, invalid}` from the input block around it. */
export function controlNode(element, block, surface, aria = {}) {
  const draw = DRAW[element.type] ?? (/select$/.test(element.type) ? selectNode : unknown);
  const node = draw({ element, block, surface, aria, ...valueOf(element, block, surface) });
  node.dataset.elementType = element.type;
  return node;
}

/** How a control reads and leaves its value; `commit` also sends the action where the app wants one. */
function valueOf(element, block, surface) {
  const field = fieldOf(element);
  if (!field) return {};
  const set = (value) => surface.set(block.block_id, element, value);
  const sends = block.type !== "input" || block.dispatch_action;
  return {
    value: surface.value(block.block_id, element),
    set,
    commit(value, node) {
      set(value);
      if (sends) surface.act(block.block_id, element, { [field.key]: value }, node);
    },
  };
}

const DRAW = {
  button,
  workflow_button: button,
  overflow,
  checkboxes: choices,
  radio_buttons: choices,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richInput,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
};

const unknown = ({ element }) =>
  h("div", { class: "unknown-block" }, `This page does not draw elements of type "${element.type}".`);

function button({ element, block, surface }) {
  const style = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const press = async () => {
    const href = element.url && safeHref(element.url);
    if (href && !element.confirm) window.open(href, "_blank", "noopener");
    await surface.act(block.block_id, element, { value: element.value }, node);
  };
  const node = h(
    "button",
    {
      type: "button",
      class: `button${style}`,
      "aria-label": element.accessibility_label,
      data: { actionId: element.action_id ?? "" },
      onclick: press,
    },
    textObject(element.text),
    element.url ? icon("link", "small") : null,
  );
  return node;
}

function overflow({ element, block, surface }) {
  const pick = (option) => {
    const href = option.url && safeHref(option.url);
    if (href) window.open(href, "_blank", "noopener");
    surface.act(block.block_id, element, { selected_option: option }, node);
  };
  const items = (element.options ?? []).map((option) => ({
    label: words(option.text),
    description: option.description && words(option.description),
    pick: () => pick(option),
    data: { value: option.value },
  }));
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { actionId: element.action_id ?? "" },
      onclick: () => openMenu(node, items, { label: "More actions" }),
    },
    icon("more"),
  );
  return node;
}

function choices({ element, block, aria, value, commit }) {
  const single = element.type === "radio_buttons";
  const name = uid("choice");
  const chosen = new Set((single ? [value] : value).filter(Boolean).map((option) => option.value));
  const boxes = (element.options ?? []).map((option) => {
    const box = h("input", {
      type: single ? "radio" : "checkbox",
      name,
      checked: chosen.has(option.value),
      data: { value: option.value },
    });
    return { option, box };
  });
  const changed = () => {
    const picked = boxes.filter(({ box }) => box.checked).map(({ option }) => option);
    commit(single ? (picked[0] ?? null) : picked, node);
  };
  const node = h(
    "div",
    {
      class: "choices",
      role: single ? "radiogroup" : "group",
      "aria-labelledby": aria.id ? `${aria.id}-label` : null,
      id: aria.id,
      "aria-label": aria.id ? null : block.text ? words(block.text) : "Choices",
      data: { actionId: element.action_id ?? "" },
      onchange: changed,
    },
    boxes.map(({ option, box }) =>
      h(
        "label",
        { class: "choice" },
        box,
        h(
          "span",
          null,
          textObject(option.text),
          option.description ? h("span", { class: "choice-note" }, textObject(option.description)) : null,
        ),
      ),
    ),
  );
  return node;
}

const INPUT_TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
  plain_text_input: "text",
};

function textInput({ element, block, surface, aria, value, set, commit }) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const props = {
    ...ariaProps(aria, element),
    value: value ?? "",
    maxlength: element.max_length ?? null,
    autocomplete: "off",
    placeholder: element.placeholder ? words(element.placeholder) : null,
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
  };
  const node = element.multiline
    ? h("textarea", { ...props, rows: "4", class: "field" })
    : h("input", { ...props, type: INPUT_TYPES[element.type], class: "field" });
  let timer = 0;
  node.addEventListener("input", () => {
    set(node.value);
    delete surface.errors[block.block_id];
    clearTimeout(timer);
    // Slack waits for a pause in the typing too.
    if (triggers.includes("on_character_entered")) timer = setTimeout(() => commit(node.value, node), 500);
  });
  node.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && !event.isComposing && !(element.multiline && event.shiftKey);
    if (!enter || !block.dispatch_action || !triggers.includes("on_enter_pressed")) return;
    event.preventDefault();
    commit(node.value, node);
  });
  return node;
}

/** Formatted input is taken as plain words: the sandbox has no editor for it. */
function richInput({ element, aria, set, value }) {
  const node = h("textarea", {
    ...ariaProps(aria, element),
    rows: "4",
    class: "field",
    placeholder: element.placeholder ? words(element.placeholder) : null,
  });
  node.value = (value?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((part) => part.text ?? "")
    .join("");
  node.addEventListener("input", () =>
    set({
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements: [{ type: "text", text: node.value }] }],
    }),
  );
  return node;
}

const PICKERS = {
  datepicker: { type: "date", show: (value) => value, read: (text) => text },
  timepicker: { type: "time", show: (value) => value, read: (text) => text },
  datetimepicker: { type: "datetime-local", show: (value) => toWall(value), read: fromWall },
};

function picker({ element, aria, value, commit }) {
  const { type, show, read } = PICKERS[element.type];
  let timer = 0;
  const node = h("input", {
    ...ariaProps(aria, element),
    type,
    class: "field picker",
    value: value ? show(value) : "",
    title: element.placeholder ? words(element.placeholder) : null,
    // A date typed digit by digit changes three times; only the last one is meant.
    onchange: () => {
      clearTimeout(timer);
      timer = setTimeout(() => commit(node.value ? read(node.value) : null, node), 300);
    },
  });
  return node;
}

export const ariaProps = (aria, element) => ({
  id: aria.id,
  "aria-describedby": aria.describedBy,
  "aria-invalid": aria.invalid ? "true" : null,
  data: { actionId: element.action_id ?? "" },
  "aria-label": aria.id ? null : words(element.placeholder) || element.action_id,
  autofocus: Boolean(element.focus_on_load),
});
