/// An amount of a token in base units, at most what a `uint256` holds.
///
/// Digits in place of a big integer: a manifest only needs to scale and to compare.
struct TokenAmount: Hashable, Comparable {
    /// Why a text is no amount.
    enum Problem: Error, Hashable {
        /// Not of the form `1000000`, `0.5` or `1e6`.
        case malformed
        case tooManyPlaces
        case tooLarge
    }

    private static let largest =
        "115792089237316195423570985008687907853269984665640564039457584007913129639935"

    /// In decimal, without leading zeros.
    let digits: String

    /// Reads whole tokens, `^(\d*)(?:\.(\d+))?(?:e(\d+))?$` with a digit ahead of the `e`, and scales them to base units.
    ///
    /// Zeros at the end of a fraction are no places.
    ///
    /// - Throws: ``Problem``.
    init(wholeTokens text: String, decimals: Int) throws(Problem) {
        var rest = text[...]
        let whole = Self.takeDigits(&rest)
        var fraction = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = Self.takeDigits(&rest)
            guard !fraction.isEmpty else { throw .malformed }
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw .malformed }
        var exponentDigits = "0"
        if rest.first == "e" {
            rest.removeFirst()
            exponentDigits = Self.takeDigits(&rest)
        }
        guard rest.isEmpty, !exponentDigits.isEmpty else { throw .malformed }

        while fraction.last == "0" { fraction.removeLast() }
        let mantissa = (whole + fraction).drop { $0 == "0" }
        guard !mantissa.isEmpty else {
            digits = "0"
            return
        }
        // An exponent that is no Int is far above every limit.
        guard let exponent = Int(exponentDigits), exponent <= Self.largest.count + fraction.utf8.count else {
            throw .tooLarge
        }
        let zeros = exponent + decimals - fraction.utf8.count
        guard zeros >= 0 else { throw .tooManyPlaces }
        guard mantissa.utf8.count + zeros <= Self.largest.count else { throw .tooLarge }
        let scaled = String(mantissa) + String(repeating: "0", count: zeros)
        guard !Self.isLess(Self.largest, scaled) else { throw .tooLarge }
        digits = scaled
    }

    static func < (left: TokenAmount, right: TokenAmount) -> Bool { isLess(left.digits, right.digits) }

    var isZero: Bool { digits == "0" }

    private static func isLess(_ left: String, _ right: String) -> Bool {
        (left.utf8.count, left) < (right.utf8.count, right)
    }

    private static func takeDigits(_ text: inout Substring) -> String {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        text.removeFirst(digits.count)
        return String(digits)
    }
}
