import Projections

extension KeySchema {
    /// What keys without an id have in Redis in its place. (A registry's ids are positive Int32s.)
    private static let inHeaderStored = "4294967295"

    init?(stored text: String) {
        if text == Self.inHeaderStored {
            self = .inHeader
        } else if let id = UInt32(text) {
            self = .framed(id)
        } else {
            return nil
        }
    }

    var stored: String {
        switch self {
        case .framed(let id): "\(id)"
        case .inHeader: Self.inHeaderStored
        }
    }
}
