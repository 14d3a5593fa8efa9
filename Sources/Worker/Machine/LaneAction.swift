public import Records

/// What the lane's shell must do for the machine; in order, each once.
public enum LaneAction: Sendable, Equatable {
    /// Open a new Redis connection, then call `connected` or `connectFailed`.
    case connect
    /// Throw the connection away: what was in flight on it is unknown.
    case disconnect
    /// With no reply outstanding: read checkpoint, damage, parked keys and ledger of these partitions from Redis and their
    /// watermarks from Kafka, then call `checkpointsRead`.
    case readCheckpoints([Int])
    /// With no reply outstanding: check the rows of its replay in Redis, then call `rowsChecked`.
    case checkRows(slot: Int)
    /// Read on from these offsets (and resume what was paused).
    case place([Placement])
    /// Stop fetching these partitions until they are placed again.
    case pause([Int])
    /// Nothing of these revoked partitions is in flight any more: let the group have them.
    case release([Int])
    /// Tell Kafka how far we are, for the lag tools; nothing depends on it.
    case commit([Placement])
    /// A needed checkpoint is not in Redis: find out why (first start, a partition that was added, a loss).
    case resolveMissing([Int])
    /// Another generation's record, or none, is in the lane's database: ask where the lane's own is, then call
    /// `generationFound` or `searchFailed`.
    case locateGeneration(found: [UInt8]?)
    /// With no reply outstanding: the drain's deadline has passed; open the generation again if its record is still this.
    case liftDrain([UInt8])
    /// The generation is being dropped, or its record is none that a lane can work under: it writes nothing any more.
    case generationChanged(found: [UInt8]?)
    /// With no reply outstanding: write these damage records if the generation is still the lane's, then call
    /// `damageWritten`, `damageRefused` or `damageHasNoPlace`.
    case writeDamage([DamageWrite])
    /// Ask Kafka for the ends of these partitions, then call `endsTold`; without a reply nothing.
    case askEnds([Int])
    /// With nothing folded and no reply outstanding: carry out the operator's requests, then call `carriedOut`.
    case carryOut([ParkingRequest])
    /// With nothing folded: produce this record to the dead-letter topic, await it, then call `deadLettered`.
    case deadLetter(slot: Int, ParkedRecord)
    /// Find out whether these logs are still the same ones, while everything else continues, then call `inspected`.
    case inspect(LogInspection)
    /// Something a person or a metric wants to know.
    case report(LaneReport)
}

public struct Placement: Sendable, Equatable {
    public var slot: Int
    public var offset: Int64

    public init(slot: Int, offset: Int64) {
        self.slot = slot
        self.offset = offset
    }
}
