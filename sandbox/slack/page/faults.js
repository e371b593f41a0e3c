// The drawer that makes Slack misbehave, and the log of what the bot asked of it.

import { get, post } from "./api.js";
import { dateText } from "./dates.js";
import { fill, h, reconcile, toast } from "./dom.js";
import { icon } from "./icons.js";

const POLL_MS = 1500;
const KINDS = {
  ratelimited: "429 with Retry-After",
  error: "500",
  delay: "answers late",
  lost_answer: "done, but the answer is lost",
  refused: "ok: false with an error name",
  duplicate_delivery: "the bot gets requests again",
  drop_socket: "cuts the socket",
  stall_socket: "socket open, delivers nothing",
};

export class FaultDrawer {
  constructor() {
    this.rates = h("input", {
      type: "checkbox",
      id: "rates",
      data: { testid: "rate-limits" },
      onchange: () => this.change({ rate_limits: this.rates.checked }),
    });
    this.faults = h("ul", { class: "fault-list" });
    this.log = h("div", { class: "log" });
    this.filter = h("input", {
      class: "field",
      type: "search",
      placeholder: "Filter by method",
      "aria-label": "Filter the log by method",
      oninput: () => this.refresh(),
    });
    this.node = h(
      "aside",
      { class: "drawer", "aria-label": "Faults", hidden: true, data: { testid: "fault-drawer" } },
      h(
        "div",
        { class: "head-row" },
        h("h2", { class: "head-name" }, "Faults"),
        h("span", { class: "spring" }),
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close faults", onclick: () => this.toggle() },
          icon("close"),
        ),
      ),
      (this.body = h(
        "div",
        { class: "drawer-body" },
        h(
          "label",
          { class: "choice" },
          this.rates,
          h(
            "span",
            null,
            "Pace as Slack does",
            h("span", { class: "choice-note" }, "1 message a second per channel; each method's tier"),
          ),
        ),
        this.form(),
        h(
          "div",
          { class: "row" },
          h("h3", null, "Switched on"),
          h("span", { class: "spring" }),
          h(
            "button",
            {
              type: "button",
              class: "button small",
              data: { testid: "fault-clear" },
              onclick: () => this.change({ clear: true }),
            },
            "Clear all",
          ),
        ),
        this.faults,
        h("div", { class: "row" }, h("h3", null, "Last calls of the bot"), h("span", { class: "spring" }), this.filter),
        this.log,
      )),
    );
    this.body.remove();
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle();
    });
  }

  form() {
    const kind = h(
      "select",
      { class: "field", name: "kind", data: { testid: "fault-kind" }, onchange: () => adapt() },
      Object.entries(KINDS).map(([value, note]) => h("option", { value }, `${value}: ${note}`)),
    );
    const method = h("input", {
      class: "field",
      name: "method",
      value: "*",
      list: "methods",
      data: { testid: "fault-method" },
    });
    const methods = h(
      "datalist",
      { id: "methods" },
      [
        "*",
        "chat.postMessage",
        "chat.update",
        "chat.postEphemeral",
        "views.open",
        "views.update",
        "views.publish",
        "conversations.create",
        "conversations.invite",
        "conversations.setTopic",
        "pins.add",
        "bookmarks.add",
        "users.info",
        "conversations.history",
      ].map((value) => h("option", { value })),
    );
    const times = number("times", "1", "0", "1");
    const probability = number("probability", "1", "0", "0.05");
    const seconds = number("seconds", "2", "0", "0.5");
    const code = h("input", { class: "field", name: "code", value: "channel_not_found" });
    const codeLabel = label("Error name", code);
    const adapt = () => {
      codeLabel.hidden = kind.value !== "refused";
    };
    adapt();
    const add = (event) => {
      event.preventDefault();
      if (kind.value.endsWith("_socket"))
        toast("Done, to the sockets that are open now. Clear all lets stalled ones go on.");
      this.change({
        kind: kind.value,
        method: method.value.trim() || "*",
        times: Number(times.value),
        probability: Number(probability.value),
        seconds: Number(seconds.value),
        ...(kind.value === "refused" ? { code: code.value.trim() } : {}),
      });
    };
    return h(
      "form",
      { class: "fault-form", onsubmit: add },
      label("Kind", kind, "wide"),
      label("Method (* = all)", method, "wide"),
      methods,
      label("Times (0 = until cleared)", times),
      label("Probability (0 to 1)", probability),
      label("Seconds", seconds),
      codeLabel,
      h("button", { type: "submit", class: "button primary wide", data: { testid: "fault-add" } }, "Switch on"),
    );
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    // A closed drawer has no fields for anything to find.
    if (this.node.hidden) this.body.remove();
    else this.node.append(this.body);
    clearInterval(this.timer);
    this.opener?.setAttribute("aria-expanded", String(!this.node.hidden));
    if (this.node.hidden) {
      this.opener?.focus();
      return;
    }
    this.refresh();
    // Calls are many; the stream hints only at changes of the faults.
    this.timer = setInterval(() => this.refresh(), POLL_MS);
    this.node.querySelector("select").focus();
  }

  async change(body) {
    try {
      await post("faults", body);
      await this.refresh();
    } catch (error) {
      toast(error.message);
    }
  }

  async refresh() {
    if (this.node.hidden) return;
    const state = await get("faults").catch(() => null);
    if (!state) return;
    this.rates.checked = Boolean(state.rate_limits);
    fill(
      this.faults,
      state.faults.length
        ? state.faults.map((fault) => this.faultRow(fault))
        : h("li", { class: "menu-note" }, "Nothing: Slack behaves."),
    );
    const wanted = this.filter.value.trim().toLowerCase();
    const calls = [...state.log].reverse().filter((call) => !wanted || call.method.toLowerCase().includes(wanted));
    reconcile(this.log, calls, {
      key: (call) => `${call.at}/${call.method}/${call.ms}`,
      signature: JSON.stringify,
      render: callRow,
    });
  }

  faultRow(fault) {
    const words = [
      fault.method,
      fault.left === null ? "until cleared" : `${fault.left} more`,
      fault.probability < 1 ? `p ${fault.probability}` : "",
      fault.seconds ? `${fault.seconds} s` : "",
      fault.code,
    ]
      .filter(Boolean)
      .join(" · ");
    return h(
      "li",
      { class: "fault" },
      h("strong", null, fault.kind),
      h("span", { class: "menu-note" }, words),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": `Remove ${fault.kind}`,
          onclick: () => this.change({ remove: fault.id }),
        },
        icon("close", "small"),
      ),
    );
  }
}

const label = (text, field, className = "") =>
  h("label", { class: `fault-field ${className}` }, h("span", null, text), field);
const number = (name, value, min, step) => h("input", { class: "field", type: "number", name, value, min, step });

function callRow(call) {
  const good = call.ok ? "good" : call.status === 429 ? "slow" : "bad";
  return h(
    "details",
    { class: "call" },
    h(
      "summary",
      null,
      h("span", { class: `status ${good}` }, String(call.status ?? "?")),
      h("span", { class: "call-method" }, call.method),
      call.error ? h("span", { class: "call-error" }, call.error) : null,
      h("span", { class: "spring" }),
      h(
        "span",
        { class: "menu-note" },
        `${Math.round(call.ms ?? 0)} ms · ${dateText(Math.floor(call.at), "{time_secs}")}`,
      ),
    ),
    h("pre", null, JSON.stringify(call.args, null, 2)),
  );
}
