"""A Kafka and a Redis of the benchmark's own, and a client of the latter."""
import os
import re
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Why the benchmark cannot go on."""


class Redis:
    """One connection; commands in, replies out."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb", 1 << 16)

    @staticmethod
    def encode(*words):
        out = [b"*%d\r\n" % len(words)]
        for word in words:
            word = word if isinstance(word, bytes) else str(word).encode()
            out.append(b"$%d\r\n%s\r\n" % (len(word), word))
        return b"".join(out)

    def reply(self):
        line = self.file.readline()
        if not line:
            raise Failure("Redis closed the connection")
        kind, text = line[:1], line[1:-2]
        if kind == b"+":
            return text.decode()
        if kind == b":":
            return int(text)
        if kind == b"-":
            raise Failure("Redis answered " + text.decode())
        if kind == b"$":
            return None if int(text) < 0 else self.file.read(int(text) + 2)[:-2]
        return None if int(text) < 0 else [self.reply() for _ in range(int(text))]

    def __call__(self, *words):
        self.socket.sendall(self.encode(*words))
        return self.reply()

    def calls(self, names):
        """How many of these commands were carried out."""
        text = self("INFO", "commandstats").decode()
        return sum(int(n) for name, n in re.findall(r"cmdstat_(\w+):calls=(\d+)", text) if name in names)


def cpu_seconds(pid):
    """user and system seconds of a process; None where it is gone"""
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICK


def status_kilobytes(pid, name):
    """VmHWM or VmRSS; 0 where the process is gone"""
    try:
        with open("/proc/%d/status" % pid) as file:
            found = re.search(name + r":\s+(\d+) kB", file.read())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def session_pids(session):
    """the processes of a session: a contender and whatever it started"""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as file:
                    if int(file.read().rsplit(")", 1)[1].split()[3]) == session:
                        found.append(int(name))
            except OSError:
                pass
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Servers:
    """Kafka (KRaft, 1 GiB heap) and Redis (no persistence) in a scratch folder; as a context."""

    def __init__(self, kafka_home, folder):
        self.jars = os.path.join(kafka_home, "libs")
        self.folder = folder
        self.processes = []
        self.kafka_port, self.redis_port = free_port(), free_port()
        self.brokers = "127.0.0.1:%d" % self.kafka_port

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self):
        controller = free_port()
        data = os.path.join(self.folder, "kafka-data")
        configuration = os.path.join(self.folder, "server.properties")
        with open(configuration, "w") as file:
            file.write("\n".join([
                "process.roles=broker,controller", "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:%d" % controller,
                "listeners=PLAINTEXT://%s,CONTROLLER://127.0.0.1:%d" % (self.brokers, controller),
                "advertised.listeners=PLAINTEXT://" + self.brokers, "controller.listener.names=CONTROLLER",
                "inter.broker.listener.name=PLAINTEXT", "log.dirs=" + data, "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=8", "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1", "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1", "group.initial.rebalance.delay.ms=0", ""]))
        logging = os.path.join(self.folder, "log4j2.properties")
        with open(logging, "w") as file:
            file.write("rootLogger.level=error\nrootLogger.appenderRef.c.ref=C\nappender.c.type=Console\n"
                       "appender.c.name=C\nappender.c.layout.type=PatternLayout\n"
                       "appender.c.layout.pattern=%d %p %c{1} %m%n\n")
        java = ["java", "-cp", os.path.join(self.jars, "*"), "-Dlog4j2.configurationFile=" + logging]
        tool = java + ["kafka.tools.StorageTool"]
        made = subprocess.run(tool + ["random-uuid"], check=True, capture_output=True, text=True, timeout=60)
        subprocess.run(tool + ["format", "-t", made.stdout.split()[-1], "-c", configuration], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        self.kafka = self.launch("kafka", java[:1] + ["-Xms1g", "-Xmx1g"] + java[1:] + ["kafka.Kafka", configuration])
        self.redis = self.launch("redis", [
            "redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", self.folder])
        deadline = time.monotonic() + 60
        for port in (self.kafka_port, self.redis_port):
            while not is_open(port):
                if time.monotonic() > deadline or any(p.poll() is not None for p in self.processes):
                    raise Failure("Kafka or Redis did not start; their logs are in " + self.folder)
                time.sleep(0.1)
        self.client = Redis(self.redis_port)

    def launch(self, name, command):
        with open(os.path.join(self.folder, name + ".log"), "wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       start_new_session=True)
        self.processes.append(process)
        return process.pid
