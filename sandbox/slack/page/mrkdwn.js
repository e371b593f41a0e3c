// Slack's mrkdwn and plain_text objects as nodes: code fences, quotes, lines.

import { h } from "./dom.js";
import { codeText, inline, textNodes, unescape } from "./inline.js";

/** A mrkdwn text as block nodes. */
export function mrkdwn(source, options) {
  const nodes = [];
  const pieces = String(source ?? "").split(/```/);
  // An odd number of pieces means every fence is closed; an open one stays as it was typed.
  const closed = pieces.length % 2 ? pieces.length : pieces.length - 1;
  for (let index = 0; index < closed; index += 1) {
    if (index % 2) nodes.push(h("pre", null, codeText(pieces[index].replace(/^\n|\n$/g, ""))));
    else nodes.push(...lines(trimAround(pieces, index), options));
  }
  if (closed < pieces.length) nodes.push(...lines(`\`\`\`${pieces[closed]}`, options));
  return nodes;
}

/** The newline beside a fence belongs to the fence. */
function trimAround(pieces, index) {
  let text = pieces[index];
  if (index > 0) text = text.replace(/^\n/, "");
  if (index < pieces.length - 1) text = text.replace(/\n$/, "");
  return text;
}

const QUOTE = /^(?:&gt;|>)(?!(?:&gt;|>){2}) ?/;
const BULLET = /^(\s*)([•◦▪‣-]|\d+[.)]) +(.*)$/;

function lines(text, options) {
  if (!text) return [];
  const nodes = [];
  let quote = null;
  const all = text.split("\n");
  for (const [index, line] of all.entries()) {
    if (/^(?:&gt;|>){3}/.test(line)) return [...nodes, restAsQuote(all.slice(index), options)];
    if (!QUOTE.test(line)) {
      quote = null;
      nodes.push(lineNode(line, options));
      continue;
    }
    if (!quote) nodes.push((quote = h("blockquote")));
    quote.append(lineNode(line.replace(QUOTE, ""), options));
  }
  return nodes;
}

/** `>>>` quotes everything that follows. */
function restAsQuote([first, ...rest], options) {
  const lines = [first.replace(/^(?:&gt;|>){3} ?/, ""), ...rest];
  return h(
    "blockquote",
    null,
    lines.map((line) => lineNode(line, options)),
  );
}

/** mrkdwn has no lists: a line with a bullet keeps its own mark, and hangs by it. */
function lineNode(line, options) {
  const bullet = BULLET.exec(line);
  if (!bullet) return h("div", { class: "line" }, line.trim() ? inline(line, options) : h("br"));
  const [, indent, mark, rest] = bullet;
  return h(
    "div",
    { class: "line line-item", style: { "--indent": String(Math.min(indent.length, 8)) } },
    h("span", { class: "mark" }, mark),
    h("span", null, inline(rest, options)),
  );
}

/** A text object (`mrkdwn` or `plain_text`) as nodes. */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return plain(text);
  return text.type === "mrkdwn"
    ? mrkdwn(text.text, { verbatim: text.verbatim })
    : plain(text.text, text.emoji !== false);
}

/** Plain text keeps its line breaks; emoji names are drawn unless `emoji: false`. */
export function plain(text, emoji = true) {
  return emoji ? textNodes(String(text ?? ""), true) : [document.createTextNode(unescape(String(text ?? "")))];
}

/** The words of a text object, for labels and announcements. */
export const words = (text) => h("span", null, textObject(text)).textContent;
