// Rows from a gateway: as fresh as asked, never older than what this object has seen, and pushed. No framework; it works in
// browsers and wherever there is fetch.
//
//   const lantern = new Lantern("", () => token);
//   const { rows } = await lantern.row("orders", "order", ["o-17"], { after: "orders/3@1041", wait: "500ms" });
//   const stop = lantern.follow("views/orders/order/o-17", { onRows: (rows) => draw(rows) });

export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the gateway answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export class Lantern {
  // `token` returns the token, or nothing; `base` is the gateway's address, nothing for the one that the page comes from;
  // `parse` makes values of JSON, for those who need numbers as they are written.
  constructor(base = "", token = () => "", parse = JSON.parse) {
    this.base = base;
    this.token = token;
    this.parse = parse;
    // What was seen of each projection, so that no answer goes back behind it.
    this.seen = new Map();
  }

  // A row by the values of its key; `options` are the read API's parameters, such as { latest: true } or { top: 10 }.
  row(projection, view, key = [], options = {}) {
    const path = `views/${encodeURIComponent(projection)}/${encodeURIComponent(view)}`;
    return this.get(path, [...key.map((value) => ["key", value]), ...Object.entries(options)], [projection]);
  }

  // A declared query.
  query(name, parameters = {}, options = {}) {
    return this.get(`queries/${encodeURIComponent(name)}`, [...Object.entries(parameters), ...Object.entries(options)], []);
  }

  async get(path, parameters, projections) {
    const query = new URLSearchParams();
    for (const [name, value] of parameters) {
      if (value !== undefined && value !== null && value !== false) query.append(name, value === true ? "" : value);
    }
    const seen = projections.map((name) => this.seen.get(name)).filter(Boolean);
    // A page of a scan takes no condition.
    if (seen.length > 0 && !query.has("seen") && !query.has("scan")) query.set("seen", seen.join(","));
    const response = await fetch(`${this.base}/v1/${path}?${query}`, { headers: this.headers(), cache: "no-store", credentials: "omit" });
    if (response.status !== 404) this.note(response);
    if (!response.ok) throw new Problem(response.status, await this.problem(response));
    return {
      rows: this.parse(await response.text()), checkpoint: response.headers.get("Lantern-Checkpoint"),
      generation: response.headers.get("Lantern-Generation"), eventTime: response.headers.get("Lantern-Event-Time"),
      degraded: response.headers.get("Lantern-Degraded"), stale: response.headers.get("Lantern-Stale"),
    };
  }

  // Follows a row, named as in `row`.
  followRow(projection, view, key, options, handlers) {
    const query = new URLSearchParams([...key.map((value) => ["key", value]), ...Object.entries(options)]);
    return this.follow(`views/${encodeURIComponent(projection)}/${encodeURIComponent(view)}?${query}`, handlers);
  }

  // Calls onRows with the rows now and after each change, onReset where something may have been missed, and onError before
  // each new try. Returns a function that ends it.
  follow(path, { onRows, onReset = () => {}, onError = () => {} }) {
    const ending = new AbortController();
    this.keepFollowing(path, { onRows, onReset, onError }, ending.signal);
    return () => ending.abort();
  }

  async keepFollowing(path, handlers, signal) {
    let last = null;
    let pause = 250;
    while (!signal.aborted) {
      try {
        const headers = { ...this.headers(), Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
        const [name, query] = path.split("?");
        const response = await fetch(`${this.base}/v1/${name}/stream${query ? `?${query}` : ""}`, { headers, signal, cache: "no-store", credentials: "omit" });
        if (!response.ok) throw new Problem(response.status, await this.problem(response));
        for await (const event of events(response.body, this.parse)) {
          pause = 250;
          last = event.id ?? last;
          if (event.event === "reset") handlers.onReset();
          else handlers.onRows(event.data.rows, event.data);
        }
      } catch (error) {
        if (signal.aborted) return;
        handlers.onError(error);
        // What the request itself is refused for does not change by waiting.
        if (error instanceof Problem && error.status < 500) return;
      }
      await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random())));
      pause = Math.min(pause * 2, 15000);
    }
  }

  headers() {
    const token = this.token();
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  note(response) {
    const generation = response.headers.get("Lantern-Generation") ?? "";
    const checkpoint = response.headers.get("Lantern-Checkpoint");
    const names = generation.split(", ").map((one) => one.split(":")[0]);
    if (checkpoint && names.length === 1) this.seen.set(names[0], checkpoint);
  }

  async problem(response) {
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      return { detail: text.trim() };
    }
  }
}

// The server-sent events of a body: { event, id, data }.
async function* events(body, parse) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (true) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
      }
      if (fields.data) yield { ...fields, data: parse(fields.data) };
    }
  }
}
