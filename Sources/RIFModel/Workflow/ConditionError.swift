/// Why a text is no condition, and where.
public struct ConditionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found and what was expected, without the place.
    public var message: String
    /// The place in the text, from 1, counted in Unicode scalars; one past the end where something is missing there.
    public var position: Int

    public init(message: String, position: Int) {
        self.message = message
        self.position = position
    }

    /// The same as a refusal of what somebody gave us.
    public func refusal(field: String) -> RIFError {
        var error = RIFError(.invalidRequest, "\(field): \(self)", field: field)
        error.position = position
        return error
    }

    /// `position 12: expected a name or a value, found the end`.
    public var description: String { "position \(position): \(message)" }
}
