// Block Kit as DOM. https://docs.slack.dev/reference/block-kit/blocks

import { controlNode } from "./elements.js";
import { h, reconcile, uid } from "./dom.js";
import { fileUrl } from "./api.js";
import { anchor, linkedChannels, safeHref } from "./links.js";
import { markdown } from "./markdown.js";
import { textObject, words } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Draws `blocks` into `parent`; a block that did not change keeps its node. */
export function renderBlocks(parent, blocks, surface) {
  surface.blocks = (blocks ?? []).map((block, index) => ({ ...block, block_id: block.block_id ?? `b${index}` }));
  reconcile(parent, surface.blocks, {
    key: (block, index) => `${block.block_id}/${block.type}/${index}`,
    signature: (block) => JSON.stringify([block, surface.errors[block.block_id], linkedChannels(block)]),
    render: (block) => blockNode(block, surface),
  });
  return parent;
}

function blockNode(block, surface) {
  const draw = Object.hasOwn(DRAW, block.type) ? DRAW[block.type] : unknown;
  return h("div", { class: `block block-${block.type}`, data: { blockId: block.block_id } }, draw(block, surface));
}

const DRAW = {
  header: (block) => h("h2", { class: "header-text" }, textObject(block.text)),
  divider: () => h("hr"),
  section,
  context,
  input,
  image,
  table,
  alert,
  video,
  actions: (block, surface) => (block.elements ?? []).map((element) => controlNode(element, block, surface)),
  context_actions: (block, surface) => (block.elements ?? []).flatMap((element) => feedback(element, block, surface)),
  rich_text: richText,
  markdown: (block) => markdown(block.text),
  file: (block) => h("div", { class: "image-missing" }, `Remote file ${block.external_id}`),
  data_table: (block) => [h("div", { class: "caption" }, block.caption), table(block)],
};

const unknown = (block) =>
  h("div", { class: "unknown-block" }, `This page does not draw blocks of type "${block.type}".`);

function section(block, surface) {
  const { accessory } = block;
  const beside =
    accessory &&
    (accessory.type === "image" ? picture(accessory, "accessory-image") : controlNode(accessory, block, surface));
  return [
    h(
      "div",
      { class: "section-main" },
      block.text ? h("div", { class: "text" }, textObject(block.text)) : null,
      block.fields?.length
        ? h(
            "div",
            { class: "fields" },
            block.fields.map((field) => h("div", { class: "text" }, textObject(field))),
          )
        : null,
    ),
    beside ? h("div", { class: "accessory" }, beside) : null,
  ];
}

function context(block) {
  return (block.elements ?? []).map((element) =>
    element.type === "image" ? picture(element, "context-image") : h("div", { class: "text" }, textObject(element)),
  );
}

function input(block, surface) {
  const id = uid("input");
  const error = surface.errors[block.block_id];
  const control = controlNode(block.element, block, surface, {
    id,
    describedBy: `${id}-hint ${id}-error`,
    invalid: Boolean(error),
  });
  return [
    h(
      "label",
      { class: "input-label", htmlFor: id, id: `${id}-label` },
      textObject(block.label),
      block.optional ? h("span", { class: "optional" }, " (optional)") : null,
    ),
    control,
    h("div", { class: "input-error", id: `${id}-error`, role: "alert", hidden: !error }, error ?? ""),
    block.hint ? h("div", { class: "input-hint", id: `${id}-hint` }, textObject(block.hint)) : null,
  ];
}

function image(block) {
  return h(
    "figure",
    { class: "image" },
    block.title ? h("figcaption", null, textObject(block.title)) : null,
    picture(block, "block-image"),
  );
}

/** An image, or its alternative text in a box when it cannot load. */
function picture(element, className) {
  const source = element.slack_file?.id
    ? fileUrl(element.slack_file.id)
    : safeHref(element.image_url ?? element.slack_file?.url);
  const missing = () =>
    h(
      "div",
      {
        class: `${className} image-missing`,
        role: "img",
        "aria-label": element.alt_text,
        title: element.image_url ?? "",
      },
      className === "block-image" ? `🖼 ${element.alt_text || "image"}` : "🖼",
    );
  if (!source) return missing();
  const node = h("img", { class: className, src: source, alt: element.alt_text ?? "", referrerpolicy: "no-referrer" });
  node.addEventListener("error", () => node.replaceWith(missing()), { once: true });
  return node;
}

function table(block) {
  const [head, ...rows] = block.rows ?? [];
  const row = (cells, tag) =>
    h(
      "tr",
      null,
      (cells ?? []).map((cell, column) => h(tag, cellProps(block.column_settings?.[column], tag), cellNode(cell))),
    );
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      { class: "block-table" },
      h("thead", null, row(head, "th")),
      h(
        "tbody",
        null,
        rows.map((cells) => row(cells, "td")),
      ),
    ),
  );
}

function cellProps(settings, tag) {
  const align = ["left", "center", "right"].includes(settings?.align) ? settings.align : "left";
  return {
    class: settings?.is_wrapped ? "wrapped" : "",
    style: { "text-align": align },
    scope: tag === "th" ? "col" : null,
  };
}

function cellNode(cell) {
  if (cell?.type === "rich_text") return richText(cell);
  return h("span", null, textObject({ type: "plain_text", text: String(cell?.text ?? cell?.value ?? "") }));
}

function alert(block) {
  return h("div", { class: `alert alert-${block.level ?? "default"}`, role: "note" }, textObject(block.text));
}

function video(block) {
  return h(
    "figure",
    { class: "image" },
    h("figcaption", null, anchor(block.title_url ?? block.video_url, words(block.title))),
    picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "block-image"),
  );
}

/** `feedback_buttons` are two buttons of one action; `icon_button` is one. */
function feedback(element, block, surface) {
  if (element.type === "icon_button") return controlNode({ ...element, type: "button" }, block, surface);
  return [element.positive_button, element.negative_button]
    .filter(Boolean)
    .map((button) => controlNode({ ...button, type: "button", action_id: element.action_id }, block, surface));
}
