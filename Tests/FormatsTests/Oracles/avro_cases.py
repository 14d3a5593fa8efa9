"""Random Avro schemas, values and what Lantern must find in them, with fastavro as the judge of the bytes.

    python3 avro_cases.py COUNT SEED

One case a line, tab-separated: the schema, the paths as JSON, the value in hexadecimal, and for each path `kind:text in
hexadecimal`. The bytes are written here (blocks with and without sizes), read by fastavro without logical types, and turned
into text by the rules of the article Formats, which are written down here a second time.
"""
import base64, io, json, random, struct, sys
from datetime import date, timedelta

import fastavro
import numpy

LOGICAL = {
    "int": ["date", "time-millis"],
    "long": ["time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis",
             "local-timestamp-micros", "local-timestamp-nanos"],
}
CONNECT = {"int": ["io.debezium.time.Date", "io.debezium.time.Time"],
           "long": ["io.debezium.time.MicroTimestamp", "io.debezium.time.Timestamp", "io.debezium.time.NanoTime"]}
SAME = {"io.debezium.time.Date": "date", "io.debezium.time.Time": "time-millis",
        "io.debezium.time.MicroTimestamp": "timestamp-micros", "io.debezium.time.Timestamp": "timestamp-millis",
        "io.debezium.time.NanoTime": "time-nanos"}


class Schema:
    """Makes one random schema; `named` are the types that may be referred to."""

    def __init__(self, r):
        self.r, self.count, self.named = r, 0, {}

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def any(self, depth, in_union=False):
        r = self.r
        kinds = ["null", "boolean", "int", "long", "float", "double", "bytes", "string", "fixed", "enum"]
        if depth > 0:
            kinds += ["record"] * 4 + ["array", "map"] * 2 + ([] if in_union else ["union"] * 3)
        return self.of(r.choice(kinds), depth)

    def of(self, kind, depth):
        r = self.r
        if kind in ("int", "long") and r.random() < 0.5:
            if r.random() < 0.3:
                return {"type": kind, "connect.name": r.choice(CONNECT[kind])}
            return {"type": kind, "logicalType": r.choice(LOGICAL[kind])}
        if kind == "bytes" and r.random() < 0.5:
            precision = r.randint(1, 40)
            return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": r.randint(0, precision)}
        if kind == "fixed":
            size, extra = r.choice([(0, {}), (3, {}), (16, {"logicalType": "uuid"}), (12, {"logicalType": "duration"}),
                                    (9, {"logicalType": "decimal", "precision": 20, "scale": r.randint(0, 20)}),
                                    (4, {"logicalType": "uuid"})])
            return self.add({"type": "fixed", "name": self.name("F"), "size": size, **extra})
        if kind == "enum":
            return self.add({"type": "enum", "name": self.name("E"), "symbols": [f"S{i}" for i in range(r.randint(1, 70))]})
        if kind == "record":
            if r.random() < 0.05:
                return self.add({"type": "record", "name": self.name("V"), "connect.name": "io.debezium.data.VariableScaleDecimal",
                                 "fields": [{"name": "scale", "type": "int"}, {"name": "value", "type": "bytes"}]})
            record = {"type": "record", "name": self.name("R"), "fields": []}
            if r.random() < 0.3:
                record["namespace"] = "a.b"
            recursive = r.random() < 0.15
            for i in range(r.randint(0, 6)):
                record["fields"].append({"name": f"f{i}", "type": self.any(depth - 1)})
            if recursive:
                record["fields"].append({"name": "again", "type": ["null", record["name"]]})
            return record
        if kind == "array":
            return {"type": "array", "items": self.any(depth - 1)}
        if kind == "map":
            return {"type": "map", "values": self.any(depth - 1)}
        if kind == "union":
            groups = [["null"], ["boolean"], ["int", "long"], ["float", "double"], ["bytes", "fixed"], ["string", "enum"],
                      ["record", "map"], ["array"]]
            r.shuffle(groups)
            return [self.of(r.choice(g), depth - 1) for g in groups[: r.randint(1, 5)]]
        return kind

    def add(self, schema):
        return schema


