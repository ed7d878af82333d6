import RIFOrchestrator
import RIFWorkflow

/// Begins what `rif run` asks for, in the process that owns the database.
struct RunStart {
    let orchestrator: Orchestrator
    let driver: Driver

    /// The sessions that are there already and are to be driven; empty for a new one.
    ///
    /// - Throws: `not_found`; `session_finished` and `unprocessable` follow when they are driven.
    func existing(_ options: RunOptions) async throws(RIFError) -> [String] {
        if options.all { return try await orchestrator.sessionsWithWorkflow() }
        guard let prefix = options.session else { return [] }
        return [try await orchestrator.session(named: prefix)]
    }

    /// Has sessions driven that have not ended; one that ends meanwhile is none to complain about.
    func drive(_ ids: [String]) async throws(RIFError) {
        for id in ids where try await orchestrator.session(id).current().isFinished == false {
            do throws(RIFError) {
                try await driver.drive(id)
            } catch {
                guard error.code == .sessionFinished else { throw error }
            }
        }
    }

    /// Starts a new session, and has it driven.
    func new(_ options: RunOptions, key: String?) async throws(RIFError) -> String {
        let workflow = try await Self.workflow(options, orchestrator.workflows)
        let priority = try Input.integer("--priority", options.priority, in: Int(Int32.min)...Int(Int32.max)) ?? 0
        let context = try Self.context(options, of: workflow)
        // Whoever looks at the owner finds the workflow there, too.
        if let file = options.workflow, workflow.type != options.workflowType {
            orchestrator.workflows.add(workflow, file: Input.absolute(file))
        }
        let session = try await orchestrator.startSession(
            id: key, following: workflow, priority: priority, context: context, options: CommandOptions(actor: "cli"))
        try await driver.drive(session.id)
        return session.id
    }

    private static func context(
        _ options: RunOptions, of workflow: WorkflowDefinition
    ) throws(RIFError) -> [String: JSONValue] {
        var context: [String: JSONValue] = [
            "workflow_type": .string(workflow.type), "start_time": .string(SystemClock().now().rfc3339),
            "github_issues": .array(options.issueValues), "active_agents": [],
        ]
        context.merge(try options.contextValues()) { $1 }
        return context
    }

    /// Whether a new session could begin, before a database is made for it.
    static func check(_ options: RunOptions) async throws(RIFError) {
        let workflow = try await workflow(options, WorkflowLibrary())
        try workflow.checkBeginning(context: try context(options, of: workflow))
    }

    /// The workflow that the options name.
    ///
    /// - Throws: `not_found`; `invalid_request` with the first thing that is wrong in the file, and its place.
    static func workflow(
        _ options: RunOptions, _ library: WorkflowLibrary
    ) async throws(RIFError) -> WorkflowDefinition {
        if let type = options.workflowType {
            guard let item = library.find(type) else {
                throw RIFError.invalid(
                    field: "--workflow-type", value: type, problem: "names no workflow",
                    expected: library.all.map(\.definition.type).joined(separator: " or ") + ", or --workflow FILE")
            }
            var definition = item.definition
            if item.file == nil { definition.project = Input.workingFolder }
            return definition
        }
        let path: String
        if let given = options.workflow {
            try Input.path("--workflow", given)
            path = Input.absolute(given)
        } else {
            guard let found = WorkflowFile.find(in: Input.workingFolder) else {
                throw RIFError(
                    .invalidRequest,
                    "--workflow: missing, and there is no config/rif-workflow.yaml here; expected a workflow file "
                        + "('rif workflow init' writes one), --workflow-type, a session, or --all", field: "--workflow")
            }
            path = found
        }
        return try usable(await WorkflowFile.loaded(path: path), named: options.workflow ?? path)
    }

    static func usable(_ file: WorkflowFile, named path: String) throws(RIFError) -> WorkflowDefinition {
        if let definition = file.reading.definition, file.reading.isUsable { return definition }
        let wrong = file.reading.problems.first { $0.severity == .error }
        let place = [wrong?.line, wrong?.column].compactMap { $0.map(String.init) }.joined(separator: ":")
        let name = wrong?.file ?? path
        throw RIFError(
            .invalidRequest,
            "--workflow: \(Text.visible(name))\(place.isEmpty ? "" : ":" + place): "
                + "\(wrong?.message ?? "there is no workflow in it"); 'rif workflow check' lists everything",
            field: "--workflow")
    }
}
