import ArgumentParser
import RIFAgents

/// The command `rif`: the table of its subcommands. What happens around each of them: `Program`.
@main
struct RIF: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rif",
        abstract: "Durable orchestration for teams of AI coding agents.",
        discussion: """
            A session walks through states; each step is on disk before the command returns, so a crash loses nothing.

            Getting started:
              rif demo                             on this repository's history
              rif run                              drive a workflow and its agents
              rif start                            start a session that you move yourself
              rif transition 0198c0de analyzing    move it on; a prefix of its id will do
              rif list                             see the active ones

            Every command takes --json, and --database PATH (or RIF_DATABASE; default
            knowledge/orchestration.duckdb). 'rif config' shows the settings.
            Options stand after the command's name.

            Exit codes: 0 ok, 1 failed, 2 usage, 3 conflict, 4 not found, 5 storage, 6 waits for somebody ('rif run --no-wait').
            """,
        version: "rif \(Program.version)",
        groupedSubcommands: [
            CommandGroup(
                name: "Session",
                subcommands: [
                    Start.self, Transition.self, Launch.self, Complete.self, Recover.self, RecordDecision.self,
                    RecordMetric.self,
                ]),
            CommandGroup(
                name: "Agents",
                subcommands: [
                    RunCommand.self, AssignmentsCommand.self, Logs.self, Approvals.self, Approve.self, Reject.self,
                    Pause.self, Resume.self, Cancel.self, ContextCommand.self, RunBegin.self, RunStatus.self,
                    AssignmentLook.self,
                ]),
            CommandGroup(
                name: "Inspection",
                subcommands: [
                    List.self, Show.self, HistoryCommand.self, Visualize.self, Stats.self, Validate.self,
                    SQLCommand.self,
                ]),
            CommandGroup(name: "Workflow", subcommands: [WorkflowCommand.self]),
            CommandGroup(
                name: "Monitoring",
                subcommands: [
                    DashboardCommand.self, TopCommand.self, Health.self, AlertsCommand.self, Agents.self, Stuck.self,
                    ReportCommand.self,
                ]),
            CommandGroup(
                name: "Database",
                subcommands: [
                    ConfigCommand.self, Backup.self, Restore.self, Export.self, Checkpoint.self, Compact.self,
                    Cleanup.self, Doctor.self,
                ]),
            CommandGroup(name: "Server", subcommands: [Serve.self]),
            CommandGroup(name: "Demo", subcommands: [Demo.self]),
        ])

    static func main() async {
        // The process beside an agent: hidden, and before anything else is set up, since there may be hundreds of them.
        if CommandLine.arguments.dropFirst().first == AgentShim.command {
            AgentShim.main(Array(CommandLine.arguments.dropFirst(2)))
        }
        await Program.run(Array(CommandLine.arguments.dropFirst()))
    }
}
