// Which key of `state.values` and of an action each kind of input uses, and where its first value stands.

const one = (name) => ({ key: `selected_${name}`, initial: `initial_${name}` });
const many = (name) => ({ key: `selected_${name}s`, initial: `initial_${name}s`, many: true });
const typed = { key: "value", initial: "initial_value" };

export const FIELDS = {
  plain_text_input: typed,
  number_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  rich_text_input: { key: "rich_text_value", initial: "initial_value" },
  static_select: one("option"),
  external_select: one("option"),
  radio_buttons: one("option"),
  users_select: one("user"),
  conversations_select: one("conversation"),
  channels_select: one("channel"),
  multi_static_select: many("option"),
  multi_external_select: many("option"),
  checkboxes: many("option"),
  multi_users_select: many("user"),
  multi_conversations_select: many("conversation"),
  multi_channels_select: many("channel"),
  datepicker: one("date"),
  timepicker: one("time"),
  datetimepicker: { key: "selected_date_time", initial: "initial_date_time" },
};

export const fieldOf = (element) => FIELDS[element.type];

export function initialValue(element) {
  const field = fieldOf(element);
  const value = element[field.initial];
  return field.many ? (value ?? []) : (value ?? null);
}

export const isEmpty = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** The elements of a block that can be pressed or filled in. */
export function elementsOf(block) {
  if (block.type === "input") return [block.element];
  if (block.type === "section") return block.accessory ? [block.accessory] : [];
  return ["actions", "context_actions"].includes(block.type) ? (block.elements ?? []) : [];
}

const URL_SHAPE = /^https?:\/\/[^\s]+$/i;
const EMAIL_SHAPE = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What Slack's own form would say of this value before it asks the app; null = nothing. */
export function complaint(block, value) {
  const { element } = block;
  if (isEmpty(value)) return block.optional ? null : "Please complete this required field.";
  switch (element.type) {
    case "plain_text_input":
      return lengthComplaint(element, value);
    case "number_input":
      return numberComplaint(element, value);
    case "email_text_input":
      return EMAIL_SHAPE.test(value) ? null : "Please enter a valid email address.";
    case "url_text_input":
      return URL_SHAPE.test(value) ? null : "Please enter a valid URL, beginning with http:// or https://.";
    default:
      return null;
  }
}

function lengthComplaint({ min_length: min, max_length: max }, value) {
  if (min && value.length < min) return `Please enter at least ${min} characters.`;
  if (max && value.length > max) return `Please enter at most ${max} characters.`;
  return null;
}

function numberComplaint(element, value) {
  const shape = element.is_decimal_allowed ? /^-?\d*\.?\d+$/ : /^-?\d+$/;
  if (!shape.test(value)) return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value))
    return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value))
    return `Please enter ${element.max_value} or less.`;
  return null;
}
