import Foundation
import Model
import Planning
import Reports

extension ApprovedPlan {
    /// The plan in a file, for the project of the manifests.
    ///
    /// - Throws: ``Exit/usage`` where it is none, ``Exit/blocked`` where it has had its time; both are said.
    static func read(_ path: String, for project: Project, world: World) throws -> ApprovedPlan {
        do {
            let absolute = PathText.join(FileManager.default.currentDirectoryPath, path)
            guard let json = try world.files.read(absolute) else {
                throw FileError(path: path, reason: "it is not there")
            }
            return try PlanV1(reading: json, at: world.now()).approved(for: project.manifest.project)
        } catch PlanFileError.expired(let moment) {
            Console.err(
                [
                    .error(
                        "plan-expired", "\(path): it was good until \(moment)",
                        hint: "make a new plan and have it approved; nothing was sent")
                ]
            )
            throw Exit.blocked
        } catch {
            Console.err(
                [.error("bad-plan", "\(path): \(error)", hint: "make one with hyperkit plan --out FILE")])
            throw Exit.usage
        }
    }

    /// What the run is asked for: the deployments of the plan, their calls and their sources, and nothing else.
    var request: PlanRequest {
        // A plan without deployments asks for no effect.
        guard !steps.isEmpty else { return PlanRequest(until: .audit) }
        return PlanRequest(
            select: steps.flatMap {
                [$0.rawValue, "call:\($0.subject)/*", "verify:\($0.subject)"]
            },
            networks: networks.sorted()
        )
    }
}
