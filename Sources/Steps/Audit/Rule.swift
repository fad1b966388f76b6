package import Model

/// What every finding of one rule says.
package struct Rule: Hashable, Sendable {
    package let name: String
    package let title: String
    package let recommendation: String
    package let classification: Finding.Classification

    package init(
        _ name: String,
        title: String,
        recommendation: String,
        classification: Finding.Classification = Finding.Classification()
    ) {
        self.name = name
        self.title = title
        self.recommendation = recommendation
        self.classification = classification
    }
}

/// Classes of weaknesses in the numbering of public lists.
///
/// SWC registry; OWASP Smart Contract Top 10, 2026; CWE as the SWC registry relates them.
package enum Weakness {
    package static let reentrancy = Finding.Classification(swc: "SWC-107", owasp: "SC08:2026", cwe: "CWE-841")
    package static let accessControl = Finding.Classification(
        swc: "SWC-105", owasp: "SC01:2026", cwe: "CWE-284")
    package static let selfDestruct = Finding.Classification(
        swc: "SWC-106", owasp: "SC01:2026", cwe: "CWE-284")
    package static let delegateCall = Finding.Classification(
        swc: "SWC-112", owasp: "SC10:2026", cwe: "CWE-829")
    package static let uncheckedCall = Finding.Classification(
        swc: "SWC-104", owasp: "SC06:2026", cwe: "CWE-252")
    package static let originAuthorization = Finding.Classification(
        swc: "SWC-115", owasp: "SC01:2026", cwe: "CWE-477")
    package static let arithmetic = Finding.Classification(swc: "SWC-101", owasp: "SC09:2026", cwe: "CWE-682")
    package static let initializer = Finding.Classification(
        swc: "SWC-118", owasp: "SC10:2026", cwe: "CWE-665")
    package static let upgrade = Finding.Classification(owasp: "SC10:2026", cwe: "CWE-284")
    package static let timestamp = Finding.Classification(swc: "SWC-116", cwe: "CWE-829")
    package static let randomness = Finding.Classification(swc: "SWC-120", cwe: "CWE-330")
    package static let callInLoop = Finding.Classification(swc: "SWC-113", owasp: "SC06:2026", cwe: "CWE-703")
    package static let hashCollision = Finding.Classification(swc: "SWC-133", cwe: "CWE-294")
    package static let shadowing = Finding.Classification(swc: "SWC-119", cwe: "CWE-710")
    package static let lockedBalance = Finding.Classification(swc: "SWC-132", cwe: "CWE-667")
    package static let deprecated = Finding.Classification(swc: "SWC-111", cwe: "CWE-477")
    package static let pragma = Finding.Classification(swc: "SWC-103", cwe: "CWE-664")
    package static let outdatedCompiler = Finding.Classification(swc: "SWC-102", cwe: "CWE-937")
    package static let uninitialisedStorage = Finding.Classification(swc: "SWC-109", cwe: "CWE-824")
    package static let assertion = Finding.Classification(swc: "SWC-110", cwe: "CWE-670")
    package static let unusedVariable = Finding.Classification(swc: "SWC-131", cwe: "CWE-1164")
    package static let noEffect = Finding.Classification(swc: "SWC-135", cwe: "CWE-1164")
    package static let directionOverride = Finding.Classification(swc: "SWC-130", cwe: "CWE-451")
    package static let inputValidation = Finding.Classification(owasp: "SC05:2026", cwe: "CWE-20")
    package static let priceOracle = Finding.Classification(owasp: "SC03:2026", cwe: "CWE-20")
    package static let business = Finding.Classification(owasp: "SC02:2026", cwe: "CWE-840")
    package static let writeAnywhere = Finding.Classification(swc: "SWC-124", cwe: "CWE-123")
}
