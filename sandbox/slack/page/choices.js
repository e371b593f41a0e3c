// What a select offers, and how what was chosen is named.

import { words } from "./mrkdwn.js";
import { channelLabel, isBot, userName, workspace } from "./workspace.js";

/** A choice is `{id, label, note?, chosen}`; `chosen` is what the value holds: an option object or an id. */
const fromOption = (option) => ({
  id: option.value,
  label: words(option.text),
  note: option.description && words(option.description),
  chosen: option,
});
const fromUser = (user) => ({ id: user.id, label: userName(user.id), note: `@${user.name}`, chosen: user.id });
const fromChannel = (channel) => ({
  id: channel.id,
  label: channel.is_im ? channelLabel(channel) : `#${channel.name}`,
  chosen: channel.id,
});

function conversationKind(channel) {
  if (channel.is_im) return "im";
  if (channel.is_mpim) return "mpim";
  return channel.is_private ? "private" : "public";
}

function conversations(filter) {
  const withBot = (channel) => channel.is_im && (channel.members ?? []).includes(workspace.app.user_id);
  return [...workspace.channels.values()]
    .filter((channel) => !channel.is_archived)
    .filter((channel) => !filter?.include || filter.include.includes(conversationKind(channel)))
    .filter((channel) => !filter?.exclude_bot_users || !withBot(channel))
    .map(fromChannel);
}

const everyone = () => [...workspace.users.values()].filter((user) => !user.deleted && !isBot(user)).map(fromUser);

export const isExternal = (element) => element.type.endsWith("external_select");

/** Groups of choices `[{label?, choices}]` for what was typed. External ones come from the app. Raises ApiError. */
export async function choicesFor({ element, block, surface }, typed) {
  if (element.type.endsWith("users_select")) return [{ choices: everyone() }];
  if (element.type.endsWith("conversations_select")) return [{ choices: conversations(element.filter) }];
  if (element.type.endsWith("channels_select")) return [{ choices: conversations({ include: ["public"] }) }];
  const source = isExternal(element) ? await surface.options(block.block_id, element, typed) : element;
  if (!source.option_groups?.length) return [{ choices: (source.options ?? []).map(fromOption) }];
  return source.option_groups.map((group) => ({ label: words(group.label), choices: group.options.map(fromOption) }));
}

/** The words of something chosen. */
export function labelOf(element, chosen) {
  if (typeof chosen === "object") return words(chosen.text);
  if (element.type.endsWith("users_select")) return userName(chosen);
  const channel = workspace.channels.get(chosen);
  return channel ? fromChannel(channel).label : chosen;
}

export const idOf = (chosen) => (typeof chosen === "object" ? chosen.value : chosen);
