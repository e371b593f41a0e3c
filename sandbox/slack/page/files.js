import { fileUrl } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const PREVIEW_LINES = 12;
const TEXT_TYPES = /^(?:text\/|application\/(?:json|x-?yaml|yaml|xml|x-sh|javascript|toml|x-ndjson))/;
const TEXT_NAMES = /\.(?:txt|log|md|csv|json|ya?ml|xml|ini|toml|py|js|sh|sql|diff|patch|conf|jsonl)$/i;

/** A file of a message as Slack shows it: a card to download, and what is in it when it is text or an image. */
export function fileCard(file) {
  const name = file.title || file.name || file.id;
  const url = fileUrl(file.id);
  const card = h(
    "div",
    { class: "file-card" },
    h("span", { class: "file-icon" }, icon("file")),
    h(
      "span",
      { class: "file-words" },
      h("span", { class: "file-name" }, name),
      h(
        "span",
        { class: "file-note" },
        [file.pretty_type || file.filetype || file.mimetype, size(file.size)].filter(Boolean).join(" · "),
      ),
    ),
    h(
      "a",
      {
        class: "icon-button",
        href: url,
        download: file.name ?? file.id,
        "aria-label": `Download ${name}`,
        title: "Download",
      },
      icon("download"),
    ),
  );
  if (/^image\/(?:png|jpe?g|gif|webp)$/.test(file.mimetype ?? "")) {
    return h("div", { class: "file" }, card, h("img", { class: "file-image", src: url, alt: file.alt_txt || name }));
  }
  return h("div", { class: "file" }, card, isText(file) ? preview(url, name) : null);
}

const isText = (file) => TEXT_TYPES.test(file.mimetype ?? "") || TEXT_NAMES.test(file.name ?? "");

function size(bytes) {
  if (bytes === undefined || bytes === null) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function preview(url, name) {
  const pre = h("pre", { class: "file-preview", tabindex: "0", "aria-label": `Contents of ${name}` }, "Loading…");
  const more = h("button", { type: "button", class: "text-button", hidden: true }, "Show all");
  fetch(url)
    .then((response) => (response.ok ? response.text() : Promise.reject(new Error(String(response.status)))))
    .then((text) => {
      const lines = text.split("\n");
      pre.textContent = lines.slice(0, PREVIEW_LINES).join("\n");
      more.hidden = lines.length <= PREVIEW_LINES;
      more.textContent = `Show all ${lines.length} lines`;
      more.addEventListener("click", () => {
        pre.textContent = text;
        more.remove();
      });
    })
    .catch((error) => {
      pre.textContent = `The file could not be read (${error.message}).`;
    });
  return h("div", null, pre, more);
}
