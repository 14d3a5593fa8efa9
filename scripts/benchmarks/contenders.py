"""Who is measured: Lantern, the C prototypes and the peers that are there."""
import os
import subprocess

WORKLOADS = ("upsert", "skewed", "counters", "wide", "documents", "swift")
# The topic that a workload reads; its kind and its rows have the same name but for upsert's.
TOPICS = {"upsert": "orders", "swift": "orders", "wide": "orders", "changes": "orders", "gateway": "orders"}
ROWS = {"swift": "upsert", "changes": "upsert", "gateway": "upsert"}
# upsert in other encodings and envelopes, and with its changes told to readers: measured by the mode `formats`.
FORMATS = {
    "debezium": "envelope: debezium, key: [$.orderId]",
    "avro": "encoding: avro, key: $.orderId",
    "avro-100": "encoding: avro, key: $.orderId",
    "protobuf": "encoding: protobuf, message: Order, key: $.orderId, descriptors: \"%s\"",
    "changes": "key: $.orderId",
}
# The commands that write rows, and how many of them an event costs a contender that does not coalesce.
WRITES = {"hset", "hmset", "hincrby", "hincrbyfloat", "hdel", "set", "mset", "zadd", "zincrby", "zrem", "del",
          "unlink", "zremrangebyrank"}

EXACT = "exactly-once effect, fenced"
AT_LEAST = "at least once"
GUARANTEES = {
    "lane": "fenced; no recovery", "lane2": "fenced; no recovery", "lane3": "fenced; no recovery",
    "go-sum": AT_LEAST, "rust-sum": AT_LEAST, "rsyslog": "none: may lose",
}

VIEWS = {
    "upsert": """
      order:
        hash: "order:{orderId}"
        events: { "*": { set: { status: $.status, total: $.total, customerId: $.customerId } } }""",
    "counters": """
      customer:
        hash: "customer:{customerId}"
        events: { "*": { increment: { orders: 1, cents: $.total } } }""",
    "documents": """
      order:
        document: "order:{orderId}"
        events: { "*": { set: all } }""",
    "wide": """
      order:
        hash: "order:{orderId}"
        events:
          OrderPlaced: { set: { status: placed, total: $.total, customer: $.customerId, placedAt: $.at, note: $.note? } }
          OrderPaid: { set: { status: paid } }
          OrderDeleted: delete
      customer-revenue:
        hash: "customer-revenue:{customerId}"
        events: { OrderPaid: { increment: { cents: { value: $.total, scale: 2 }, orders: 1 } } }
      top-customers:
        sorted-set: "customers:by-revenue"
        member: $.customerId
        events: { OrderPaid: { increment: { value: $.total, scale: 2 } } }
      latest-orders:
        latest: "orders:latest"
        keep: 100
        member: $.orderId
        events: { OrderPlaced: add }
      orders-per-minute:
        buckets: "orders:per-minute"
        every: 1m
        retain: 24h
        events: { OrderPlaced: { increment: { placed: 1 } }, OrderPaid: { increment: { paid: 1 } } }""",
}
for _name in ("skewed", "gateway", *FORMATS):
    VIEWS[_name] = VIEWS["upsert"]
VIEWS["debezium"] = VIEWS["upsert"].replace('"*":', "row:")


def topic_of(workload):
    return TOPICS.get(workload, workload)


class Contender:
    """A name, what it guarantees, what it can do, and how it is started."""
    exits = True
    constant = None

    def __init__(self, name, guarantee, workloads):
        self.name, self.guarantee, self.workloads = name, guarantee, set(workloads)

    def start(self, workload, topic, events, servers):
        """the command, its environment beyond the usual one, and the folder to run it in"""
        raise NotImplementedError


class Lantern(Contender):
    """The program with a YAML file; in the workload swift the Swift form, unless the file is wanted there as well."""

    def __init__(self, program, swift_program, folder, library, lanes, workloads, is_yaml=False, schemas=None,
                 name=None, port=None):
        name = name or ("Lantern" if lanes == 1 else "Lantern, %d lanes" % lanes)
        super().__init__(name + (", YAML" if is_yaml else ""), EXACT, workloads)
        # Of the workloads in Avro and Protobuf: where the registry is, and the descriptors.
        self.schemas = schemas
        # Of the workload gateway: where it listens.
        self.port = port
        self.program, self.swift_program, self.folder, self.lanes = program, swift_program, folder, lanes
        self.is_yaml = is_yaml
        self.environment = {"LD_PRELOAD": library} if library else {}

    def start(self, workload, topic, events, servers):
        redis = "redis://127.0.0.1:%d" % servers.redis_port
        if workload == "swift" and not self.is_yaml:
            return [self.swift_program, servers.brokers, redis, topic, str(self.lanes)], self.environment, self.folder
        path = self.configuration("upsert" if workload == "swift" else workload, topic, servers)
        return [self.program, "run", "--config", path, "--until-end"], self.environment, self.folder

    def configuration(self, workload, topic, servers):
        path = os.path.join(self.folder, "%s-%s.yaml" % (workload, topic))
        options = FORMATS.get(workload, "key: $.customerId" if workload == "counters" else "key: $.orderId")
        head = "kafka: { bootstrap.servers: %s }\nredis: redis://127.0.0.1:%d\nworker: { lanes: %d }\n" % (
            servers.brokers, servers.redis_port, self.lanes)
        if workload.startswith("avro"):
            head += "registry: %s\n" % self.schemas.url
        if workload == "gateway":
            head += "gateway: { listen: 127.0.0.1:%d }\n" % self.port
        if workload == "protobuf":
            options %= self.schemas.descriptors
        with open(path, "w") as file:
            file.write("%sprojections:\n  bench:\n    version: 1\n    topics: { %s: { %s } }\n%s%s    views:%s\n" % (
                head, topic, options, "" if workload == "documents" else "    type: $.type\n    time: $.at\n",
                "    changes: true\n" if workload == "changes" else "", VIEWS[workload]))
        return path


