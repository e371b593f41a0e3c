// All selects, single and multi: a button that opens a searchable list.

import { announce, fill, h, uid } from "./dom.js";
import { fieldOf } from "./fields.js";
import { icon } from "./icons.js";
import { textObject, words } from "./mrkdwn.js";
import { closePopover, isOpenFor, openPopover } from "./popover.js";
import { channelLabel, isBot, userName, workspace } from "./workspace.js";

/** A choice is `{id, label, note?, chosen}`; `chosen` is what the value holds: an option object or an id. */
const fromOption = (option) => ({ id: option.value, label: words(option.text), note: option.description && words(option.description), chosen: option });
const fromUser = (user) => ({ id: user.id, label: userName(user.id), note: `@${user.name}`, chosen: user.id });
const fromChannel = (channel) => ({ id: channel.id, label: channel.is_im ? channelLabel(channel) : `#${channel.name}`, chosen: channel.id });

function conversationKind(channel) {
  if (channel.is_im) return "im";
  if (channel.is_mpim) return "mpim";
  return channel.is_private ? "private" : "public";
}

function conversations({ filter }) {
  return [...workspace.channels.values()].filter((channel) => !channel.is_archived
    && (!filter?.include || filter.include.includes(conversationKind(channel)))
    && !(filter?.exclude_bot_users && channel.is_im && (channel.members ?? []).includes(workspace.app.user_id)));
}

/** Groups of choices `[{label, choices}]` for what was typed. External ones come from the app. */
async function choicesFor({ element, block, surface }, typed) {
  if (/users_select$/.test(element.type)) return [{ choices: [...workspace.users.values()].filter((user) => !user.deleted && !isBot(user)).map(fromUser) }];
  if (/conversations_select$/.test(element.type)) return [{ choices: conversations(element).map(fromChannel) }];
  if (/channels_select$/.test(element.type)) return [{ choices: conversations({ filter: { include: ["public"] } }).map(fromChannel) }];
  const source = /external_select$/.test(element.type) ? await surface.options(block.block_id, element, typed) : element;
  if (source.option_groups?.length) return source.option_groups.map((group) => ({ label: words(group.label), choices: group.options.map(fromOption) }));
  return [{ choices: (source.options ?? []).map(fromOption) }];
}

function labelOf(element, chosen) {
  if (typeof chosen === "object") return textObject(chosen.text);
  if (/users_select$/.test(element.type)) return userName(chosen);
  const channel = workspace.channels.get(chosen);
  return channel ? fromChannel(channel).label : chosen;
}

export function selectNode(given) {
  const { element, aria } = given;
  const many = Boolean(fieldOf(element).many);
  let value = given.value;
  if (element.default_to_current_conversation && (many ? !value.length : !value)) value = currentConversation(many, given);
  const placeholder = element.placeholder ? words(element.placeholder) : many ? "Select options" : "Choose an option";
  const text = h("span", { class: "select-text" });
  const button = h("button", {
    type: "button", class: "select-button", id: aria.id, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-describedby": aria.describedBy,
    "aria-invalid": aria.invalid ? "true" : null, autofocus: Boolean(element.focus_on_load), data: { actionId: element.action_id ?? "" },
    onclick: () => (isOpenFor(button) ? closePopover() : openList()),
  }, text, icon("caret", "small"));
  button.addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { event.preventDefault(); openList(); } });
  const chips = h("div", { class: "chips" });
  const node = h("div", { class: `select${many ? " multi" : ""}` }, many ? chips : null, button);
  const chosenList = () => (many ? value : value === null ? [] : [value]);
  const idOf = (chosen) => (typeof chosen === "object" ? chosen.value : chosen);

  function show() {
    fill(text, !many && value !== null ? labelOf(element, value) : placeholder);
    text.classList.toggle("placeholder", many || value === null);
    button.setAttribute("aria-label", `${many || value === null ? placeholder : text.textContent}`);
    if (aria.id) button.setAttribute("aria-labelledby", `${aria.id}-label ${aria.id}`);
    fill(chips, many ? value.map(chip) : null);
  }
  function chip(chosen) {
    const label = h("span", null, labelOf(element, chosen));
    return h("span", { class: "chip" }, label, h("button", {
      type: "button", class: "chip-remove", "aria-label": `Remove ${label.textContent}`, onclick: () => put(value.filter((each) => each !== chosen)),
    }, icon("close", "small")));
  }
  function put(next) {
    value = next;
    show();
    given.commit(next, node);
  }
  function pick(choice) {
    if (!many) { closePopover(); button.focus(); put(choice.chosen); return; }
    const has = value.some((each) => idOf(each) === choice.id);
    const full = element.max_selected_items && value.length >= element.max_selected_items;
    if (!has && full) { announce(`At most ${element.max_selected_items}`); return; }
    put(has ? value.filter((each) => idOf(each) !== choice.id) : [...value, choice.chosen]);
  }
  function openList() {
    const clearable = !many && value !== null && given.block.type === "input" && given.block.optional;
    openChoices(button, {
      label: placeholder, load: (typed) => choicesFor(given, typed), live: /external_select$/.test(element.type), many,
      minimum: element.min_query_length ?? (/external_select$/.test(element.type) ? 3 : 0),
      isChosen: (id) => chosenList().some((each) => idOf(each) === id), pick,
      clear: clearable ? () => { closePopover(); button.focus(); put(null); } : null,
    });
  }
  show();
  return node;
}

