import Model

/// A JSON object of a stored result, read member by member.
///
/// Every reused step reads one, and `JSONDecoder` takes several times as long.
struct StoredObject {
    private let members: [String: ParsedJSON]

    /// - Throws: ``StepFailure`` coded `wire` where the bytes are no JSON object.
    init(_ bytes: some Sequence<UInt8>) throws(StepFailure) {
        let parsed: ParsedJSON
        do throws(JSONTextError) {
            parsed = try JSONSlice(bytes).parsed()
        } catch {
            throw Self.unreadable("\(error.message) (byte \(error.offset))")
        }
        try self.init(parsed)
    }

    private init(_ json: ParsedJSON) throws(StepFailure) {
        guard case .object(let members) = json else { throw Self.unreadable("an object is missing") }
        self.members = members
    }

    func text(_ key: String) throws(StepFailure) -> String { try needed(key, textIfThere(key)) }

    func textIfThere(_ key: String) throws(StepFailure) -> String? {
        try ifThere(key) { $0.text }
    }

    func number(_ key: String) throws(StepFailure) -> Int {
        try needed(key, ifThere(key) { $0.integer })
    }

    func flag(_ key: String) throws(StepFailure) -> Bool {
        try needed(key, ifThere(key) { $0.flag })
    }

    func digest(_ key: String) throws(StepFailure) -> Digest { try needed(key, digestIfThere(key)) }

    func digestIfThere(_ key: String) throws(StepFailure) -> Digest? {
        try ifThere(key) { $0.text.flatMap { Digest($0) } }
    }

    /// A text out of a closed set.
    func choice<Choice: RawRepresentable<String>>(_ key: String) throws(StepFailure) -> Choice {
        try needed(key, ifThere(key) { $0.text.flatMap(Choice.init(rawValue:)) })
    }

    func texts(_ key: String) throws(StepFailure) -> [String] {
        var texts: [String] = []
        for item in try items(key) { texts.append(try needed(key, item.text)) }
        return texts
    }

    func object(_ key: String) throws(StepFailure) -> StoredObject { try needed(key, objectIfThere(key)) }

    func objectIfThere(_ key: String) throws(StepFailure) -> StoredObject? {
        guard let value = value(key) else { return nil }
        return try StoredObject(value)
    }

    func objects(_ key: String) throws(StepFailure) -> [StoredObject] {
        var objects: [StoredObject] = []
        for item in try items(key) { objects.append(try StoredObject(item)) }
        return objects
    }

    private func items(_ key: String) throws(StepFailure) -> [ParsedJSON] {
        guard case .array(let items)? = value(key) else { throw Self.unreadable("'\(key)' is no list") }
        return items
    }

    /// nil where it is absent or null.
    private func value(_ key: String) -> ParsedJSON? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    private func ifThere<Value>(
        _ key: String,
        _ read: (ParsedJSON) -> Value?
    ) throws(StepFailure) -> Value? {
        guard let value = value(key) else { return nil }
        return try needed(key, read(value))
    }

    private func needed<Value>(_ key: String, _ value: Value?) throws(StepFailure) -> Value {
        guard let value else { throw Self.unreadable("'\(key)' is missing or of another kind") }
        return value
    }

    private static func unreadable(_ why: String) -> StepFailure {
        StepFailure(code: "wire", "a stored result cannot be read: \(why)")
    }
}
