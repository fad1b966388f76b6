/// A program of the team's own that says whether others may go on: `forge test`, a linter, a script.
package struct CheckSpec: Sendable {
    /// The kinds of step that wait for a check, and are skipped where it does not pass.
    package enum Gate: String, CaseIterable, Sendable {
        case audit, deploy

        /// The kind of step that waits; calls wait for the deployment that they are made to.
        package var kind: StepID.Kind {
            switch self {
            case .audit: .audit
            case .deploy: .deploy
            }
        }
    }

    package enum Program: Hashable, Sendable {
        /// A name that is looked for on PATH.
        case named(String)
        /// A file's path relative to the project's root.
        case file(String)
    }

    package var name: String
    package var location: FileLocation
    package var program: Program
    package var arguments: [String]
    /// Patterns of the files that it reads, relative to the project's root.
    package var inputs: [Located<String>]
    package var gates: Set<Gate>
    /// Names of environment variables that are passed through, beside PATH and HOME.
    package var environment: Set<String>
    /// How long one run of it may take.
    package var deadline: Duration

    package init(
        name: String,
        location: FileLocation,
        program: Program,
        arguments: [String] = [],
        inputs: [Located<String>],
        gates: Set<Gate> = [.deploy],
        environment: Set<String> = [],
        deadline: Duration = .seconds(600)
    ) {
        self.name = name
        self.location = location
        self.program = program
        self.arguments = arguments
        self.inputs = inputs
        self.gates = gates
        self.environment = environment
        self.deadline = deadline
    }
}

/// A file that a check reads.
package struct CheckInput: Hashable, Sendable {
    /// Relative to the project's root.
    package let path: String
    package let digest: Digest

    package init(path: String, digest: Digest) {
        self.path = path
        self.digest = digest
    }
}

/// Runs a check's program in the project's root.
package struct CheckAction: Hashable, Sendable {
    package var name: String
    package var program: CheckSpec.Program
    package var arguments: [String]
    /// What it reads, sorted by path, each file once.
    package var inputs: [CheckInput]
    package var gates: Set<CheckSpec.Gate>
    package var environment: Set<String>
    package var deadline: Duration

    package init(_ check: CheckSpec, inputs: [CheckInput]) {
        name = check.name
        program = check.program
        arguments = check.arguments
        self.inputs = inputs
        gates = check.gates
        environment = check.environment
        deadline = check.deadline
    }

    /// The program and its arguments as the manifest writes them.
    package var commandLine: String {
        switch program {
        case .named(let name), .file(let name): ([name] + arguments).joined(separator: " ")
        }
    }
}
