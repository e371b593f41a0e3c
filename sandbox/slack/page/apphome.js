import { get, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { surfaceOf } from "./surface.js";
import { workspace } from "./workspace.js";

/** The Home tab. */
export class AppHome {
  constructor() {
    this.blocks = h("div", { class: "blocks" });
    this.empty = h("p", { class: "muted" });
    this.node = h(
      "div",
      { class: "home", tabindex: "0", role: "region", "aria-label": "App Home", data: { testid: "home" } },
      this.empty,
      this.blocks,
    );
  }

  /** The person opens the tab: the app hears of it and may publish a new one. */
  async opened() {
    this.show((await post("home", { as: workspace.as })).view);
  }

  /** A new one was published. Asking without `app_home_opened`, or publishing would call for publishing for ever. */
  async reread() {
    this.show((await get("home", { as: workspace.as })).view);
  }

  /** Names may have changed since it was drawn. */
  redraw() {
    if (this.view) this.show(this.view);
  }

  show(view) {
    this.view = view;
    this.empty.hidden = Boolean(view);
    fill(this.empty, `${workspace.app.name} has not published a Home yet. It does when it is connected.`);
    if (view) renderBlocks(this.blocks, view.blocks, surfaceOf({ view_id: view.id }));
    else fill(this.blocks);
  }
}
