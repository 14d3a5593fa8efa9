import Bytes

/// Where a value comes from: a path, what the record itself has, or a constant.
public enum ValueSource: Sendable, Equatable {
    /// An index into `ProjectionPlan.paths`; optional is `$.a?`.
    case path(Int, isOptional: Bool = false)
    /// `{@key}`
    case key
    /// `{@timestamp}`, milliseconds since 1970.
    case timestamp
    /// `{@partition}`
    case partition
    /// `{@offset}`
    case offset
    /// `{@header.name}`, the last of that name; optional is `{@header.name?}`.
    case header(String, isOptional: Bool = false)
    case constant(Constant)

    /// A constant's text as written; in documents an unquoted number, `true` or `false` is JSON, other text a string.
    public struct Constant: Sendable, Hashable {
        public var text: String
        public var isJSON: Bool

        public init(_ text: String, isJSON: Bool = false) {
            self.text = text
            self.isJSON = isJSON
        }

        public static func == (first: Constant, second: Constant) -> Bool {
            first.isJSON == second.isJSON && first.text.isExactly(second.text)
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(ExactText(text))
            hasher.combine(isJSON)
        }
    }

    /// Names of headers are compared by bytes.
    public static func == (first: ValueSource, second: ValueSource) -> Bool {
        switch (first, second) {
        case (.path(let index, let isOptional), .path(let other, let otherIsOptional)):
            index == other && isOptional == otherIsOptional
        case (.header(let name, let isOptional), .header(let other, let otherIsOptional)):
            name.isExactly(other) && isOptional == otherIsOptional
        case (.constant(let constant), .constant(let other)): constant == other
        case (.key, .key), (.timestamp, .timestamp), (.partition, .partition), (.offset, .offset): true
        default: false
        }
    }
}

extension ValueSource {
    /// As the file has it: `$.a.b`, `{@key}`, a constant's text.
    package func shown(_ paths: [JSONPath]) -> String {
        switch self {
        case .path(let index, _): paths[index].description
        case .key: "{@key}"
        case .timestamp: "{@timestamp}"
        case .partition: "{@partition}"
        case .offset: "{@offset}"
        case .header(let name, _): "{@header.\(name)}"
        case .constant(let constant): constant.text
        }
    }
}

/// A number to increment by or to compare: `source × 10^scale`, exactly.
public struct NumberSource: Sendable, Equatable {
    public var source: ValueSource
    /// 0 to 15, other than 0 only with a path.
    public var scale: Int
    /// A string there is a number, too.
    public var isText: Bool
    /// A header's or key's eight bytes are an integer, its most significant byte first.
    public var isBinary: Bool

    public init(_ source: ValueSource, scale: Int = 0, isText: Bool = false, isBinary: Bool = false) {
        self.source = source
        self.scale = scale
        self.isText = isText
        self.isBinary = isBinary
    }
}
