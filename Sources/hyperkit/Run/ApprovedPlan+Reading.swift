import Foundation
import Manifests
import Model
import Planning
import Reports

extension ApprovedPlan {
    /// The plan in a file, for the project of the manifests.
    ///
    /// - Throws: ``Exit/usage`` where it is none, ``Exit/blocked`` where it has had its time; both are said.
    static func read(_ path: String, for project: Project, world: World) throws -> ApprovedPlan {
        let hint = "make one with hyperkit plan --out FILE"
        let bytes: Data
        do throws(FileError) {
            let absolute = PathText.join(FileManager.default.currentDirectoryPath, path)
            guard let read = try world.files.read(absolute) else {
                throw FileError(path: path, reason: "it is not there")
            }
            bytes = read
        } catch {
            let remedy = error.reason == "it is not there" ? hint : error.remedy
            Console.err([.error("bad-plan", "\(path): \(error.reason)", hint: remedy)])
            throw Exit.usage
        }
        if let fault = JSONPlaces.fault("bad-plan", in: bytes, name: path, hint: hint) {
            Console.err([fault])
            throw Exit.usage
        }
        do throws(PlanFileError) {
            return try PlanV2(reading: bytes, at: world.now()).approved(for: project.manifest.project)
        } catch {
            switch error {
            case .expired(let moment):
                Console.err(
                    [
                        .error(
                            "plan-expired", "\(path): it was good until \(moment)",
                            hint: "make a new plan and have it approved; nothing was sent")
                    ]
                )
                throw Exit.blocked
            case .malformed(_, let place) where place != nil:
                let problem = JSONPlaces.problem(
                    "bad-plan", "\(error)", at: place ?? [], in: bytes, name: path, hint: hint)
                Console.err([problem])
                throw Exit.usage
            case .malformed, .version, .unknownAction, .otherProject:
                Console.err([.error("bad-plan", "\(path): \(error)", hint: hint)])
                throw Exit.usage
            }
        }
    }

    /// What the run is asked for: the deployments of the plan, their calls but for those that it was made without, and their sources.
    var request: PlanRequest {
        // A plan without deployments asks for no effect.
        guard !steps.isEmpty else { return PlanRequest(until: .audit) }
        return PlanRequest(
            select: steps.flatMap {
                [$0.rawValue, "call:\($0.subject)/*", "verify:\($0.subject)"]
            },
            networks: networks.sorted(),
            leavingOut: stepsLeftOut
        )
    }
}
