import Bytes
import Projections

@testable import Worker

// The operator's requests, carried out as the shell does, with the same values; others come between reading and writing.
extension SimulatedLane {
    func attend(_ requests: [ParkingRequest]) {
        var reload: Set<Int> = []
        for request in requests {
            if let slot = carryOut(request) { reload.insert(slot) }
            if client == nil { return }
        }
        machine.attended(reload: reload.sorted())
    }

    private func carryOut(_ request: ParkingRequest) -> Int? {
        let parts = request.field.split(separator: ":")
        guard parts.count == 3, let partition = Int(parts[1]), let offset = Int64(parts[2]),
            let slot = slotOf[partition], let text = RequestText(text: request.text),
            machine.partition(slot).isFolding || machine.partition(slot).isHalted
        else { return nil }
        let work = ParkedWork(field: request.field, request: text, slot: slot, offset: offset)
        let it = machine.partition(slot)
        let parked = world.parked(partition)
        guard let own = parked.first(where: { $0.offset == offset }) else { return refuse(work) }
        let line = parked.filter { $0.key == own.key }
        let isHead = line[0].offset == offset
        if !isHead, text.action == .retry { return refuse(work) }
        world.interleave()
        var released = ReleasedLine(work, it, machine.settings, isHead: isHead)
        for entry in line {
            let step = released.next(entry.offset)
            if step == .end { break }
            if step == .pass { continue }
            guard released.take(entry, step == .read ? record(entry.offset, partition) : nil, machine.projector) else {
                break
            }
        }
        let rows = released.rows
        commit(work, it, released.commands(), rows)
        return slot
    }

    private func record(_ offset: Int64, _ partition: Int) -> ParkedRecord? {
        guard case .hash(let fields)? = world.redis.data[world.keys.parked(1, "t", Int32(partition))] else {
            return nil
        }
        return fields["\(offset)"].flatMap { ParkedRecord(bytes: $0) }
    }

    private func refuse(_ work: ParkedWork) -> Int? {
        var commands = CommandBuffer()
        commands.command("HDEL", world.keys.requests, work.field)
        _ = send(commands)
        return nil
    }

    private func commit(
        _ work: ParkedWork, _ it: LanePartition, _ changes: borrowing CommandBuffer, _ rows: [TouchedEntry]
    ) {
        _ = send(work.watch(it, rows, machine.settings))
        guard world.redis.text(world.keys.generation(1)) == World.generationText,
            world.redis.text(world.keys.checkpoint(1, "t", it.partition)) == it.believed,
            var checkpoint = Checkpoint(text: it.believed)
        else { return }
        guard world.damage(rows) == nil else {
            _ = refuse(work)
            return
        }
        world.interleave()
        let answer = send(work.transaction(changes, on: it, machine.settings, answer: "done", &checkpoint))
        if world.chance(1, in: 8) {
            client = nil
            machine.disconnected("cut before the answer to a request", now: world.now)
            return
        }
        guard answer.first == UInt8(ascii: "*") else { return }
        machine.carriedOut(work, checkpoint: checkpoint)
        if world.hasFailed { machine.damage(work.slot, "a request", now: world.now) }
    }

    /// Sends commands and awaits their answers; the last one.
    private func send(_ commands: borrowing CommandBuffer) -> [UInt8] {
        guard let client else { return [] }
        client.inbox += commands.bytes.span.array
        while client.hasCommands {
            client.outbox = []
            guard world.redis.step(client) else { break }
        }
        let answer = client.outbox
        client.outbox = []
        return answer
    }
}
