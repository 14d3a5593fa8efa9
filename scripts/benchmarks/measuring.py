"""One run of one contender: its speed, what it costs, and whether it left the right rows."""
import os
import signal
import subprocess
import time

from contenders import ROWS, WRITES
from rows import wrong_rows
from servers import cpu_seconds, session_pids, status_kilobytes

POLL = 0.02
# A contender that runs forever is done when no write came for so long and every row is right.
QUIET = (2.0, 6.0, 20.0)
# What a worker says of itself (its entry in the registry, once a second, and the states of its partitions) is no row: so few
# commands between two looks are passed over.
OWN_RECORDS = 40


class Sample:
    """What the machine had done at one moment."""

    def __init__(self, writes, processes, servers):
        self.at, self.writes, self.processes = time.monotonic(), writes, sum(processes.values())
        self.redis, self.kafka = cpu_seconds(servers.redis), cpu_seconds(servers.kafka)


def end(process):
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in session_pids(process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        try:
            process.wait(15)
            return
        except subprocess.TimeoutExpired:
            continue


def measure(contender, workload, topic, events, servers, limit, observe=None):
    """runs it on an empty Redis; answers a dictionary, with `wrong` 0 where every row is right"""
    redis = servers.client
    redis("FLUSHALL")
    redis("CONFIG", "RESETSTAT")
    rows = os.path.join(servers.folder, topic, ROWS.get(workload, workload) + ".rows")
    command, extra, folder = contender.start(workload, topic, events, servers)
    log_path = os.path.join(servers.folder, "%s-%s.log" % (contender.name.replace(" ", "-"), workload))
    # The checkpoints of a lane are written with SET: they are no rows.
    names = WRITES if workload == "documents" else WRITES - {"set"}
    with open(log_path, "wb") as log:
        started = time.monotonic()
        process = subprocess.Popen(command, env=dict(os.environ, **extra), cwd=folder, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
    first = last = None
    processes, peaks, next_scan, pids, patience, checked, before = {}, {}, 0.0, [process.pid], 0, None, 0
    try:
        while True:
            now = time.monotonic()
            if now >= next_scan:
                pids, next_scan = session_pids(process.pid) or [process.pid], now + 0.3
            for pid in pids:
                seconds = cpu_seconds(pid)
                if seconds is not None:
                    processes[pid] = seconds
                    peaks[pid] = max(peaks.get(pid, 0), status_kilobytes(pid, "VmHWM"))
            writes = redis.calls(names)
            # A worker's own records at its start are a few dozen commands.
            if writes > 100 and first is None:
                first = Sample(writes, processes, servers)
            if first is not None and (last is None or writes > before + OWN_RECORDS):
                last = Sample(writes, processes, servers)
            before = writes
            if observe:
                observe(now - started, pids)
            if process.poll() is not None or now - started > limit:
                break
            if not contender.exits and last is not None and now - last.at > QUIET[patience]:
                checked = wrong_rows(redis, rows, workload, contender.constant)
                if checked[0] == 0 or patience == len(QUIET) - 1:
                    break
                patience += 1
            time.sleep(POLL)
    except BaseException:
        end(process)
        raise
    ended_by_itself, writes = process.returncode, redis.calls(names)
    end(process)
    if not checked or checked[0]:
        checked = wrong_rows(redis, rows, workload, contender.constant)
    wrong, examples = checked
    if contender.exits and ended_by_itself != 0:
        wrong, examples = max(1, wrong), examples + ["it ended with %s, see %s" % (ended_by_itself, log_path)]
    return dict(figures(first, last, writes, events, started), name=contender.name, workload=workload, events=events,
                guarantee=contender.guarantee, wrong=wrong, examples=examples,
                peak_megabytes=round(sum(peaks.values()) / 1024, 1))


def figures(first, last, writes, events, started):
    if first is None or last.writes == first.writes:
        return dict(events_per_second=0, cpu=0, redis_cpu=0, kafka_cpu=0, start_seconds=0, writes=writes)
    # Where events are summed, the share of the writes stands for the share of the events.
    share = events * (last.writes - first.writes) / writes
    return dict(
        events_per_second=round(share / (last.at - first.at)),
        cpu=round((last.processes - first.processes) / share * 1e6, 3),
        redis_cpu=round((last.redis - first.redis) / share * 1e6, 3),
        kafka_cpu=round((last.kafka - first.kafka) / share * 1e6, 3),
        start_seconds=round(first.at - started, 2), writes=writes)
