import Foundation

/// One of the programs that do the same.
struct Contender {
    let name: String
    let program: Program
    /// What must be in its output, without which the figure would be of something else.
    var proof: String?
    /// How many steps it does in one run, where it does not do as many as the others.
    var steps: Int
    /// Brings things back to where the measured run starts.
    var reset: () throws -> Void = {}
}

/// Runs contenders in turn, A B A B, and prints what they took side by side.
struct Comparison {
    let title: String
    /// Where logs are written.
    let directory: String
    let runs: Int
    private(set) var contenders: [Contender] = []
    private(set) var missing: [String] = []

    init(_ title: String, directory: String, runs: Int) {
        self.title = title
        self.directory = directory
        self.runs = runs
    }

    /// Adds a contender, or a line that says that it is not installed.
    mutating func add(
        _ name: String,
        _ program: Program?,
        steps: Int,
        proof: String? = nil,
        reset: @escaping () throws -> Void = {}
    ) {
        guard let program else { return missing.append(name) }
        contenders.append(
            Contender(name: name, program: program, proof: proof, steps: steps, reset: reset))
    }

    /// Measures all and prints the table; ratios are to ninja, or to the first where ninja is not installed.
    ///
    /// - Returns: The samples of each contender, in the order in which they were added.
    @discardableResult
    func run(warmUps: Int = 1, after: (Contender) throws -> Void = { _ in }) throws -> [[Sample]] {
        Console.say("\n## \(title)\n")
        for contender in contenders { Console.say("- \(contender.name): `\(contender.program.words)`") }
        var samples = contenders.map { _ in [Sample]() }
        for round in 0..<(warmUps + runs) {
            for (place, contender) in contenders.enumerated() {
                try contender.reset()
                let sample = try once(contender)
                try after(contender)
                if round >= warmUps { samples[place].append(sample) }
            }
        }
        printTable(samples)
        return samples
    }

    private func once(_ contender: Contender) throws -> Sample {
        let log = "\(directory)/\(contender.name).log"
        let sample = try contender.program.run(log: log)
        if let proof = contender.proof {
            let said = try String(contentsOfFile: log, encoding: .utf8)
            guard said.contains(proof) else {
                throw BenchmarkError(
                    "\(contender.name) did not say '\(proof)': what it did is not what is compared\n  its words: \(log)"
                )
            }
        }
        return sample
    }

    private func printTable(_ samples: [[Sample]]) {
        let base = contenders.firstIndex { $0.name == "ninja" } ?? 0
        /// Milliseconds a step.
        func cost(_ place: Int, _ time: (Sample) -> Duration) -> Double {
            let middle = Spread(samples[place].map { time($0) / .milliseconds(1) }).median
            return middle / Double(contenders[place].steps)
        }
        func ratio(_ place: Int, _ time: (Sample) -> Duration) -> String {
            (cost(place, time) / cost(base, time)).hundredths
        }
        let other = contenders[base].name
        Console.say(
            """

            \(runs) runs of each in turn after a warm-up; median (least–most).

            | what | wall ms | CPU ms | peak MB | wall µs a step | wall ÷ \(other) | CPU ÷ \(other) |
            | --- | --- | --- | --- | --- | --- | --- |
            """
        )
        for (place, contender) in contenders.enumerated() {
            let cells = [
                contender.name,
                "\(Spread(samples[place].map { $0.wall / .milliseconds(1) }))",
                "\(Spread(samples[place].map { $0.processor / .milliseconds(1) }))",
                "\(Spread(samples[place].map { Double($0.peakKiB) / 1_024 }))",
                (cost(place, \.wall) * 1_000).tenths,
                ratio(place, \.wall),
                ratio(place, \.processor),
            ]
            Console.say("| " + cells.joined(separator: " | ") + " |")
        }
        for name in missing { Console.say("| \(name) | not installed | | | | | |") }
    }
}

/// The middle and the bounds of what was measured.
struct Spread: CustomStringConvertible {
    let median: Double
    let least: Double
    let most: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        least = sorted.first ?? .nan
        most = sorted.last ?? .nan
        median = sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    var description: String { "\(median.tenths) (\(least.tenths)–\(most.tenths))" }
}

extension Double {
    /// Rounded, with one digit after the point.
    var tenths: String { rounded(digits: 1) }
    /// Rounded, with two digits after the point.
    var hundredths: String { rounded(digits: 2) }

    private func rounded(digits: Int) -> String {
        guard isFinite else { return "–" }
        let scale = digits == 1 ? 10 : 100
        let whole = Int((self * Double(scale)).rounded())
        let fraction = String(abs(whole) % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(whole < 0 ? "-" : "")\(abs(whole) / scale).\(zeros)\(fraction)"
    }
}

/// Where a person reads.
enum Console {
    static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}
