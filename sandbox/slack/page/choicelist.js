// The list that opens under a select: type to search, arrows, Enter.

import { fill, h, uid } from "./dom.js";
import { closePopover, openPopover } from "./popover.js";

// External choices are asked for after a pause in the typing.
const LIVE_WAIT_MS = 250;

export class ChoiceList {
  /**
   * `load(typed)` -> groups of choices; `live` when the app does the searching; `minimum` characters before it is asked.
   * `isChosen(id)`, `pick(choice)`; `clear` when the value may be emptied.
   */
  constructor(button, { label, load, live, many, minimum, isChosen, pick, clear }) {
    Object.assign(this, { load, live, minimum, isChosen, pick });
    const id = uid("list");
    this.search = h("input", {
      type: "text",
      class: "select-search",
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": id,
      "aria-autocomplete": "list",
      "aria-label": label,
      autocomplete: "off",
      placeholder: minimum > 0 ? `Type ${minimum} or more characters` : "Search",
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
    });
    this.list = h("div", {
      role: "listbox",
      id,
      class: "options",
      "aria-label": label,
      "aria-multiselectable": many ? "true" : null,
    });
    this.rows = [];
    this.active = 0;
    this.turn = 0;
    const clearing = clear && h("button", { type: "button", class: "menu-item", onclick: clear }, "Clear selection");
    openPopover(button, [this.search, this.list, clearing], { label, sameWidth: true });
    this.search.focus();
    this.renew();
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.renew(), this.live ? LIVE_WAIT_MS : 0);
  }

  /** Reads the choices for what stands in the search field; an answer to older words is dropped. */
  async renew() {
    clearTimeout(this.timer);
    const typed = this.search.value;
    const turn = ++this.turn;
    this.asked = typed;
    if (typed.length < this.minimum) {
      this.say(`Type ${this.minimum} or more characters to search`);
      return;
    }
    if (this.live) this.say("Loading…");
    try {
      const groups = await this.load(typed);
      if (turn === this.turn) this.draw(groups, this.live ? "" : typed.trim().toLowerCase());
    } catch (error) {
      if (turn === this.turn) this.say(`Could not load options: ${error.message}`);
    }
  }

  say(text) {
    this.rows = [];
    fill(this.list, h("div", { class: "menu-note pad" }, text));
  }

  draw(groups, typed) {
    this.rows = [];
    const fits = (choice) => `${choice.label} ${choice.note ?? ""}`.toLowerCase().includes(typed);
    const nodes = groups.map((group) => this.group(group.label, group.choices.filter(fits)));
    if (!this.rows.length) {
      this.say("No results");
      return;
    }
    fill(this.list, nodes);
    this.active = Math.max(
      0,
      this.rows.findIndex(({ choice }) => this.isChosen(choice.id)),
    );
    this.point();
  }

  group(label, choices) {
    if (!choices.length) return null;
    const rows = choices.map((choice) => this.row(choice));
    return label
      ? h("div", { role: "group", "aria-label": label }, h("div", { class: "menu-heading" }, label), rows)
      : rows;
  }

  row(choice) {
    const node = h(
      "div",
      {
        role: "option",
        id: uid("option"),
        class: "option",
        "aria-selected": String(this.isChosen(choice.id)),
        data: { value: choice.id },
        onclick: () => this.choose(choice),
      },
      h("span", null, choice.label),
      choice.note ? h("span", { class: "menu-note" }, choice.note) : null,
    );
    this.rows.push({ choice, node });
    return node;
  }

  choose(choice) {
    this.pick(choice);
    for (const row of this.rows) row.node.setAttribute("aria-selected", String(this.isChosen(row.choice.id)));
  }

  point() {
    for (const [index, { node }] of this.rows.entries()) node.classList.toggle("active", index === this.active);
    const node = this.rows[this.active]?.node;
    this.search.setAttribute("aria-activedescendant", node?.id ?? "");
    node?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.rows.length) {
      event.preventDefault();
      this.active = (this.active + step + this.rows.length) % this.rows.length;
      this.point();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    } else if (event.key === "Tab") {
      closePopover();
    }
  }

  /** Typed faster than the list was drawn: Enter is meant for what the words find. */
  async enter() {
    if (this.search.value !== this.asked) await this.renew();
    if (this.rows[this.active]) this.choose(this.rows[this.active].choice);
  }
}
