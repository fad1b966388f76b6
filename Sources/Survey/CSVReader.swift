import Model

/// Reads a CSV file with a header (RFC 4180): quotes, doubled quotes, line breaks within quotes, CRLF, a BOM.
struct CSVReader {
    private(set) var table: RowTable?
    private(set) var problems: [Diagnostic] = []

    private let file: String
    private var records: [(line: Int, fields: [String])] = []

    /// `file` is how messages call it.
    init(_ bytes: [UInt8], file: String) {
        self.file = file
        let content = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        guard String(validating: content, as: UTF8.self) != nil else {
            problem("not-utf8", "it is not UTF-8 text", line: 1, hint: "save it as UTF-8")
            return
        }
        split(content)
        guard problems.isEmpty else { return }
        makeTable()
    }

    private mutating func split(_ bytes: [UInt8]) {
        var fields: [String] = []
        var field: [UInt8] = []
        var (line, start) = (1, 1)
        var isQuoted = false
        var wasQuoted = false
        var index = 0

        func text() -> String { String(decoding: field, as: UTF8.self) }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                guard field.isEmpty, !wasQuoted else {
                    problem(
                        "bad-csv", "a quote stands within a field", line: line, hint: "quote the whole field")
                    return
                }
                isQuoted = true
                wasQuoted = true
            case UInt8(ascii: ","):
                fields.append(text())
                (field, wasQuoted) = ([], false)
            case UInt8(ascii: "\r") where index < bytes.count && bytes[index] == UInt8(ascii: "\n"): break
            case UInt8(ascii: "\n"):
                if !fields.isEmpty || !field.isEmpty || wasQuoted {
                    records.append((start, fields + [text()]))
                }
                (fields, field, wasQuoted, start) = ([], [], false, line)
            default:
                guard !wasQuoted else {
                    problem(
                        "bad-csv", "text follows a closing quote", line: line,
                        hint: "double a quote within quotes")
                    return
                }
                field.append(byte)
            }
        }
        guard !isQuoted else {
            problem("bad-csv", "a quoted field has no end", line: start, hint: "close the quote")
            return
        }
        if !fields.isEmpty || !field.isEmpty || wasQuoted { records.append((start, fields + [text()])) }
    }

    private mutating func makeTable() {
        guard let header = records.first?.fields else {
            problem("empty-file", "it is empty", line: 1, hint: "its first line names the columns")
            return
        }
        if let twice = header.first(where: { name in header.count { $0 == name } > 1 }) {
            problem(
                "duplicate-column", "the column '\(twice)' stands twice", line: 1, hint: "rename one of them")
            return
        }
        if header.contains("") {
            problem("bad-csv", "a column has no name", line: 1, hint: "name every column")
            return
        }
        var rows: [RowTable.Row] = []
        for record in records.dropFirst() {
            guard record.fields.count == header.count else {
                problem(
                    "uneven-row",
                    "the row has \(record.fields.count) fields, the header \(header.count)",
                    line: record.line,
                    hint: "quote fields that hold commas"
                )
                continue
            }
            rows.append(
                RowTable.Row(
                    location: FileLocation(file: file, line: record.line, column: 1),
                    values: Dictionary(uniqueKeysWithValues: zip(header, record.fields))
                )
            )
        }
        table = RowTable(columns: header, rows: rows)
    }

    private mutating func problem(_ code: String, _ message: String, line: Int, hint: String) {
        problems.append(
            .error(code, message, at: FileLocation(file: file, line: line, column: 1), hint: hint))
    }
}
