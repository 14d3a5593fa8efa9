import Bytes

/// Turns the JSON of a schema into types.
struct AvroSchemaParser {
    private static let deepest = 200
    private(set) var types: [AvroSchema.TypeOf] = []
    /// Named types by their full names.
    private var names: [ExactText: Int] = [:]

    mutating func parse(_ text: String) throws(SchemaFault) -> Int {
        let bytes = Array(text.utf8)
        // A schema may be one bare word: `string`, or its JSON `"string"`.
        if let first = bytes.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z"), Self.primitive(text) != nil
        {
            return try type(.string(text), namespace: "", depth: 0)
        }
        return try type(try SchemaJSON(parsing: bytes), namespace: "", depth: 0)
    }

    private static func primitive(_ word: String) -> AvroSchema.TypeOf.Kind? {
        switch word {
        case "null": .null
        case "boolean": .boolean
        case "int": .int
        case "long": .long
        case "float": .float
        case "double": .double
        case "bytes": .bytes
        case "string": .string
        default: nil
        }
    }

    private mutating func add(_ type: AvroSchema.TypeOf) -> Int {
        types.append(type)
        return types.count - 1
    }

    private mutating func type(_ json: SchemaJSON, namespace: String, depth: Int) throws(SchemaFault) -> Int {
        if depth > Self.deepest { throw SchemaFault("the schema is nested deeper than \(Self.deepest) levels") }
        switch json {
        case .string(let word):
            if let kind = Self.primitive(word) { return add(.init(kind: kind)) }
            let name = word.utf8.contains(UInt8(ascii: ".")) || namespace.isEmpty ? word : "\(namespace).\(word)"
            if let known = names[ExactText(name)] ?? names[ExactText(word)] { return known }
            throw SchemaFault("the schema names the type \(word), which it does not define")
        case .array(let branches): return try union(branches, namespace: namespace, depth: depth)
        case .object:
            guard let inner = json["type"] else { throw SchemaFault("a type in the schema has no “type”") }
            guard let word = inner.text else { return try type(inner, namespace: namespace, depth: depth + 1) }
            return try type(named: word, json, namespace: namespace, depth: depth)
        default: throw SchemaFault("a type in the schema is neither a name, a list nor an object")
        }
    }

    private mutating func union(
        _ branches: [SchemaJSON], namespace: String, depth: Int
    ) throws(SchemaFault) -> Int {
        var union = AvroSchema.TypeOf(kind: .union)
        for branch in branches {
            let place = try type(branch, namespace: namespace, depth: depth + 1)
            if types[place].kind == .union { throw SchemaFault("a union in the schema contains a union") }
            union.types.append(place)
        }
        if union.types.isEmpty { throw SchemaFault("a union in the schema has no branches") }
        return add(union)
    }

    private mutating func type(
        named word: String, _ json: SchemaJSON, namespace: String, depth: Int
    ) throws(SchemaFault) -> Int {
        switch word {
        case "record", "error": return try record(json, namespace: namespace, depth: depth)
        case "enum":
            guard case .array(let symbols)? = json["symbols"] else { throw SchemaFault("an enum has no “symbols”") }
            var type = AvroSchema.TypeOf(kind: .enumeration)
            for symbol in symbols {
                guard let text = symbol.text else { throw SchemaFault("a symbol of an enum is not text") }
                type.members.append(.init(name: text))
            }
            return try define(type, json, namespace: namespace)
        case "fixed":
            guard let size = json["size"]?.integer, size >= 0, size <= Int(Int32.max) else {
                throw SchemaFault("a fixed has no “size”")
            }
            var type = AvroSchema.TypeOf(kind: .fixed, size: size)
            setForm(of: &type, json)
            return try define(type, json, namespace: namespace)
        case "array", "map":
            guard let items = json[word == "array" ? "items" : "values"] else {
                throw SchemaFault("an \(word) in the schema does not say what it holds")
            }
            let inner = try type(items, namespace: namespace, depth: depth + 1)
            return add(.init(kind: word == "array" ? .array : .map, types: [inner]))
        default:
            guard let kind = Self.primitive(word) else {
                return try type(.string(word), namespace: namespace, depth: depth)
            }
            var type = AvroSchema.TypeOf(kind: kind)
            setForm(of: &type, json)
            return add(type)
        }
    }

    private mutating func define(
        _ type: AvroSchema.TypeOf, _ json: SchemaJSON, namespace: String
    ) throws(SchemaFault) -> Int {
        guard let name = json["name"]?.text, !name.isEmpty else {
            throw SchemaFault("a record, enum or fixed in the schema has no “name”")
        }
        var full = name
        if !name.utf8.contains(UInt8(ascii: ".")) {
            let space = json["namespace"]?.text ?? namespace
            if !space.isEmpty { full = "\(space).\(name)" }
        }
        var named = type
        named.name = full
        let place = add(named)
        guard names.updateValue(place, forKey: ExactText(full)) == nil else {
            throw SchemaFault("the schema defines the type \(full) twice")
        }
        return place
    }

    private mutating func record(_ json: SchemaJSON, namespace: String, depth: Int) throws(SchemaFault) -> Int {
        // Defined before its fields are read: they may be of its type.
        let place = try define(.init(kind: .record), json, namespace: namespace)
        let name = types[place].name
        guard case .array(let fields)? = json["fields"] else { throw SchemaFault("record \(name) has no “fields”") }
        let space = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
        var seen: Set<ExactText> = []
        for field in fields {
            guard let fieldName = field["name"]?.text, let inner = field["type"] else {
                throw SchemaFault("a field of record \(name) has no name or no type")
            }
            guard seen.insert(ExactText(fieldName)).inserted else {
                throw SchemaFault("record \(name) has the field \(fieldName) twice")
            }
            let type = try type(inner, namespace: space, depth: depth + 1)
            types[place].members.append(.init(name: fieldName, type: type))
        }
        setForm(of: &types[place], json)
        return place
    }
}
