import { h } from "./dom.js";
import { findChannel } from "./workspace.js";

const SAFE = new Set(["http:", "https:", "mailto:"]);

/** The address when its scheme is http, https or mailto; else null: a link is data too. */
export function safeHref(url) {
  try {
    const parsed = new URL(url);
    return SAFE.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** `#channel/ts[/thread]` of a Slack permalink to a channel this person can see, else null. */
function insideHash(url) {
  const { pathname, searchParams } = new URL(url);
  const match = /^\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?\/?$/.exec(pathname);
  if (!match || !findChannel(match[1])) return null;
  const thread = searchParams.get("thread_ts");
  return [`#${match[1]}`, match[2] && `${match[2]}.${match[3]}`, match[2] && thread].filter(Boolean).join("/");
}

const MENTION = /(?:<#|"channel_id":"|\/archives\/)([CGD][A-Z0-9]+)/g;

/**
 * What the links to channels in `thing` show now. It belongs into the signature of whatever draws them: a channel is
 * often read after the message that speaks of it.
 */
export const linkedChannels = (thing) =>
  [...JSON.stringify(thing).matchAll(MENTION)].map(([, id]) => findChannel(id)?.name ?? "");

/** A link, or only its label when the address is not one to follow. */
export function anchor(url, ...children) {
  const href = safeHref(url);
  if (!href) return h("span", { class: "dead-link", title: "Not a web address" }, ...children);
  const inside = insideHash(href);
  if (inside) return h("a", { href: inside, class: "link" }, ...children);
  return h("a", { href, class: "link", target: "_blank", rel: "noopener noreferrer" }, ...children);
}
