// What stands above the first message of a conversation.

import { h } from "./dom.js";
import { channelLabel, workspace } from "./workspace.js";

/** `empty`: nothing was said here yet. `begin(text)` puts text into the composer. */
export function intro(channel, { empty, begin }) {
  if (channel.is_im)
    return h("p", null, "This conversation is just between ", h("strong", null, channelLabel(channel)), " and you.");
  return [
    h("h2", null, `${channel.is_private ? "🔒 " : "#"}${channel.name}`),
    h(
      "p",
      null,
      `This is the very beginning of the ${channel.name} channel. `,
      channel.purpose?.value ?? channel.purpose ?? "",
    ),
    empty && channel.is_member && !channel.is_archived ? commands(begin) : null,
  ];
}

/** Who has never been here learns what can be typed. */
const commands = (begin) =>
  workspace.commands.map((each) =>
    h(
      "button",
      {
        type: "button",
        class: "starter",
        data: { testid: `start-${each.command}` },
        onclick: () => begin(`${each.command} `),
      },
      h("code", null, each.command),
      h("span", null, each.description),
    ),
  );
