"""A definition is changed under load: how fast the build is, how long live stands, and what readers see meanwhile."""
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

from modes import Watcher, percentile
from rows import wrong_rows
from servers import Failure, Redis

SPARE = 15
VIEWS = """
      order:
        hash: "order:{orderId}"
        events: { "*": { set: { %(status)s: $.status, total: $.total } } }
      spent:
        hash: "spent:{orderId}"
        events: { "*": { increment: { %(sum)s: { value: $.total, scale: %(scale)d }, events: 1 } } }
      top-customers:
        sorted-set: "customers:by-revenue"
        member: $.customerId
        events: { "*": { increment: { value: $.total, scale: 2 } } }"""
BEFORE = {"status": "status", "sum": "cents", "scale": 2}
AFTER = {"status": "state", "sum": "tenths", "scale": 3}
# For so long the figures of live traffic are taken before the build, in seconds.
NORMAL = 30
SETTLE = 5


class Reader(threading.Thread):
    """Polls an order's rows in both views in one MULTI: both of one definition, or it is a violation."""

    def __init__(self, port, keys):
        super().__init__(daemon=True)
        self.redis, self.keys = Redis(port), keys
        self.looks, self.violations, self.changes, self.ended = 0, [], 0, False
        self.slowest = 0.0
        self.start()

    def run(self):
        last = None
        while not self.ended:
            order = "o-%d" % random.randrange(self.keys)
            words = [("MULTI",), ("HEXISTS", "order:" + order, "status"), ("HEXISTS", "spent:" + order, "cents"),
                     ("HEXISTS", "order:" + order, "state"), ("HEXISTS", "spent:" + order, "tenths"), ("EXEC",)]
            began = time.monotonic()
            self.redis.socket.sendall(b"".join(Redis.encode(*each) for each in words))
            seen = [self.redis.reply() for _ in words][-1]
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.looks += 1
            if seen != last:
                self.changes, last = self.changes + (last is not None), seen
            if seen not in ([1, 1, 0, 0], [0, 0, 1, 1]) and len(self.violations) < 10:
                self.violations.append("%s: %s" % (order, seen))
            time.sleep(0.0005)


class Pauses(threading.Thread):
    """When the live checkpoints advanced, all partitions together."""

    def __init__(self, port, topic, partitions):
        super().__init__(daemon=True)
        self.redis = Redis(port)
        self.names = checkpoints(topic, partitions)
        self.advances, self.ended = [], False
        self.start()

    def run(self):
        last = -1
        while not self.ended:
            total = folded(self.redis, self.names)
            if total != last:
                self.advances.append(time.monotonic())
                last = total
            time.sleep(0.001)

    def longest(self, begin, end):
        """milliseconds between two advances"""
        seen = [begin] + [at for at in self.advances if begin < at < end] + [end]
        return max(after - before for before, after in zip(seen, seen[1:])) * 1000


def checkpoints(topic, partitions):
    return ["lantern:bench:checkpoint:%s:%d" % (topic, number) for number in range(partitions)]


def folded(redis, names):
    return sum(int(text.split(b" ")[0][5:]) for text in redis("MGET", *names) if text)


