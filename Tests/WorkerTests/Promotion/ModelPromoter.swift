import Records
import Redis

@testable import Redis
@testable import Worker

/// The shipped machine of a promotion on the model of Redis; it moves command by command.
final class ModelPromoter {
    /// What it lacks, to show that the tests would notice.
    enum Plant { case noWatch }

    private let stage: PromotionStage
    let token: String
    private(set) var machine: Promotion
    private var action: Promotion.Action
    private var client: ModelClient?
    private var values: [RedisValue] = []
    private var reader = ReplyReader(limits: .none)
    private var awaited = 0
    private let plant: Plant?
    private var wakesAt: Int64 = 0
    /// Whether no new connection can be opened.
    var isUnreachable = false
    var isDead = false
    /// How many steps it took.
    private(set) var steps = 0

    init(_ stage: PromotionStage, _ subject: PromotionSubject, token: String = "a", plant: Plant? = nil) {
        self.stage = stage
        self.token = token
        self.plant = plant
        let history = HistoryEntry(who: "tests@here", command: "lantern promote", result: "promoted by \(token)")
        var settings = Promotion.Settings(token: token, history: history)
        settings.patienceMilliseconds = 5_000
        machine = Promotion(subject, settings)
        action = machine.first
        client = stage.open()
    }

    var outcome: PromotionOutcome? { if case .end(let outcome) = action { outcome } else { nil } }
    var isFinished: Bool { outcome != nil || isDead }
    /// Whether the transaction that exchanges the databases is with the server, whole or in part.
    var isSwapping: Bool { machine.phase == .swapping && awaited > 0 }

    /// The next thing it does: sends, or lets the server carry out one command, or reads.
    func step() {
        guard !isFinished else { return }
        steps += 1
        switch action {
        case .end: return
        case .wait(let milliseconds):
            if wakesAt == 0 { wakesAt = stage.now + milliseconds }
            guard stage.now >= wakesAt else { return }
            wakesAt = 0
            take(.waited)
        case .connect:
            if isUnreachable || stage.redis.isAway {
                take(.unreachable("the model is away"))
            } else {
                client = stage.open()
                take(.connected)
            }
        case .send(let commands):
            if awaited == 0 { send(commands) } else { receive() }
        }
    }

    /// The connection breaks; what was sent is still with the server.
    func cut() {
        guard !isFinished, client != nil else { return }
        client = nil
        if case .send = action { take(.disconnected("cut")) }
    }

    /// As Ctrl-C.
    func cancel() { machine.cancel("interrupted") }

    /// The promoter is gone; what it sent is still with the server.
    func kill() {
        isDead = true
        client = nil
    }

    private func take(_ input: Promotion.Input) {
        values = []
        awaited = 0
        reader = ReplyReader(limits: .none)
        action = machine.take(input, now: stage.now)
    }

    private func send(_ commands: [[String]]) {
        guard let client else { return take(.disconnected("cut")) }
        for command in commands {
            let planted = plant == .noWatch && command[0] == "WATCH" ? ["UNWATCH"] : command
            client.inbox += RESP.array(planted.map { RESP.bulk(Array($0.utf8)) })
        }
        awaited = commands.count
    }

    private func receive() {
        guard let client else { return take(.disconnected("cut")) }
        _ = stage.redis.step(client)
        let bytes = client.outbox
        client.outbox = []
        _ = unsafe reader.append(upTo: bytes.count) { room in
            unsafe room.copyBytes(from: bytes)
            return bytes.count
        }
        var reply = Reply()
        while let isNext = try? reader.next(into: &reply), isNext { values.append(reply.value) }
        if values.count == awaited { take(.replies(values)) }
    }
}