def strip(schema):
    """Without logical types: fastavro then gives what is written."""
    if isinstance(schema, list):
        return [strip(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    result = {k: v for k, v in schema.items() if k not in ("logicalType", "connect.name", "precision", "scale")}
    for key in ("items", "values"):
        if key in result:
            result[key] = strip(result[key])
    if "fields" in result:
        result["fields"] = [{"name": f["name"], "type": strip(f["type"])} for f in result["fields"]]
    return result


def names(schema, known):
    """Named types by the last part of their names, which occurs once."""
    if isinstance(schema, list):
        for s in schema:
            names(s, known)
    elif isinstance(schema, dict):
        if "name" in schema:
            known[schema["name"]] = schema
        for field in schema.get("fields", []):
            names(field["type"], known)
        for key in ("items", "values"):
            if key in schema:
                names(schema[key], known)


def named(schema, known):
    return known.get(schema.split(".")[-1], schema) if isinstance(schema, str) else schema


def zigzag(n):
    n = (n << 1) ^ (n >> 63)
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def word(r):
    choices = ["", "a", "key", "größe", "日本", "\"q\"", "\\", "\n\t\x01", "😀", "plain text", "x" * 40, "\x7f/"]
    return r.choice(choices) + (str(r.randint(0, 999)) if r.random() < 0.3 else "")


class Writer:
    def __init__(self, r, known):
        self.r, self.known = r, known

    def write(self, schema, depth):
        r = self.r
        schema = named(schema, self.known)
        if isinstance(schema, list):
            nulls = [i for i, s in enumerate(schema) if s == "null"]
            i = nulls[0] if depth > 8 and nulls else r.randrange(len(schema))
            return zigzag(i) + self.write(schema[i], depth)
        t = schema["type"] if isinstance(schema, dict) else schema
        if t == "null":
            return b""
        if t == "boolean":
            return bytes([r.randint(0, 1)])
        if t in ("int", "long"):
            return zigzag(self.number(schema, t))
        if t in ("float", "double"):
            size, form, whole = (4, "<f", 1e6) if t == "float" else (8, "<d", 1e18)
            if r.random() < 0.5:
                return r.randbytes(size)
            return struct.pack(form, r.choice([0.0, -0.0, 1.0, 0.1, 1e21, 1e-7, 123456.789, float("nan"), float("inf"), -float("inf"),
                                                round(r.uniform(-whole, whole)), round(r.uniform(-1e4, 1e4), 2)]))
        if t == "bytes":
            data = r.randbytes(r.choice([0, 1, 2, 3, 4, 7, 8, 9, 12, 20, 33]))
            return zigzag(len(data)) + data
        if t == "string":
            data = word(r).encode()
            return zigzag(len(data)) + data
        if t == "fixed":
            return r.randbytes(schema["size"])
        if t == "enum":
            return zigzag(r.randrange(len(schema["symbols"])))
        if t == "record":
            if schema.get("connect.name"):
                data = r.randbytes(r.randint(0, 12))
                return zigzag(r.randint(-5, 30)) + zigzag(len(data)) + data
            return b"".join(self.write(f["type"], depth + 1) for f in schema["fields"])
        count = 0 if depth > 10 else r.choice([0, 1, 2, 3, 20])
        keys = []
        while len(keys) < count:
            key = word(r) if count < 20 else f"k{len(keys)}"
            if key not in keys:
                keys.append(key)
        items = [(b"" if t == "array" else zigzag(len(k.encode())) + k.encode())
                 + self.write(schema["items" if t == "array" else "values"], depth + 1 if count < 20 else depth + 5) for k in keys]
        out = b""
        while items:
            n = r.randint(1, len(items))
            block = b"".join(items[:n])
            out += zigzag(-n) + zigzag(len(block)) + block if r.random() < 0.3 else zigzag(n) + block
            items = items[n:]
        return out + zigzag(0)

    def number(self, schema, t):
        r = self.r
        form = schema.get("logicalType", SAME.get(schema.get("connect.name"))) if isinstance(schema, dict) else None
        if form and form.startswith("time-"):
            per = {"time-millis": 1000, "time-micros": 10**6, "time-nanos": 10**9}[form]
            return r.choice([0, 86400 * per, r.randrange(86400 * per)])
        bits = 31 if t == "int" else 63
        return r.choice([0, 1, -1, 2**bits - 1, -(2**bits), r.getrandbits(r.randint(1, bits)) * r.choice([1, -1])])


# ---- text ----

def day(days):
    eras, rest = divmod(days, 146097)
    d = date(1970, 1, 1) + timedelta(days=rest)
    year = d.year + eras * 400
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}-{d.month:02d}-{d.day:02d}"


def clock(units, digits):
    seconds, rest = divmod(units, 10**digits)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:0{digits}d}"


