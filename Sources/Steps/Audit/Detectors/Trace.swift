/// What happens when one function is called from outside, helpers and modifiers included.
struct Trace {
    enum CallKind: Hashable {
        /// A function of another contract that may change state.
        case function(String)
        /// `call`, with all gas.
        case lowLevel
        /// `transfer` and `send`: too little gas to come back.
        case stipend
        case delegate
    }

    /// A call as it is written in the contract, where helpers of a library do the rest.
    struct Site {
        let node: ASTNode
        let name: String
        let arguments: [Origin]
    }

    struct Call {
        let site: Site
        let kind: CallKind
        let target: Origin
        /// nil where no ether goes along.
        let value: Origin?
        let condition: Condition
        /// State variables read on some way to it.
        let readsBefore: Set<Int>
    }

    struct Write {
        let node: ASTNode
        let variable: Int
        let keys: [Origin]
        let value: Origin
        let condition: Condition
        /// Positions in ``calls`` of what may have been called before.
        let after: Set<Int>
        /// The variable was set to a constant before: the shape of a lock.
        let isReset: Bool
    }

    struct Destruction {
        let node: ASTNode
        let condition: Condition
    }

    let entry: ASTNode
    var calls: [Call] = []
    var writes: [Write] = []
    var destructions: [Destruction] = []
    var conditions: [Condition] = []
    /// Indexes of mappings that were used: whose record the function looks at.
    var keys: Set<Origin> = []
    /// A modifier or the body keeps a lock over the calls.
    var isLocked = false
    /// A modifier of this name lets it run once only.
    var isInitializer = false
    /// It was too large to be followed to the end.
    var isCut = false

    /// The name that a person knows the function by.
    var name: String { entry.name.isEmpty ? entry["kind"]?.text ?? "" : entry.name }
}

/// What holds at one point of a function, over all the ways that lead there.
struct Flow {
    var isAlive = true
    var calls: Set<Int> = []
    var reads: Set<Int> = []
    /// State variables that were set to a constant.
    var latched: Set<Int> = []
    /// Positions in the trace's conditions.
    var conditions: Set<Int> = []

    static func join(_ left: Flow, _ right: Flow) -> Flow {
        guard left.isAlive else { return right }
        guard right.isAlive else { return left }
        return Flow(
            calls: left.calls.union(right.calls),
            reads: left.reads.union(right.reads),
            latched: left.latched.union(right.latched),
            conditions: left.conditions.intersection(right.conditions)
        )
    }
}
