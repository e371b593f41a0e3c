// A place that holds blocks (a message, a modal, the Home) with what a person typed there and how a click leaves it.

import { post } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { toast } from "./dom.js";
import { complaint, elementsOf, fieldOf, initialValue } from "./fields.js";
import { workspace } from "./workspace.js";

const keyOf = (blockId, element) => JSON.stringify([blockId, element.action_id, element.type]);

export class Surface {
  /** `where`: `{channel, message_ts}` or `{view_id}`, as `/ui/action` wants it. */
  constructor(where) {
    this.where = where;
    this.blocks = [];
    this.values = new Map();
    this.errors = {};
  }

  get inView() {
    return Boolean(this.where.view_id);
  }

  /** The value an element stands at: what was typed, else its initial one. */
  value(blockId, element) {
    const key = keyOf(blockId, element);
    if (!this.values.has(key)) this.values.set(key, initialValue(element));
    return this.values.get(key);
  }

  set(blockId, element, value) {
    this.values.set(keyOf(blockId, element), value);
  }

  /** `state.values`: every input of the blocks as they are now. */
  state() {
    const state = {};
    for (const block of this.blocks) {
      for (const element of elementsOf(block).filter((each) => fieldOf(each))) {
        const value = this.value(block.block_id, element);
        const sent = value === "" ? null : value;
        (state[block.block_id] ??= {})[element.action_id] = { type: element.type, [fieldOf(element).key]: sent };
      }
    }
    return state;
  }

  /** block_id -> what is wrong, by the rules that Slack's own client checks. */
  complaints() {
    const inputs = this.blocks.filter((block) => block.type === "input");
    const found = inputs.map((block) => [block.block_id, complaint(block, this.value(block.block_id, block.element))]);
    return Object.fromEntries(found.filter(([, text]) => text));
  }

  /** Sends a click or a choice. `change`: the keys of the payload beside the ids. Resolves true when the app took it. */
  async act(blockId, element, change, node) {
    if (element.confirm && !(await confirmDialog(element.confirm))) return false;
    node?.classList.add("busy");
    node?.setAttribute("aria-busy", "true");
    try {
      const answer = await post("action", {
        as: workspace.as,
        ...this.where,
        block_id: blockId,
        action_id: element.action_id,
        ...change,
        state: this.state(),
      });
      if (answer.status >= 400) throw new Error(`${workspace.app.name ?? "The app"} answered ${answer.status}`);
      node?.classList.remove("failed");
      return true;
    } catch (error) {
      node?.classList.add("failed");
      toast(`That did not work: ${error.message}`);
      return false;
    } finally {
      node?.classList.remove("busy");
      node?.removeAttribute("aria-busy");
    }
  }

  /** Choices of an external select for what was typed. */
  options(blockId, element, typed) {
    return post("options", {
      as: workspace.as,
      ...this.where,
      block_id: blockId,
      action_id: element.action_id,
      value: typed,
    });
  }
}

const surfaces = new Map();

/** The surface of a place; the same one each time, so that typed values outlive a re-read. */
export function surfaceOf(where) {
  const key = JSON.stringify(where);
  if (!surfaces.has(key)) surfaces.set(key, new Surface(where));
  return surfaces.get(key);
}

export const forgetSurface = (where) => surfaces.delete(JSON.stringify(where));
