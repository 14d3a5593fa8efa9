"""What is no race: how fresh views are, how memory develops, how speed depends on partitions and keys."""
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

from measuring import measure
from servers import Failure, Redis, status_kilobytes


def percentile(values, rank):
    return values[min(len(values) - 1, int(rank * len(values)))]


# For so many seconds of producing nothing is counted: Java compiles Kafka's paths meanwhile, on the same cores.
WARM_UP = 20


class Watcher:
    """When rows of `order:p-…` came to be seen: Redis tells each change to them (CLIENT TRACKING), so nobody polls."""

    def __init__(self, port):
        self.seen = {}
        self.listener = Redis(port)
        identifier = self.listener("CLIENT", "ID")
        self.listener("SUBSCRIBE", "__redis__:invalidate")
        self.tracker = Redis(port)
        self.tracker("CLIENT", "TRACKING", "ON", "REDIRECT", identifier, "BCAST", "PREFIX", "order:p-")
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        rest = b""
        while True:
            try:
                data = self.listener.socket.recv(1 << 16)
            except OSError:
                return
            now = time.monotonic_ns()
            if not data:
                return
            rest += data
            for found in re.finditer(rb"\r\norder:p-(\d+)\r\n", rest):
                self.seen.setdefault(int(found.group(1)), now)
            rest = rest[rest.rfind(b"\r\n", 0, max(0, len(rest) - 2)):][-64:] if b"\r\n" in rest else rest

    def close(self):
        self.listener.socket.shutdown(socket.SHUT_RDWR)


def freshness(lantern, load, servers, rate, seconds, say):
    """milliseconds from acknowledged to visible, sorted"""
    topic = "freshness"
    folder = os.path.join(servers.folder, topic)
    os.makedirs(folder)
    load("load", servers.brokers, topic, "orders", "8000", "1000", "8", folder)
    command, extra, where = lantern.start("upsert", topic, 0, servers)
    command.remove("--until-end")
    log_path = os.path.join(folder, "lantern.log")
    with open(log_path, "wb") as log:
        worker = subprocess.Popen(command, env=dict(os.environ, **extra), cwd=where, stdout=log, stderr=log,
                                  stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while servers.client("EXISTS", "order:o-999") == 0 or servers.client("DBSIZE") < 1000:
            if worker.poll() is not None or time.monotonic() > deadline:
                raise Failure("Lantern did not catch up: see " + log_path)
            time.sleep(0.05)
        watcher = Watcher(servers.redis_port)
        times = os.path.join(folder, "acknowledged")
        say("producing %d events/s for %d s, and %d s before that" % (rate, seconds, WARM_UP))
        load("paced", servers.brokers, topic, str(rate), str(WARM_UP + seconds), times)
        with open(times) as file:
            acknowledged = {int(line.split()[0]): int(line.split()[1]) for line in file}
        first = min(acknowledged.values(), default=0) + WARM_UP * 10**9
        acknowledged = {probe: at for probe, at in acknowledged.items() if at >= first}
        deadline = time.monotonic() + 10
        while not acknowledged.keys() <= watcher.seen.keys() and time.monotonic() < deadline:
            time.sleep(0.05)
        watcher.close()
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
    missing = [probe for probe in acknowledged if probe not in watcher.seen]
    if missing or not acknowledged:
        raise Failure("%d of %d probes were never seen, such as p-%s" % (
            len(missing), len(acknowledged), missing[:3]))
    # Readers may see an event before its producer has read the acknowledgement.
    return sorted(max(0.0, (watcher.seen[probe] - at) / 1e6) for probe, at in acknowledged.items())


def memory(lantern, events, topic, servers):
    """the run's result, and its resident set in MB over its seconds"""
    series, last = [], [-1.0]

    def observe(at, pids):
        if at - last[0] >= 0.5:
            kilobytes = sum(status_kilobytes(pid, "VmRSS") for pid in pids)
            if kilobytes:
                series.append((at, kilobytes / 1024))
            last[0] = at

    result = measure(lantern, "upsert", topic, events, servers, 1800, observe)
    return result, series


GROWTH = [(1, 200_000), (8, 200_000), (64, 200_000), (8, 10_000), (8, 1_000_000), (8, 10_000_000)]


def growth(lantern, events, load, servers, runs, say):
    """(partitions, keys, the results)"""
    found = []
    for partitions, keys in GROWTH:
        topic = "growth-%d-%d" % (partitions, keys)
        folder = os.path.join(servers.folder, topic)
        os.makedirs(folder)
        # Every key is to come at least once.
        count = max(events, keys)
        say("loading %d events, %d partitions, %d keys" % (count, partitions, keys))
        load("load", servers.brokers, topic, "orders", str(count), str(keys), str(partitions), folder)
        results = [measure(lantern, "upsert", topic, count, servers, 600) for _ in range(runs)]
        for result in results:
            say("  %d events/s, %.2f us/event, %.0f MB%s" % (
                result["events_per_second"], result["cpu"], result["peak_megabytes"],
                "" if result["wrong"] == 0 else ", WRONG: " + json.dumps(result["examples"])))
        found.append((partitions, keys, results))
    return found
