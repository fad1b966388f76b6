/// Why it cannot be told which contract of a file is meant.
package struct ContractChoiceFault: Error, Hashable, Sendable {
    package let message: String
    package let hint: String
}

extension SourceFile {
    /// The name of the contract that is meant: the one given, else the one named like the file, else the only concrete one.
    ///
    /// A library counts as concrete only where the file has no contract; an interface or an abstract contract never does.
    package func contractMeant(named name: String?) -> Result<String, ContractChoiceFault> {
        if let name { return named(name) }
        let stem = PathText.name(of: path).split(separator: ".").first.map(String.init) ?? ""
        let concrete = concreteDeclarations
        if concrete.contains(where: { $0.name == stem }) { return .success(stem) }
        if concrete.count == 1, let only = concrete.first { return .success(only.name) }
        guard !concrete.isEmpty else {
            return .failure(
                ContractChoiceFault(
                    message: "\(path) declares no contract that can be deployed",
                    hint: declarations.isEmpty
                        ? "it declares nothing"
                        : "it declares \(declarations.map(\.inWords).joined(separator: ", "))"
                )
            )
        }
        return .failure(
            ContractChoiceFault(
                message: "\(path) declares \(concrete.count) contracts, and none is named like the file",
                hint: "say which: " + concrete.map { "\(path):\($0.name)" }.joined(separator: " or ")
            )
        )
    }

    private var concreteDeclarations: [Declaration] {
        let contracts = declarations.filter { $0.kind == .contract }
        return contracts.isEmpty ? declarations.filter { $0.kind == .library } : contracts
    }

    private func named(_ name: String) -> Result<String, ContractChoiceFault> {
        guard let declaration = declarations.first(where: { $0.name == name }) else {
            let near = Nearest.match(for: name, among: declarations.map(\.name))
            let all = declarations.map(\.name).joined(separator: ", ")
            return .failure(
                ContractChoiceFault(
                    message: "\(path) declares no '\(name)'",
                    hint: near.map { "did you mean '\($0)'?" }
                        ?? (all.isEmpty ? "it declares nothing" : "it declares \(all)")
                )
            )
        }
        switch declaration.kind {
        case .contract, .library: return .success(name)
        case .abstractContract, .interface:
            return .failure(
                ContractChoiceFault(
                    message: "\(declaration.inWords) of \(path) has no code that could be deployed",
                    hint: "name a contract that is neither abstract nor an interface"
                )
            )
        }
    }
}

extension SourceFile.Declaration {
    fileprivate var inWords: String {
        switch kind {
        case .contract: "contract \(name)"
        case .abstractContract: "abstract contract \(name)"
        case .interface: "interface \(name)"
        case .library: "library \(name)"
        }
    }
}
