import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isBot, userName, workspace } from "./workspace.js";

// Dark enough for white letters (WCAG AA).
const COLOURS = [
  "#1d6f42",
  "#1264a3",
  "#8b3a8f",
  "#a3441c",
  "#5b5fc7",
  "#0b7285",
  "#a8324a",
  "#6b5b00",
  "#4a5568",
  "#7a3e9d",
];

// By the place in the list of users, so that neighbours differ.
const colourOf = (id) => COLOURS[([...workspace.users.keys()].indexOf(id) + COLOURS.length) % COLOURS.length];

/** A coloured square with initials; the bot has its signal. */
export function avatar(userId, className = "") {
  if (userId === workspace.app.user_id)
    return h("span", { class: `avatar avatar-app ${className}`, "aria-hidden": "true" }, icon("signal"));
  const letters = userName(userId)
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0])
    .join("")
    .toUpperCase();
  return h(
    "span",
    { class: `avatar ${className}`, "aria-hidden": "true", style: { background: colourOf(userId) } },
    letters || "?",
  );
}

/** What stands behind a mention: who it is and what time it is there. */
export function profileCard(userId) {
  const user = workspace.users.get(userId);
  const now =
    user?.tz &&
    new Intl.DateTimeFormat("en-US", { timeZone: user.tz, hour: "numeric", minute: "2-digit" }).format(new Date());
  const marks = [
    isBot(user) && "App",
    user?.is_restricted && "Guest",
    user?.is_ultra_restricted && "Single-channel guest",
    user?.is_admin && "Admin",
    user?.deleted && "Deactivated",
    user?.is_stranger && "From another workspace",
  ].filter(Boolean);
  return h(
    "div",
    { class: "profile" },
    avatar(userId, "large"),
    h(
      "div",
      null,
      h("strong", null, userName(userId)),
      h("div", { class: "menu-note" }, user ? `@${user.name}` : "Not in this workspace", ` · ${userId}`),
      user?.profile?.title ? h("div", null, user.profile.title) : null,
      marks.length ? h("div", null, marks.join(" · ")) : null,
      now ? h("div", { class: "menu-note" }, `${now} local time (${user.tz})`) : null,
    ),
  );
}
