import ArgumentParser
import Model

/// A command that is not there, asked for help: a script that looks whether there is one must not be told yes.
struct UnknownCommand {
    let message: String

    /// Looks at the words ahead of the first option, as far as commands have commands.
    ///
    /// - Returns: nil where each names one.
    init?(in arguments: [String]) {
        var words = arguments.prefix { !$0.hasPrefix("-") }[...]
        if words.first == "help" { words = words.dropFirst() }
        var command: any ParsableCommand.Type = Hyperkit.self
        var name = Self.name(of: command)
        while let word = words.popFirst() {
            let known = command.configuration.subcommands
            guard !known.isEmpty else { return nil }
            guard let next = known.first(where: { Self.name(of: $0) == word }) else {
                let near = Nearest.match(for: word, among: known.map(Self.name)).map {
                    "\n  hint: did you mean '\($0)'?"
                }
                message =
                    "Error: '\(name)' has no command '\(word)'\(near ?? "")\n  See '\(name) --help' for those it has."
                return
            }
            command = next
            name += " \(word)"
        }
        return nil
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }
}
