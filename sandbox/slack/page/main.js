// Puts the page together and reads again what the stream says has changed.

import { get } from "./api.js";
import { AppHome } from "./apphome.js";
import { avatar, profileCard } from "./avatar.js";
import { Composer } from "./composer.js";
import { redrawDates } from "./dates.js";
import { fill, h, keepFocus, toast } from "./dom.js";
import { FaultDrawer } from "./faults.js";
import { renderHeader } from "./header.js";
import { icon } from "./icons.js";
import { intro } from "./intro.js";
import { MessageList } from "./messagelist.js";
import { refreshModals } from "./modal.js";
import { openPopover } from "./popover.js";
import { becomeUser, chosenUser, HOME, navigate, readRoute, rememberUser } from "./route.js";
import { changeChannel, renderSidebar } from "./sidebar.js";
import { gathered, listen } from "./stream.js";
import { ThreadPane } from "./thread.js";
import { channelLabel, loadWorkspace, people, userName, workspace } from "./workspace.js";

const POLL_STATE_MS = 10000;
const byId = (id) => document.getElementById(id);
const view = { where: null, messages: [] };

const list = new MessageList({ label: "Messages" });
const home = new AppHome();
const faults = new FaultDrawer();
const composer = new Composer({
  place: () => ({ channel: view.where?.id, name: place() }),
  testid: "composer",
  sent: () => {
    // Who writes wants to see the answer, however far up they were reading.
    list.toBottom();
    return Promise.all([readMessages(), refreshModals()]);
  },
});
const thread = new ThreadPane({
  sent: () => {
    thread.list.toBottom();
    return Promise.all([thread.refresh(), readMessages()]);
  },
});
const join = h("div", { class: "join" });

const place = () =>
  view.where && view.where !== HOME ? (view.where.is_im ? channelLabel(view.where) : `#${view.where.name}`) : "";

async function readState() {
  await loadWorkspace(workspace.as);
  if (view.where && view.where !== HOME) view.where = workspace.channels.get(view.where.id) ?? null;
  if (!view.where) {
    openDefault();
    return;
  }
  drawFrame();
  // Pins and names stand in the rows, too.
  if (view.where === HOME) home.redraw();
  else list.show(view.messages, view.where);
  thread.redraw();
}

let drawn = "";

/** Sidebar, top bar and head; left alone when nothing in them has changed, so that a menu opened from them stays. */
function drawFrame() {
  const { where } = view;
  const print = JSON.stringify([
    where,
    workspace.as,
    workspace.name,
    workspace.app,
    [...workspace.channels.values()],
    people(),
  ]);
  if (print === drawn) return;
  drawn = print;
  keepFocus(byId("frame"), drawParts);
}

function drawParts() {
  const { where } = view;
  renderSidebar(byId("sidebar"), where === HOME ? HOME : where?.id, { reload: readState });
  renderTop();
  if (!where) return;
  renderHeader(byId("head"), where, { reload: readState, messages: () => view.messages });
  const outside = where !== HOME && !where.is_im && (!where.is_member || where.is_archived);
  composer.node.hidden = where === HOME || outside;
  join.hidden = !outside;
  if (!outside) return;
  fill(
    join,
    where.is_archived
      ? [
          `You are viewing #${where.name}, an archived channel.`,
          h(
            "button",
            {
              type: "button",
              class: "button",
              onclick: () => changeChannel("unarchive", { channel: where.id }, readState),
            },
            "Unarchive",
          ),
        ]
      : [
          h("strong", null, `#${where.name}`),
          h(
            "button",
            {
              type: "button",
              class: "button primary",
              data: { testid: "join" },
              onclick: () =>
                changeChannel("join", { channel: where.id }, async () => {
                  await readState();
                  await readMessages();
                }),
            },
            "Join channel",
          ),
        ],
  );
}

function renderTop() {
  byId("workspace-name").textContent = workspace.name;
  document.title = `${place() || "Home"} - ${workspace.name} - Slack sandbox`;
  const { app } = workspace;
  const text = app.connected
    ? `${app.name} is connected${app.mode ? ` (${/socket/i.test(app.mode) ? "Socket Mode" : "HTTP"})` : ""}`
    : `${app.name ?? "The app"} is not connected`;
  const status = byId("status");
  status.classList.toggle("on", Boolean(app.connected));
  status.title = text;
  byId("status-text").textContent = text;
  const choice = byId("user-switch");
  if (choice.dataset.people !== JSON.stringify(people().map((user) => user.id))) {
    choice.dataset.people = JSON.stringify(people().map((user) => user.id));
    fill(
      choice,
      people().map((user) => h("option", { value: user.id }, userName(user.id))),
    );
  }
  choice.value = workspace.as;
  fill(byId("me"), avatar(workspace.as, "small"));
}

