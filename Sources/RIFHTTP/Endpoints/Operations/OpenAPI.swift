import HTTPTypes
import RIFModel

extension Endpoint {
    static let openAPI = Endpoint(
        method: .get, path: "/openapi.json", name: "getOpenAPI", summary: "This document.", tag: .operations,
        access: .open, answers: [.json("OpenAPI 3.1.", Schema.context)]
    ) { call in
        .json(call.service.document)
    }
}
