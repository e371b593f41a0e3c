// What the chosen person may see of the workspace, as last read from /ui/state.

import { get } from "./api.js";

export const workspace = {
  as: "",
  me: null,
  name: "",
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  commands: [],
  app: {},
};

const byId = (rows) => new Map((rows ?? []).map((row) => [row.id, row]));

/** Reads the state for `as`; undefined = let the server choose the first person. Raises ApiError. */
export async function loadWorkspace(as) {
  const state = await get("state", { as });
  Object.assign(workspace, {
    name: state.workspace?.name ?? state.workspace ?? "Sandbox",
    users: byId(state.users),
    groups: byId(state.groups),
    channels: byId(state.channels),
    commands: state.commands ?? [],
    app: state.app ?? {},
  });
  workspace.as = as ?? state.me?.id ?? state.me ?? people()[0]?.id;
  workspace.me = workspace.users.get(workspace.as) ?? state.me ?? null;
}

/** The users a browser can be: no bots. */
export const people = () =>
  [...workspace.users.values()].filter((user) => !isBot(user) && !user.deleted && user.id !== "USLACKBOT");

export const isBot = (user) => Boolean(user?.is_bot || (user && user.id === workspace.app.user_id));
export const zone = () => workspace.me?.tz || Intl.DateTimeFormat().resolvedOptions().timeZone;

export function userName(id) {
  const user = workspace.users.get(id);
  if (!user) return id === workspace.app.user_id ? workspace.app.name : id;
  const shown = user.profile?.display_name;
  // A display name that only repeats the handle says less than the full name.
  return (shown !== user.name && shown) || user.real_name || user.profile?.real_name || user.name || id;
}

export const groupHandle = (id) => workspace.groups.get(id)?.handle ?? workspace.groups.get(id)?.name ?? id;

export const isBotDm = (channel) => Boolean(channel?.is_im && otherMember(channel) === workspace.app.user_id);

function otherMember(channel) {
  if (channel.user && channel.user !== workspace.as) return channel.user;
  return (channel.members ?? []).find((id) => id !== workspace.as);
}

export function channelLabel(channel) {
  if (!channel) return "";
  return channel.is_im ? userName(otherMember(channel) ?? workspace.as) : channel.name;
}

/** The channel of an id or a name; undefined when this person cannot see it. */
export const findChannel = (key) =>
  workspace.channels.get(key) ?? [...workspace.channels.values()].find((channel) => channel.name === key);

export const botDm = () => [...workspace.channels.values()].find(isBotDm);
