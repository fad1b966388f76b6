import Foundation
import Model
import Testing

@testable import Engine

/// What a step is given of the steps that it needs, be they few or many.
@Suite struct StepInputsTests {
    @Test(arguments: [1, 8, 9, 300])
    func eachStepGivesItsOwn(_ count: Int) throws {
        let given = (0..<count).map { number in
            let name = "s\(number)"
            return (
                step: StepID.check(name),
                outputs: [Output(name: "out", digest: Digest(of: Data(name.utf8)), bytes: 1)]
            )
        }
        let inputs = StepInputs(given) { step, digest in Data("\(step) \(digest.hex)".utf8) }
        for (step, outputs) in given {
            #expect(inputs.has(step))
            let expected = Data("\(step) \(outputs[0].digest.hex)".utf8)
            #expect(try inputs[step].bytes("out") == expected)
        }
    }

    @Test(arguments: [0, 3, 20])
    func whatIsNotNeededIsSaid(_ count: Int) {
        let given = (0..<count).map { (step: StepID.check("s\($0)"), outputs: [Output]()) }
        let inputs = StepInputs(given) { _, _ in Data() }
        #expect(!inputs.has(.check("other")))
        let failure = #expect(throws: StepFailure.self) { try inputs[.check("other")] }
        #expect(failure?.code == "lost-output")
        #expect(failure?.message.contains("check:other") == true)
    }
}
