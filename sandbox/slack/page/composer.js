// Where a person writes: messages, thread replies, slash commands.

import { post } from "./api.js";
import { Completion } from "./completion.js";
import { h, toast } from "./dom.js";
import { encode } from "./encode.js";
import { icon } from "./icons.js";
import { loadShortcuts, runShortcut } from "./messagetools.js";
import { openMenu } from "./popover.js";
import { workspace } from "./workspace.js";

const drafts = new Map();

export class Composer {
  /** `place()` -> `{channel, threadTs?, name}` of where a message goes, asked at the time of sending. */
  constructor({ place, testid, sent }) {
    this.place = place;
    this.sent = sent;
    this.queue = Promise.resolve();
    this.field = h("textarea", { class: "composer-field", rows: "1", "aria-haspopup": "listbox", data: { testid } });
    this.completion = new Completion(this.field);
    this.hint = h("div", { class: "usage", hidden: true, "aria-live": "polite" });
    this.pending = h("div", { class: "pending", role: "status", hidden: true });
    this.button = h(
      "button",
      {
        type: "button",
        class: "send",
        "aria-label": "Send now",
        title: "Send now",
        disabled: true,
        data: { testid: testid === "composer" ? "send" : `${testid}-send` },
        onclick: () => this.send(),
      },
      icon("send"),
    );
    this.bolt = h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": "Shortcuts",
        title: "Shortcuts",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        data: { testid: `${testid}-shortcuts` },
        onclick: () => this.shortcuts(),
      },
      icon("bolt"),
    );
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.node = h(
      "div",
      { class: "composer" },
      this.completion.list,
      this.hint,
      h(
        "div",
        { class: "composer-box" },
        this.formatBar(),
        this.field,
        h(
          "div",
          { class: "composer-foot" },
          testid === "composer" ? this.bolt : null,
          this.insertButton("@", "Mention someone"),
          testid === "composer" ? this.insertButton("/", "Run a command") : null,
          h(
            "span",
            { class: "composer-note" },
            h("kbd", null, "Shift"),
            " + ",
            h("kbd", null, "Enter"),
            " for a new line",
          ),
          this.button,
        ),
      ),
      this.pending,
    );
  }

  formatBar() {
    const marks = [
      ["B", "*", "Bold"],
      ["I", "_", "Italic"],
      ["S", "~", "Strikethrough"],
      ["code", "`", "Code"],
    ];
    return h(
      "div",
      { class: "format-bar", role: "toolbar", "aria-label": "Formatting" },
      marks.map(([face, mark, label]) =>
        h(
          "button",
          {
            type: "button",
            class: `tool format-${label.toLowerCase()}`,
            "aria-label": label,
            title: label,
            onclick: () => this.wrap(mark),
          },
          face === "code" ? icon("code") : face,
        ),
      ),
    );
  }

  insertButton(text, label) {
    const put = () => {
      this.field.focus();
      this.field.setRangeText(
        text === "/" && this.field.value ? "" : text,
        this.field.selectionStart,
        this.field.selectionEnd,
        "end",
      );
      this.changed();
      this.completion.look();
    };
    return h("button", { type: "button", class: "tool glyph", "aria-label": label, title: label, onclick: put }, text);
  }

  wrap(mark) {
    const { selectionStart: from, selectionEnd: to, value } = this.field;
    this.field.setRangeText(`${mark}${value.slice(from, to)}${mark}`, from, to, "end");
    if (from === to) this.field.setSelectionRange(from + 1, from + 1);
    this.field.focus();
    this.changed();
  }

  /** Another channel or thread: its own draft, its own name in the placeholder. */
  moved() {
    const { name, threadTs } = this.place();
    this.field.value = drafts.get(this.draftKey()) ?? "";
    const label = threadTs ? "Reply…" : `Message ${name}`;
    this.field.placeholder = label;
    this.field.setAttribute("aria-label", label);
    this.completion.hide();
    this.changed();
  }

  /** Takes `text` for a beginning, unless something is written already. */
  begin(text) {
    if (!this.field.value.trim()) this.field.value = text;
    this.field.focus();
    this.changed();
  }

  draftKey() {
    const { channel, threadTs } = this.place();
    return `${channel}/${threadTs ?? ""}`;
  }

  changed() {
    const { value } = this.field;
    drafts.set(this.draftKey(), value);
    this.button.disabled = !value.trim();
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, 240)}px`);
    const command = workspace.commands.find((each) => value.startsWith(`${each.command} `));
    this.hint.hidden = !command;
    if (command)
      this.hint.replaceChildren(
        h("strong", null, command.command),
        ` ${command.usage_hint ?? ""}`,
        h("span", { class: "menu-note" }, command.description ?? ""),
      );
  }

  key(event) {
    if (event.isComposing) return;
    if (this.completion.key(event)) {
      event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }

  send() {
    const typed = this.field.value.trim();
    if (!typed) return;
    const { channel, threadTs } = this.place();
    const command = /^\/[a-z]/i.test(typed);
    if (command && threadTs) {
      toast(`${typed.split(/\s/)[0]} is not supported in threads. Sorry!`);
      return;
    }
    this.field.value = "";
    this.completion.hide();
    this.changed();
    const body = {
      as: workspace.as,
      channel,
      text: command ? typed : encode(typed),
      ...(threadTs ? { thread_ts: threadTs } : {}),
    };
    // One after the other: two quick messages must not change places.
    this.queue = this.queue.then(() => this.deliver(body, typed, command));
  }

  async deliver(body, typed, command) {
    this.pending.hidden = !command;
    this.pending.textContent = command ? `Running ${typed.split(/\s/)[0]}…` : "";
    try {
      await post("message", body);
      await this.sent(body);
    } catch (error) {
      toast(`Not sent: ${error.message}`);
      if (!this.field.value) {
        this.field.value = typed;
        this.changed();
      }
    } finally {
      this.pending.hidden = true;
    }
  }

  async shortcuts() {
    const { global } = await loadShortcuts();
    const rows = global.map((row) => ({
      label: row.name,
      description: workspace.app.name,
      data: { callbackId: row.callback_id },
      pick: () => runShortcut({ callback_id: row.callback_id }),
    }));
    openMenu(this.bolt, rows.length ? ["Shortcuts", ...rows] : ["No global shortcuts"], { label: "Shortcuts" });
  }
}