function currentConversation(many, { surface, set }) {
  const channel = surface.where.channel ?? null;
  const value = many ? [channel].filter(Boolean) : channel;
  set(value);
  return value;
}

/** The list under the button: type to search, arrows, Enter. */
function openChoices(button, { label, load, live, many, minimum, isChosen, pick, clear }) {
  const listId = uid("list");
  const search = h("input", {
    type: "text", class: "select-search", role: "combobox", "aria-expanded": "true", "aria-controls": listId, "aria-autocomplete": "list",
    "aria-label": label, placeholder: minimum > 0 ? `Type ${minimum} or more characters` : "Search", autocomplete: "off",
  });
  const list = h("div", { role: "listbox", id: listId, class: "options", "aria-label": label, "aria-multiselectable": many ? "true" : null });
  openPopover(button, [search, list, clear ? h("button", { type: "button", class: "menu-item", onclick: clear }, "Clear selection") : null],
    { label, sameWidth: true });
  let rows = [];
  let active = 0;
  let asked = 0;

  async function refresh() {
    const turn = ++asked;
    const typed = search.value;
    if (typed.length < minimum) { fill(list, note(`Type ${minimum} or more characters to search`)); rows = []; return; }
    if (live) fill(list, note("Loading…"));
    try {
      const groups = await load(typed);
      if (turn === asked) draw(groups, live ? "" : typed.trim().toLowerCase());
    } catch (error) {
      if (turn === asked) fill(list, note(`Could not load options: ${error.message}`));
    }
  }
  function draw(groups, typed) {
    rows = [];
    const fits = (choice) => !typed || `${choice.label} ${choice.note ?? ""}`.toLowerCase().includes(typed);
    const nodes = groups.map((group) => [group.label, group.choices.filter(fits)]).filter(([, found]) => found.length)
      .map(([heading, found]) => h("div", { role: "group", "aria-label": heading ?? null }, heading ? h("div", { class: "menu-heading" }, heading) : null, found.map(row)));
    fill(list, nodes.length ? nodes : note("No results"));
    active = Math.max(0, rows.findIndex(({ choice }) => isChosen(choice.id)));
    point();
  }
  function row(choice) {
    const node = h("div", {
      role: "option", id: uid("option"), class: "option", "aria-selected": String(isChosen(choice.id)), data: { value: choice.id },
      onclick: () => choose(choice, node),
    }, h("span", null, choice.label), choice.note ? h("span", { class: "menu-note" }, choice.note) : null);
    rows.push({ choice, node });
    return node;
  }
  function choose(choice) {
    pick(choice);
    for (const { choice: each, node } of rows) node.setAttribute("aria-selected", String(isChosen(each.id)));
  }
  function point() {
    for (const [index, { node }] of rows.entries()) node.classList.toggle("active", index === active);
    const node = rows[active]?.node;
    search.setAttribute("aria-activedescendant", node?.id ?? "");
    node?.scrollIntoView({ block: "nearest" });
  }
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, live ? 250 : 0); });
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) { event.preventDefault(); active = (active + step + rows.length) % rows.length; point(); }
    if (event.key === "Enter") { event.preventDefault(); if (rows[active]) choose(rows[active].choice); }
    if (event.key === "Tab") closePopover();
  });
  search.focus();
  refresh();
}

const note = (text) => h("div", { class: "menu-note pad" }, text);
