"""Runs in pairs: each variant beside the first one in every round, so that a drift of the machine hits both."""
import statistics

MEASURES = ("events_per_second", "cpu", "redis_cpu")


def compare(variants, rounds, run, say):
    """
    variants: (label, run's arguments), the first is what the others are compared with; run(*arguments) measures one.
    Answers all results by label; the first round warms the broker and is not counted.
    """
    results = {label: [] for label, _ in variants}
    for number in range(rounds + 1):
        # Each variant goes first as often as the others: what runs after a pause is not always the same one.
        turn = number % len(variants)
        for label, arguments in variants[turn:] + variants[:turn]:
            result = run(*arguments)
            if number > 0 or result["wrong"]:
                results[label].append(result)
        say("round %d of %d" % (number, rounds))
    return results


def ratios(results, label, base, key):
    """median, least and most of label's figure over base's in the same round"""
    found = [a[key] / b[key] for a, b in zip(results[label], results[base]) if b[key]]
    return (statistics.median(found), min(found), max(found)) if found else (0, 0, 0)


def table(results):
    """the medians, and what each is of the first one's"""
    base = next(iter(results))
    lines = ["| variant | events/s | worker µs/event | Redis µs/event | events/s, of %s | worker CPU, of it | Redis CPU, of it | state |" % base,
             "|" + " --- |" * 8]
    for label, runs in results.items():
        medians = [statistics.median(run[key] for run in runs) for key in MEASURES]
        parts = ["%.3f (%.2f–%.2f)" % ratios(results, label, base, key) for key in MEASURES]
        wrong = max(run["wrong"] for run in runs)
        lines.append("| %s | %s | %.3f | %.3f | %s | %s |" % (
            label, "{:,}".format(round(medians[0])), medians[1], medians[2], " | ".join(parts) if label != base else " | | ",
            "right" if wrong == 0 else "**WRONG**"))
    return "\n".join(lines)
