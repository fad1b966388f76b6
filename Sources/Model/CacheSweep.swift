/// What goes from a cache to make room: a decision, nothing is removed by it.
///
/// Least recently used goes first: no entry goes that was used after one that stays. An entry that goes leaves its fields for
/// 90 days, to explain why its step runs again. Where the whole is larger than it may be, entries go until the rest takes
/// nine tenths of that, and of the fields only the newest stay that find room beside it.
package struct CacheSweep: Hashable, Sendable {
    package struct Limits: Hashable, Sendable {
        /// nil: as large as it is.
        package var size: ByteCount?
        /// How long ago an entry may have been used; nil: ever.
        package var age: Duration?

        package init(size: ByteCount? = nil, age: Duration? = nil) {
            self.size = size
            self.age = age
        }
    }

    /// How long the fields of an entry stay that lost its outputs.
    package static let recordAge = Duration.seconds(90 * 86_400)
    /// How old a temporary file is that nobody writes any more.
    package static let leftoverAge = Duration.seconds(86_400)
    /// The most bytes that an entry grows by when it becomes a record.
    package static let recordGrowth: Int64 = 128

    /// Entries that become records, least recently used first.
    package private(set) var evicted: [CacheSurvey.Entry] = []
    /// Entries and records that go altogether.
    package private(set) var removed: [CacheSurvey.Entry] = []
    /// Content that nothing needs which stays, sorted.
    package private(set) var blobs: [Digest] = []
    /// Old temporary files and unreadable entries.
    package private(set) var strays: [CacheSurvey.Stray] = []
    /// What is there before, and at most afterwards.
    package private(set) var bytesBefore: Int64
    package private(set) var bytesAfter: Int64 = 0

    /// Decides.
    package init(_ survey: CacheSurvey, limits: Limits, at now: Timestamp) {
        bytesBefore = survey.bytes
        let young = survey.leftovers.filter { $0.modified >= now - Self.leftoverAge }
        strays = survey.unreadable + survey.leftovers.filter { $0.modified < now - Self.leftoverAge }
        let strayBytes = young.reduce(0) { $0 + $1.bytes }

        let newestFirst = survey.entries.filter { $0.recordSince == nil }
            .sorted { ($1.lastUse, $1.fingerprint) < ($0.lastUse, $0.fingerprint) }
        let records = survey.entries.filter { $0.recordSince.map { $0 >= now - Self.recordAge } ?? false }
            .sorted { ($1.recordSince ?? now, $1.fingerprint) < ($0.recordSince ?? now, $0.fingerprint) }
        var kept = newestFirst[...]
        if let age = limits.age { kept = kept.prefix { $0.lastUse >= now - age } }
        var left = newestFirst[kept.endIndex...] + records

        var keptBytes = Self.sizes(of: kept, survey).last ?? 0
        if let size = limits.size?.bytes, keptBytes + Self.size(of: left) + strayBytes > size {
            let room = max(0, size - strayBytes)
            let sizes = Self.sizes(of: kept, survey).prefix { $0 <= room - room / 10 }
            kept = kept.prefix(sizes.count)
            keptBytes = sizes.last ?? 0
            left = newestFirst[kept.endIndex...] + records
            var beside = keptBytes
            left = left.prefix { entry in
                beside += Self.size(of: [entry])
                return beside <= room
            }
        }

        let staying = Set(left.map(\.fingerprint))
        let going = newestFirst[kept.endIndex...].reversed()
        evicted = going.filter { staying.contains($0.fingerprint) }
        removed =
            going.filter { !staying.contains($0.fingerprint) }
            + survey.entries.filter { $0.recordSince != nil && !staying.contains($0.fingerprint) }
        let needed = Set(kept.flatMap { $0.outputs.map(\.digest) })
        blobs = survey.blobs.keys.filter { !needed.contains($0) }.sorted()
        bytesAfter = keptBytes + Self.size(of: left) + strayBytes
    }

    package var isEmpty: Bool { evicted.isEmpty && removed.isEmpty && blobs.isEmpty && strays.isEmpty }

    /// Of the first entry, of the first two and so on, each with its content; what several need counts once.
    private static func sizes(of entries: ArraySlice<CacheSurvey.Entry>, _ survey: CacheSurvey) -> [Int64] {
        var counted: Set<Digest> = []
        var sum: Int64 = 0
        return entries.map { entry in
            sum += entry.bytes
            for output in entry.outputs where counted.insert(output.digest).inserted {
                sum += survey.blobs[output.digest] ?? 0
            }
            return sum
        }
    }

    /// Of entries without their content; of one that becomes a record at most.
    private static func size(of entries: ArraySlice<CacheSurvey.Entry>) -> Int64 {
        entries.reduce(0) { $0 + $1.bytes + ($1.recordSince == nil ? recordGrowth : 0) }
    }
}

extension Timestamp {
    package static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - Int64(duration / .milliseconds(1)))
    }

    /// `2026-11-22`, in UTC.
    package var day: String { String(rfc3339.prefix(10)) }
}
