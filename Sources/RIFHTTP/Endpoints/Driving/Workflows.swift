import HTTPTypes
import RIFModel
import RIFOrchestrator

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

    private static func workflow(_ call: Call) throws(RIFError) -> WorkflowDefinition {
        let name = call.path["name"] ?? ""
        guard let item = call.orchestrator.workflows.find(name) else { throw RIFError.notFound("workflow", name) }
        return item.definition
    }
}
