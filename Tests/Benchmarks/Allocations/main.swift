import AllocationCounter
import Foundation

// The allocation gate: how often malloc is called for an event in steady state, against committed thresholds.
//
//   AllocationGate                     all workloads; exit code 1 where a threshold is passed
//   AllocationGate upsert --trace 5    one of them; the call stacks of the first five allocations in each phase
//
// Times are printed and never judged.

let words = Array(CommandLine.arguments.dropFirst())
let traced = words.firstIndex(of: "--trace").flatMap { words.indices.contains($0 + 1) ? Int32(words[$0 + 1]) : nil }
let chosen = Gate.workloads.filter { workload in words.first.map { $0 == "--trace" || $0 == workload.name } ?? true }
do {
    guard !chosen.isEmpty else {
        throw GateError("no such workload; there are \(Gate.workloads.map(\.name).joined(separator: ", "))")
    }
    let failures = try Gate(traces: traced ?? 0).run(chosen)
    if !failures.isEmpty {
        print("FAILED:\n" + failures.map { "  \($0)" }.joined(separator: "\n"))
        exit(1)
    }
    print("PASSED: \(chosen.count) workloads within their thresholds")
} catch {
    FileHandle.standardError.write(Data("AllocationGate: \(error)\n".utf8))
    exit(1)
}
