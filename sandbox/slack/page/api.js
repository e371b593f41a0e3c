// The one place that talks to the server: sandbox/slack/README.md, "/ui".

export class ApiError extends Error {}

async function call(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new ApiError("The sandbox server does not answer. Is it still running?", { cause: error });
  }
  const body = await response.json().catch(() => ({}));
  if (body.ok === false || !response.ok)
    throw new ApiError(body.error ?? `The server answered ${response.status} to ${path}`);
  return body;
}

export function get(path, query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(given).toString();
  return call(`/ui/${path}${search ? `?${search}` : ""}`);
}

export const post = (path, body) =>
  call(`/ui/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const fileUrl = (id) => `/ui/file/${encodeURIComponent(id)}`;
