import HTTPTypes
import Hummingbird
import NIOCore
import RIFAgents
import RIFModel
import RIFOrchestrator

extension Endpoint {
    /// Bytes that one answer holds at most.
    private static let largestPiece = 1 << 20

    static let assignmentOutput = Endpoint(
        method: .get, path: "/api/v1/assignments/{assignment_id}/output", name: "getAssignmentOutput",
        summary: "What an agent has put out, from a byte on.",
        detail: """
            Raw bytes, 1 MiB at most; `X-Next-Offset` says where to go on. Of a long output the middle is not kept and is \
            passed over.
            """,
        tag: .assignments, access: .read,
        parameters: [
            assignmentID,
            .query(
                "stream", "Which one.", Schema.words(RunStream.allCases.map(\.rawValue)), example: "stdout"),
            .query("after", "A byte offset.", Schema.whole(0...Int64.max), example: 0),
            .query("attempt", "Which attempt, from 1; else the newest.", Schema.whole(1...Int64(Int32.max))),
        ],
        answers: [
            Answer(
                status: .ok, summary: "The bytes.",
                content: ["application/octet-stream": ["type": "string", "format": "binary"]],
                headers: ["X-Next-Offset": "The offset to go on from."])
        ], errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let stream = try call.query.word("stream", as: RunStream.self) ?? .stdout
        let after = try call.query.integer("after") ?? 0
        guard after >= 0 else {
            throw RIFError.unprocessable(field: "after", value: .int(Int64(after)), expected: "a byte offset from 0 on")
        }
        let attempt = try call.query.integer("attempt")
        let id = call.path["assignment_id"] ?? ""
        guard let driver = call.service.configuration.driver else {
            _ = try await call.orchestrator.assignment(id)
            return output([], next: Int64(after))
        }
        let found = try await driver.output(
            of: id, attempt: attempt, stream: stream, after: Int64(after), limit: largestPiece)
        return output(found.bytes, next: found.next)
    }

    private static func output(_ bytes: [UInt8], next: Int64) -> Reply {
        var reply = Reply(
            contentType: "application/octet-stream", body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        reply.headers[.nextOffset] = String(next)
        reply.headers[.cacheControl] = "no-store"
        return reply
    }

    static let cancelAssignment = Endpoint(
        method: .post, path: "/api/v1/assignments/{assignment_id}/cancel", name: "cancelAssignment",
        summary: "End an agent.", detail: "Its process first, where it has one; its state then counts it as failed.",
        tag: .assignments, access: .write, parameters: [assignmentID, .idempotencyKey],
        body: Body(
            schema: Schema.request(["reason": Schema.text]), example: ["reason": "It goes in circles"],
            isRequired: false),
        answers: [.json("The assignment.", Schema.ref("Assignment"))],
        errors: [.notFound, .stateConflict, .sessionFinished, .unprocessable]
    ) { call in
        let reason = try call.body.string("reason") ?? ""
        let options = try call.options
        let id = call.path["assignment_id"] ?? ""
        guard let driver = call.service.configuration.driver else {
            let ended = try await call.orchestrator.updateAssignment(
                id, status: .cancelled, result: ["reason": .string(reason)], options: options)
            return .json(ended.json)
        }
        return .json(try await driver.cancel(assignment: id, reason: reason, options: options).json)
    }
}

extension HTTPField.Name {
    fileprivate static let nextOffset = Self("X-Next-Offset")!
}
