import Bytes
import Projections

/// Compiles a writer's schema for what a plan asks for. A path is resolved by name; one that the schema lacks finds nothing.
struct AvroCompiler {
    private let schema: AvroSchema
    private let paths: [PathNode]
    private let request: FieldRequest
    /// The place in the tree of paths of the record whose members or text are copied.
    private let target: Int?
    private var nodes: [AvroNode] = []
    private var children: [AvroChild] = []
    private var steps: [AvroStep] = []
    private var pool: [UInt8] = []
    private var known: [Place: AvroStep] = [:]

    private struct Place: Hashable {
        var type: Int
        var path: Int
    }

    static func compile(_ schema: AvroSchema, for request: FieldRequest) -> AvroProgram {
        var compiler = AvroCompiler(schema, request)
        return compiler.compile()
    }

    private init(_ schema: AvroSchema, _ request: FieldRequest) {
        self.schema = schema
        self.request = request
        var paths = PathNode.tree(request.paths)
        target = paths.place(of: request.membersOf ?? [])
        self.paths = paths
    }

    private mutating func compile() -> AvroProgram {
        compileTypes()
        let start = step(type: schema.top, path: 0)
        return AvroProgram(nodes: nodes, children: children, steps: steps, pool: pool, start: start)
    }

    // MARK: Types

    private mutating func compileTypes() {
        var sizes = AvroSizes(schema)
        for (index, type) in schema.types.enumerated() {
            let first = children.count
            for inner in type.types { children.append(AvroChild(type: Int32(inner), name: [], to: &pool)) }
            for member in type.members {
                children.append(AvroChild(type: Int32(member.type), name: Array(member.name.utf8), to: &pool))
            }
            nodes.append(
                AvroNode(
                    kind: type.kind, form: type.form, scale: Int32(type.scale), fixedSize: sizes.size(index) ?? -1,
                    first: Int32(first), count: Int32(children.count - first), nameStart: Int32(pool.count),
                    nameCount: Int32(type.name.utf8.count)))
            pool.append(contentsOf: Array(type.name.utf8))
        }
    }

    // MARK: Steps

    /// What is done with a value of that type where that node of the tree of paths is.
    private mutating func step(type: Int, path: Int) -> AvroStep {
        let place = Place(type: type, path: path)
        if let step = known[place] { return step }
        let node = paths[path]
        var step = AvroStep(operation: .skip, type: Int32(type))
        if let index = node.path { (step.path, step.isRead) = (Int32(index), true) }
        if path == target {
            step.isWhole = true
            step.isCopied = request.copiesWhole
        }
        step.isNamed = path == 0 && request.wantsSchemaName
        let collects = path == target && request.membersOf != nil
        let leadsOn = !node.children.isEmpty || collects
        switch schema.types[type].kind {
        case .record where leadsOn: setFields(of: &step, type, path, collects: collects)
        case .map where leadsOn: setKeys(of: &step, type, path, collects: collects)
        // A union's own value is that of its branch: path, members and whole are the branch's.
        case .union where leadsOn || step.isWhole || step.isNamed:
            step = AvroStep(operation: .union, type: Int32(type))
            let branches = schema.types[type].types.map { self.step(type: $0, path: path) }
            (step.first, step.count) = append(branches)
        default:
            if step.isRead || step.isCopied {
                step.operation = .read
            } else if nodes[type].fixedSize >= 0, !step.isWhole, !step.isNamed {
                step.operation = .skipFixed
                step.size = nodes[type].fixedSize
            }
        }
        known[place] = step
        return step
    }

    private mutating func append(_ more: [AvroStep]) -> (Int32, Int32) {
        let first = steps.count
        steps.append(contentsOf: more)
        return (Int32(first), Int32(more.count))
    }

    private mutating func setFields(of step: inout AvroStep, _ type: Int, _ path: Int, collects: Bool) {
        step.operation = .record
        var fields: [AvroStep] = []
        for (index, member) in schema.types[type].members.enumerated() {
            var field: AvroStep
            if let child = paths.child(of: path, named: Array(member.name.utf8)) {
                field = self.step(type: member.type, path: child)
            } else {
                field = skip(member.type)
            }
            if collects {
                let child = children[Int(nodes[type].first) + index]
                if field.operation == .skip || field.operation == .skipFixed { field.operation = .read }
                field.isMember = true
                field.isRead = true
                (field.nameStart, field.nameCount) = (child.rawStart, child.rawCount)
            }
            // Neighbours of a fixed size are skipped together.
            if field.operation == .skipFixed, let last = fields.last, last.operation == .skipFixed {
                let (size, overflow) = last.size.addingReportingOverflow(field.size)
                if !overflow {
                    fields[fields.count - 1].size = size
                    continue
                }
            }
            fields.append(field)
        }
        (step.first, step.count) = append(fields)
    }

    private func skip(_ type: Int) -> AvroStep {
        var step = AvroStep(operation: .skip, type: Int32(type))
        if nodes[type].fixedSize >= 0 {
            step.operation = .skipFixed
            step.size = nodes[type].fixedSize
        }
        return step
    }

    /// One step a key that paths name, and a last one for all other keys.
    private mutating func setKeys(of step: inout AvroStep, _ type: Int, _ path: Int, collects: Bool) {
        step.operation = .map
        let inner = schema.types[type].types[0]
        var keys: [AvroStep] = []
        for child in paths[path].children {
            var key = self.step(type: inner, path: child)
            (key.nameStart, key.nameCount) = (Int32(pool.count), Int32(paths[child].name.count))
            pool.append(contentsOf: paths[child].name)
            keys.append(key)
        }
        keys.append(skip(inner))
        if collects {
            for index in keys.indices {
                let isSkip = keys[index].operation == .skip || keys[index].operation == .skipFixed
                if isSkip { keys[index].operation = .read }
                keys[index].isMember = true
                keys[index].isRead = true
            }
        }
        (step.first, step.count) = append(keys)
    }
}

extension AvroChild {
    /// Puts the name into the pool, once as it is and once as JSON.
    fileprivate init(type: Int32, name: [UInt8], to pool: inout [UInt8]) {
        self.type = type
        rawStart = Int32(pool.count)
        rawCount = Int32(name.count)
        pool.append(contentsOf: name)
        nameStart = Int32(pool.count)
        var inside = ByteBuffer(capacity: name.count)
        _ = inside.append(inside: name.span)
        pool.append(contentsOf: inside.array)
        nameCount = Int32(inside.count)
    }
}
