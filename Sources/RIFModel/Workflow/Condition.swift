/// A condition of a transition, parsed once: what has to hold of a session's context.
public struct Condition: Sendable, Hashable {
    /// As it was written.
    public let text: String
    public let root: Node

    /// The tree of a condition.
    public indirect enum Node: Sendable, Hashable {
        /// `always`, `true`, `false`.
        case constant(Bool)
        /// A path into the context: true where its value is.
        case truth(Path)
        case comparison(Operand, Comparison, Operand)
        case not(Node)
        case and(Node, Node)
        case or(Node, Node)
    }

    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    public enum Operand: Sendable, Hashable {
        case path(Path)
        case value(JSONValue)
    }

    /// Steps into the context: members of objects, and elements of arrays.
    public struct Path: Sendable, Hashable {
        public enum Step: Sendable, Hashable {
            case member(String)
            case element(Int)
        }

        public let steps: [Step]
        /// As it was written, without a leading `context.`.
        public let text: String

        public init(steps: [Step], text: String) {
            self.steps = steps
            self.text = text
        }
    }

    public init(text: String, root: Node) {
        self.text = text
        self.root = root
    }
}
