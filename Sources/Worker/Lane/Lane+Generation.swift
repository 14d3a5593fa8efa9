import Bytes
import Records
import Redis

// What a lane does when its generation's record is another one.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Asks where the generation is; nobody creates one here.
    mutating func locateGeneration(_ found: [UInt8]?) {
        switch services.locate(machine.settings.generationIdentifier) {
        case .found(let database, let isHome):
            machine.generationFound(database: database, role: isHome ? .live : .build, now: services.now())
            // Those that were known before are lower than what is live now.
            machine.setCeilings(control.ceilings ?? [])
        case .nowhere: outcome = .generationChanged(found.map { readableText($0) })
        case .unknown(let words):
            services.report(.redis("finding generation \(settings.generationIdentifier): \(words)"))
            machine.searchFailed(now: services.now())
        }
    }

    /// The promotion's deadline has passed by Redis's own clock: the first live lane opens the generation again. WATCH:
    /// the promotion may end in this moment.
    mutating func liftDrain(_ record: [UInt8]) {
        let key = settings.keys.generation
        do {
            var look = CommandBuffer()
            look.command("UNWATCH")
            look.command("WATCH", key)
            look.command("GET", key)
            guard let values = try link?.roundTrip(look), values[1].isOK, values[2].bytes == record else { return }
            // Only behind a MULTI that was granted: what follows one that is refused would be carried out bare.
            guard let opened = try link?.command("MULTI"), opened.isOK else { return }
            var change = CommandBuffer()
            change.begin(3)
            change.argument("SET")
            change.argument(text: key)
            change.argument(settings.generationText)
            change.command("EXEC")
            _ = try link?.roundTrip(change)
        } catch { lostLink(error) }
    }
}
