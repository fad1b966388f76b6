import Model

/// What is known of Slither's checks beyond what its output says.
enum SlitherRules {
    static func rule(_ check: String, reference: String) -> Rule {
        let known = table[check]
        let title = known?.title ?? check.prefix(1).uppercased() + check.dropFirst().replacing("-", with: " ")
        return Rule(
            check,
            title: title,
            recommendation: known?.mend
                ?? (reference.isEmpty ? "See Slither's documentation of \(check)." : "See \(reference)."),
            classification: known?.weakness ?? Finding.Classification()
        )
    }

    private struct Known: Sendable {
        let title: String
        let mend: String?
        let weakness: Finding.Classification

        init(_ title: String, _ weakness: Finding.Classification, _ mend: String? = nil) {
            self.title = title
            self.weakness = weakness
            self.mend = mend
        }
    }

    private static let effectsFirst =
        "Write all state before the call (checks, effects, interactions), or put a lock on the function."
    private static let restrict =
        "Let only an authority call it: compare msg.sender with the owner or a role."
    private static let checkResult = "Bind the result and revert where it says that the call failed."

    private static let table: [String: Known] = [
        "reentrancy-eth": Known(
            "Ether is sent before state is written", Weakness.reentrancy, effectsFirst),
        "reentrancy-no-eth": Known(
            "State is written after an external call", Weakness.reentrancy, effectsFirst),
        "reentrancy-benign": Known(
            "State is written after an external call", Weakness.reentrancy, effectsFirst),
        "reentrancy-events": Known(
            "An event is emitted after an external call", Weakness.reentrancy, effectsFirst),
        "reentrancy-unlimited-gas": Known(
            "State is written after transfer or send", Weakness.reentrancy, effectsFirst),
        "reentrancy-balance": Known(
            "A balance is read around an external call", Weakness.reentrancy, effectsFirst),
        "arbitrary-send-eth": Known(
            "Ether goes to an address that anyone chooses", Weakness.accessControl,
            "Restrict the function, or pay only what the contract's books say that the recipient is owed."),
        "arbitrary-send-erc20": Known(
            "Tokens are taken from an address that the caller chooses", Weakness.inputValidation,
            "Take tokens from msg.sender only."),
        "arbitrary-send-erc20-permit": Known(
            "Tokens are taken by permit from an address that the caller chooses", Weakness.inputValidation,
            "Take tokens from msg.sender only."),
        "suicidal": Known("Anyone can destroy the contract", Weakness.selfDestruct, restrict),
        "unprotected-upgrade": Known(
            "Anyone can take over the implementation", Weakness.initializer,
            "Call _disableInitializers in the implementation's constructor."),
        "protected-vars": Known("A protected variable can be written", Weakness.accessControl, restrict),
        "controlled-delegatecall": Known(
            "The code of a delegatecall can be chosen", Weakness.delegateCall,
            "Delegate only to an address that is constant, immutable or set by an authority."),
        "delegatecall-loop": Known("delegatecall in a loop counts msg.value many times", Weakness.business),
        "msg-value-loop": Known("msg.value in a loop is counted many times", Weakness.business),
        "unchecked-lowlevel": Known(
            "The result of a low-level call is not looked at", Weakness.uncheckedCall, checkResult),
        "unchecked-send": Known("The result of send is not looked at", Weakness.uncheckedCall, checkResult),
        "unchecked-transfer": Known(
            "The result of a token transfer is not looked at", Weakness.uncheckedCall,
            "Use SafeERC20, or require the bool that the token returns."),
        "unused-return": Known("A return value is not used", Weakness.uncheckedCall, checkResult),
        "low-level-calls": Known("A low-level call is used", Finding.Classification()),
        "tx-origin": Known(
            "tx.origin decides who may do it", Weakness.originAuthorization,
            "Compare msg.sender instead: it is whoever really calls."),
        "weak-prng": Known("Block values are used as randomness", Weakness.randomness),
        "timestamp": Known("A decision depends on the block's time", Weakness.timestamp),
        "calls-loop": Known(
            "External calls in a loop: one that fails stops all", Weakness.callInLoop,
            "Let each recipient withdraw for itself."),
        "costly-loop": Known("State is written in a loop", Weakness.callInLoop),
        "encode-packed-collision": Known(
            "encodePacked of several dynamic values collides", Weakness.hashCollision, "Use abi.encode."),
        "shadowing-state": Known("A state variable hides another", Weakness.shadowing),
        "shadowing-local": Known("A local variable hides another", Weakness.shadowing),
        "shadowing-builtin": Known("A declaration hides a builtin", Weakness.shadowing),
        "shadowing-abstract": Known("A state variable hides an inherited one", Weakness.shadowing),
        "incorrect-equality": Known(
            "A balance or time is compared for equality", Weakness.lockedBalance, "Compare with >= or <=."),
        "locked-ether": Known(
            "Ether can come in but never out", Weakness.business,
            "Remove payable, or add a way to take the ether out."),
        "missing-zero-check": Known(
            "An address is not checked against zero", Weakness.inputValidation,
            "Require that the address is not zero."),
        "events-access": Known("A change of authority emits no event", Finding.Classification()),
        "divide-before-multiply": Known(
            "A division before a multiplication loses precision", Weakness.arithmetic, "Multiply first."),
        "uninitialized-state": Known("A state variable is never set", Weakness.uninitialisedStorage),
        "uninitialized-storage": Known("A storage pointer is not set", Weakness.uninitialisedStorage),
        "uninitialized-local": Known("A local variable is not set", Weakness.uninitialisedStorage),
        "arbitrary-storage-write": Known("Storage can be written anywhere", Weakness.writeAnywhere),
        "assert-state-change": Known("An assert changes state", Weakness.assertion),
        "deprecated-standards": Known("A deprecated feature is used", Weakness.deprecated),
        "solc-version": Known(
            "The compiler versions that the pragma allows have known bugs", Weakness.outdatedCompiler,
            "Raise the lowest version of the pragma to one without known bugs."),
        "pragma": Known("Files allow different compiler versions", Weakness.pragma, "Use one pragma."),
        "rtlo": Known("Text runs from right to left", Weakness.directionOverride, "Remove the character."),
        "unprotected-initializer": Known("Anyone can initialise it", Weakness.initializer),
        "chainlink-feed-registry": Known("The feed registry exists on one chain only", Weakness.priceOracle),
        "pyth-unchecked-confidence": Known("A price's confidence is not checked", Weakness.priceOracle),
        "pyth-unchecked-publishtime": Known("A price's age is not checked", Weakness.priceOracle),
        "dead-code": Known("A function is never called", Weakness.noEffect, "Remove it."),
        "unused-state": Known("A state variable is never used", Weakness.unusedVariable, "Remove it."),
    ]
}
