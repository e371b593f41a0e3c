// One message as a row.

import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { clock, fullTime } from "./dates.js";
import { h } from "./dom.js";
import { emojiNode } from "./inline.js";
import { icon } from "./icons.js";
import { fileCard } from "./files.js";
import { anchor } from "./links.js";
import { hashOf, messageTools, react } from "./messagetools.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { surfaceOf } from "./surface.js";
import { isBot, userName, workspace } from "./workspace.js";

/** Lines the workspace writes, not a person: shown small and grey. */
const SYSTEM = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "channel_convert_to_private",
  "group_join",
  "group_leave",
  "group_topic",
  "group_purpose",
  "group_name",
  "group_archive",
  "pinned_item",
  "unpinned_item",
  "bot_add",
  "bot_remove",
  "bookmark_added",
  "bookmark_removed",
  "reminder_add",
]);

export const isSystem = (message) => SYSTEM.has(message.subtype);

/** `place` = `{channel, compact, inThread, pinned}`; `compact` leaves out name and picture below the same author. */
export function messageNode(message, place) {
  const author = message.user ?? message.bot_id ?? workspace.app.user_id;
  const kind = [
    place.compact && "compact",
    message.ephemeral_for && "ephemeral",
    isSystem(message) && "system",
    place.pinned && "pinned",
  ]
    .filter(Boolean)
    .join(" ");
  const node = h("div", {
    class: `message ${kind}`,
    role: "listitem",
    tabindex: "-1",
    data: {
      testid: `message-${message.ts}`,
      ts: message.ts,
      user: author,
      ephemeral: message.ephemeral_for ? "true" : "",
    },
  });
  const time = timeNode(message, place);
  const showAuthor = !place.compact && !isSystem(message);
  node.append(
    h(
      "div",
      { class: "gutter" },
      showAuthor ? face(message, author) : isSystem(message) ? avatar(author, "small") : time,
    ),
    h(
      "div",
      { class: "message-main" },
      place.pinned ? h("div", { class: "pinned-note" }, icon("pin", "small"), "Pinned") : null,
      message.ephemeral_for
        ? h("div", { class: "ephemeral-note" }, icon("people", "small"), "Only visible to you")
        : null,
      showAuthor ? byline(message, author, time) : null,
      broadcast(message, place),
      ...content(message, place, author, time),
    ),
  );
  if (!message.deleted && !isSystem(message)) addTools(node, message, place);
  return node;
}

function face(message, author) {
  const emoji = message.icons?.emoji?.replaceAll(":", "");
  return emoji ? h("span", { class: "avatar avatar-emoji", "aria-hidden": "true" }, emojiNode(emoji)) : avatar(author);
}

function byline(message, author, time) {
  const name = message.username ?? userName(author);
  const app = message.bot_id || isBot(workspace.users.get(author)) || author === workspace.app.user_id;
  return h(
    "div",
    { class: "byline" },
    h("button", { type: "button", class: "author", data: { user: author } }, name),
    app ? h("span", { class: "app-badge" }, "APP") : null,
    time,
  );
}

/** A reply that was also sent to the channel. */
function broadcast(message, place) {
  if (place.inThread || !message.thread_ts || message.thread_ts === message.ts) return null;
  return h(
    "div",
    { class: "muted" },
    "replied to ",
    h("button", { type: "button", class: "text-button", data: { thread: message.thread_ts } }, "a thread"),
  );
}

function timeNode(message, place) {
  const href = message.ephemeral_for ? null : hashOf(message, place.channel);
  return h("a", { class: "time", href, title: fullTime(message.ts) }, clock(message.ts));
}

function content(message, place, author, time) {
  if (message.deleted)
    return [h("div", { class: "text muted" }, "This message was deleted."), place.inThread ? null : replies(message)];
  if (isSystem(message))
    return [
      h(
        "div",
        { class: "text muted" },
        h("button", { type: "button", class: "author", data: { user: author } }, userName(author)),
        " ",
        mrkdwnInline(systemText(message)),
        " ",
        time,
      ),
    ];
  const surface = surfaceOf({ channel: place.channel.id, message_ts: message.ts });
  const edited = message.edited
    ? h("span", { class: "edited", title: fullTime(message.edited.ts ?? message.ts) }, "(edited)")
    : null;
  const body = message.blocks?.length
    ? [renderBlocks(h("div", { class: "blocks" }), message.blocks, surface), edited]
    : textBody(message, edited);
  return [
    ...body,
    (message.attachments ?? []).map((attachment, index) => attachmentNode(attachment, index, place, message)),
    (message.files ?? []).map(fileCard),
    reactions(message, place),
    place.inThread ? null : replies(message),
  ];
}

