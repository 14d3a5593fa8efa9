import Bytes
import Records
import Redis

// The generation's record is not the expected one: a promotion drains it, it is in another database now, or it is gone.
extension LaneMachine {
    /// While it stands, a lane looks at the record this often, in milliseconds.
    private static var lookInterval: Int64 { 5 }

    /// Nothing is written until it is clear where the generation is, and that it may be written.
    mutating func generationIs(_ found: [UInt8]?, now: Int64) {
        dropBatch(notBefore: nil)
        switch RecordChange(found, identifier: settings.generationIdentifier) {
        case .draining(let record): stand(record, now: now)
        case .moved:
            dropConnection("another generation is in database \(settings.database) now", now: now)
            redial.search(found, now: now)
        case .ended:
            session?.tenure = .ended
            actions.append(.generationChanged(found: found))
        }
    }

    // MARK: Standing

    private mutating func stand(_ record: GenerationRecord, now: Int64) {
        if holdsGeneration { report(.standing(token: record.token)) }
        session?.tenure = .stands(nextLook: now + Self.lookInterval)
    }

    /// Looks at the record again, or opens it if it was drained for too long: any live lane does.
    mutating func lookIfStanding(now: Int64) {
        guard case .stands(let nextLook, let expired)? = ofSession({ $0.tenure }), isIdle, now >= nextLook else {
            return
        }
        session?.tenure = .stands(nextLook: now + Self.lookInterval)
        if let expired {
            actions.append(.liftDrain(expired))
            return
        }
        // The time first: the record is not older than it.
        session?.send("*1\r\n$4\r\nTIME\r\n", expecting: .time, now: now)
        session?.clock.ask(now: now)
        var commands = CommandBuffer(capacity: 64)
        commands.command("GET", settings.keys.generation)
        session?.send(commands, expecting: .record, now: now)
    }

    mutating func recordAnswered(_ reply: borrowing Reply, now: Int64) {
        guard case .stands? = ofSession({ $0.tenure }), reply.kind != .error else { return }
        let expected = settings.generationText
        guard !reply.bytes.isEqual(to: expected.span) else {
            session?.tenure = .holds
            report(.resumed)
            readSuspended(now: now)
            return
        }
        let found = reply.isNil ? nil : reply.bytes.array
        generationIs(found, now: now)
        guard case .draining(let record) = RecordChange(found, identifier: settings.generationIdentifier),
            settings.role == .live, let time = serverTime, record.deadline > 0, time > record.deadline
        else { return }
        // The promotion's driver is gone.
        session?.tenure = .stands(nextLook: now, expired: Array(record.text.utf8))
    }

    /// What waited for the generation is read from its checkpoints.
    mutating func readSuspended(now: Int64) {
        for slot in slots where table[slot].isSuspended { reload(slot, notBefore: now) }
    }

    // MARK: Moved

    /// The generation was found: the next connection leads there.
    public mutating func generationFound(database: Int, role: LaneSettings.Role, now: Int64) {
        settings.database = database
        settings.role = role
        for slot in slots { table[slot].forgetLosses() }
        applyCeilings([])
        redial.located(now: now)
        report(.moved(database: database))
    }

    /// Nobody could be asked where it is: later.
    public mutating func searchFailed(now: Int64) { redial.failed(settings, &random, now: now) }

    // MARK: Ceilings

    /// How far the live generation has come: a build folds no further.
    public mutating func setCeilings(_ ceilings: [Ceiling]) {
        if settings.role == .build { applyCeilings(ceilings) }
    }

    private mutating func applyCeilings(_ ceilings: [Ceiling]) {
        table.ceilings = settings.role == .live ? nil : ceilings
        for slot in slots {
            table.setCeiling(of: slot)
            guard table[slot].isFolding else { continue }
            // An end that lay above the ceiling before.
            if let end = table[slot].feed.unwrittenEnd, end > table[slot].next { takeEndIfWatchable(slot) }
            guard table[slot].feed.isAtCeiling, table[slot].next < table[slot].feed.ceiling else { continue }
            table[slot].feed.isAtCeiling = false
            place(slot, at: table[slot].next)
        }
    }

    /// An event of a build at or above the live checkpoint: all below is read, and the rest is read again later.
    @inline(never)
    mutating func stopAtCeiling(_ slot: Int) -> Offer {
        table[slot].feed.isAtCeiling = true
        pause([slot])
        // The live checkpoint may have passed transaction markers.
        table[slot].feed.unwrittenEnd = table[slot].feed.ceiling
        takeEndIfWatchable(slot)
        return .taken
    }
}
