// Whether all is well, and every projection in a line, the worst first.
import { byId, copy, fill, h, prose, table } from "./dom.js";
import { ago, number, plural, short, span } from "./format.js";
import { line } from "./chart.js";
import { link, state } from "./state.js";

const levels = ["ok", "degraded", "failing"];

export function findingsOf(model, name) {
  return (model.verdict?.findings ?? []).filter((one) => one.subject === name || one.subject.startsWith(`${name} `));
}

export function levelOf(model, projection) {
  return findingsOf(model, projection.name).map((one) => one.level)
    .reduce((worst, level) => levels.indexOf(level) > levels.indexOf(worst) ? level : worst, "ok");
}

export const lagOf = (projection) => {
  const lags = projection.partitions.map((one) => one.lag);
  return lags.length === 0 || lags.some((lag) => lag === undefined) ? null : lags.reduce((sum, lag) => sum + lag, 0);
};

export const lagSecondsOf = (projection) => {
  const lags = projection.partitions.map((one) => one.lag === 0 ? 0 : one.lagSeconds).filter((lag) => lag !== undefined);
  return lags.length ? Math.max(...lags) : null;
};

// A command in a finding's advice can be copied as it stands.
function advice(text) {
  const command = /`(lantern [^`]+)`/.exec(text)?.[1];
  return [prose(text), command && [" ", h("button", { type: "button", onclick: () => copy(command) }, "Copy command")]];
}

export function showVerdict(model, fault) {
  if (fault) {
    fill("verdict", h("div", { class: "notice unknown" }, h("h2", {}, "Nothing is known at the moment"), h("p", {}, fault)));
    return;
  }
  const findings = model.verdict?.findings ?? [];
  if (findings.length === 0) {
    const counts = `${plural(model.projections.length, "projection")}, ${plural(model.workers.length, "worker")}`;
    fill("verdict", h("div", { class: "notice ok" }, h("h2", {}, "All is well"), h("p", {}, `${counts}.`)));
    return;
  }
  const title = findings.length === 1 ? "One thing needs attention" : `${findings.length} things need attention`;
  const item = (one) => h("li", {}, h("strong", {}, one.what), one.since && [" · since ", ago(one.since)], h("br"), advice(one.action));
  const first = findings.slice(0, 8).map(item);
  const rest = findings.slice(8).map(item);
  fill("verdict", h("div", { class: `notice ${model.verdict.level}` }, h("h2", {}, title), h("ul", {}, first),
    rest.length > 0 && h("details", { id: "more-findings" }, h("summary", {}, `${rest.length} more`), h("ul", {}, rest))));
}

export function showAge(model, isPaused, answeredAt) {
  const age = (Date.now() - answeredAt) / 1000;
  const isStale = !isPaused && age > 8;
  const place = byId("age");
  place.className = isStale ? "stale" : "quiet";
  const read = model ? `Redis read ${span(Math.max(0, model.ageAtAnswer + age))} ago` : "nothing read yet";
  place.textContent = isPaused ? `Paused · ${read}` : isStale ? `The gateway has not answered for ${span(age)} · ${read}` : read;
}

function catchUp(projection, samples) {
  const lag = lagOf(projection);
  if (lag === null) return "–";
  if (lag === 0) return "caught up";
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (samples.length < 3 || last.at - first.at < 6000 || first.lag === null) return "…";
  const perSecond = (first.lag - lag) / ((last.at - first.at) / 1000);
  return perSecond <= 0 ? "not at this rate" : span(lag / perSecond);
}

function trend(samples) {
  if (samples.length < 4) return "";
  const [before, now] = [samples[0].lagSeconds, samples[samples.length - 1].lagSeconds];
  if (before === null || now === null || Math.abs(now - before) < 1) return "";
  return now > before ? " ↑" : " ↓";
}

export function showProjections(model, samplesOf) {
  if (model.projections.length === 0) {
    fill("projections-body", h("p", { class: "quiet" }, "This process's file has no projection."));
    return;
  }
  const rank = (one) => -levels.indexOf(levelOf(model, one));
  const sorted = [...model.projections].sort((a, b) => rank(a) - rank(b) || (lagSecondsOf(b) ?? 0) - (lagSecondsOf(a) ?? 0) || a.name.localeCompare(b.name));
  const columns = [
    { name: "Projection" }, { name: "State" }, { name: "Lag", right: true }, { name: "Behind", right: true },
    { name: "Fresh p99", right: true }, { name: "Since opened", optional: true }, { name: "Events/s", right: true, optional: true },
    { name: "Caught up in", right: true, optional: true }, { name: "Parked", right: true }, { name: "Generation", right: true, optional: true },
    { name: "Workers", right: true, optional: true },
  ];
  const rows = sorted.map((one) => {
    // What was read before Redis went away says nothing of now.
    const level = model.redis.isUp ? levelOf(model, one) : "failing";
    const samples = samplesOf(one.name);
    const word = !model.redis.isUp ? "unknown" : level === "ok" ? (lagOf(one) === 0 ? "up to date" : one.state === "open" ? "projecting" : one.state) : findingsOf(model, one.name)[0].code.replaceAll("-", " ");
    return [
      h("a", { id: `open-${one.name}`, href: link({ projection: one.name }), "aria-current": state("projection") === one.name ? "true" : null }, one.name),
      h("span", { class: `state ${level}` }, word),
      span(lagSecondsOf(one)) + trend(samples), short(lagOf(one)),
      span(one.freshness ? one.freshness.p99Milliseconds / 1000 : null),
      line(samples.map((s) => [s.at, s.freshness]), { name: "spark", width: 110, height: 24, label: `Freshness of ${one.name}` }) ?? "–",
      short(one.rate), catchUp(one, samples), number(one.parked), one.generation ?? "–", number(one.workers.length),
    ];
  });
  fill("projections-body", table("Table of projections", columns, rows));
}
