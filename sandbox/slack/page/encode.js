import { workspace } from "./workspace.js";

const NAMED = /(^|[\s(])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])/gu;
const OWN_SYNTAX = /(<(?:@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|!(?:here|channel|everyone|subteam\^S[A-Z0-9]+))(?:\|[^<>]*)?>)/;

/**
 * What was typed, as Slack sends it: names become `<@U...>` and `<#C...>`, the three characters of its syntax are escaped.
 * Not for the words of a command: the server links names in them when the manifest says `should_escape`.
 */
export function encode(typed) {
  return typed
    .split(OWN_SYNTAX)
    .map((piece, index) => {
      if (index % 2) return piece;
      const safe = piece.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
      return safe.replace(
        NAMED,
        (whole, before, mark, name) => `${before}${(mark === "@" ? person(name) : room(name)) ?? mark + name}`,
      );
    })
    .join("");
}

function person(name) {
  if (["here", "channel", "everyone"].includes(name)) return `<!${name}>`;
  const user = [...workspace.users.values()].find((each) => each.name === name.toLowerCase());
  if (user) return `<@${user.id}>`;
  const group = [...workspace.groups.values()].find((each) => each.handle === name);
  return group ? `<!subteam^${group.id}>` : null;
}

function room(name) {
  const channel = [...workspace.channels.values()].find((each) => !each.is_im && each.name === name);
  return channel ? `<#${channel.id}>` : null;
}
