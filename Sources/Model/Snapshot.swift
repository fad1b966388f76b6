/// What a survey saw on the disk, absent paths included; all a plan may know of it.
///
/// Paths are relative to the project's root.
package struct Snapshot: Sendable {
    /// A source and all that it imports, under one compiler's remappings.
    package struct ClosureKey: Hashable, Sendable {
        package let compiler: String
        package let path: String

        package init(compiler: String, path: String) {
            self.compiler = compiler
            self.path = path
        }
    }

    /// Every file that was read, by path.
    package var sources: [String: SourceFile]
    /// The paths of each closure, sorted, its own file included.
    package var closures: [ClosureKey: [String]]
    /// The files of each glob set, sorted by path.
    package var globs: [String: [String]]
    /// The rows of each rows set.
    package var rows: [String: RowTable]
    /// The declared inputs of each check, sorted by path, each file once.
    package var checks: [String: [CheckInput]]
    /// What is wrong on the disk; a plan made in spite of an error would be wrong too.
    package var diagnostics: [Diagnostic]

    package init(
        sources: [String: SourceFile] = [:],
        closures: [ClosureKey: [String]] = [:],
        globs: [String: [String]] = [:],
        rows: [String: RowTable] = [:],
        checks: [String: [CheckInput]] = [:],
        diagnostics: [Diagnostic] = []
    ) {
        self.sources = sources
        self.closures = closures
        self.globs = globs
        self.rows = rows
        self.checks = checks
        self.diagnostics = diagnostics
    }
}

/// What a survey knows of one Solidity file.
package struct SourceFile: Hashable, Sendable {
    package enum DeclarationKind: String, Sendable {
        case contract, abstractContract, interface, library
    }

    package struct Declaration: Hashable, Sendable {
        package let kind: DeclarationKind
        package let name: String
        package let line: Int

        package init(kind: DeclarationKind, name: String, line: Int) {
            self.kind = kind
            self.name = name
            self.line = line
        }
    }

    package struct Import: Hashable, Sendable {
        /// The path as written.
        package let text: String
        package let line: Int
        package let column: Int

        package init(text: String, line: Int, column: Int) {
            self.text = text
            self.line = line
            self.column = column
        }
    }

    package var path: String
    package var digest: Digest
    /// The texts of its `pragma solidity` lines.
    package var pragmas: [String]
    package var imports: [Import]
    package var declarations: [Declaration]

    package init(
        path: String,
        digest: Digest,
        pragmas: [String] = [],
        imports: [Import] = [],
        declarations: [Declaration] = []
    ) {
        self.path = path
        self.digest = digest
        self.pragmas = pragmas
        self.imports = imports
        self.declarations = declarations
    }
}

/// A CSV file with a header.
package struct RowTable: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        /// Where the row starts.
        package let location: FileLocation
        /// Values by column.
        package let values: [String: String]

        package init(location: FileLocation, values: [String: String]) {
            self.location = location
            self.values = values
        }
    }

    package var columns: [String]
    package var rows: [Row]

    package init(columns: [String], rows: [Row]) {
        self.columns = columns
        self.rows = rows
    }
}
