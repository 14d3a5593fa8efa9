"""Random Protobuf schemas, messages and what Lantern must find in them, with Google's protobuf as the judge of the bytes.

    python3 protobuf_cases.py COUNT SEED

One case a line, tab-separated: the descriptor set in hexadecimal, the message's name, the paths as JSON, the value in
hexadecimal, and for each path `kind:text in hexadecimal`. Half of the values are put together field by field, so that fields
repeat, come in any order, are packed or not, or are unknown; protobuf parses all of them, and the text is made from what it
parsed by the rules of the article Formats, which are written down here a second time.
"""
import base64, json, random, struct, sys
from datetime import datetime, timedelta

import numpy
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

F = descriptor_pb2.FieldDescriptorProto
SCALARS = [F.TYPE_DOUBLE, F.TYPE_FLOAT, F.TYPE_INT64, F.TYPE_UINT64, F.TYPE_INT32, F.TYPE_FIXED64, F.TYPE_FIXED32, F.TYPE_BOOL,
           F.TYPE_STRING, F.TYPE_BYTES, F.TYPE_UINT32, F.TYPE_SFIXED32, F.TYPE_SFIXED64, F.TYPE_SINT32, F.TYPE_SINT64]
KEYS = [F.TYPE_STRING] * 4 + [F.TYPE_INT32, F.TYPE_BOOL, F.TYPE_UINT64, F.TYPE_SINT64, F.TYPE_FIXED32]
TIMESTAMP = ".google.protobuf.Timestamp"
WIRE = {F.TYPE_DOUBLE: 1, F.TYPE_FIXED64: 1, F.TYPE_SFIXED64: 1, F.TYPE_FLOAT: 5, F.TYPE_FIXED32: 5, F.TYPE_SFIXED32: 5,
        F.TYPE_STRING: 2, F.TYPE_BYTES: 2, F.TYPE_MESSAGE: 2}


def schema(r):
    """A file of a few messages and enums that refer to each other."""
    three = r.random() < 0.6
    file = descriptor_pb2.FileDescriptorProto(name="case.proto", package=r.choice(["", "shop", "a.b"]),
                                              syntax="proto3" if three else "proto2",
                                              dependency=["google/protobuf/timestamp.proto"])
    prefix = "." + file.package if file.package else ""
    enums = [f"E{i}" for i in range(r.randint(1, 3))]
    for name in enums:
        enum = file.enum_type.add(name=name)
        numbers = [0 if three else r.choice([0, 5])] + r.sample([1, 2, 3, 7, 100, -4, 2**31 - 1], r.randint(1, 5))
        for i, n in enumerate(numbers):
            enum.value.add(name=f"{name}_{i}", number=n)
    messages = [f"M{i}" for i in range(r.randint(1, 5))]
    for at, name in enumerate(messages):
        message = file.message_type.add(name=name)
        numbers = r.sample(list(range(1, 20)) + [127, 128, 129, 1000, 18999, 20000, 2**29 - 1], r.randint(0 if at else 1, 9))
        oneofs = r.choice([0, 0, 1, 2])
        for i in range(oneofs):
            message.oneof_decl.add(name=f"o{i}")
        used = set()
        for i, number in enumerate(numbers):
            field = message.field.add(name=f"f{i}", number=number, label=F.LABEL_OPTIONAL)
            kind = r.random()
            if kind < 0.12:
                key, inner = r.choice(KEYS), message.nested_type.add(name=f"F{i}Entry")
                inner.options.map_entry = True
                inner.field.add(name="key", number=1, label=F.LABEL_OPTIONAL, type=key)
                value = inner.field.add(name="value", number=2, label=F.LABEL_OPTIONAL)
                choose(r, value, prefix, enums, messages)
                if value.type == F.TYPE_ENUM and not three:
                    # An enum in a map must begin with 0.
                    value.type = F.TYPE_SINT32
                    value.ClearField("type_name")
                field.label, field.type, field.type_name = F.LABEL_REPEATED, F.TYPE_MESSAGE, f"{prefix}.{name}.F{i}Entry"
                continue
            choose(r, field, prefix, enums, messages)
            if kind < 0.35:
                field.label = F.LABEL_REPEATED
                if field.type not in (F.TYPE_STRING, F.TYPE_BYTES, F.TYPE_MESSAGE) and r.random() < 0.4:
                    field.options.packed = r.random() < 0.5
            elif oneofs and r.random() < 0.5:
                field.oneof_index = r.randrange(oneofs)
                used.add(field.oneof_index)
            elif three and r.random() < 0.25:
                field.proto3_optional = True
        # Every oneof has a field; those of proto3's `optional` come last and have one each.
        for i in range(oneofs):
            if i not in used:
                message.field.add(name=f"only{i}", number=500 + i, label=F.LABEL_OPTIONAL, type=F.TYPE_STRING, oneof_index=i)
        for field in message.field:
            if field.proto3_optional:
                field.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{field.name}")
    return file, messages


