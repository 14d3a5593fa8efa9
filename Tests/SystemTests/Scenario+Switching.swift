import Testing

extension Scenario {
    /// Builds and promotes the definition of a file, or takes that back; a guard may refuse it while workers are behind.
    func switchGeneration(to file: String, isBack: Bool = false) throws {
        var said = ""
        for _ in 0..<10 {
            var commands = [["promote", "--config", file]]
            if isBack { commands = [["rollback", "--config", file]] }
            if !isBack { commands.insert(["rebuild", "--config", file, "--until-caught-up"], at: 0) }
            let isDone = try commands.allSatisfy { command in
                let (text, code) = try lantern(command)
                said = "\(command[0]): \(text)"
                return code == 0
            }
            if isDone { return }
        }
        Issue.record("\(said)")
    }
}
