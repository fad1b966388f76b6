/// The order in which solc goes through sources: each after all that it imports.
///
/// As in solc's `CompilerStack::resolveImports`: depth first from each source in the order of paths, cutting cycles.
struct SolcOrder: Sendable {
    /// Sources by number, each once.
    let sources: [Int]
    let hasCycle: Bool

    /// Orders `kept`, ascending numbers of sources; nil where one imports a source that is not among them.
    init?(of kept: [Int], imports: [[Int]]) {
        enum Visit { case waiting, open, done }
        var visits: [Int: Visit] = [:]
        for source in kept { visits[source] = .waiting }
        var sources: [Int] = []
        var hasCycle = false
        for start in kept where visits[start] == .waiting {
            visits[start] = .open
            // Chains of imports may be long: no recursion.
            var stack = [(source: start, next: 0)]
            while let (source, next) = stack.last {
                guard next < imports[source].count else {
                    visits[source] = .done
                    sources.append(source)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let imported = imports[source][next]
                switch visits[imported] {
                case .waiting:
                    visits[imported] = .open
                    stack.append((imported, 0))
                case .open: hasCycle = true
                case .done: break
                case nil: return nil
                }
            }
        }
        self.sources = sources
        self.hasCycle = hasCycle
    }
}
