import Foundation
import Testing

/// One file of Tests/EthereumTests/Vectors.
enum VectorFile {
    /// The cases of a file, each line decoded as `Row`; the count is stated so that a cut file fails.
    static func rows<Row: Decodable>(_ name: String, as type: Row.Type, count: Int) throws -> [Row] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name)")
        let decoder = JSONDecoder()
        let rows = try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(Row.self, from: Data($0))
        }
        try #require(rows.count == count, "\(name) holds \(rows.count) cases")
        return rows
    }
}
