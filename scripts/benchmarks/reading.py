"""What readers get of a gateway while events flow: how long a row takes, and how long until a change is told."""
import os
import re
import selectors
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

from modes import WARM_UP, percentile
from servers import Failure, cpu_seconds, free_port

# The gateway takes 48 connections from one address.
READERS, STREAMS = 40, 30
VIEWS = """
      order:
        hash: "order:{orderId}"
        events: { "*": { set: { status: $.status, total: $.total, customerId: $.customerId } } }
      customer:
        hash: "customer:{customerId}"
        events: { "*": { increment: { orders: 1, cents: $.total } } }"""


def reads(program, load, servers, options, say):
    """a dictionary of figures: of GET, of pushes, and of the worker"""
    topic, port = "reads", free_port()
    folder = os.path.join(servers.folder, topic)
    os.makedirs(folder)
    load("load", servers.brokers, topic, "orders", "400000", "200000", "8", folder)
    path = os.path.join(folder, "reads.yaml")
    with open(path, "w") as file:
        file.write("kafka: { bootstrap.servers: %s }\nredis: redis://127.0.0.1:%d\ngateway: { listen: 127.0.0.1:%d }\n"
                   "projections:\n  orders:\n    version: 1\n    changes: true\n    topics: { %s: { key: $.orderId } }\n"
                   "    type: $.type\n    time: $.at\n    views:%s\n" % (
                       servers.brokers, servers.redis_port, port, topic, VIEWS))
    with open(os.path.join(folder, "lantern.log"), "wb") as log:
        worker = subprocess.Popen([program, "run", "--config", path], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    paced = None
    try:
        wait_for_rows(port, worker, log.name)
        seconds = WARM_UP + 3 * options.seconds + 30
        command = [os.path.join(os.path.dirname(program), "BenchmarkLoad"), "paced", servers.brokers, topic, str(options.rate),
                   str(seconds), os.path.join(folder, "acknowledged")]
        paced = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        say("events at %d/s; %d s until it counts" % (options.rate, WARM_UP))
        time.sleep(WARM_UP)
        found = {"rate": options.rate, "requests": options.requests}
        say("GET at %d/s for %d s" % (options.requests, options.seconds))
        found["get"] = gets(load, port, folder, options.requests, options.seconds, worker.pid)
        say("pushes to %d streams for %d s" % (STREAMS, options.seconds))
        found["push"] = pushes(port, options.seconds, worker.pid)
        if paced.poll() is not None:
            raise Failure("the load ended before the readers: it could not keep its rate")
    finally:
        for process in (paced, worker):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
    return found


def wait_for_rows(port, worker, log):
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/readyz" % port, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if worker.poll() is not None or time.monotonic() > deadline:
            raise Failure("the worker is not ready: see " + log)
        time.sleep(0.1)


def gets(load, port, folder, rate, seconds, pid):
    """rows of orders, at random moments; milliseconds to an answer's last byte"""
    log = os.path.join(folder, "requests")
    before, started = cpu_seconds(pid), time.monotonic()
    load("gets", str(port), str(READERS), str(rate), str(seconds), log)
    took, cpu = time.monotonic() - started, cpu_seconds(pid) - before
    with open(log) as file:
        lines = [line.split() for line in file]
    bad = sum(line[0] != "200" for line in lines)
    values = sorted(int(line[1]) / 1_000 for line in lines)
    if bad or not values:
        raise Failure("%d of %d answers were not 200" % (bad, len(values)))
    return dict(summary(values), per_second=round(len(values) / took), worker_cores=round(cpu / took, 2))


def pushes(port, seconds, pid):
    """milliseconds from a transaction, whose stream entry is named by Redis's clock, to the event at its reader"""
    selector, values, streams = selectors.DefaultSelector(), [], []
    for number in range(STREAMS):
        stream = socket.create_connection(("127.0.0.1", port), timeout=10)
        stream.sendall(b"GET /v1/views/orders/customer/c-%d/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (number * 33, port))
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ, bytearray())
        streams.append(stream)
    before, started = cpu_seconds(pid), time.monotonic()
    resets, snapshots = 0, 0
    while time.monotonic() - started < seconds:
        for key, _ in selector.select(0.2):
            received = key.fileobj.recv(1 << 16)
            now = time.time()
            if not received:
                raise Failure("a stream was closed")
            key.data.extend(received)
            while (end := key.data.find(b"\n\n")) >= 0:
                event = bytes(key.data[:end])
                del key.data[:end + 2]
                fields = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
                snapshots += fields.get(b"event") == b"snapshot"
                resets += fields.get(b"event") == b"reset"
                if fields.get(b"event") == b"rows":
                    milliseconds = int(re.search(rb"(\d{13})-\d+$", fields[b"id"]).group(1))
                    values.append(max(0.0, now * 1_000 - milliseconds))
    took, cpu = time.monotonic() - started, cpu_seconds(pid) - before
    for stream in streams:
        stream.close()
    if snapshots < STREAMS or not values:
        raise Failure("%d of %d streams began, with %d events" % (snapshots, STREAMS, len(values)))
    return dict(summary(sorted(values)), per_second=round(len(values) / took), resets=resets, worker_cores=round(cpu / took, 2))


def summary(values):
    return {"count": len(values), "p50": round(statistics.median(values), 2), "p99": round(percentile(values, 0.99), 2),
            "p99.9": round(percentile(values, 0.999), 2), "longest": round(values[-1], 2)}


def table(found):
    lines = ["| beside %s events/s | a second | p50 ms | p99 ms | p99.9 ms | longest ms | worker's cores |" % "{:,}".format(
        found["rate"]), "|" + " --- |" * 7]
    for name, label in (("get", "GET of a row, %s/s asked for" % "{:,}".format(found["requests"])), ("push", "a change told after its transaction")):
        one = found[name]
        lines.append("| %s | %s | %.2f | %.2f | %.2f | %.2f | %.2f |" % (
            label, "{:,}".format(one["per_second"]), one["p50"], one["p99"], one["p99.9"], one["longest"], one["worker_cores"]))
    return "\n".join(lines)