def choose(r, field, prefix, enums, messages):
    kind = r.random()
    if kind < 0.12:
        field.type, field.type_name = F.TYPE_ENUM, f"{prefix}.{r.choice(enums)}"
    elif kind < 0.35:
        field.type, field.type_name = F.TYPE_MESSAGE, f"{prefix}.{r.choice(messages)}"
    elif kind < 0.42:
        field.type, field.type_name = F.TYPE_MESSAGE, TIMESTAMP
    else:
        field.type = r.choice(SCALARS)


# ---- bytes ----

def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def text_value(r):
    return r.choice(["", "a", "größe", "日本", "\"q\"", "\\", "\n\t\x01", "😀", "plain text", "x" * 40]) + (
        str(r.randint(0, 999)) if r.random() < 0.3 else "")


def scalar_bytes(r, field):
    t = field.type
    if t in (F.TYPE_STRING, F.TYPE_BYTES):
        data = text_value(r).encode() if t == F.TYPE_STRING else r.randbytes(r.randint(0, 9))
        return varint(len(data)) + data
    if t == F.TYPE_ENUM:
        known = [v.number for v in field.enum_type.values]
        return varint(r.choice(known + [6, -9]))
    if t == F.TYPE_BOOL:
        return varint(r.choice([0, 1, 1, 2]))
    if t == F.TYPE_DOUBLE:
        return struct.pack("<d", r.choice([0.0, -0.0, 1.5, 0.1, 1e21, 1e-7, float("nan"), float("inf"), r.uniform(-1e6, 1e6)]))
    if t == F.TYPE_FLOAT:
        return struct.pack("<f", r.choice([0.0, 1.5, 0.1, 1e21, float("-inf"), r.uniform(-1e6, 1e6)]))
    if WIRE.get(t) == 1:
        return r.randbytes(8)
    if WIRE.get(t) == 5:
        return r.randbytes(4)
    return varint(r.choice([0, 1, 2**31, 2**64 - 1, r.getrandbits(r.randint(1, 64))]))


def fields_bytes(r, descriptor, depth):
    out = []
    if descriptor.full_name == "google.protobuf.Timestamp":
        if r.random() < 0.9:
            out.append(b"\x08" + varint(r.choice([0, -1, 253402300799, -62135596800, r.randint(-10**10, 10**10)])))
        if r.random() < 0.7:
            out.append(b"\x10" + varint(r.choice([0, 1, 999999999, r.randrange(10**9)])))
        return b"".join(out)
    if not descriptor.fields:
        return b""
    for _ in range(r.randint(0, 3 if depth > 3 else 12)):
        if r.random() < 0.06:
            number = 3000 + r.randint(0, 5)
            out.append(r.choice([varint(number << 3) + varint(77), varint(number << 3 | 2) + b"\x03abc",
                                 varint(number << 3 | 3) + b"\x08\x01" + varint(number << 3 | 4), varint(number << 3 | 5) + b"abcd"]))
            continue
        field = r.choice(descriptor.fields)
        tag = lambda wire: varint(field.number << 3 | wire)
        if field.type == F.TYPE_MESSAGE:
            if depth > 5:
                continue
            if field.message_type.GetOptions().map_entry:
                inner = map_entry(r, field.message_type, depth)
            else:
                inner = fields_bytes(r, field.message_type, depth + 1)
            out.append(tag(2) + varint(len(inner)) + inner)
        elif field.is_repeated and field.type not in (F.TYPE_STRING, F.TYPE_BYTES) and r.random() < 0.5:
            inner = b"".join(scalar_bytes(r, field) for _ in range(r.randint(0, 4)))
            out.append(tag(2) + varint(len(inner)) + inner)
        elif r.random() < 0.03:
            # Another wire type than the field's: an unknown field.
            out.append(tag(1) + b"12345678" if WIRE.get(field.type, 0) != 1 else tag(0) + b"\x05")
        else:
            out.append(tag(WIRE.get(field.type, 0)) + scalar_bytes(r, field))
    return b"".join(out)


