// The head of a channel: name, topic, people, pins, bookmarks. For the app: its tabs.

import { avatar } from "./avatar.js";
import { openDialog } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { icon } from "./icons.js";
import { inline } from "./inline.js";
import { anchor } from "./links.js";
import { pinTs } from "./messagelist.js";
import { closePopover, openMenu, openPopover } from "./popover.js";
import { botDm, channelLabel, isBotDm, userName, workspace } from "./workspace.js";
import { HOME, navigate } from "./route.js";
import { changeChannel } from "./sidebar.js";

const topicOf = (channel) => channel.topic?.value ?? channel.topic ?? "";

/** `where` = the channel or HOME. */
export function renderHeader(parent, where, { reload, messages }) {
  if (where === HOME || isBotDm(where)) {
    fill(parent, appHead(where));
    return;
  }
  fill(
    parent,
    h(
      "div",
      { class: "head-row" },
      h(
        "h1",
        { class: "head-name" },
        where.is_im ? null : icon(where.is_private ? "lock" : "hash"),
        h("span", { class: "head-words" }, channelLabel(where)),
        where.is_archived ? h("span", { class: "muted" }, " (archived)") : null,
      ),
      h("div", { class: "head-topic", title: topicOf(where) }, inline(topicOf(where))),
      where.is_im ? null : tools(where, reload, messages),
    ),
    where.bookmarks?.length ? bookmarks(where.bookmarks) : null,
  );
}

function tools(channel, reload, messages) {
  const pins = channel.pins ?? [];
  const people = h(
    "button",
    {
      type: "button",
      class: "head-button",
      "aria-label": `${channel.members.length} members`,
      "aria-expanded": "false",
      data: { testid: "members" },
      onclick: () => openMembers(people, channel, reload),
    },
    icon("people"),
    String(channel.members.length),
  );
  const pinned = h(
    "button",
    {
      type: "button",
      class: "head-button",
      "aria-label": `${pins.length} pinned`,
      "aria-expanded": "false",
      data: { testid: "pins" },
      onclick: () => openPins(pinned, channel, messages()),
    },
    icon("pin"),
    String(pins.length),
  );
  const more = h(
    "button",
    {
      type: "button",
      class: "head-button",
      "aria-label": "Channel actions",
      "aria-expanded": "false",
      data: { testid: "channel-menu" },
      onclick: () =>
        openMenu(more, [
          { label: "Set the topic", pick: () => setTopic(channel, reload) },
          ...(channel.is_member
            ? [{ label: "Leave channel", pick: () => changeChannel("leave", { channel: channel.id }, reload) }]
            : []),
          {
            label: "Archive channel",
            danger: true,
            pick: () => changeChannel("archive", { channel: channel.id }, reload),
          },
        ]),
    },
    icon("more"),
  );
  return h("div", { class: "head-tools" }, people, pinned, channel.is_archived ? null : more);
}

function setTopic(channel, reload) {
  const field = h("input", {
    class: "field",
    "aria-label": "Topic",
    maxlength: "250",
    value: topicOf(channel),
    autofocus: true,
  });
  const save = () => {
    opened.close();
    changeChannel("topic", { channel: channel.id, topic: field.value }, reload);
  };
  const opened = openDialog({
    title: "Set the topic",
    className: "small",
    body: field,
    footer: h("button", { type: "button", class: "button primary", onclick: save }, "Save"),
  });
}

function openMembers(button, channel, reload) {
  const outside = [...workspace.users.values()].filter((user) => !channel.members.includes(user.id) && !user.deleted);
  const choice = h(
    "select",
    { class: "field", "aria-label": "Person to invite" },
    outside.map((user) => h("option", { value: user.id }, userName(user.id))),
  );
  const invite = () => {
    closePopover();
    changeChannel("invite", { channel: channel.id, user: choice.value }, reload);
  };
  openPopover(
    button,
    h(
      "div",
      { class: "members" },
      channel.members.map((id) =>
        h(
          "div",
          { class: "member" },
          avatar(id, "small"),
          userName(id),
          id === workspace.as ? h("span", { class: "muted" }, " you") : null,
        ),
      ),
      outside.length && channel.is_member && !channel.is_archived
        ? h(
            "div",
            { class: "invite" },
            choice,
            h("button", { type: "button", class: "button", onclick: invite }, "Invite"),
          )
        : null,
    ),
    { label: "Members" },
  ).box.focus();
}

function openPins(button, channel, messages) {
  const byTs = new Map(messages.map((message) => [message.ts, message]));
  const rows = (channel.pins ?? []).map((pin) => {
    const ts = pinTs(pin);
    const message = byTs.get(ts) ?? pin.message;
    return {
      label: (message?.text ?? `Message ${ts}`).slice(0, 90),
      description: message ? userName(message.user) : "",
      pick: () => navigate(channel.id, ts),
    };
  });
  openMenu(button, rows.length ? ["Pinned", ...rows] : ["Nothing is pinned yet"], { label: "Pinned messages" });
}

const bookmarks = (rows) =>
  h(
    "nav",
    { class: "bookmarks", "aria-label": "Bookmarks", data: { testid: "bookmarks" } },
    rows.map((row) =>
      anchor(
        row.link,
        h(
          "span",
          { class: "emoji", "aria-hidden": "true" },
          emojiOf((row.emoji ?? "").replaceAll(":", "")) ?? icon("bookmark", "small"),
        ),
        row.title,
      ),
    ),
  );

function appHead(where) {
  const dm = botDm();
  const tab = (label, testid, selected, go) =>
    h(
      "button",
      { type: "button", class: "tab", "aria-current": selected ? "page" : null, data: { testid }, onclick: go },
      label,
    );
  return [
    h(
      "div",
      { class: "head-row" },
      h("h1", { class: "head-name" }, avatar(workspace.app.user_id, "small"), workspace.app.name),
    ),
    h(
      "nav",
      { class: "tabs", "aria-label": `${workspace.app.name} tabs` },
      tab("Home", "tab-home", where === HOME, () => navigate(HOME)),
      tab("Messages", "tab-messages", where !== HOME, () => dm && navigate(dm.id)),
    ),
  ];
}