async function readMessages() {
  const { where } = view;
  if (!where || where === HOME) return;
  const { messages } = await get("messages", { as: workspace.as, channel: where.id });
  if (view.where?.id !== where.id) return;
  view.messages = messages;
  list.show(messages, view.where);
  fill(list.intro, intro(view.where, { empty: !messages.length, begin: (text) => composer.begin(text) }));
}

function openDefault() {
  const all = [...workspace.channels.values()].filter((channel) => !channel.is_archived && !channel.is_im);
  const first =
    all.find((channel) => channel.is_member && channel.name === "general") ??
    all.find((channel) => channel.is_member) ??
    all[0];
  navigate(first?.id ?? HOME);
}

/** Opens what the address says. */
async function follow() {
  const { where, ts, thread: threadTs } = readRoute();
  if (!where) {
    openDefault();
    return;
  }
  const next = where === HOME ? HOME : workspace.channels.get(where);
  const same = next === HOME ? view.where === HOME : view.where?.id === next.id;
  document.body.classList.remove("sidebar-open");
  view.where = next;
  if (!same) {
    list.clear();
    thread.close();
    view.messages = [];
  }
  home.node.hidden = next !== HOME;
  list.node.hidden = next === HOME;
  drawFrame();
  composer.moved();
  // Opening the Home for the first time makes the conversation with the app, too.
  if (next === HOME) {
    await home.opened();
    stateChanged();
    return;
  }
  await readMessages();
  stateChanged();
  if (ts) await reveal(next, ts, threadTs);
  else if (!same && !matchMedia("(hover: none)").matches) composer.field.focus();
}

/** Goes to a message, in its thread when the address names one. */
async function reveal(channel, ts, threadTs) {
  const inThread = threadTs && threadTs !== ts;
  if (inThread) await thread.open(channel, threadTs);
  if (!(inThread ? thread.list : list).reveal(ts)) toast("That message is not here any more.");
}

const guard = (read) => () => read().catch((error) => toast(error.message));
const stateChanged = gathered(guard(readState), 120);
const messagesChanged = gathered(guard(readMessages));
const threadChanged = gathered(guard(() => thread.refresh()));
const viewsChanged = gathered(guard(refreshModals), 10);
const homeChanged = gathered(guard(() => (view.where === HOME ? home.reread() : Promise.resolve())));
const faultsChanged = gathered(() => faults.refresh());

function changed({ kind, channel }) {
  if (kind === "view") {
    viewsChanged();
    return;
  }
  if (kind === "home") {
    homeChanged();
    return;
  }
  if (kind === "faults") {
    faultsChanged();
    return;
  }
  if (channel && channel === view.where?.id) messagesChanged();
  if (channel && channel === thread.where?.channel.id) threadChanged();
  if (kind === "channel" || kind === "user" || channel !== view.where?.id) stateChanged();
}

function rereadAll() {
  stateChanged();
  messagesChanged();
  threadChanged();
  viewsChanged();
  homeChanged();
}

/** What messages offer is caught here, once, instead of in every row. */
function clicked(event) {
  const opener = event.target.closest("button[data-thread]");
  if (opener) {
    const channel = opener.closest(".thread") ? thread.where.channel : view.where;
    thread.open(channel, opener.dataset.thread).catch((error) => toast(error.message));
    return;
  }
  const who = event.target.closest("button[data-user]");
  if (who) openPopover(who, profileCard(who.dataset.user), { label: "Profile" });
}

function assemble() {
  byId("main").append(list.node, home.node, composer.node, join);
  byId("panes").append(thread.node, faults.node);
  fill(byId("menu"), icon("menu"));
  byId("menu").addEventListener("click", () => document.body.classList.toggle("sidebar-open"));
  byId("veil").addEventListener("click", () => document.body.classList.remove("sidebar-open"));
  const opener = byId("faults");
  opener.prepend(icon("bolt"));
  faults.opener = opener;
  opener.addEventListener("click", () => faults.toggle());
  byId("user-switch").addEventListener("change", (event) => becomeUser(event.target.value));
  document.addEventListener("click", clicked);
  window.addEventListener("hashchange", guard(follow));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.body.classList.remove("sidebar-open");
  });
}

async function start() {
  assemble();
  // A name that is not (or no longer) one of this workspace: begin as the first person.
  await loadWorkspace(chosenUser() ?? undefined).catch(() => loadWorkspace(undefined));
  rememberUser(workspace.as);
  await follow();
  await refreshModals();
  listen(workspace.as, {
    hint: changed,
    again: rereadAll,
    state: (up) => {
      byId("offline").hidden = up;
    },
  });
  // The bot coming and going is no change of the workspace, so nothing hints at it.
  setInterval(stateChanged, POLL_STATE_MS);
  setInterval(redrawDates, 15000);
  document.body.dataset.ready = "true";
}

start().catch((error) =>
  fill(byId("main"), h("div", { class: "banner-error", role: "alert" }, `The page could not start: ${error.message}`)),
);