def map_entry(r, descriptor, depth):
    key, value = descriptor.fields_by_number[1], descriptor.fields_by_number[2]
    parts = []
    if r.random() < 0.9:
        parts.append(varint(1 << 3 | WIRE.get(key.type, 0)) + scalar_bytes(r, key))
    if r.random() < 0.9:
        if value.type == F.TYPE_MESSAGE:
            inner = fields_bytes(r, value.message_type, depth + 2)
            parts.append(b"\x12" + varint(len(inner)) + inner)
        else:
            parts.append(varint(2 << 3 | WIRE.get(value.type, 0)) + scalar_bytes(r, value))
    r.shuffle(parts)
    return b"".join(parts)


def repeats_key(data, descriptor):
    """Whether some map has a key twice, which protobuf allows and Lantern refuses: counts entries on the wire."""
    class Found(Exception):
        pass

    def scan(data, descriptor, seen):
        at = 0

        def number():
            nonlocal at
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value
        while at < len(data):
            tag = number()
            wire, field = tag & 7, descriptor.fields_by_number.get(tag >> 3)
            if wire == 0:
                number()
            elif wire == 1:
                at += 8
            elif wire == 5:
                at += 4
            elif wire == 2:
                size = number()
                inner = data[at:at + size]
                at += size
                if field is not None and field.type == F.TYPE_MESSAGE:
                    if field.message_type.GetOptions().map_entry:
                        entry = message_factory.GetMessageClass(field.message_type)()
                        entry.ParseFromString(inner)
                        place = (field.full_name, entry.key)
                        if place in seen:
                            raise Found
                        seen.add(place)
                        value = field.message_type.fields_by_number[2]
                        if value.type == F.TYPE_MESSAGE:
                            scan(inner, field.message_type, set())
                    else:
                        # Occurrences of one message are merged: their maps are one.
                        scan(inner, field.message_type, seen if not field.is_repeated else set())
            elif wire == 3:
                scan_group = tag >> 3
                while True:
                    tag = number()
                    if tag & 7 == 4 and tag >> 3 == scan_group:
                        break
                    number()
    try:
        scan(data, descriptor, set())
    except Found:
        return True
    return False


# ---- text ----

def shortest(x, single):
    if x != x:
        return "NaN", False
    if x in (float("inf"), float("-inf")):
        return ("Infinity" if x > 0 else "-Infinity"), False
    number = numpy.float32(x) if single else numpy.float64(x)
    mantissa, exponent = numpy.format_float_scientific(number, unique=True, trim="-").split("e")
    sign, digits = "-" if mantissa.startswith("-") else "", mantissa.lstrip("-").replace(".", "")
    k, n = len(digits), int(exponent) + 1
    if digits == "0":
        return sign + "0", True
    if k <= n <= 21:
        return sign + digits + "0" * (n - k), True
    if 0 < n <= 21:
        return sign + digits[:n] + "." + digits[n:], True
    if -6 < n <= 0:
        return sign + "0." + "0" * -n + digits, True
    return sign + digits[0] + ("." + digits[1:] if k > 1 else "") + ("e+" if n > 0 else "e-") + str(abs(n - 1)), True


def scalar_text(field, value):
    t = field.type
    if t == F.TYPE_BOOL:
        return ("yes" if value else "no"), ""
    if t in (F.TYPE_DOUBLE, F.TYPE_FLOAT):
        body, finite = shortest(value, t == F.TYPE_FLOAT)
        return ("number" if finite else "string"), body
    if t == F.TYPE_STRING:
        return "string", value
    if t == F.TYPE_BYTES:
        return "string", base64.b64encode(value).decode()
    if t == F.TYPE_ENUM:
        for v in field.enum_type.values:
            if v.number == value:
                return "string", v.name
        return "number", str(value)
    if t == F.TYPE_MESSAGE:
        if value.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
            moment = datetime(1970, 1, 1) + timedelta(seconds=value.seconds)
            return "string", f"{moment.year:04d}{moment.strftime('-%m-%dT%H:%M:%S')}.{value.nanos:09d}Z"
        return "object", compact(value)
    return "number", str(value)


quote = lambda s: json.dumps(s, ensure_ascii=False)


def scalar_json(field, value):
    kind, body = scalar_text(field, value)
    return {"yes": "true", "no": "false", "number": body, "object": body}.get(kind, quote(body))


def is_map(field):
    return field.type == F.TYPE_MESSAGE and field.is_repeated and field.message_type.GetOptions().map_entry


