// The `markdown` block: standard Markdown, the part of it that Slack draws. Here `**bold**`, `[label](url)`, `#` headings.

import { h } from "./dom.js";
import { emojiNode, unescape } from "./inline.js";
import { emojiOf } from "./emoji.js";
import { anchor } from "./links.js";

/** A Markdown text as block nodes. */
export function markdown(source) {
  const lines = String(source ?? "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    const [node, next] = block(lines, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

const FENCE = /^\s*```/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/;
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const STARTS = [FENCE, HEADING, RULE, ITEM, /^\s*>/];

function block(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  const heading = HEADING.exec(line);
  if (heading) return [title(heading), at + 1];
  if (RULE.test(line)) return [h("hr"), at + 1];
  if (/^\s*>/.test(line)) return quote(lines, at);
  if (ITEM.test(line)) return list(lines, at);
  if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "")) return table(lines, at);
  return paragraph(lines, at);
}

/** One level down: the page's own h1 is the channel. */
const title = ([, marks, text]) =>
  h(`h${Math.min(marks.length + 1, 6)}`, { class: `md-heading md-${Math.min(marks.length, 3)}` }, spans(text));

function fence(lines, at) {
  const end = lines.findIndex((line, index) => index > at && FENCE.test(line));
  const stop = end < 0 ? lines.length : end;
  return [h("pre", null, lines.slice(at + 1, stop).join("\n")), stop + 1];
}

function take(lines, at, wanted) {
  let end = at;
  while (end < lines.length && wanted(lines[end], end)) end += 1;
  return end;
}

function quote(lines, at) {
  const end = take(lines, at, (line) => /^\s*>/.test(line));
  const inner = lines
    .slice(at, end)
    .map((line) => line.replace(/^\s*>\s?/, ""))
    .join("\n");
  return [h("blockquote", null, markdown(inner)), end];
}

function list(lines, at) {
  const first = ITEM.exec(lines[at]);
  // A list ends where the other kind of list begins at the same depth.
  const sibling = (match) => match && (match[1].length > first[1].length || Boolean(match[2]) === Boolean(first[2]));
  const end = take(lines, at, (line) => sibling(ITEM.exec(line)) || (!ITEM.test(line) && /^\s{2,}\S/.test(line)));
  const items = [];
  for (const line of lines.slice(at, end)) {
    const match = ITEM.exec(line);
    if (match && match[1].length <= first[1].length) items.push([match[3]]);
    else items.at(-1).push(line.slice(Math.min(first[1].length + 2, line.search(/\S/))));
  }
  const props = { class: "md-list", start: first[2] && first[2] !== "1" ? first[2] : null };
  return [h(first[2] ? "ol" : "ul", props, items.map(item)), end];
}

function item([text, ...nested]) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  const box = task && h("input", { type: "checkbox", checked: task[1] !== " ", disabled: true, "aria-label": "done" });
  return h("li", null, box, spans(task ? task[2] : text), nested.length ? markdown(nested.join("\n")) : null);
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table(lines, at) {
  const end = take(lines, at, (line) => line.includes("|"));
  const head = cells(lines[at]).map((cell) => h("th", { scope: "col" }, spans(cell)));
  const rows = lines.slice(at + 2, end).map((line) =>
    h(
      "tr",
      null,
      cells(line).map((cell) => h("td", null, spans(cell))),
    ),
  );
  return [
    h(
      "div",
      { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
      h("table", { class: "block-table" }, h("thead", null, h("tr", null, head)), h("tbody", null, rows)),
    ),
    end,
  ];
}

function paragraph(lines, at) {
  const end = take(
    lines,
    at,
    (line, index) => line.trim() && (index === at || !STARTS.some((start) => start.test(line))),
  );
  return [
    h(
      "p",
      null,
      lines.slice(at, end).map((line, index) => [index ? h("br") : null, spans(line)]),
    ),
    end,
  ];
}

// In order: the first that matches at a place wins.
const SPANS = [
  [/^\\([\\`*_{}[\]()#+\-.!|>~])/, (m) => document.createTextNode(m[1])],
  [/^`([^`]+)`/, (m) => h("code", null, m[1])],
  [/^!?\[([^\]]*)\]\(([^\s)]+)(?:\s+"[^"]*")?\)/, (m) => anchor(m[2], m[1] || m[2])],
  [/^<(https?:[^\s<>|]+|mailto:[^\s<>|]+)>/, (m) => anchor(m[1], m[1].replace(/^mailto:/, ""))],
  [/^https?:\/\/[^\s<>()]+[^\s<>().,:;!?]/, (m) => anchor(m[0], m[0])],
  [/^(?:\*\*(?=\S)(.+?\S|\S)\*\*|__(?=\S)(.+?\S|\S)__)/, (m) => h("strong", null, spans(m[1] ?? m[2]))],
  [/^~~(?=\S)(.+?)~~/, (m) => h("s", null, spans(m[1]))],
  [/^(?:\*(?=\S)([^*]*[^*\s])\*|_(?=\S)([^_]*[^_\s])_(?![\p{L}\p{N}]))/u, (m) => h("em", null, spans(m[1] ?? m[2]))],
  [/^:([a-z0-9_+-]+):/, (m) => (emojiOf(m[1]) ? emojiNode(m[1]) : document.createTextNode(m[0]))],
];

function spans(source) {
  const nodes = [];
  let text = "";
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    // An underscore inside a word (snake_case) is no emphasis.
    const inWord = rest[0] === "_" && /[\p{L}\p{N}]/u.test(source[at - 1] ?? "");
    const [match, make] = inWord ? [] : first(rest);
    if (!match) {
      text += source[at];
      at += 1;
      continue;
    }
    nodes.push(unescape(text), make(match));
    text = "";
    at += match[0].length;
  }
  return [...nodes, unescape(text)];
}

function first(rest) {
  for (const [pattern, make] of SPANS) {
    const match = pattern.exec(rest);
    if (match) return [match, make];
  }
  return [];
}
