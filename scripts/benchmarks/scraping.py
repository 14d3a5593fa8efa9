"""Asks a gateway for its metrics once a second, as Prometheus does."""
import statistics
import threading
import time
import urllib.request


class Scraper:
    """As a context; a gateway that does not listen yet, or no longer, is asked again."""

    def __init__(self, port):
        self.url, self.seconds, self.ended = "http://127.0.0.1:%d/metrics" % port, [], threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def run(self):
        while True:
            started = time.monotonic()
            try:
                with urllib.request.urlopen(self.url, timeout=5) as answer:
                    answer.read()
                self.seconds.append(time.monotonic() - started)
                pause = 1
            except OSError:
                pause = 0.1
            if self.ended.wait(pause):
                return

    def words(self):
        if not self.seconds:
            return "no scrape"
        milliseconds = [1_000 * each for each in self.seconds]
        return "%d scrapes, median %.1f ms, longest %.1f ms" % (
            len(milliseconds), statistics.median(milliseconds), max(milliseconds))
