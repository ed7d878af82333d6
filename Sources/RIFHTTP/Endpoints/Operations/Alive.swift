import HTTPTypes
import RIFModel

extension Endpoint {
    static let alive = Endpoint(
        method: .get, path: "/healthz", name: "isAlive", summary: "Whether the server runs.",
        detail: "Says nothing of the database; `/readyz` does.", tag: .operations, access: .open,
        answers: [.json("It does.", Schema.object(["status": Schema.words(["alive"])]))]
    ) { _ in
        .json(["status": "alive"])
    }
}
