internal import Bytes

/// What may be the value of a field, its name, or a member: text, integers, booleans, bytes, and what a field finds.
public protocol RowValue: ~Copyable, ~Escapable {
    /// Writes it, once.
    borrowing func write(to writer: inout ValueWriter) throws(ProjectionError)
}

extension FieldValue: RowValue {
    public borrowing func write(to writer: inout ValueWriter) throws(ProjectionError) { try writer.write(copy self) }
}

extension String: RowValue {
    public func write(to writer: inout ValueWriter) throws(ProjectionError) { try writer.write(text: utf8Span.span) }
}

extension Int: RowValue {
    public func write(to writer: inout ValueWriter) { writer.write(integer: Int64(self)) }
}

extension Int64: RowValue {
    public func write(to writer: inout ValueWriter) { writer.write(integer: self) }
}

extension Bool: RowValue {
    public func write(to writer: inout ValueWriter) { writer.write(boolean: self) }
}

extension Span: RowValue where Element == UInt8 {
    public borrowing func write(to writer: inout ValueWriter) throws(ProjectionError) {
        try writer.write(text: copy self)
    }
}
