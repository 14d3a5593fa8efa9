// Questions to the gateway. The token lives in this tab only.

const storage = "lantern-token";
export const token = () => sessionStorage.getItem(storage) ?? "";
export const setToken = (text) => text ? sessionStorage.setItem(storage, text) : sessionStorage.removeItem(storage);

const tags = new Map();

// What this process is: its file, for commands, and whether it takes actions.
export const about = { file: "FILE", canOperate: true, version: "", isLoaded: false };
export const loadAbout = async () => Object.assign(about, await get("about"), { isLoaded: true });

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function ask(path, options) {
  const headers = { ...options.headers };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  // A server that hangs is no server.
  const signal = AbortSignal.timeout(options.patience ?? 10000);
  return fetch(path, { ...options, headers, signal, cache: "no-store", credentials: "omit", redirect: "error" });
}

async function reason(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.trim() || `the gateway answered ${response.status}`;
  }
}

// The content, and null if it is what was answered last time.
export async function get(path, patience) {
  const known = tags.get(path);
  const response = await ask(path, { patience, headers: known ? { "If-None-Match": known } : {} });
  if (response.status === 304) return null;
  if (!response.ok) throw new Refused(response.status, await reason(response));
  if (response.headers.has("ETag")) tags.set(path, response.headers.get("ETag"));
  return response.json();
}

export const forget = () => tags.clear();
export const forgetOne = (path) => tags.delete(path);

export async function post(path, body) {
  const response = await ask(path, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, patience: 120000,
  });
  if (!response.ok) throw new Refused(response.status, await reason(response));
  return response.json();
}