class Commands:
    """Runs lantern in the scratch folder."""

    def __init__(self, program, folder, servers, topic):
        self.program, self.folder, self.running = program, folder, []
        self.files = {}
        for name, words in (("before", BEFORE), ("after", AFTER)):
            path = os.path.join(folder, name + ".yaml")
            with open(path, "w") as file:
                file.write("kafka: { bootstrap.servers: %s }\nredis: { url: redis://127.0.0.1:%d, spare: [%d] }\n"
                           "projections:\n  bench:\n    version: %d\n    topics: { %s: { key: $.orderId } }\n"
                           "    type: $.type\n    time: $.at\n    views:%s\n" % (
                               servers.brokers, servers.redis_port, SPARE, 1 + (name == "after"), topic, VIEWS % words))
            self.files[name] = path

    def start(self, command, file, *options):
        log = os.path.join(self.folder, "%s-%s-%d.log" % (command, file, len(self.running)))
        with open(log, "wb") as errors:
            process = subprocess.Popen(
                [self.program, command, "--config", self.files[file], *options], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors, text=True)
        process.log = log
        self.running.append(process)
        return process

    def answer(self, command, file, *options):
        """what it printed; it must end with 0"""
        process = self.start(command, file, *options)
        text = process.communicate(timeout=900)[0]
        if process.returncode != 0:
            with open(process.log) as file:
                raise Failure("%s ended with %d: %s %s" % (command, process.returncode, text, file.read()[-2000:]))
        return text

    def end(self):
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class BuildLines(threading.Thread):
    """The lines of a running `rebuild --json`, and when each came."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.lines = process, []
        self.start()

    def run(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), json.loads(line)))

    def at(self, event, limit=900):
        """when that event was first told"""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            for at, line in list(self.lines):
                if line["event"] == event:
                    return at
            if self.process.poll() is not None and not self.is_alive():
                break
            time.sleep(0.01)
        raise Failure("the build did not come to %s: %s, see %s" % (event, self.lines[-2:], self.process.log))

    def eta(self, total, end):
        """said and true seconds until the end, once a tenth was done"""
        for at, line in self.lines:
            if line["event"] == "progress" and line.get("remaining", total) <= 0.9 * total and line.get("etaSeconds"):
                return round(line["etaSeconds"], 1), round(end - at, 1)
        return None


def wait_until(condition, limit, what):
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise Failure("not within %d s: %s" % (limit, what))
        time.sleep(0.02)


def slow(redis):
    """transactions that took Redis longer than 4 ms or so (its histogram's nearest bound below 5), of how many; slow commands"""
    reply = redis("LATENCY", "HISTOGRAM", "exec")
    facts = dict(zip(reply[1][0::2], reply[1][1::2])) if reply else {b"calls": 0, b"histogram_usec": []}
    bounds = facts[b"histogram_usec"]
    within = [count for bound, count in zip(bounds[0::2], bounds[1::2]) if bound <= 5_000]
    names = [entry[3][0].decode() for entry in redis("SLOWLOG", "GET", "-1")]
    return {"transactions": facts[b"calls"], "slow_transactions": facts[b"calls"] - max(within, default=0),
            "slow_commands": {name: names.count(name) for name in sorted(set(names))}}


def quiet_build(lantern, redis, options, say):
    """events/s of catching up and of building, without live traffic, and the time that was said to be left"""
    def run(command, file, *words):
        process, began = lantern.start(command, file, *words), None
        while process.poll() is None:
            if began is None and redis.calls({"exec"}) > 20:
                began = time.monotonic()
            time.sleep(0.005)
        if process.returncode:
            raise Failure("%s: see %s" % (command, process.log))
        return time.monotonic() - began, process

    say("catching up")
    redis("CONFIG", "RESETSTAT")
    live, _ = run("run", "before", "--until-end")
    say("building, without live traffic")
    redis("CONFIG", "RESETSTAT")
    process = lantern.start("rebuild", "after", "--until-caught-up", "--json")
    lines = BuildLines(process)
    wait_until(lambda: redis.calls({"exec"}) > 20, 60, "the build began")
    began = time.monotonic()
    end = lines.at("caught-up")
    process.wait(60)
    eta = lines.eta(options.events, end)
    lantern.answer("rebuild", "after", "--abort")
    return {"catch_up": round(options.events / live), "build": round(options.events / (end - began)),
            "eta": eta[0] if eta else None, "eta_true": eta[1] if eta else None}


def rebuild(programs, servers, options, say):
    topic, partitions, folder = "rebuilt", 8, os.path.join(servers.folder, "rebuilt")
    os.makedirs(folder)
    lantern = Commands(os.path.join(programs, "lantern"), folder, servers, topic)
    say("loading %d events, twice %d rows" % (options.events, options.keys))
    load = subprocess.Popen(
        [os.path.join(programs, "BenchmarkLoad"), "stream", servers.brokers, topic, str(options.events),
         str(options.keys), str(partitions), str(options.rate), str(options.heavy), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if not load.stdout.readline().startswith("loaded"):
            raise Failure("the events were not loaded")
        servers.client("CONFIG", "SET", "slowlog-log-slower-than", "5000", "slowlog-max-len", "100000")
        found = quiet_build(lantern, servers.client, options, say)
        found.update(under_load(lantern, load, servers, topic, partitions, options, say))
        found.update(final_rows(lantern, load, servers, topic, partitions, folder, say))
        return found
    finally:
        lantern.end()
        load.kill()


def under_load(lantern, load, servers, topic, partitions, options, say):
    old = lantern.start("run", "before")
    wait_until(lambda: folded(servers.client, checkpoints(topic, partitions)) >= options.events, 120, "caught up")
    watcher = Watcher(servers.redis_port)
    load.stdin.write("go\n")
    load.stdin.flush()
    servers.client("SLOWLOG", "RESET")
    servers.client("CONFIG", "RESETSTAT")
    say("%d events/s" % options.rate)
    # They load the machine too: what is normal is measured with them.
    reader, pauses = Reader(servers.redis_port, options.keys), Pauses(servers.redis_port, topic, partitions)
    time.sleep(NORMAL)
    normal = time.monotonic_ns()
    time.sleep(NORMAL)
    say("building, under load")
    begin = time.monotonic_ns()
    lines = BuildLines(lantern.start("rebuild", "after", "--json"))
    wait_until(lambda: any(line["event"] == "progress" and line.get("remaining", 1 << 60) < options.rate
                           for _, line in list(lines.lines)), 900, "the build is within a second of live")
    end = time.monotonic_ns()
    slowness = slow(servers.client)
    new = lantern.start("run", "after")
    time.sleep(SETTLE)
    servers.client("CONFIG", "RESETSTAT")
    switches = []
    for command in ("promote", "rollback", "promote"):
        began = time.monotonic()
        text = lantern.answer(command, "after", "--json")
        answer = json.loads(text)
        if not answer["swapped"]:
            raise Failure("%s: %s" % (command, text))
        time.sleep(SETTLE)
        switches.append({"command": command, "said": answer["pauseMilliseconds"],
                         "seen": round(pauses.longest(began, time.monotonic()), 1)})
        say("  %(command)s: live stood for %(said)d ms; the longest time without an advance was %(seen).1f ms" % switches[-1])
    stats = servers.client("INFO", "commandstats").decode()
    swaps = re.search(r"cmdstat_swapdb:calls=(\d+),usec=\d+,usec_per_call=([\d.]+)", stats)
    reader.ended = pauses.ended = True
    if any(process.poll() is not None for process in (old, new)):
        raise Failure("a worker ended: see %s, %s" % (old.log, new.log))
    lantern.watcher, lantern.spans = watcher, {"normal": (normal, begin), "build": (begin, end)}
    return {"slow": slowness, "build_under_load_seconds": round((end - begin) / 1e9, 1), "switches": switches,
            "swapdb_calls": int(swaps.group(1)), "swapdb_microseconds": float(swaps.group(2)),
            "looks": reader.looks, "violations": reader.violations, "changes": reader.changes,
            "slowest_look_ms": round(reader.slowest * 1000, 1)}


def final_rows(lantern, load, servers, topic, partitions, folder, say):
    load.stdin.close()
    done = load.stdout.readline().split()
    if done[:1] != ["done"]:
        raise Failure("the load failed")
    events, names = int(done[1]), checkpoints(topic, partitions)
    other = Redis(servers.redis_port)
    other("SELECT", SPARE)
    say("comparing %d events' rows of both definitions" % events)
    for redis in (servers.client, other):
        wait_until(lambda: folded(redis, names) >= events, 120, "both generations are at the log's end")
    lantern.watcher.close()
    with open(os.path.join(folder, "probes")) as file:
        acknowledged = [tuple(map(int, line.split())) for line in file]
    missing = [probe for probe, _ in acknowledged if probe not in lantern.watcher.seen]
    if missing:
        raise Failure("%d of %d probes were never seen" % (len(missing), len(acknowledged)))
    fresh = {}
    for name, (begin, end) in lantern.spans.items():
        values = sorted(max(0.0, (lantern.watcher.seen[probe] - at) / 1e6) for probe, at in acknowledged if begin <= at < end)
        fresh[name] = {"probes": len(values), "p50": round(percentile(values, .5), 2), "p99": round(percentile(values, .99), 2)}
    wrong, examples = wrong_rows(servers.client, os.path.join(folder, "after.rows"), "rebuild")
    # A mistake makes the comparison connect anew, to database 0: the former generation's are compared last.
    former, more = wrong_rows(other, os.path.join(folder, "before.rows"), "rebuild")
    return {"events": events, "freshness": fresh, "wrong": wrong + former, "examples": examples + more,
            "rows": servers.client("DBSIZE")}


def table(found):
    lines = ["| what | figure |", "| --- | --- |"]
    fresh = found["freshness"]
    for what, figure in [
            ("events, keys in the end", "%d, %d" % (found["events"], found["rows"])),
            ("rows that are wrong, of both definitions", found["wrong"]),
            ("looks of a reader, mixtures it saw", "%d, %d" % (found["looks"], len(found["violations"]))),
            ("catching up, building, without live traffic", "%d, %d events/s (%.2f)" % (
                found["catch_up"], found["build"], found["build"] / found["catch_up"])),
            ("time left after a tenth: said, true", "%s, %s s" % (found["eta"], found["eta_true"])),
            ("freshness p99 before the build, during it", "%.2f, %.2f ms (p50 %.2f, %.2f)" % (
                fresh["normal"]["p99"], fresh["build"]["p99"], fresh["normal"]["p50"], fresh["build"]["p50"])),
            ("build under load", "%.1f s" % found["build_under_load_seconds"]),
            ("live stood (as the command says; longest time without an advance)", "; ".join(
                "%s %d ms, %.1f ms" % (one["command"], one["said"], one["seen"]) for one in found["switches"])),
            ("transactions of live and build over 4 ms; slow commands", "%d of %d; %s" % (
                found["slow"]["slow_transactions"], found["slow"]["transactions"], found["slow"]["slow_commands"] or "none")),
            ("SWAPDB, of Redis's own time", "%.1f µs a call" % found["swapdb_microseconds"])]:
        lines.append("| %s | %s |" % (what, figure))
    return "\n".join(lines)
