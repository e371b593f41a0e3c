// A list of messages that keeps its place while it is read again.

import { dayLabel, dayOf } from "./dates.js";
import { announce, fill, h, reconcile } from "./dom.js";
import { linkedChannels } from "./links.js";
import { isSystem, messageNode } from "./message.js";
import { dismissed } from "./messagetools.js";
import { userName, workspace } from "./workspace.js";

const GROUP_S = 5 * 60;
const NEAR_BOTTOM_PX = 60;

export class MessageList {
  /** `inThread`: the pane on the right; it counts the replies under the first message. */
  constructor({ label, inThread = false }) {
    this.inThread = inThread;
    this.rows = h("div", { class: "rows", role: "list", "aria-label": label });
    this.intro = h("div", { class: "intro" });
    this.newer = h(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: () => this.toBottom() },
      "New messages ↓",
    );
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": label },
      this.intro,
      this.rows,
    );
    this.node = h("div", { class: "message-list" }, this.scroller, this.newer);
    this.stuck = true;
    this.newest = null;
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.scroller.addEventListener("keydown", (event) => this.arrow(event));
    // Images and file previews grow after they were drawn.
    new ResizeObserver(() => {
      if (this.stuck) this.toBottom();
    }).observe(this.rows);
    new ResizeObserver(() => {
      if (this.stuck) this.toBottom();
    }).observe(this.scroller);
  }

  /** Forgets the messages of the place shown before. */
  clear() {
    fill(this.rows);
    fill(this.intro);
    this.stuck = true;
    this.newest = null;
    this.newer.hidden = true;
  }

  show(messages, channel) {
    const first = this.newest === null;
    const items = this.items(messages, channel);
    reconcile(this.rows, items, {
      key: (item) => item.key,
      signature: (item) => item.print,
      render: (item) => item.render(),
    });
    this.tell(messages, first);
    if (this.stuck) this.toBottom();
  }

  items(messages, channel) {
    const pinned = new Set((channel.pins ?? []).map(pinTs));
    const shown = messages.filter((each) => !dismissed.has(each.ts) && (!each.deleted || each.reply_count));
    // A change of what names or zone show redraws everything; a change of one message only that one.
    const readers = JSON.stringify([workspace.as, workspace.users.size, channel.name]);
    const items = [];
    let before = null;
    for (const [index, message] of shown.entries()) {
      if (!this.inThread && (!before || dayOf(before.ts) !== dayOf(message.ts)))
        items.push(divider(dayLabel(message.ts), dayOf(message.ts)));
      const place = {
        channel,
        inThread: this.inThread,
        compact: continues(before, message) && !(this.inThread && index === 1),
        pinned: pinned.has(message.ts) && !this.inThread,
      };
      items.push({
        key: `${message.ts}${message.ephemeral_for ? "e" : ""}`,
        print: JSON.stringify([message, place.compact, place.pinned, readers, linkedChannels(message)]),
        render: () => messageNode(message, place),
      });
      if (this.inThread && index === 0 && shown.length > 1)
        items.push(divider(`${shown.length - 1} ${shown.length === 2 ? "reply" : "replies"}`, "replies"));
      before = message;
    }
    return items;
  }

  tell(messages, first) {
    const last = messages.at(-1);
    const fresh = last && last.ts !== this.newest && Number(last.ts) > Number(this.newest ?? 0);
    this.newest = last?.ts ?? "0";
    if (first || !fresh) return;
    announce(`${userName(last.user ?? workspace.app.user_id)}: ${last.text ?? ""}`.slice(0, 300));
    this.newer.hidden = this.stuck;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    if (this.stuck) this.newer.hidden = true;
  }

  toBottom() {
    this.stuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }

  /** Brings the message of `ts` into view and marks it for a moment; false when it is not here. */
  reveal(ts) {
    const row = [...this.rows.children].find((node) => node.dataset.ts === ts);
    if (!row) return false;
    this.stuck = false;
    row.scrollIntoView({ block: "center" });
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
    row.focus({ preventScroll: true });
    return true;
  }

  /** Up and down move from message to message, so that the tools of one are a Tab away. */
  arrow(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest?.(".message");
    if (!step || (event.target !== this.scroller && event.target !== row)) return;
    const all = [...this.rows.querySelectorAll(".message")];
    const next = row ? all[all.indexOf(row) + step] : all.at(-1);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

export const pinTs = (pin) => (typeof pin === "string" ? pin : (pin.ts ?? pin.message?.ts));

const divider = (text, key) => ({
  key: `divider-${key}`,
  print: text,
  render: () =>
    h("div", { class: "divider", role: "listitem" }, h("span", null, text[0].toUpperCase() + text.slice(1))),
});

function continues(before, message) {
  return Boolean(
    before &&
    !isSystem(before) &&
    !isSystem(message) &&
    before.user === message.user &&
    before.username === message.username &&
    Boolean(before.ephemeral_for) === Boolean(message.ephemeral_for) &&
    !before.deleted &&
    dayOf(before.ts) === dayOf(message.ts) &&
    Number(message.ts) - Number(before.ts) < GROUP_S,
  );
}
