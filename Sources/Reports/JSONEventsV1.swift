package import Foundation
package import Model

/// One event as one JSON line, version 1: `{version, sequence, time, type, step?, data}`.
///
/// `type` is one of ``EventType``; a reader that meets another is older than the writer. `data` is an object whose keys
/// are those of report.json wherever the two say the same.
package enum JSONEventsV1 {
    /// The closed list of types.
    package enum EventType: String, CaseIterable, Sendable {
        case runStarted = "run-started"
        case planned
        case runRepeated = "run-repeated"
        case stepStarted = "step-started"
        case stepProgressed = "step-progressed"
        case contract, audit, deployment, call, verification, network, note
        case stepFinished = "step-finished"
        case runFinished = "run-finished"
    }

    /// The line of an event, with its line break.
    package static func line(_ event: Event) -> Data {
        switch event.kind {
        case .runStarted(let header): line(event, .runStarted, RunStarted(header: header))
        case .planned(let steps): line(event, .planned, Planned(steps: steps))
        case .repeated(let run, let steps): line(event, .runRepeated, RunRepeated(run: run, steps: steps))
        case .stepStarted(let attempt): line(event, .stepStarted, StepStarted(attempt: attempt))
        case .stepProgressed(let words): line(event, .stepProgressed, StepProgressed(message: words))
        case .fact(let fact): line(event, fact)
        case .stepFinished(let end): line(event, .stepFinished, StepFinished(end: end))
        case .runFinished(let end): line(event, .runFinished, RunFinished(end: end))
        }
    }

    private static func line(_ event: Event, _ fact: Fact) -> Data {
        switch fact {
        case .contract(let contract): line(event, .contract, ReportV1.Contract(contract))
        case .audit(let audit): line(event, .audit, Audit(audit: audit))
        case .deployment(let deployment): line(event, .deployment, ReportV1.Deployment(deployment))
        case .call(let call): line(event, .call, ReportV1.Call(call))
        case .verification(let fact): line(event, .verification, Verification(fact))
        case .network(let network): line(event, .network, Network(network))
        case .note(let note): line(event, .note, ReportV1.Note(note))
        }
    }

    private static func line(_ event: Event, _ type: EventType, _ data: some JSONObject) -> Data {
        JSONWriter.encode(Envelope(event: event, type: type, data: data), pretty: false)
    }

    private struct Envelope<Payload: JSONObject>: JSONObject {
        let event: Event
        let type: EventType
        let data: Payload

        func writeMembers(to json: inout JSONWriter) {
            json.member("data", data)
            json.member("sequence", event.sequence)
            json.member("step", ifThere: event.step?.rawValue)
            json.member("time", event.time.rfc3339)
            json.member("type", type.rawValue)
            json.member("version", 1)
        }
    }
}
