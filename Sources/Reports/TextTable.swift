import Model

/// Rows of text in columns as wide as their widest cell; what cells hold cannot steer the terminal.
struct TextTable {
    private let rows: [[String]]

    /// - Precondition: As many cells in each row as in the first.
    init(_ rows: [[String]]) { self.rows = rows.map { $0.map(\.plainForTerminal) } }

    /// The lines; a column that is empty everywhere is left out, and nothing stands after the last cell.
    var lines: [String] {
        let columns = rows.first?.indices ?? 0..<0
        let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).filter { $0.1 > 0 }.map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
