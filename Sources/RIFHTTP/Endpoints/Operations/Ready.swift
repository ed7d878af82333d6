import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let ready = Endpoint(
        method: .get, path: "/readyz", name: "isReady", summary: "Whether a commit can be made now.",
        detail: "It makes one, down to the disk; the answer serves for a second. 503 also while the server stops.",
        tag: .operations, access: .open,
        answers: [.json("It can.", Schema.object(["status": Schema.words(["ready"])]))]
    ) { call in
        guard !call.service.drain.hasBegun else {
            throw RIFError(.storageUnavailable, "the server stops")
        }
        try await call.service.readiness.check { () throws(RIFError) in try await call.orchestrator.probe() }
        return .json(["status": "ready"])
    }

    static let metrics = Endpoint(
        method: .get, path: "/metrics", name: "getServerMetrics", summary: "Figures of the server, for Prometheus.",
        detail: "Needs the token that may read, where there is one: the labels have names of states and agents.",
        tag: .operations, access: .read,
        answers: [
            Answer(status: .ok, summary: "The figures.", content: ["text/plain": Schema.text])
        ]
    ) { call in
        .text(await ServerMetrics.text(call.service), contentType: PrometheusText.contentType)
    }
}
