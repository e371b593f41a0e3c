// The pane on the right: one message and its replies.

import { get } from "./api.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { MessageList } from "./messagelist.js";
import { channelLabel, workspace } from "./workspace.js";

export class ThreadPane {
  constructor({ sent }) {
    this.where = null;
    this.list = new MessageList({ label: "Thread", inThread: true });
    this.composer = new Composer({
      place: () => ({ channel: this.where?.channel.id, threadTs: this.where?.ts, name: "" }),
      testid: "thread-composer",
      sent,
    });
    this.name = h("span", { class: "muted" });
    this.node = h(
      "aside",
      { class: "thread", "aria-label": "Thread", hidden: true, data: { testid: "thread" } },
      h(
        "div",
        { class: "head-row" },
        h("h2", { class: "head-name" }, "Thread"),
        this.name,
        h("span", { class: "spring" }),
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Close thread",
            data: { testid: "thread-close" },
            onclick: () => this.close(),
          },
          icon("close"),
        ),
      ),
      this.list.node,
      this.composer.node,
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
  }

  async open(channel, ts) {
    this.where = { channel, ts };
    this.messages = null;
    this.name.textContent = channel.is_im ? channelLabel(channel) : `#${channel.name}`;
    this.list.clear();
    this.node.hidden = false;
    this.composer.node.hidden = channel.is_archived;
    this.composer.moved();
    await this.refresh();
    this.composer.field.focus();
  }

  close() {
    this.where = null;
    this.node.hidden = true;
  }

  async refresh() {
    const { where } = this;
    if (!where) return;
    const { messages } = await get("messages", { as: workspace.as, channel: where.channel.id, thread: where.ts });
    if (this.where !== where) return;
    this.messages = messages;
    this.redraw();
  }

  /** Names may have changed since it was drawn. */
  redraw() {
    const { where, messages } = this;
    if (where && messages) this.list.show(messages, workspace.channels.get(where.channel.id) ?? where.channel);
  }
}
