"""What was measured, as tables, as SVG, and in the places of the documents that are generated."""
import html
import math
import os
import platform
import re
import statistics
import subprocess
import time

from servers import Failure

HEAD = ["contender", "guarantees", "state", "events/s", "Lantern is", "worker µs/event", "Redis µs/event",
        "Kafka µs/event", "peak MB", "all runs, events/s"]


def machine():
    """the date, the machine and the versions, as one line"""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.+)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1)) / 1048576
    name = "Linux"
    if os.path.exists("/etc/os-release"):
        with open("/etc/os-release") as file:
            name = re.search(r'PRETTY_NAME="?([^"\n]+)', file.read()).group(1)
    return "%s, %d cores (%s), %.0f GiB, %s" % (
        time.strftime("%Y-%m-%d"), len(os.sched_getaffinity(0)), model.group(1).strip() if model else platform.machine(),
        memory, name)


def versions(jars, librdkafka):
    kafka = next((m.group(1) for m in (re.match(r"kafka-clients-([\d.]+)\.jar", n) for n in os.listdir(jars)) if m), "?")
    said = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout
    redis = re.search(r"v=([\d.]+)", said)
    return "Kafka %s, Redis %s, librdkafka %s" % (kafka, redis.group(1) if redis else "?", librdkafka)


def number(value):
    return "{:,}".format(round(value))


def summaries(results):
    """one entry for each workload and contender: the medians of its runs, the fastest first"""
    groups = {}
    for result in results:
        groups.setdefault((result["workload"], result["name"]), []).append(result)
    rows = []
    for (workload, name), runs in groups.items():
        ours = groups.get((workload, "Lantern"), [])
        ratios = [a["events_per_second"] / b["events_per_second"] for a, b in zip(ours, runs) if b["events_per_second"]]
        median = {key: statistics.median(run[key] for run in runs)
                  for key in ("events_per_second", "cpu", "redis_cpu", "kafka_cpu", "peak_megabytes")}
        rows.append(dict(median, workload=workload, name=name, guarantee=runs[0]["guarantee"],
                         wrong=max(run["wrong"] for run in runs), runs=[run["events_per_second"] for run in runs],
                         ratio=statistics.median(ratios) if ratios else None))
    return sorted(rows, key=lambda row: -row["events_per_second"])


def table(rows, workloads):
    lines = []
    for workload in workloads:
        mine = [row for row in rows if row["workload"] == workload]
        if not mine:
            continue
        lines += ["", "**%s**" % workload, "", "| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
        for row in mine:
            ratio = "" if row["ratio"] is None or row["name"] == "Lantern" else "%.2f ×" % row["ratio"]
            lines.append("| %s | %s | %s | %s | %s | %.2f | %.2f | %.2f | %.0f | %s |" % (
                row["name"], row["guarantee"], "right" if row["wrong"] == 0 else "**WRONG**",
                number(row["events_per_second"]), ratio, row["cpu"], row["redis_cpu"], row["kafka_cpu"],
                row["peak_megabytes"], " ".join(number(run) for run in row["runs"])))
    return "\n".join(lines[1:])


def short_table(rows, workloads):
    """for the README: Lantern, the best prototype and the best peer of each workload"""
    lines = ["| workload | Lantern, events/s | worker µs/event | the fastest of the others |", "| --- | --- | --- | --- |"]
    for workload in workloads:
        mine = [row for row in rows if row["workload"] == workload]
        # With as many lanes as help; in swift the Swift form.
        ours = next((row for row in mine if row["name"].startswith("Lantern") and "YAML" not in row["name"]), None)
        if ours is None:
            continue
        others = [row for row in mine if not row["name"].startswith("Lantern") and row["wrong"] == 0]
        best = []
        for is_prototype in (True, False):
            of = [row for row in others if row["name"].startswith("lane") == is_prototype]
            if of:
                best.append("%s %s (%s)" % (of[0]["name"], number(of[0]["events_per_second"]), of[0]["guarantee"]))
        lines.append("| %s | %s%s | %.2f | %s |" % (
            workload, number(ours["events_per_second"]), ours["name"][len("Lantern"):].replace(",", " in"),
            ours["cpu"], "; ".join(best)))
    return "\n".join(lines)


class Drawing:
    """An SVG with a white ground, so that it can be read on a dark page too."""

    def __init__(self, width, height):
        self.parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
                      'font-family="system-ui, sans-serif" font-size="12">' % (width, height, width, height),
                      '<rect width="100%" height="100%" fill="white"/>']

    def text(self, x, y, text, anchor="start", weight="normal", color="#222"):
        self.parts.append('<text x="%.1f" y="%.1f" text-anchor="%s" font-weight="%s" fill="%s">%s</text>' % (
            x, y, anchor, weight, color, html.escape(text)))

    def bar(self, x, y, width, height, color):
        self.parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (x, y, width, height, color))

    def line(self, points, color="#222", width=1.0):
        self.parts.append('<polyline fill="none" stroke="%s" stroke-width="%.1f" points="%s"/>' % (
            color, width, " ".join("%.1f,%.1f" % point for point in points)))

    def write(self, path):
        with open(path, "w") as file:
            file.write("\n".join(self.parts + ["</svg>", ""]))


