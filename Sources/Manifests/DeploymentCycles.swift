import Model

/// Finds deployments whose constructor arguments or libraries, or the call that initializes their proxy, need each other's addresses.
///
/// Calls are made after all that they name is deployed, so they close no circle.
struct DeploymentCycles {
    private struct Node: Hashable {
        let deployment: String
        let network: String
    }

    private struct Arrow {
        let target: Node
        let reference: Interpolated.Reference
        let text: Interpolated
    }

    private let arrows: [Node: [Arrow]]
    private let nodes: [Node]
    private let place: (Interpolated.Reference, Interpolated) -> Place?
    private let problems: Problems

    init(
        _ manifest: Manifest,
        place: @escaping (Interpolated.Reference, Interpolated) -> Place?,
        problems: Problems
    ) {
        var arrows: [Node: [Arrow]] = [:]
        var nodes: [Node] = []
        for deployment in manifest.deployments {
            for network in deployment.networks.map(\.value) {
                let here = deployment.on(network)
                let texts = here.arguments.texts + here.creation.texts + (here.proxy?.texts ?? [])
                let node = Node(deployment: deployment.name, network: network)
                nodes.append(node)
                arrows[node] = texts.flatMap { text in
                    text.references.compactMap { reference in
                        guard case .deploymentAddress(let name, let other) = reference else { return nil }
                        let target = Node(deployment: name, network: other ?? network)
                        return Arrow(target: target, reference: reference, text: text)
                    }
                }
            }
        }
        self.arrows = arrows
        self.nodes = nodes
        self.place = place
        self.problems = problems
    }

    func run() {
        var done: Set<Node> = []
        var told: Set<String> = []
        for start in nodes where !done.contains(start) {
            // A path from `start`, and how many arrows of each node on it have been followed.
            var path = [start]
            var followed = [0]
            var onPath: [Node: Int] = [start: 0]
            while let node = path.last, let next = followed.last {
                guard let all = arrows[node], next < all.count else {
                    done.insert(node)
                    onPath[node] = nil
                    path.removeLast()
                    followed.removeLast()
                    continue
                }
                followed[followed.count - 1] += 1
                let arrow = all[next]
                if let first = onPath[arrow.target] {
                    report(Array(path[first...]) + [arrow.target], by: arrow, told: &told)
                } else if !done.contains(arrow.target) {
                    onPath[arrow.target] = path.count
                    path.append(arrow.target)
                    followed.append(0)
                }
            }
        }
    }

    private func report(_ loop: [Node], by arrow: Arrow, told: inout Set<String>) {
        let isOnOne = Set(loop.map(\.network)).count == 1
        let names = loop.map { isOnOne ? $0.deployment : "\($0.deployment)@\($0.network)" }
        let text = names.joined(separator: " → ")
        guard told.insert(text).inserted else { return }
        let message = "deployments need each other's addresses: \(text)"
        let hint = "deploy one of them without the address and set it by a call afterwards"
        guard let place = place(arrow.reference, arrow.text) else {
            return problems.add(.error("cycle", message, at: arrow.text.location, hint: hint))
        }
        problems.add(place.error("cycle", message, hint: hint))
    }
}