class Prototype(Contender):
    """lane, lane2, lane3: the lane as a bare C loop."""

    def __init__(self, name, program, library, has_backoff):
        super().__init__(name, GUARANTEES[name], ("upsert", "skewed"))
        self.program = program
        self.environment = {"LD_PRELOAD": library} if library else {}
        settings = "queued.max.messages.kbytes=8192,fetch.message.max.bytes=262144,fetch.max.bytes=2097152"
        # Before librdkafka 2.2 a full queue stops fetching for a second: only a large one helps there.
        if has_backoff:
            self.environment["CONF"] = "fetch.queue.backoff.ms=1," + settings
        if name != "lane3":
            # They decode nothing: each row holds the same.
            self.constant = {b"status": b"paid", b"total": b"12345", b"customerId": b"c-123"}

    def start(self, workload, topic, events, servers):
        command = [self.program, servers.brokers, topic, str(servers.redis_port), str(events)]
        command += ["poll", "1", "1000"] if self.name == "lane" else ["1000", "16384"]
        return command, self.environment, os.path.dirname(self.program)


class Peer(Contender):
    """A folder with an executable `run`, as ../shared/peers/README.md has it."""
    exits = False

    def __init__(self, folder, jars):
        name = os.path.basename(folder)
        workloads = ["upsert"]
        listed = os.path.join(folder, "workloads")
        if os.path.exists(listed):
            with open(listed) as file:
                workloads = [line.split()[0] for line in file if line.strip()]
        if "upsert" in workloads:
            workloads.append("skewed")
        super().__init__(name, GUARANTEES.get(name, AT_LEAST), workloads)
        self.folder, self.jars = folder, jars

    def start(self, workload, topic, events, servers):
        environment = {
            "BROKERS": servers.brokers, "TOPIC": topic, "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(servers.redis_port), "GROUP": "bench-%s-%s" % (self.name, os.urandom(4).hex()),
            "WORKLOAD": "upsert" if workload == "skewed" else workload, "KAFKA_LIBS": self.jars,
            "TMPDIR": servers.folder}
        return [os.path.join(self.folder, "run")], environment, self.folder


def prototypes(source, folder, compiler, library, has_backoff, say):
    """compiles what is in the folder of the C prototypes"""
    made = []
    clang = os.path.join(compiler, "clang++")
    steps = {
        "lane3": [["gcc", "-O2", "-w", "-DDECODE", "-c", "lane2.c", "-o", folder + "/lane3.o"],
                  [clang, "-O3", "-DNDEBUG", "-std=c++17", "-c", "decode.cpp", "-o", folder + "/decode.o"],
                  [clang, "-o", folder + "/lane3", folder + "/lane3.o", folder + "/decode.o", "-lsimdjson",
                   "-lrdkafka", "-lhiredis"]],
        "lane2": [["gcc", "-O2", "-w", "-o", folder + "/lane2", "lane2.c", "-lrdkafka", "-lhiredis"]],
        "lane": [["gcc", "-O2", "-w", "-o", folder + "/lane", "lane.c", "-lrdkafka", "-lhiredis"]],
    }
    for name, commands in steps.items():
        for command in commands:
            done = subprocess.run(command, cwd=source, capture_output=True, text=True)
            if done.returncode:
                say("left out: %s: %s" % (name, done.stderr.strip()[-300:]))
                break
        else:
            made.append(Prototype(name, os.path.join(folder, name), library, has_backoff))
    return made


def peers(home, jars, say):
    """the peers that have what they need"""
    found = []
    for name in sorted(os.listdir(home)):
        folder = os.path.join(home, name)
        if not os.access(os.path.join(folder, "run"), os.X_OK):
            continue
        ready = os.path.join(folder, "ready")
        if os.access(ready, os.X_OK):
            asked = subprocess.run([ready], capture_output=True, text=True, timeout=60)
            if asked.returncode:
                say("left out: %s: %s" % (name, (asked.stdout + asked.stderr).strip()))
                continue
        found.append(Peer(folder, jars))
    return found