def field_text(message, field):
    """(kind, text) of a field of a message."""
    value = getattr(message, field.name)
    if is_map(field):
        return "object", None
    if field.is_repeated:
        return "array", "[" + ",".join(scalar_json(field, v) for v in value) + "]"
    if field.has_presence and not message.HasField(field.name):
        return "nothing", ""
    return scalar_text(field, value)


def key_text(field, key):
    return {True: "true", False: "false"}[key] if field.type == F.TYPE_BOOL else str(key)


def compact(message):
    parts = []
    for field in message.DESCRIPTOR.fields:
        kind, body = field_text(message, field)
        if kind == "nothing":
            continue
        if is_map(field):
            body = map_json(message, field)
        elif kind == "string":
            body = quote(body)
        parts.append(quote(field.name) + ":" + {"yes": "true", "no": "false"}.get(kind, body))
    return "{" + ",".join(parts) + "}"


def map_json(message, field):
    """Sorted by key: protobuf's maps have no order, Lantern keeps that of the bytes."""
    key, value = field.message_type.fields_by_number[1], field.message_type.fields_by_number[2]
    entries = getattr(message, field.name)
    return "{" + ",".join(sorted(quote(key_text(key, k)) + ":" + scalar_json(value, entries[k]) for k in entries)) + "}"


def find(message, path):
    descriptor = message.DESCRIPTOR
    field = descriptor.fields_by_name.get(path[0])
    if field is None:
        return "nothing", ""
    if len(path) == 1:
        return ("object", map_json(message, field)) if is_map(field) else field_text(message, field)
    if is_map(field):
        key, value = field.message_type.fields_by_number[1], field.message_type.fields_by_number[2]
        for k in getattr(message, field.name):
            if key_text(key, k) == path[1]:
                inner = getattr(message, field.name)[k]
                if len(path) == 2:
                    return scalar_text(value, inner)
                return find(inner, path[2:]) if value.type == F.TYPE_MESSAGE else ("nothing", "")
        return "nothing", ""
    if field.type != F.TYPE_MESSAGE or field.is_repeated or not message.HasField(field.name):
        return "nothing", ""
    return find(getattr(message, field.name), path[1:])


def paths(r, descriptor, message):
    found = {}
    for _ in range(r.randint(1, 8)):
        path, d, m = [], descriptor, message
        while d is not None and d.fields:
            f = r.choice(d.fields)
            path.append(f.name)
            entries = getattr(m, f.name) if m is not None else None
            if is_map(f):
                value, d = f.message_type.fields_by_number[2], None
                if r.random() < 0.5:
                    k = r.choice(list(entries)) if entries else None
                    path.append("other" if k is None else key_text(f.message_type.fields_by_number[1], k))
                    if value.type == F.TYPE_MESSAGE and r.random() < 0.5:
                        d, m = value.message_type, entries[k] if k is not None else None
            elif f.type == F.TYPE_MESSAGE and not f.is_repeated and r.random() < 0.7:
                d, m = f.message_type, entries
            else:
                break
        if r.random() < 0.05:
            path.append("nowhere")
        if path:
            found[tuple(path)] = True
    return [list(p) for p in found] or [["nowhere"]]


def case(r):
    file, names = schema(r)
    pool = descriptor_pool.DescriptorPool()
    stamp = descriptor_pb2.FileDescriptorProto()
    timestamp_pb2.DESCRIPTOR.CopyToProto(stamp)
    stamp.ClearField("options")
    pool.Add(stamp)
    pool.Add(file)
    name = (file.package + "." if file.package else "") + names[0]
    descriptor = pool.FindMessageTypeByName(name)
    data = fields_bytes(r, descriptor, 0)
    if repeats_key(data, descriptor):
        return None
    message = message_factory.GetMessageClass(descriptor)()
    try:
        message.ParseFromString(data)
        if r.random() < 0.4:
            data = message.SerializePartialToString()
        chosen = paths(r, descriptor, message)
        found = [find(message, p) for p in chosen]
    except OverflowError:
        return None
    every = descriptor_pb2.FileDescriptorSet(file=[stamp, file])
    return "\t".join([every.SerializeToString().hex(), name, json.dumps(chosen), data.hex()]
                     + [k + ":" + b.encode().hex() for k, b in found])


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    i = made = 0
    while made < count:
        line = case(random.Random(seed * 1_000_003 + i))
        i += 1
        if line:
            made += 1
            print(line)


main()
