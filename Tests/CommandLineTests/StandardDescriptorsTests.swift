import Glibc
import Testing

@testable import System

@Suite struct StandardDescriptorsTests {
    @Test func `a closed descriptor is occupied, and what is written to it is a failure`() throws {
        // Higher than what the tests beside it open.
        let free: Int32 = 900
        try #require(StandardDescriptors.isClosed(free))
        StandardDescriptors.occupy(free)
        defer { close(free) }
        #expect(!StandardDescriptors.isClosed(free))
        var byte: UInt8 = 0
        #expect(unsafe read(free, &byte, 1) == 0)
        #expect(unsafe write(free, &byte, 1) == -1)
        #expect(errno == EBADF)
    }
}
