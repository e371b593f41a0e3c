// Dates as Slack shows them, in the chosen person's zone.
// Tokens: https://docs.slack.dev/messaging/formatting-message-text#date-formatting

import { h } from "./dom.js";
import { zone } from "./workspace.js";

const HALF_A_YEAR_MS = 183 * 24 * 3600 * 1000;
const formats = new Map();

function format(date, options) {
  const key = JSON.stringify([zone(), options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-US", { timeZone: zone(), ...options }));
  return formats.get(key).format(date);
}

const part = (date, name, style) => format(date, { [name]: style });
const dayKey = (date) =>
  `${part(date, "year", "numeric")}-${format(date, { month: "2-digit" })}-${format(date, { day: "2-digit" })}`;

function ordinal(day) {
  const teen = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${teen ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
}

// Slack leaves the year out when the date is less than six months away.
const year = (date) => (Math.abs(date - Date.now()) > HALF_A_YEAR_MS ? `, ${part(date, "year", "numeric")}` : "");
const monthDay = (date) => `${part(date, "month", "long")} ${ordinal(Number(part(date, "day", "numeric")))}`;

function relativeDay(date) {
  for (const [word, days] of [
    ["yesterday", -1],
    ["today", 0],
    ["tomorrow", 1],
  ]) {
    if (dayKey(date) === dayKey(new Date(Date.now() + days * 86400000))) return word;
  }
  return null;
}

const plain = {
  date_num: dayKey,
  date_slash: (date) => format(date, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date: (date) => monthDay(date) + year(date),
  date_short: (date) => format(date, { month: "short", day: "numeric" }) + year(date),
  date_long: (date) => `${part(date, "weekday", "long")}, ${monthDay(date)}, ${part(date, "year", "numeric")}`,
  date_long_full: (date) => `${monthDay(date)}, ${part(date, "year", "numeric")}`,
  time: (date) => format(date, { hour: "numeric", minute: "2-digit" }).replace("\u202f", " "),
  time_secs: (date) => format(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }).replace("\u202f", " "),
  ago,
};
const pretty = (name) => (date) => relativeDay(date) ?? plain[name](date);
const tokens = {
  ...plain,
  date_pretty: pretty("date"),
  date_short_pretty: pretty("date_short"),
  date_long_pretty: pretty("date_long"),
  day_divider_pretty: (date) => relativeDay(date) ?? `${part(date, "weekday", "long")}, ${monthDay(date)}${year(date)}`,
};

function ago(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const [size, unit] = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ].find(([limit]) => Math.abs(seconds) >= limit) ?? [1, "second"];
  const count = Math.abs(Math.trunc(seconds / size));
  if (unit === "second" && count < 10) return "just now";
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

/** The text of a `<!date^...>` template, or null when a token or the time is none that Slack knows. */
export function dateText(unix, template) {
  const date = new Date(Number(unix) * 1000);
  if (!/^\d+$/.test(String(unix)) || Number.isNaN(date.getTime())) return null;
  let known = true;
  const text = template.replace(/\{(\w+)\}/g, (token, name) => {
    if (!Object.hasOwn(tokens, name)) known = false;
    return known ? tokens[name](date) : token;
  });
  return known ? text.replace(/^(yesterday|today|tomorrow)/, (word) => word[0].toUpperCase() + word.slice(1)) : null;
}

/** A `<time>` that is drawn again while it is on the page, for `{ago}` and "today" grow old. */
export function dateNode(unix, template, fallback) {
  const text = dateText(unix, template);
  if (text === null) return document.createTextNode(fallback || template);
  const title = dateText(unix, "{date_long} at {time_secs}") + ` (${zone()})`;
  return h(
    "time",
    { datetime: new Date(unix * 1000).toISOString(), title, data: { unix: String(unix), template } },
    text,
  );
}

export function redrawDates() {
  for (const node of document.querySelectorAll("time[data-template]")) {
    const text = dateText(node.dataset.unix, node.dataset.template);
    if (text !== null && text !== node.textContent) node.textContent = text;
  }
}

export const clock = (ts) => plain.time(new Date(Number(ts) * 1000));
export const fullTime = (ts) => dateText(Math.floor(Number(ts)), "{date_long} at {time_secs}");
export const dayOf = (ts) => dayKey(new Date(Number(ts) * 1000));
export const dayLabel = (ts) => dateText(Math.floor(Number(ts)), "{day_divider_pretty}");

/** Minutes that `zone()` is ahead of UTC at `date`. */
function offsetMinutes(date) {
  const name = new Intl.DateTimeFormat("en-US", { timeZone: zone(), timeZoneName: "longOffset" })
    .formatToParts(date)
    .find((each) => each.type === "timeZoneName").value;
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
}

/** "2026-01-31T14:05" on the wall of `zone()` <-> unix seconds, for datetimepicker. */
export function fromWall(text) {
  const asUtc = new Date(`${text}Z`);
  const first = new Date(asUtc - offsetMinutes(asUtc) * 60000);
  return Math.floor((asUtc - offsetMinutes(first) * 60000) / 1000);
}
export function toWall(unix) {
  const date = new Date(unix * 1000);
  return new Date(date.getTime() + offsetMinutes(date) * 60000).toISOString().slice(0, 16);
}
