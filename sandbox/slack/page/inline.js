// The inside of a line of Slack's mrkdwn: emphasis, code, links, mentions, dates, emoji.
// https://docs.slack.dev/messaging/formatting-message-text

import { dateNode } from "./dates.js";
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { anchor } from "./links.js";
import { findChannel, groupHandle, userName, workspace } from "./workspace.js";

const ESCAPES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
/** Slack's three escapes undone, once: "&amp;lt;" is the text "&lt;". */
export const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (escape) => ESCAPES[escape]);

const EMPHASIS = { "*": "strong", _: "em", "~": "s" };
const ENTITY = /^<([^<>\n]+)>/;
const EMOJI = /:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g;
const BARE_URL = /\bhttps?:\/\/[^\s<>|]+[^\s<>|.,:;!?)'"\]]/g;

/** A line as nodes. `verbatim` leaves bare addresses alone. */
export function inline(source, { verbatim = false } = {}) {
  const nodes = [];
  let text = "";
  const flush = () => {
    if (text) nodes.push(...textNodes(text, verbatim));
    text = "";
  };
  let at = 0;
  while (at < source.length) {
    const found = entityAt(source, at) ?? codeAt(source, at) ?? emphasisAt(source, at, verbatim);
    if (!found) {
      text += source[at];
      at += 1;
      continue;
    }
    flush();
    nodes.push(found.node);
    at += found.length;
  }
  flush();
  return nodes;
}

function entityAt(source, at) {
  const match = source[at] === "<" && ENTITY.exec(source.slice(at));
  const node = match && entity(match[1]);
  return node ? { node, length: match[0].length } : null;
}

function codeAt(source, at) {
  const match = source[at] === "`" && /^`([^`\n]+)`/.exec(source.slice(at));
  return match ? { node: h("code", null, codeText(match[1])), length: match[0].length } : null;
}

/** Inside code nothing is drawn but the escapes; a link Slack made of an address is its label again. */
export const codeText = (source) =>
  unescape(
    source.replace(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (whole, target, label) =>
      /^(https?:|mailto:)/.test(target) ? (label ?? target) : whole,
    ),
  );

function emphasisAt(source, at, verbatim) {
  const tag = EMPHASIS[source[at]];
  if (!tag || /[\p{L}\p{N}]/u.test(source[at - 1] ?? "") || /\s/.test(source[at + 1] ?? " ")) return null;
  const end = closing(source, at);
  if (end < 0) return null;
  return { node: h(tag, null, inline(source.slice(at + 1, end), { verbatim })), length: end - at + 1 };
}

/** Where the emphasis opened at `at` ends: not inside a link or code, not after a space, not before a letter. */
function closing(source, at) {
  const mark = source[at];
  for (let end = at + 1; end < source.length && source[end] !== "\n"; end += 1) {
    const skip = (source[end] === "<" || source[end] === "`") && /^(?:<[^<>\n]+>|`[^`\n]+`)/.exec(source.slice(end));
    if (skip) {
      end += skip[0].length - 1;
      continue;
    }
    const closes = source[end] === mark && end > at + 1 && !/\s/.test(source[end - 1]);
    if (closes && !/[\p{L}\p{N}]/u.test(source[end + 1] ?? "")) return end;
  }
  return -1;
}

/** `<...>` as a node; null when Slack would show it as it stands. */
function entity(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : body.slice(bar + 1);
  if (/^@[UWB]/.test(target)) return userMention(target.slice(1), unescape(label));
  if (/^#[CGD]/.test(target)) return channelMention(target.slice(1), unescape(label));
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!/^(https?:|mailto:)/i.test(target)) return null;
  const address = unescape(target);
  return anchor(address, label ? textNodes(label, true) : address.replace(/^mailto:/, ""));
}

function special(command, label) {
  const [name, ...rest] = command.split("^");
  if (name === "date") return date(rest, unescape(label));
  if (name === "subteam") return groupMention(rest[0], unescape(label));
  if (["here", "channel", "everyone"].includes(name)) return h("span", { class: "mention mention-me" }, `@${name}`);
  return document.createTextNode(unescape(label) || `<!${command}>`);
}

function date([unix, template, url], fallback) {
  const node = dateNode(unix, unescape(template ?? ""), fallback);
  return url ? anchor(unescape(url), node) : node;
}

export function userMention(id, label) {
  const known = workspace.users.has(id);
  const mine = id === workspace.as ? " mention-me" : "";
  const name = known || !label ? userName(id) : label;
  return h("button", { type: "button", class: `mention${mine}`, data: { user: id } }, `@${name}`);
}

export function groupMention(id, label) {
  const mine = (workspace.groups.get(id)?.users ?? []).includes(workspace.as) ? " mention-me" : "";
  const handle = workspace.groups.has(id) || !label ? groupHandle(id) : label.replace(/^@/, "");
  return h("span", { class: `mention${mine}` }, `@${handle}`);
}

export function channelMention(id, label) {
  const channel = findChannel(id);
  if (!channel) return h("span", { class: "mention" }, label ? `#${label}` : "🔒private-channel");
  return h("a", { class: "mention", href: `#${channel.id}` }, `#${channel.name}`);
}

/** Text with its escapes undone, emoji drawn and, unless `verbatim`, bare addresses linked. */
export function textNodes(text, verbatim) {
  if (verbatim) return emojiNodes(text);
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(BARE_URL)) {
    const url = unescape(match[0]);
    nodes.push(...emojiNodes(text.slice(from, match.index)), anchor(url, url));
    from = match.index + match[0].length;
  }
  return [...nodes, ...emojiNodes(text.slice(from))];
}

function emojiNodes(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(EMOJI)) {
    if (!emojiOf(match[1])) continue;
    nodes.push(document.createTextNode(unescape(text.slice(from, match.index))), emojiNode(match[1]));
    from = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(unescape(text.slice(from))));
  return nodes.filter((node) => node.nodeType !== Node.TEXT_NODE || node.data);
}

export const emojiNode = (name) =>
  h(
    "span",
    { class: "emoji", role: "img", "aria-label": `:${name}:`, title: `:${name}:` },
    emojiOf(name) ?? `:${name}:`,
  );
