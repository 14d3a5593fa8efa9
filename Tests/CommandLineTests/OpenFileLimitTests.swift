import Glibc
import Testing

@testable import System

@Suite struct OpenFileLimitTests {
    @Test func `the limit is raised as far as the system allows, and never lowered`() {
        #expect(OpenFileLimit.raised(rlimit(rlim_cur: 1_024, rlim_max: 4_096)) == 4_096)
        #expect(OpenFileLimit.raised(rlimit(rlim_cur: 1_024, rlim_max: 1 << 30)) == 65_536)
        #expect(OpenFileLimit.raised(rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 30)) == 1 << 20)
    }

    @Test func `the process has the raised limit`() {
        OpenFileLimit.raise()
        var limit = rlimit()
        #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur >= min(limit.rlim_max, 65_536))
    }
}
