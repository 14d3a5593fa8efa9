import Bytes
import Projections

/// Compiles a message type for what a plan asks for. A path is resolved by field names; one that the message lacks finds
/// nothing.
struct ProtobufCompiler {
    private let schema: ProtobufSchema
    private var paths: [PathNode]
    private let request: FieldRequest
    private let target: Int
    private var tables = ProtobufProgram.Tables()
    /// The schema's messages and enums that are used, by their places in the tables.
    private var messages: [Int: Int] = [:]
    private var enums: [Int: Int] = [:]
    private var targetNode = -1

    static func compile(_ schema: ProtobufSchema, message: Int, for request: FieldRequest) -> ProtobufProgram {
        var compiler = ProtobufCompiler(schema, request)
        let top = compiler.place(ofMessage: message)
        _ = compiler.addNode(0, field: -1, message: message)
        return ProtobufProgram(
            compiler.tables, message: top, target: compiler.targetNode, copiesWhole: request.copiesWhole,
            name: request.wantsSchemaName ? Array(schema.messages[message].name.utf8) : [])
    }

    private init(_ schema: ProtobufSchema, _ request: FieldRequest) {
        self.schema = schema
        self.request = request
        paths = PathNode.tree(request.paths)
        target = paths.place(of: request.membersOf ?? [])
    }

    // MARK: Types

    private mutating func addName(_ name: String) -> (raw: Int32, rawCount: Int32, inside: Int32, insideCount: Int32) {
        let raw = Int32(tables.pool.count)
        tables.pool.append(contentsOf: Array(name.utf8))
        var inside = ByteBuffer(capacity: name.utf8.count)
        _ = inside.append(inside: Array(name.utf8).span)
        let start = Int32(tables.pool.count)
        tables.pool.append(contentsOf: inside.array)
        return (raw, start - raw, start, Int32(inside.count))
    }

    private mutating func place(ofMessage index: Int) -> Int {
        if let known = messages[index] { return known }
        let place = tables.messages.count
        messages[index] = place
        let message = schema.messages[index]
        let first = tables.fields.count
        tables.messages.append(
            ProtobufMessage(
                first: Int32(first), count: Int32(message.fields.count), oneofCount: Int32(message.oneofCount),
                numbers: ProtobufNumbers(), isTimestamp: message.name == "google.protobuf.Timestamp"))
        // All fields of a message are neighbours: room first, then those of the messages that they lead to.
        for field in message.fields {
            let name = addName(field.name)
            tables.fields.append(
                ProtobufField(
                    number: Int32(field.number), kind: field.kind, isRepeated: field.isRepeated,
                    isMap: field.kind == .message && field.isRepeated && schema.messages[field.type].isMapEntry,
                    isImplicit: field.isImplicit, oneof: Int32(field.oneof ?? -1), type: -1, rawStart: name.raw,
                    rawCount: name.rawCount, nameStart: name.inside, nameCount: name.insideCount))
        }
        for (offset, field) in message.fields.enumerated() {
            switch field.kind {
            case .message: tables.fields[first + offset].type = Int32(self.place(ofMessage: field.type))
            case .enumeration: tables.fields[first + offset].type = Int32(self.place(ofEnum: field.type))
            default: break
            }
        }
        tables.messages[place].numbers = addNumbers(
            message.fields.indices.map { (message.fields[$0].number, first + $0) })
        return place
    }

    private mutating func place(ofEnum index: Int) -> Int {
        if let known = enums[index] { return known }
        let place = tables.enums.count
        enums[index] = place
        let enumeration = schema.enumerations[index]
        let first = tables.symbols.count
        var seen: Set<Int32> = []
        // Of several names for one number the first counts.
        for value in enumeration.values where seen.insert(value.number).inserted {
            let name = addName(value.name)
            tables.symbols.append(
                ProtobufSymbol(
                    number: value.number, rawStart: name.raw, rawCount: name.rawCount, nameStart: name.inside,
                    nameCount: name.insideCount))
        }
        tables.symbols[first...].sort { $0.number < $1.number }
        tables.enums.append(
            ProtobufEnum(
                first: Int32(first), count: Int32(tables.symbols.count - first),
                zero: enumeration.values.first?.number ?? 0, isClosed: enumeration.isClosed))
        return place
    }

    private mutating func addNumbers(_ entries: [(number: Int, place: Int)]) -> ProtobufNumbers {
        var numbers = ProtobufNumbers()
        let small = entries.filter { $0.number < ProtobufNumbers.directLimit }
        numbers.direct = Int32(tables.places.count)
        numbers.directCount = Int32((small.map(\.number).max() ?? -1) + 1)
        tables.places.append(contentsOf: repeatElement(-1, count: Int(numbers.directCount)))
        for entry in small { tables.places[Int(numbers.direct) + entry.number] = Int32(entry.place) }
        let large = entries.filter { $0.number >= ProtobufNumbers.directLimit }.sorted { $0.number < $1.number }
        numbers.sorted = Int32(tables.places.count)
        numbers.sortedCount = Int32(large.count)
        for entry in large { tables.places.append(contentsOf: [Int32(entry.number), Int32(entry.place)]) }
        return numbers
    }

