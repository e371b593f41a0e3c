// The list of what this person can open.

import { post } from "./api.js";
import { avatar } from "./avatar.js";
import { openDialog } from "./dialogs.js";
import { fill, h, toast } from "./dom.js";
import { icon } from "./icons.js";
import { HOME, navigate } from "./route.js";
import { channelLabel, isBotDm, workspace } from "./workspace.js";

const byName = (one, other) => channelLabel(one).localeCompare(channelLabel(other));

/** Draws the sidebar; `current` = the id of the open channel, or HOME. */
export function renderSidebar(parent, current, { reload }) {
  const all = [...workspace.channels.values()].filter((channel) => !channel.is_archived).sort(byName);
  const rooms = all.filter((channel) => !channel.is_im);
  const scroll = parent.scrollTop;
  fill(
    parent,
    section(
      "Channels",
      rooms.filter((channel) => channel.is_member).map((each) => row(each, current)),
      h(
        "button",
        {
          type: "button",
          class: "side-row side-add",
          onclick: () => openCreate(reload),
          data: { testid: "add-channel" },
        },
        icon("plus"),
        "Add a channel",
      ),
    ),
    others(
      rooms.filter((channel) => !channel.is_member),
      current,
    ),
    section(
      "Direct messages",
      all.filter((channel) => channel.is_im && !isBotDm(channel)).map((each) => row(each, current)),
    ),
    section("Apps", [appRow(all.find(isBotDm), current)]),
  );
  parent.scrollTop = scroll;
}

const section = (title, rows, extra) =>
  rows.length || extra
    ? h("section", { "aria-label": title }, h("h2", { class: "side-title" }, title), rows, extra)
    : null;

const others = (rooms, current) =>
  section(
    "Channels to join",
    rooms.map((each) => row(each, current)),
  );

function row(channel, current) {
  const here = channel.id === current;
  const unread = channel.unread > 0 && !here && (channel.is_member || channel.is_im);
  const face = channel.is_im
    ? avatar((channel.members ?? []).find((id) => id !== workspace.as) ?? workspace.as, "small")
    : icon(channel.is_private ? "lock" : "hash");
  const label = channelLabel(channel);
  return h(
    "button",
    {
      type: "button",
      class: `side-row${here ? " current" : ""}${unread ? " unread" : ""}${channel.is_member || channel.is_im ? "" : " outside"}`,
      "aria-current": here ? "page" : null,
      data: { testid: `channel-${channel.name || label}`, channel: channel.id },
      onclick: () => navigate(channel.id),
    },
    face,
    h("span", { class: "side-name" }, label),
    unread
      ? h("span", { class: "badge" }, String(channel.unread), h("span", { class: "hidden-words" }, " unread"))
      : null,
  );
}

function appRow(dm, current) {
  const here = current === HOME || (dm && dm.id === current);
  const unread = dm?.unread > 0 && !here;
  return h(
    "button",
    {
      type: "button",
      class: `side-row${here ? " current" : ""}${unread ? " unread" : ""}`,
      "aria-current": here ? "page" : null,
      data: { testid: "app" },
      onclick: () => navigate(HOME),
    },
    avatar(workspace.app.user_id, "small"),
    h("span", { class: "side-name" }, workspace.app.name ?? "App"),
    unread ? h("span", { class: "badge" }, String(dm.unread)) : null,
  );
}

function openCreate(reload) {
  const name = h("input", {
    class: "field",
    id: "new-channel",
    maxlength: "80",
    placeholder: "e.g. plan-budget",
    autofocus: true,
  });
  const secret = h("input", { type: "checkbox", id: "new-private" });
  const failure = h("div", { class: "input-error", role: "alert" });
  const create = async () => {
    try {
      const { channel } = await post("channel", {
        as: workspace.as,
        name: name.value.trim().toLowerCase().replace(/\s+/g, "-"),
        is_private: secret.checked,
      });
      opened.close();
      await reload();
      navigate(channel.id ?? channel);
    } catch (error) {
      failure.textContent = error.message;
    }
  };
  const archived = [...workspace.channels.values()].filter((channel) => channel.is_archived);
  const opened = openDialog({
    title: "Create a channel",
    className: "small",
    body: h(
      "form",
      {
        id: "create-form",
        onsubmit: (event) => {
          event.preventDefault();
          create();
        },
      },
      h("label", { class: "input-label", htmlFor: "new-channel" }, "Channel name"),
      name,
      failure,
      h("label", { class: "choice" }, secret, h("span", null, "Private: only people who are invited can see it")),
      archived.length
        ? [
            h("div", { class: "menu-heading" }, "Archived channels"),
            archived.map((channel) =>
              h(
                "button",
                {
                  type: "button",
                  class: "menu-item",
                  onclick: () => {
                    opened.close();
                    navigate(channel.id);
                  },
                },
                `#${channel.name}`,
              ),
            ),
          ]
        : null,
    ),
    footer: h("button", { type: "submit", class: "button primary", form: "create-form" }, "Create"),
  });
}

/** Joins, leaves or archives, then reads again. */
export async function changeChannel(what, body, reload) {
  try {
    await post(what, { as: workspace.as, ...body });
    await reload();
  } catch (error) {
    toast(error.message);
  }
}