def chart(rows, workloads, path, caption):
    """bars of events/s, each workload on a scale of its own"""
    shown = [(w, [row for row in rows if row["workload"] == w and row["wrong"] == 0]) for w in workloads]
    shown = [(w, mine) for w, mine in shown if mine]
    height = 46 + sum(30 + 18 * len(mine) for _, mine in shown)
    drawing, y = Drawing(760, height), 40
    drawing.text(10, 18, "Events per second into Redis; every key of every run was checked", weight="bold")
    drawing.text(10, 33, caption, color="#666")
    for workload, mine in shown:
        y += 18
        drawing.text(10, y, workload, weight="bold")
        y += 6
        most = max(row["events_per_second"] for row in mine) or 1
        for row in mine:
            color = "#d9822b" if row["name"].startswith("Lantern") else \
                "#9aa7b0" if row["name"].startswith("lane") else "#5b7fa6"
            width = 380 * row["events_per_second"] / most
            drawing.text(150, y + 12, row["name"], "end")
            drawing.bar(156, y + 2, width, 13, color)
            drawing.text(162 + width, y + 12, "%s  %s" % (number(row["events_per_second"]), row["guarantee"]))
            y += 18
        y += 6
    drawing.write(path)


def axes(drawing, left, top, width, height, title, caption):
    drawing.text(10, 18, title, weight="bold")
    drawing.text(10, 33, caption, color="#666")
    drawing.line([(left, top), (left, top + height), (left + width, top + height)], "#888")


def percentile_plot(values, path, title, caption):
    """latencies over percentiles as HdrHistogram draws them: the further right, the rarer"""
    values = sorted(values)
    left, top, width, height = 60, 50, 660, 260
    drawing = Drawing(760, 350)
    axes(drawing, left, top, width, height, title, caption)
    decades = max(1.0, math.log10(len(values)))
    most = values[-1] or 1

    def place(rank):
        return left + width * min(1.0, -math.log10(max(1 - rank, 10 ** -decades)) / decades)

    for name, rank in (("0", 0), ("90%", .9), ("99%", .99), ("99.9%", .999), ("99.99%", .9999), ("99.999%", .99999)):
        if rank <= 1 - 10 ** -decades:
            drawing.line([(place(rank), top), (place(rank), top + height)], "#eee")
            drawing.text(place(rank), top + height + 16, name, "middle")
    for part in range(5):
        y = top + height - height * part / 4
        drawing.text(left - 6, y + 4, "%.1f" % (most * part / 4), "end")
    points = [(place(index / len(values)), top + height - height * value / most)
              for index, value in enumerate(values)]
    step = max(1, len(points) // 2000)
    drawing.line(points[:-200:step] + points[-200:], "#d9822b", 1.8)
    drawing.text(left, top - 6, "ms")
    drawing.write(path)


def series_plot(series, path, title, caption, unit):
    """(seconds, value) over time"""
    left, top, width, height = 60, 50, 660, 200
    drawing = Drawing(760, 290)
    axes(drawing, left, top, width, height, title, caption)
    end, most = series[-1][0] or 1, max(value for _, value in series) * 1.15 or 1
    for part in range(5):
        drawing.text(left - 6, top + height - height * part / 4 + 4, "%.0f" % (most * part / 4), "end")
        drawing.text(left + width * part / 4, top + height + 16, "%.0f s" % (end * part / 4), "middle")
    drawing.line([(left + width * at / end, top + height - height * value / most) for at, value in series],
                 "#d9822b", 1.8)
    drawing.text(left, top - 6, unit)
    drawing.write(path)


def replace_region(path, name, text):
    """writes what stands between `<!-- bench NAME -->` and `<!-- end -->`"""
    with open(path) as file:
        whole = file.read()
    begin = "<!-- bench %s -->" % name
    at = whole.find(begin)
    stop = whole.find("<!-- end -->", at)
    if at < 0 or stop < 0:
        raise Failure("%s has no place `%s … <!-- end -->`" % (path, begin))
    with open(path, "w") as file:
        file.write(whole[:at] + begin + "\n" + text.strip() + "\n" + whole[stop:])
