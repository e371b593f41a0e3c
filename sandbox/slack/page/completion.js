// Completion above a composer: /commands, @people, #channels, :emoji.

import { fill, h, uid } from "./dom.js";
import { emojiNames, emojiOf } from "./emoji.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { userName, workspace } from "./workspace.js";

const MOST = 8;
const starts =
  (typed) =>
  (...names) =>
    names.some((name) => (name ?? "").toLowerCase().startsWith(typed.toLowerCase()));

/** Each: what it looks like before the caret, and what it offers: `{insert, title, note, face, testid}`. */
const SOURCES = [
  {
    shape: /^(\/\S*)$/,
    offers: (typed) =>
      workspace.commands
        .filter((each) => each.command.startsWith(typed))
        .map((each) => ({
          insert: each.command,
          title: `${each.command} ${each.usage_hint ?? ""}`,
          note: each.description,
          face: avatar(workspace.app.user_id, "small"),
          testid: `complete-${each.command}`,
        })),
  },
  {
    shape: /(?:^|[\s(])(@[\p{L}\p{N}._-]*)$/u,
    offers: (typed) => [...userOffers(typed.slice(1)), ...groupOffers(typed.slice(1))],
  },
  {
    shape: /(?:^|[\s(])(#[\p{L}\p{N}_-]*)$/u,
    offers: (typed) =>
      [...workspace.channels.values()]
        .filter((each) => !each.is_im && !each.is_archived && starts(typed.slice(1))(each.name))
        .map((each) => ({
          insert: `#${each.name}`,
          title: each.name,
          note: each.topic?.value ?? each.topic,
          face: icon(each.is_private ? "lock" : "hash"),
        })),
  },
  {
    shape: /(?:^|\s)(:[a-z0-9_+-]{2,})$/,
    offers: (typed) =>
      emojiNames(typed.slice(1)).map((name) => ({
        insert: `:${name}:`,
        title: `:${name}:`,
        face: h("span", { class: "emoji" }, emojiOf(name)),
      })),
  },
];

function userOffers(typed) {
  return [...workspace.users.values()]
    .filter((user) => !user.deleted && starts(typed)(user.name, userName(user.id), ...userName(user.id).split(" ")))
    .map((user) => ({
      insert: `@${user.name}`,
      title: userName(user.id),
      note: `@${user.name}`,
      face: avatar(user.id, "small"),
    }));
}

function groupOffers(typed) {
  const broadcast = [
    ["here", "Notify the active members of this channel"],
    ["channel", "Notify everyone in this channel"],
  ];
  const groups = [...workspace.groups.values()].map((group) => [group.handle ?? group.name, group.name]);
  return [...groups, ...broadcast]
    .filter(([handle]) => starts(typed)(handle))
    .map(([handle, note]) => ({ insert: `@${handle}`, title: `@${handle}`, note, face: icon("people") }));
}

export class Completion {
  constructor(field) {
    this.field = field;
    this.offers = [];
    this.active = 0;
    this.list = h("div", {
      class: "completion",
      role: "listbox",
      id: uid("completion"),
      "aria-label": "Suggestions",
      hidden: true,
      data: { testid: "completion" },
    });
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("input", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("blur", () => this.hide());
  }

  look() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    for (const { shape, offers } of SOURCES) {
      const typed = shape.exec(before)?.[1];
      if (typed) {
        this.typed = typed;
        this.show(offers(typed).slice(0, MOST));
        return;
      }
    }
    this.hide();
  }

  show(offers) {
    this.offers = offers;
    this.active = 0;
    this.list.hidden = !offers.length;
    fill(
      this.list,
      offers.map((offer, index) =>
        h(
          "div",
          {
            role: "option",
            class: "option",
            id: `${this.list.id}-${index}`,
            data: offer.testid ? { testid: offer.testid } : {},
            // Before the click: a click would take the focus, and so the caret, away first.
            onpointerdown: (event) => {
              event.preventDefault();
              this.active = index;
              this.take();
            },
          },
          h("span", { class: "option-face" }, offer.face),
          h(
            "span",
            { class: "option-words" },
            h("span", null, offer.title),
            offer.note ? h("span", { class: "menu-note" }, offer.note) : null,
          ),
        ),
      ),
    );
    this.point();
  }

  hide() {
    this.offers = [];
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  point() {
    for (const [index, node] of [...this.list.children].entries()) {
      node.classList.toggle("active", index === this.active);
      node.setAttribute("aria-selected", String(index === this.active));
    }
    if (!this.offers.length) return;
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  take() {
    const { selectionStart: end, value } = this.field;
    const from = end - this.typed.length;
    const insert = `${this.offers[this.active].insert} `;
    this.field.value = value.slice(0, from) + insert + value.slice(end).replace(/^ /, "");
    this.field.setSelectionRange(from + insert.length, from + insert.length);
    this.hide();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }

  /** Takes the keys that are for the list; true when it did. Enter on a word typed in full is for sending. */
  key(event) {
    if (this.list.hidden || !this.offers.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (this.active + step + this.offers.length) % this.offers.length;
      this.point();
      return true;
    }
    if (event.key === "Escape") {
      this.hide();
      return true;
    }
    const complete = this.offers[this.active].insert === this.typed;
    if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !complete)) {
      this.take();
      return true;
    }
    return false;
  }
}
