// The address: `?as=<user>` is who you are, `#<channel>[/<ts>[/<thread>]]` or `#@home` is what you look at.

import { findChannel } from "./workspace.js";

export const HOME = "@home";

/** `{where, ts, thread}`: `where` is a channel id, HOME, or null when the address names nothing that can be opened. */
export function readRoute() {
  const [key, ts, thread] = decoded(window.location.hash.slice(1)).split("/");
  if (key === HOME) return { where: HOME };
  return { where: findChannel(key)?.id ?? null, ts, thread };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function navigate(where, ts) {
  const hash = `#${where}${ts ? `/${ts}` : ""}`;
  if (window.location.hash === hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else window.location.hash = hash;
}

const LAST = "sandbox.as";

/** Who this window is: the address says, else who the last window was (a permalink names nobody); null = not chosen yet. */
export const chosenUser = () => new URLSearchParams(window.location.search).get("as") ?? localStorage.getItem(LAST);

/** Another person is another window: a full load, so that nothing the last one saw stays in memory. */
export function becomeUser(id) {
  window.location.assign(`/?as=${encodeURIComponent(id)}${window.location.hash.split("/")[0]}`);
}

export function rememberUser(id) {
  localStorage.setItem(LAST, id);
  window.history.replaceState(null, "", `/?as=${encodeURIComponent(id)}${window.location.hash}`);
}