def moment(units, digits, zone):
    days, rest = divmod(units, 86400 * 10**digits)
    return f"{day(days)}T{clock(rest, digits)}{zone}"


def decimal(data, scale):
    n = int.from_bytes(data, "big", signed=True)
    sign, digits = "-" if n < 0 else "", str(abs(n))
    if scale < 0:
        return sign + (digits + "0" * -scale if n else "0")
    if scale == 0:
        return sign + digits
    digits = digits.rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def shortest(x, single):
    if x != x:
        return "NaN", False
    if x in (float("inf"), float("-inf")):
        return ("Infinity" if x > 0 else "-Infinity"), False
    text = (numpy.format_float_scientific(numpy.float32(x), unique=True, trim="-") if single else
            numpy.format_float_scientific(numpy.float64(x), unique=True, trim="-"))
    mantissa, exponent = text.split("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "")
    k, n = len(digits), int(exponent) + 1
    if digits == "0":
        return sign + "0", True
    if k <= n <= 21:
        body = digits + "0" * (n - k)
    elif 0 < n <= 21:
        body = digits[:n] + "." + digits[n:]
    elif -6 < n <= 0:
        body = "0." + "0" * -n + digits
    else:
        body = digits[0] + ("." + digits[1:] if k > 1 else "") + ("e+" if n > 0 else "e-") + str(abs(n - 1))
    return sign + body, True


def branch(schemas, value, known):
    """The branch that a value of fastavro came from: unions here have one branch a Python type."""
    for s in schemas:
        s = named(s, known)
        t = s["type"] if isinstance(s, dict) else s
        fits = {"null": value is None, "boolean": isinstance(value, bool),
                "int": isinstance(value, int) and not isinstance(value, bool), "long": isinstance(value, int) and not isinstance(value, bool),
                "float": isinstance(value, float), "double": isinstance(value, float), "bytes": isinstance(value, bytes),
                "fixed": isinstance(value, bytes), "string": isinstance(value, str), "enum": isinstance(value, str),
                "record": isinstance(value, dict), "map": isinstance(value, dict), "array": isinstance(value, list)}[t]
        if fits:
            return s
    raise ValueError((schemas, value))


def resolve(schema, value, known):
    schema = named(schema, known)
    if isinstance(schema, list):
        return resolve(branch(schema, value, known), value, known)
    return schema


def text(schema, value, known):
    """(kind, text) of a value where a path ends."""
    schema = resolve(schema, value, known)
    t = schema["type"] if isinstance(schema, dict) else schema
    logical = (schema.get("logicalType") or SAME.get(schema.get("connect.name"))) if isinstance(schema, dict) else None
    if t == "null":
        return "null", ""
    if t == "boolean":
        return ("yes" if value else "no"), ""
    if t in ("int", "long"):
        if logical == "date":
            return "string", day(value)
        for prefix, make in (("time-", lambda d: clock(value, d)), ("timestamp-", lambda d: moment(value, d, "Z")),
                             ("local-timestamp-", lambda d: moment(value, d, ""))):
            if logical and logical.startswith(prefix):
                return "string", make({"millis": 3, "micros": 6, "nanos": 9}[logical[len(prefix):]])
        return "number", str(value)
    if t in ("float", "double"):
        body, finite = shortest(value, t == "float")
        return ("number" if finite else "string"), body
    if t in ("bytes", "fixed"):
        if logical == "decimal":
            return "number", decimal(value, schema["scale"])
        if logical == "uuid" and len(value) == 16:
            h = value.hex()
            return "string", f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        if logical == "duration":
            months, days, ms = struct.unpack("<III", value)
            return "string", f"P{months}M{days}DT{ms // 1000}.{ms % 1000:03d}S"
        return "string", base64.b64encode(value).decode()
    if t in ("string", "enum"):
        return "string", value
    if t == "record" and schema.get("connect.name"):
        return "number", decimal(value["value"], value["scale"])
    return ("array" if t == "array" else "object"), compact(schema, value, known)


def compact(schema, value, known):
    schema = resolve(schema, value, known)
    t = schema["type"] if isinstance(schema, dict) else schema
    quote = lambda s: json.dumps(s, ensure_ascii=False)
    if t == "array":
        return "[" + ",".join(compact(schema["items"], v, known) for v in value) + "]"
    if t == "map":
        return "{" + ",".join(quote(k) + ":" + compact(schema["values"], v, known) for k, v in value.items()) + "}"
    if t == "record" and not schema.get("connect.name"):
        return "{" + ",".join(quote(f["name"]) + ":" + compact(f["type"], value[f["name"]], known) for f in schema["fields"]) + "}"
    kind, body = text(schema, value, known)
    return {"null": "null", "yes": "true", "no": "false", "number": body}.get(kind, quote(body))


def find(schema, value, path, known):
    schema = resolve(schema, value, known)
    if not path:
        return text(schema, value, known)
    t = schema["type"] if isinstance(schema, dict) else schema
    if t == "record":
        for f in schema["fields"]:
            if f["name"] == path[0]:
                return find(f["type"], value[path[0]], path[1:], known)
    if t == "map" and path[0] in value:
        return find(schema["values"], value[path[0]], path[1:], known)
    return "nothing", ""


def paths(r, schema, value, known):
    """Some paths: those that exist, some that do not, and some that are the beginning of others."""
    found = {}
    for _ in range(r.randint(1, 8)):
        path, s, v = [], schema, value
        while True:
            s = resolve(s, v, known)
            t = s["type"] if isinstance(s, dict) else s
            if t == "record" and s["fields"] and not (path and r.random() < 0.2):
                f = r.choice(s["fields"])
                path.append(f["name"])
                s, v = f["type"], v[f["name"]]
            elif t == "map" and v and not (path and r.random() < 0.2):
                k = r.choice(list(v))
                path.append(k)
                s, v = s["values"], v[k]
            else:
                break
        if r.random() < 0.1:
            path.append("nowhere")
        if path:
            found[tuple(path)] = True
    return [list(p) for p in found] or [["nowhere"]]


def case(r):
    maker = Schema(r)
    if r.random() < 0.02:
        # A chain up to the deepest that is read.
        schema, depth = "string", r.choice([10, 40, 63])
        for i in range(depth):
            schema = {"type": "record", "name": f"D{i}", "fields": [{"name": "f", "type": schema}]}
    else:
        schema = maker.of(r.choice(["record"] * 8 + ["union", "map"]), r.randint(1, 5))
    known = {}
    plain = json.loads(json.dumps(schema))
    names(schema, known)
    data = Writer(r, known).write(schema, 0)
    value = fastavro.schemaless_reader(io.BytesIO(data), fastavro.parse_schema(strip(plain)))
    chosen = paths(r, schema, value, known)
    found = [find(schema, value, p, known) for p in chosen]
    return "\t".join([json.dumps(plain), json.dumps(chosen), data.hex()] + [k + ":" + b.encode().hex() for k, b in found])


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    for i in range(count):
        print(case(random.Random(seed * 1_000_003 + i)))


main()
