import { dateNode } from "./dates.js";
import { h } from "./dom.js";
import { channelMention, emojiNode, groupMention, unescape, userMention } from "./inline.js";
import { anchor } from "./links.js";

export const richText = (block) => h("div", { class: "rich-text" }, (block.elements ?? []).map(part));

function part(element) {
  const border = element.border ? " bordered" : "";
  switch (element.type) {
    case "rich_text_list":
      return list(element, border);
    case "rich_text_quote":
      return h("blockquote", null, spans(element.elements));
    case "rich_text_preformatted":
      return h("pre", { class: border }, spans(element.elements));
    case "rich_text_section":
      return h("div", { class: "rich-section" }, spans(element.elements));
    default:
      return h("div", { class: "unknown-block" }, `Unknown rich text element "${element.type}"`);
  }
}

function list(element, border) {
  const ordered = element.style === "ordered";
  const level = element.indent ?? 0;
  const props = { class: `rich-list level-${level % 3}${border}`, style: { "--level": String(level) } };
  if (ordered && element.offset) props.start = element.offset + 1;
  return h(
    ordered ? "ol" : "ul",
    props,
    (element.elements ?? []).map((item) => h("li", null, spans(item.elements))),
  );
}

const spans = (elements) => (elements ?? []).map((element) => styled(span(element), element.style));

function span(element) {
  switch (element.type) {
    case "text":
      return document.createTextNode(unescape(element.text ?? ""));
    case "link":
      return anchor(element.url, unescape(element.text || element.url || ""));
    case "user":
      return userMention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return groupMention(element.usergroup_id);
    case "broadcast":
      return h("span", { class: "mention mention-me" }, `@${element.range}`);
    case "emoji":
      return emojiNode(element.name);
    case "date":
      return date(element);
    case "color":
      return color(element.value);
    case "team":
      return h("span", { class: "mention" }, element.team_id);
    default:
      return document.createTextNode(element.text ?? "");
  }
}

function date(element) {
  const node = dateNode(element.timestamp, element.format ?? "{date_short} {time}", element.fallback);
  return element.url ? anchor(element.url, node) : node;
}

function color(value) {
  const safe = /^#[0-9a-f]{3,8}$/i.test(value ?? "") ? value : "transparent";
  return h("span", { class: "color" }, value, h("span", { class: "color-chip", style: { background: safe } }));
}

const TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(node, style) {
  return Object.entries(TAGS).reduce((inner, [name, tag]) => (style?.[name] ? h(tag, null, inner) : inner), node);
}