const ONLY_EMOJI = /^(?:\s*:[a-z0-9_+-]+:){1,6}\s*$/;

function textBody(message, edited) {
  if (!message.text) return [edited];
  const node = h("div", { class: `text${ONLY_EMOJI.test(message.text) ? " jumbo" : ""}` });
  node.append(...(message.mrkdwn === false ? plain(message.text) : mrkdwn(message.text)));
  if (edited) (node.lastElementChild?.classList.contains("line") ? node.lastElementChild : node).append(" ", edited);
  return [node];
}

const mrkdwnInline = (text) => h("span", { class: "inline" }, mrkdwn(text));

/** Slack begins a system line with the person; the page has the name beside it already. */
function systemText(message) {
  return (message.text || message.subtype.replaceAll("_", " ")).replace(
    new RegExp(`^<@${message.user}(?:\\|[^>]*)?>\\s*`),
    "",
  );
}

function attachmentNode(attachment, index, place, message) {
  const colour = /^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")
    ? `#${attachment.color.replace("#", "")}`
    : ({ good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[attachment.color] ?? "var(--line-strong)");
  const surface = surfaceOf({ channel: place.channel.id, message_ts: message.ts, attachment: index });
  surface.where = { channel: place.channel.id, message_ts: message.ts };
  return h(
    "div",
    { class: "attachment", style: { "border-left-color": colour } },
    attachment.pretext ? h("div", { class: "text" }, mrkdwn(attachment.pretext)) : null,
    attachment.author_name ? h("div", { class: "muted" }, attachment.author_name) : null,
    attachment.title
      ? h("strong", null, attachment.title_link ? anchor(attachment.title_link, attachment.title) : attachment.title)
      : null,
    attachment.text ? h("div", { class: "text" }, mrkdwn(attachment.text)) : null,
    attachment.fields?.length
      ? h(
          "div",
          { class: "fields" },
          attachment.fields.map((field) =>
            h("div", { class: "text" }, h("strong", null, field.title), mrkdwn(field.value)),
          ),
        )
      : null,
    attachment.blocks?.length ? renderBlocks(h("div", { class: "blocks" }), attachment.blocks, surface) : null,
    attachment.footer ? h("div", { class: "muted" }, attachment.footer) : null,
  );
}

function reactions(message, place) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((reaction) => {
      const users = reaction.users ?? [];
      const mine = users.includes(workspace.as);
      return h(
        "button",
        {
          type: "button",
          class: `reaction${mine ? " mine" : ""}`,
          "aria-pressed": String(mine),
          title: `${users.map(userName).join(", ")} reacted with :${reaction.name}:`,
          data: { reaction: reaction.name },
          onclick: () => react(message, place, reaction.name, mine),
        },
        emojiNode(reaction.name),
        h("span", null, String(reaction.count ?? users.length)),
      );
    }),
  );
}

function replies(message) {
  if (!message.reply_count) return null;
  const faces = [...new Set(message.reply_users ?? [])].slice(0, 4).map((user) => avatar(user, "small"));
  return h(
    "button",
    { type: "button", class: "replies", data: { thread: message.ts, testid: `replies-${message.ts}` } },
    faces,
    h("span", { class: "replies-count" }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    message.latest_reply ? h("span", { class: "muted" }, `Last reply ${clock(message.latest_reply)}`) : null,
  );
}

/** The tools of a message are made when it is pointed at: hundreds of rows need none of them. */
function addTools(node, message, place) {
  const add = () => {
    if (!node.querySelector(":scope > .tools")) node.append(messageTools(message, place));
    // Of a message that begins above the visible part, the tools stand where it can be seen.
    const above = node.closest(".scroller").getBoundingClientRect().top - node.getBoundingClientRect().top;
    node.style.setProperty("--tools-top", `${Math.max(-14, above + 4)}px`);
  };
  node.addEventListener("pointerenter", add);
  node.addEventListener("focusin", add);
}
