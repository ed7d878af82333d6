import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

/// `rif workflow …`: everything about workflow files that needs no database.
struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Check, show and draw workflow files, and write a first one.",
        discussion: """
            A workflow file says which states there are, who works in them, and when a session goes from one to the next.

            Getting started:
              rif workflow init flow.yaml     write a small one that runs
              rif workflow check flow.yaml    what is wrong in it, and where
              rif workflow graph flow.yaml --format svg -o flow.svg

            Built in, without a file: \(WorkflowDefinition.builtinNames.joined(separator: ", ")).
            """,
        subcommands: [
            WorkflowCheck.self, WorkflowShow.self, WorkflowDraw.self, WorkflowInit.self, WorkflowEval.self,
            WorkflowExplain.self,
        ])
}

/// A workflow that a command line names: by its file, or by the name of one that is built in.
enum NamedWorkflow {
    /// The file that is meant where none is named: the project's.
    ///
    /// - Throws: `not_found` where there is none.
    static func file(_ named: String?) throws(RIFError) -> String {
        if let named {
            try Input.path("FILE", named)
            return named
        }
        if let found = WorkflowFile.find() { return found }
        throw RIFError(
            .notFound,
            "there is no \(WorkflowFile.standardPaths[0]) here; name a file, or write one with 'rif workflow init'")
    }

    /// - Throws: `not_found` and `storage_unavailable` of the file, and `invalid_request` where it holds no usable workflow.
    static func definition(_ named: String?) async throws(RIFError) -> WorkflowDefinition {
        if let named, let definition = WorkflowDefinition.builtin(named) { return definition }
        let path = try file(named)
        do throws(RIFError) {
            return try await WorkflowFile.loaded(path: path).usable()
        } catch {
            guard error.code == .notFound, !path.contains("/"), !path.contains(".") else { throw error }
            throw RIFError(
                .notFound,
                """
                there is no workflow \(RIFError.quoted(path)); expected a file, or one of \
                \(WorkflowDefinition.builtinNames.joined(separator: ", "))
                """)
        }
    }
}
