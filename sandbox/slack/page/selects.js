// All selects, single and multi: a button that opens a searchable list.

import { choicesFor, idOf, isExternal, labelOf } from "./choices.js";
import { ChoiceList } from "./choicelist.js";
import { announce, fill, h } from "./dom.js";
import { fieldOf } from "./fields.js";
import { icon } from "./icons.js";
import { words } from "./mrkdwn.js";
import { closePopover, isOpenFor } from "./popover.js";

export const selectNode = (given) => new Select(given).node;

class Select {
  /** `given` as controlNode makes it: `{element, block, surface, aria, value, set, commit}`. */
  constructor(given) {
    const { element, aria } = given;
    this.given = given;
    this.element = element;
    this.many = Boolean(fieldOf(element).many);
    this.value = this.first();
    this.placeholder =
      (element.placeholder && words(element.placeholder)) || (this.many ? "Select options" : "Choose an option");
    this.text = h("span", { class: "select-text" });
    this.chips = this.many ? h("div", { class: "chips" }) : null;
    this.button = h(
      "button",
      {
        type: "button",
        class: "select-button",
        id: aria.id,
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-describedby": aria.describedBy,
        autofocus: Boolean(element.focus_on_load),
        data: { actionId: element.action_id ?? "" },
        onclick: () => (isOpenFor(this.button) ? closePopover() : this.open()),
        onkeydown: (event) => this.key(event),
      },
      this.text,
      icon("caret", "small"),
    );
    if (aria.invalid) this.button.classList.add("invalid");
    this.node = h("div", { class: `select${this.many ? " multi" : ""}` }, this.chips, this.button);
    this.show();
  }

  /** The value at first; `default_to_current_conversation` fills an empty one. */
  first() {
    const { value, surface, set } = this.given;
    const here = surface.where.channel;
    const empty = this.many ? !value.length : value === null;
    if (!this.element.default_to_current_conversation || !empty || !here) return value;
    const filled = this.many ? [here] : here;
    set(filled);
    return filled;
  }

  show() {
    const empty = this.many || this.value === null;
    const shown = empty ? this.placeholder : labelOf(this.element, this.value);
    fill(this.text, shown);
    this.text.classList.toggle("placeholder", empty);
    const { id } = this.given.aria;
    if (id) this.button.setAttribute("aria-labelledby", `${id}-label ${id}`);
    if (this.chips)
      fill(
        this.chips,
        this.value.map((chosen) => this.chip(chosen)),
      );
  }

  chip(chosen) {
    const label = labelOf(this.element, chosen);
    const remove = () => this.put(this.value.filter((each) => each !== chosen));
    return h(
      "span",
      { class: "chip" },
      label,
      h(
        "button",
        { type: "button", class: "chip-remove", "aria-label": `Remove ${label}`, onclick: remove },
        icon("close", "small"),
      ),
    );
  }

  put(next) {
    this.value = next;
    this.show();
    this.given.commit(next, this.node);
  }

  isChosen(id) {
    const chosen = this.many ? this.value : [this.value].filter((each) => each !== null);
    return chosen.some((each) => idOf(each) === id);
  }

  pick(choice) {
    if (!this.many) {
      this.close();
      this.put(choice.chosen);
      return;
    }
    const most = this.element.max_selected_items;
    if (this.isChosen(choice.id)) this.put(this.value.filter((each) => idOf(each) !== choice.id));
    else if (most && this.value.length >= most) announce(`At most ${most}`);
    else this.put([...this.value, choice.chosen]);
  }

  close() {
    closePopover();
    this.button.focus();
  }

  key(event) {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    this.open();
  }

  open() {
    const { block } = this.given;
    const live = isExternal(this.element);
    const clearable = !this.many && this.value !== null && block.type === "input" && block.optional;
    new ChoiceList(this.button, {
      label: this.placeholder,
      live,
      many: this.many,
      load: (typed) => choicesFor(this.given, typed),
      // Slack asks the app from the third character on unless the element says otherwise.
      minimum: live ? (this.element.min_query_length ?? 3) : 0,
      isChosen: (id) => this.isChosen(id),
      pick: (choice) => this.pick(choice),
      clear: clearable
        ? () => {
            this.close();
            this.put(null);
          }
        : null,
    });
  }
}
