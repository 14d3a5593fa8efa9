/// Why a view cannot take an event, without memory of its own; `Fold` turns it into words.
struct FoldFault: Error {
    enum Code {
        case missing, null, text, emptyField, fieldKind, scalarKind, notNumber, notInteger, notFinite, time, timestamp
        case surrogate, notUTF8, recordKey, keyLength, notObject, repeatedName
        case unknownType, unavailable, notNumberText, notBinary, noData, inConnect
        case noKey, unreadableKey, otherColumns, otherKeySchema, keyColumn
    }

    var code: Code
    var source = Source(.nothing)
    var scale = 0
    /// The view's place in the plan; −1 is a fault of the whole event.
    var view = -1

    init(_ code: Code, _ source: Source = Source(.nothing), scale: Int = 0, view: Int = -1) {
        self.code = code
        self.source = source
        self.scale = scale
        self.view = view
    }

    /// The same, said of a view.
    func of(view: Int) -> FoldFault {
        var fault = self
        fault.view = view
        return fault
    }
}
