package import EthereumTypes
import Model

/// Numbers as people read them, the same in every rendering.
package enum PlainWords {
    /// `812 ms`, `12.4 s`, `3 min 07 s`.
    package static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if seconds < 60 { return "\(seconds).\(milliseconds % 1000 / 100) s" }
        let rest = seconds % 60
        return "\(seconds / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }

    /// `1,204,331`.
    package static func grouped(_ number: some BinaryInteger) -> String {
        var text = ""
        for (position, digit) in String(number).reversed().enumerated() {
            if position > 0, position.isMultiple(of: 3), digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// `1 step`, `2 steps`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// `0.0181 ETH`: at most nine decimals, and more where nothing else would be left.
    package static func money(_ amount: Wei, coin: String) -> String {
        let short = amount.ether(places: 9)
        return "\(short == "0" ? amount.ether() : short) \(coin)"
    }

    /// `0.0181 ETH`; where something was sent along, `0.6181 ETH (0.6 ETH of value, 0.0181 ETH of fees)`.
    static func cost(_ paid: RunReading.Paid, coin: String) -> String {
        let sum = money(paid.sum, coin: coin)
        guard paid.value > .zero else { return sum }
        return "\(sum) (\(money(paid.value, coin: coin)) of value, \(money(paid.fees, coin: coin)) of fees)"
    }

    /// What was spent, each coin for itself; nil where nothing was.
    static func spent(_ networks: [RunReading.Network]) -> String? {
        var sums: [String: RunReading.Paid] = [:]
        for network in networks where network.spent > .zero {
            let coin = KnownChain.coin(of: network.fact.chainID)
            sums[coin] = (sums[coin] ?? RunReading.Paid()) + network.paid
        }
        guard !sums.isEmpty else { return nil }
        let paying = networks.count { $0.spent > .zero }
        let amounts = sums.sorted { $0.key < $1.key }.map { cost($0.value, coin: $0.key) }
        return "\(amounts.joined(separator: ", ")) on \(count(paying, "network"))"
    }
}

/// What is well known of a chain by its number.
enum KnownChain {
    /// Where people look at it; nil for a chain that nobody but its owner knows.
    static func explorer(of chainID: UInt64) -> String? { NetworkPreset.numbered(chainID)?.explorer }

    static func coin(of chainID: UInt64) -> String { NetworkPreset.numbered(chainID)?.coin ?? "ETH" }
}
