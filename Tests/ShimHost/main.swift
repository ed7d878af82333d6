// What the tests of RIFAgents run as a process of its own: the shim without the rest of `rif`, and a starter of agents
// that can be killed.
import Foundation
import Logging
import RIFAgents

let arguments = Array(CommandLine.arguments.dropFirst())

switch arguments.first {
case AgentShim.command:
    AgentShim.main(Array(arguments.dropFirst()))
case "start" where arguments.count == 5:
    // start ROOT ASSIGNMENT DIRECTORY SCRIPT: starts an agent, and then waits for its end.
    let keeper = RunKeeper(
        shim: [CommandLine.arguments[0], AgentShim.command],
        logger: Logger(label: "starter") { _ in SwiftLogNoOpLogHandler() })
    let folder = RunFolder(root: arguments[1], assignmentID: arguments[2], attempt: 1)
    let order = RunOrder(
        arguments: ["/bin/sh", "-c", arguments[4]], directory: arguments[3],
        environment: ["PATH": "/usr/bin:/bin", "HERE": arguments[3]])
    do {
        _ = try await keeper.start(order, in: folder)
    } catch {
        // Its shim was killed before it could begin.
        exit(1)
    }
    _ = await keeper.end(of: folder)
default:
    preconditionFailure("unknown arguments: \(arguments)")
}
