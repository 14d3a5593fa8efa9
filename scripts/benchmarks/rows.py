"""The check of a contender's final state: every key, against the rows that the loader kept while it made the events."""
from servers import Failure, Redis

# What the keys of each workload's views begin with: there must be as many such keys as expected rows.
PREFIXES = {
    "upsert": (b"order:",), "swift": (b"order:",), "skewed": (b"order:",), "documents": (b"order:",),
    "counters": (b"customer:",), "wide": (b"order:", b"customer-revenue:", b"customers:by-revenue", b"orders:"),
    "rebuild": (b"order:", b"spent:", b"customers:by-revenue"), "changes": (b"order:",), "debezium": (b"order:",),
    "avro": (b"order:",), "avro-100": (b"order:",), "protobuf": (b"order:",), "gateway": (b"order:",),
}
CHUNK = 2000


def bulk(value):
    return b"$%d\r\n%s\r\n" % (len(value), value)


def questions(line, constant):
    """the commands that ask for a row, and the bytes that Redis must answer"""
    kind, key, rest = line.split(b"\t", 2)
    if kind == b"s":
        return Redis.encode("GET", key), bulk(rest), key
    fields = rest.split(b"\t")
    names, values = fields[::2], fields[1::2]
    if constant:
        values = [constant[name] for name in names]
    count, many = ("HLEN", "HMGET") if kind == b"h" else ("ZCARD", "ZMSCORE")
    answer = b":%d\r\n*%d\r\n%s" % (len(names), len(names), b"".join(map(bulk, values)))
    return Redis.encode(count, key) + Redis.encode(many, key, *names), answer, key


def wrong_rows(redis, path, workload, constant=None):
    """how many rows are wrong, missing or too many, and examples in words"""
    wrong, examples, expected, chunk = 0, [], 0, []

    def compare():
        answer = b"".join(row[1] for row in chunk)
        # An echo as long as the answer: so many bytes come, however short the rows are in truth.
        filler = b"." * len(answer)
        redis.socket.sendall(b"".join(row[0] for row in chunk) + Redis.encode("ECHO", filler))
        if redis.file.read(len(answer)) == answer and redis.reply() == filler:
            return 0
        # Something differs: the lengths are of no use any more. Ask on a new connection, row by row.
        bad, port = 0, redis.socket.getpeername()[1]
        redis.socket.close()
        redis.__init__(port)
        for question, right, key in chunk:
            redis.socket.sendall(question)
            got = [spoken(redis) for _ in range(1 if right.startswith(b"$") else 2)]
            if flat(got) != flat(parse(right)):
                bad += 1
                if len(examples) < 3:
                    examples.append("%s holds %.200s" % (key.decode(), got[-1]))
        return bad

    with open(path, "rb") as file:
        for line in file:
            chunk.append(questions(line[:-1], constant))
            expected += 1
            if len(chunk) == CHUNK:
                wrong += compare()
                chunk = []
    if chunk:
        wrong += compare()
    found = count_keys(redis, PREFIXES[workload])
    if found != expected:
        wrong += max(1, abs(found - expected)) if wrong == 0 else 0
        examples.append("%d rows where %d belong" % (found, expected))
    return wrong, examples


def spoken(redis):
    """the reply; an error's words where the key is of another type"""
    try:
        return redis.reply()
    except Failure as failure:
        return str(failure)


def parse(answer):
    """a reply's bytes as `Redis.reply` has them"""
    values = []
    while answer:
        line, answer = answer.split(b"\r\n", 1)
        if line[:1] == b":":
            values.append(int(line[1:]))
        elif line[:1] == b"$":
            values.append(answer[:int(line[1:])])
            answer = answer[int(line[1:]) + 2:]
    return values


def flat(values):
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def count_keys(redis, prefixes):
    cursor, found = b"0", 0
    while True:
        cursor, keys = redis("SCAN", cursor, "COUNT", 5000)
        found += sum(key.startswith(prefixes) for key in keys)
        if cursor == b"0":
            return found
