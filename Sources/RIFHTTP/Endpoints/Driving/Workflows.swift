import HTTPTypes
import RIFModel
import RIFOrchestrator
import RIFWorkflow

extension Endpoint {
    private static let workflowName = Parameter(
        name: "name", place: .path, summary: "The workflow\u{2019}s type, or its name.", schema: Schema.text,
        example: "feature_development")

    static let listWorkflows = Endpoint(
        method: .get, path: "/api/v1/workflows", name: "listWorkflows",
        summary: "The workflows that sessions can follow here.", tag: .workflows, access: .read,
        answers: [.json("The workflows.", Schema.object(["workflows": Schema.list(Schema.ref("Workflow"))]))]
    ) { call in
        .json(["workflows": .array(call.orchestrator.workflows.all.map(\.json))])
    }

    static let getWorkflow = Endpoint(
        method: .get, path: "/api/v1/workflows/{name}", name: "getWorkflow",
        summary: "A workflow\u{2019}s definition, in the form of its file.", tag: .workflows, access: .read,
        parameters: [workflowName], answers: [.json("The definition.", Schema.context)], errors: [.notFound]
    ) { call in
        guard case .object(var members) = try workflow(call).json else { return .json([:]) }
        // Where it lies is for those who may write there.
        if call.caller.rights != .write { members["project"] = nil }
        return .json(.object(members))
    }

    static let workflowPicture = Endpoint(
        method: .get, path: "/api/v1/workflows/{name}/graph", name: "getWorkflowDefinitionGraph",
        summary: "A workflow\u{2019}s states and transitions as a graph.", tag: .workflows, access: .read,
        parameters: [
            workflowName,
            .query("format", "Data, or a picture.", Schema.words(VisualizationFormat.allCases.map(\.rawValue))),
        ], answers: [.graph(Schema.context)], errors: [.notFound, .invalidRequest]
    ) { call in
        let definition = try workflow(call)
        let format = try call.query.word("format", as: VisualizationFormat.self) ?? .json
        guard format != .json else { return .json(definition.graphJSON) }
        return .text(definition.text(format), contentType: format.contentType)
    }

    static let checkWorkflow = Endpoint(
        method: .post, path: "/api/v1/workflows/check", name: "checkWorkflow",
        summary: "What a text would be as a workflow file.",
        detail: "YAML or JSON. Problems come with line and column; nothing is stored.", tag: .workflows, access: .read,
        body: Body(
            schema: Schema.request(["text": Schema.text], required: ["text"]),
            example: [
                "text": .string(
                    "workflow: {name: tiny, states: {work: {agent: worker}, done: {final: true}}, transitions: "
                        + "[{from: work, to: done}]}")
            ]),
        answers: [.json("The check.", Schema.ref("WorkflowCheck"))]
    ) { call in
        .json(await WorkflowFile.checked(text: try call.body.requiredString("text")).json)
    }

    private static func workflow(_ call: Call) throws(RIFError) -> WorkflowDefinition {
        let name = call.path["name"] ?? ""
        guard let item = call.orchestrator.workflows.find(name) else { throw RIFError.notFound("workflow", name) }
        return item.definition
    }
}
