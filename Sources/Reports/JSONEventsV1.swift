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
        case contract, audit, deployment, call, network, note
        case stepFinished = "step-finished"
        case runFinished = "run-finished"
    }

    /// The line of an event, with its line break.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package static func line(_ event: Event) throws(ReportError) -> Data {
        switch event.kind {
        case .runStarted(let header): try line(event, .runStarted, RunStarted(header))
        case .planned(let steps): try line(event, .planned, Planned(steps))
        case .repeated(let run, let steps):
            try line(event, .runRepeated, RunRepeated(run: run, steps: steps))
        case .stepStarted(let attempt): try line(event, .stepStarted, StepStarted(attempt: attempt))
        case .stepProgressed(let words): try line(event, .stepProgressed, StepProgressed(message: words))
        case .fact(let fact): try line(event, fact)
        case .stepFinished(let end): try line(event, .stepFinished, StepFinished(end))
        case .runFinished(let end): try line(event, .runFinished, RunFinished(end))
        }
    }

    private static func line(_ event: Event, _ fact: Fact) throws(ReportError) -> Data {
        switch fact {
        case .contract(let contract): try line(event, .contract, ReportV1.Contract(contract))
        case .audit(let audit): try line(event, .audit, Audit(audit))
        case .deployment(let deployment): try line(event, .deployment, ReportV1.Deployment(deployment))
        case .call(let call): try line(event, .call, ReportV1.Call(call))
        case .network(let network): try line(event, .network, Network(network))
        case .note(let note): try line(event, .note, ReportV1.Note(note))
        }
    }

    private static func line(
        _ event: Event,
        _ type: EventType,
        _ data: some Encodable
    ) throws(ReportError) -> Data {
        let envelope = Envelope(
            version: 1,
            sequence: event.sequence,
            time: event.time.rfc3339,
            type: type.rawValue,
            step: event.step?.rawValue,
            data: data
        )
        return try WireJSON.encode(envelope, pretty: false)
    }
}