    // MARK: Paths

    /// Adds a node and those below it; `message`: the message that the node's value is, nil if it is none.
    private mutating func addNode(_ path: Int, field: Int, message: Int?) -> Int {
        let place = tables.nodes.count
        tables.nodes.append(ProtobufNode(path: Int32(paths[path].path ?? -1), field: Int32(field)))
        let isTarget = path == target
        if isTarget { targetNode = place }
        let collects = isTarget && request.membersOf != nil
        if field >= 0 {
            let info = tables.fields[field]
            let isRead = paths[path].path != nil || isMember(path) || (isTarget && request.copiesWhole)
            tables.nodes[place].isLate = isRead && (info.isRepeated || info.kind == .message)
        }
        if let message, !paths[path].children.isEmpty || collects || isTarget {
            tables.nodes[place].walks = true
            if collects { addMembers(path, message) }
            let nodes = addSteps(place, path, message)
            if collects { tables.members = nodes.sorted { $0.key < $1.key }.map { Int32($0.value) } }
        }
        tables.nodes[place].end = Int32(tables.nodes.count)
        return place
    }

    /// Whether the node is one of the members that are copied.
    private func isMember(_ path: Int) -> Bool {
        request.membersOf != nil && paths[target].children.contains(path)
    }

    /// A node for each of the message's fields that no path names.
    private mutating func addMembers(_ path: Int, _ message: Int) {
        for field in schema.messages[message].fields {
            let name = Array(field.name.utf8)
            if paths.child(of: path, named: name) != nil { continue }
            paths.append(PathNode(name: name))
            paths[path].children.append(paths.count - 1)
        }
    }

    /// Adds what is done with each field of the message; returns the nodes by the places of their fields in it.
    private mutating func addSteps(_ place: Int, _ path: Int, _ message: Int) -> [Int: Int] {
        let first = Int(tables.messages[self.place(ofMessage: message)].first)
        let fields = schema.messages[message].fields
        var nodes: [Int: Int] = [:]
        for child in paths[path].children {
            guard let offset = fields.firstIndex(where: { Array($0.name.utf8) == paths[child].name }),
                fields[offset].kind != .group
            else { continue }
            nodes[offset] = addField(child, first + offset, fields[offset])
        }
        var numbers: [(number: Int, place: Int)] = []
        for (offset, field) in fields.enumerated() {
            let others = nodes.filter { $0.key != offset && field.oneof != nil && fields[$0.key].oneof == field.oneof }
            guard nodes[offset] != nil || !others.isEmpty else { continue }
            numbers.append((field.number, tables.steps.count))
            tables.steps.append(
                ProtobufStep(
                    field: Int32(first + offset), node: Int32(nodes[offset] ?? -1), cleared: Int32(tables.places.count),
                    clearedCount: Int32(others.count)))
            tables.places.append(contentsOf: others.values.sorted().map { Int32($0) })
        }
        tables.nodes[place].numbers = addNumbers(numbers)
        let defaults = nodes.filter { fields[$0.key].isImplicit || fields[$0.key].isRepeated }.values.sorted()
        tables.nodes[place].defaults = Int32(tables.places.count)
        tables.nodes[place].defaultCount = Int32(defaults.count)
        tables.places.append(contentsOf: defaults.map { Int32($0) })
        return nodes
    }

    private mutating func addField(_ path: Int, _ place: Int, _ field: ProtobufSchema.Field) -> Int {
        guard tables.fields[place].isMap else {
            let leadsOn = field.kind == .message && !field.isRepeated
            return addNode(path, field: place, message: leadsOn ? field.type : nil)
        }
        let node = addNode(path, field: place, message: nil)
        let value = schema.messages[field.type].fields.firstIndex { $0.number == 2 }
        guard let value, !paths[path].children.isEmpty else { return node }
        tables.nodes[node].isMap = true
        let valueField = schema.messages[field.type].fields[value]
        let valuePlace = Int(tables.messages[Int(tables.fields[place].type)].first) + value
        for child in paths[path].children {
            let key = addNode(child, field: valuePlace, message: valueField.kind == .message ? valueField.type : nil)
            tables.nodes[key].keyStart = Int32(tables.pool.count)
            tables.nodes[key].keyCount = Int32(paths[child].name.count)
            tables.pool.append(contentsOf: paths[child].name)
        }
        tables.nodes[node].end = Int32(tables.nodes.count)
        return node
    }
}
