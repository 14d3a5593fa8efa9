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
    // What was seen of each projection, so that no answer goes back behind it: its generation, and offsets by topic and
    // partition.
    this.seen = new Map();
    // Which projections a query reads, as its answers say.
    this.read = new Map();
  }

  // A row by the values of its key; `options` are the read API's parameters, such as { latest: true } or { top: 10 }.
  row(projection, view, key = [], options = {}) {
    const path = `views/${encodeURIComponent(projection)}/${encodeURIComponent(view)}`;
    return this.get(path, [...key.map((value) => ["key", value]), ...Object.entries(options)], [projection]);
  }

  // A declared query.
  query(name, parameters = {}, options = {}) {
    const path = `queries/${encodeURIComponent(name)}`;
    return this.get(path, [...Object.entries(parameters), ...Object.entries(options)], this.read.get(path) ?? []);
  }

  async get(path, parameters, projections) {
    const query = new URLSearchParams();
    for (const [name, value] of parameters) {
      if (value !== undefined && value !== null && value !== false) query.append(name, value === true ? "" : value);
    }
    const seen = this.seenOf(projections);
    // A page of a scan takes no condition.
    if (seen !== "" && !query.has("seen") && !query.has("scan")) query.set("seen", seen);
    const response = await fetch(`${this.base}/v1/${path}?${query}`, { headers: this.headers(), cache: "no-store", credentials: "omit" });
    // Of a row that is not there the vector was read as well.
    if (response.ok || response.status === 404) this.note(path, response.headers.get("Lantern-Checkpoint"), response.headers.get("Lantern-Generation"));
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
          else {
            this.note(name, event.data.checkpoint, event.data.generation);
            handlers.onRows(event.data.rows, event.data);
          }
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

  // Rows came with that vector. What others overtook changes nothing: an event that was seen stays seen, whatever the
  // generation is. Topics that a newer generation does not read are dropped.
  note(path, checkpoint, generation) {
    const parts = (generation ?? "").split(",").map((one) => one.trim().split(":")).filter((one) => one.length === 2);
    const texts = (checkpoint ?? "").split(";").map((one) => one.trim());
    if (path.startsWith("queries/") && parts.length > 0) this.read.set(path, parts.map(([name]) => name));
    for (const [name, word] of parts) {
      const own = texts.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
      const next = offsets(own ?? (parts.length === 1 ? texts[0] : ""));
      const number = Number(word);
      const known = this.seen.get(name) ?? { generation: number, next: new Map() };
      const isDropping = number > known.generation && next.size > 0;
      for (const [topic, places] of known.next) {
        if (isDropping && !next.has(topic)) continue;
        if (!next.has(topic)) next.set(topic, new Map());
        const merged = next.get(topic);
        for (const [partition, offset] of places) merged.set(partition, Math.max(offset, merged.get(partition) ?? 0));
      }
      this.seen.set(name, { generation: Math.max(number, known.generation), next });
    }
  }

  // What to ask for so as not to go back; nothing where it is too long for a request.
  seenOf(projections) {
    const known = projections.map((name) => [name, this.seen.get(name)?.next]).filter(([, next]) => next?.size > 0);
    const text = known.map(([name, next]) => `${name}=${[...next].map(([topic, places]) =>
      `${topic}/${[...places].map(([partition, offset]) => `${partition}@${offset}`).join(",")}`).join(",")}`).join(";");
    return encodeURIComponent(text).length <= longestSeen ? text : "";
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

// A head has room for so much beside the answer's own vector.
const longestSeen = 8000;

// The offsets of a vector, by topic and partition.
function offsets(text) {
  const next = new Map();
  let topic = "";
  for (const word of text.split(",")) {
    const slash = word.indexOf("/");
    if (slash >= 0) topic = word.slice(0, slash);
    const [partition, offset] = word.slice(slash + 1).split("@");
    if (offset === undefined) continue;
    if (!next.has(topic)) next.set(topic, new Map());
    next.get(topic).set(Number(partition), Number(offset));
  }
  return next;
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
