import HTTPTypes
import HummingbirdCore
import RIFModel
import RIFOrchestrator

/// Answers that hold a session. It goes out whole unless the caller prefers less (RFC 7240): context and history grow
/// with each step, and who makes the steps knows them already.
extension Reply {
    /// - Parameters:
    ///   - before: what stands in the document before the session, as it is.
    ///   - after: what stands behind it.
    static func session(
        _ session: Session, to call: Call, status: HTTPResponse.Status = .ok, before: String = "", after: String = ""
    ) -> Self {
        let isMinimal = Preference.isMinimal(call.request.headers)
        var reply = json(status: status) { bytes in
            bytes.append(contentsOf: before.utf8)
            session.append(to: &bytes, leavingOut: isMinimal ? [.context, .history] : [])
            bytes.append(contentsOf: after.utf8)
        }
        if isMinimal { reply.headers[.preferenceApplied] = Preference.minimal }
        return reply
    }
}

/// What a caller would like, and may be denied (RFC 7240).
enum Preference {
    static let minimal = "return=minimal"

    /// Whether the first preference for `return` is `minimal`. What nobody knows is passed over, as that RFC demands.
    static func isMinimal(_ headers: HTTPFields) -> Bool {
        for field in headers[values: .prefer] {
            for preference in field.split(separator: ",") {
                // Parameters of a preference, behind semicolons, say nothing of `return`.
                let words = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                guard words.count == 2, trimmed(words[0]).lowercased() == "return" else { continue }
                return trimmed(words[1]).lowercased() == "minimal"
            }
        }
        return false
    }

    /// Without spaces and quotes around it.
    private static func trimmed(_ word: Substring) -> Substring {
        let isEdge = { (letter: Character) in letter == " " || letter == "\t" || letter == "\"" }
        var word = word.drop(while: isEdge)
        while let last = word.last, isEdge(last) { word.removeLast() }
        return word
    }
}

extension Endpoint.Parameter {
    static let prefer = Self(
        name: "Prefer", place: .header,
        summary: """
            `return=minimal` leaves context and history out of the session, and the answer says \
            `Preference-Applied: return=minimal`. Everything else is ignored.
            """, schema: Schema.text, example: .string(Preference.minimal))
}

extension Endpoint.Answer {
    /// An answer that says whether it left something out.
    var orMinimal: Self {
        var answer = self
        answer.headers["Preference-Applied"] = "`return=minimal`, where that was preferred."
        return answer
    }
}

extension HTTPField.Name {
    static let prefer = Self("Prefer")!
    static let preferenceApplied = Self("Preference-Applied")!
}
