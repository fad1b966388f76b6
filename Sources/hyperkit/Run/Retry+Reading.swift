import Foundation
import Ledger
import Model
import Planning
import Reports

extension Retry {
    /// What is left to do of a recorded run; says what stands in the way.
    ///
    /// - Throws: ``Exit/usage`` where there is no such run, it is another project's or goes on, or all that is left of it is on
    ///   networks that the command does not name; ``Exit/nothingLeft`` where it left nothing to do.
    static func read(
        _ name: String,
        for project: Project,
        _ request: PlanRequest,
        stateDir: String,
        world: World
    ) throws -> Retry {
        let history = try History.open(stateDir, world: world)
        let past = try history.detail(name)
        guard past.run.project == project.manifest.project else {
            return try fail(
                "another-project",
                "run \(past.run.id) is of project '\(past.run.project)', and the manifests are of "
                    + "'\(project.manifest.project)'",
                hint: "see hyperkit runs list"
            )
        }
        guard history.listed(past.run).state != .running else {
            return try fail("run-goes-on", "run \(past.run.id) goes on", hint: "wait for its end, or stop it")
        }
        let whole = try project.plan(PlanRequest(allNetworks: true), world: world).plan
        let retry = Retry(of: past, in: whole, request)
        guard retry.steps.isEmpty else { return retry }
        Console.err(retry.notes)
        guard retry.notNamed.isEmpty else { throw Exit.usage }
        let all = retry.isEmpty ? "every step succeeded" : "the manifests have none of what it left"
        Console.err("nothing to retry of run \(past.run.id): \(all)")
        throw Exit.nothingLeft
    }

    private static func fail(_ code: String, _ message: String, hint: String) throws -> Retry {
        Console.err([.error(code, message, hint: hint)])
        throw Exit.usage
    }
}
