public import RIFModel
import Synchronization

/// The workflows that an orchestrator knows: those of files, and the built-in ones. Sessions of a type that a file defines
/// follow it; the built-in ones are followed only where that is asked for.
public final class WorkflowLibrary: Sendable {
    /// A workflow, and where it comes from.
    public struct Item: Sendable, Hashable {
        public var definition: WorkflowDefinition
        /// The path of its file; none for a built-in one.
        public var file: String?
    }

    private let items: Mutex<[String: Item]>

    public init() {
        let builtin = ["standard", "feature_development"].compactMap { WorkflowDefinition.builtin($0) }
        items = Mutex(Dictionary(builtin.map { ($0.type, Item(definition: $0, file: nil)) }) { first, _ in first })
    }

    /// Makes a workflow known; one of the same type that was known before gives way.
    public func add(_ definition: WorkflowDefinition, file: String) {
        items.withLock { $0[definition.type] = Item(definition: definition, file: file) }
    }

    /// By type.
    public var all: [Item] { items.withLock { $0.values.sorted { $0.definition.type < $1.definition.type } } }

    /// The workflow of a type, or with a name.
    public func find(_ name: String) -> Item? {
        items.withLock { items in items[name] ?? items.values.first { $0.definition.name == name } }
    }

    /// What sessions of a type follow; nothing where no file defines it.
    func followed(by type: String) -> WorkflowDefinition? {
        items.withLock { items in items[type].flatMap { $0.file == nil ? nil : $0.definition } }
    }
}

extension WorkflowLibrary.Item: JSONRepresentable {
    public var json: JSONValue {
        [
            "name": .string(definition.name), "type": .string(definition.type),
            "version": .optional(definition.version), "description": .optional(definition.description),
            "initial_state": .string(definition.initialState), "states": .int(Int64(definition.states.count)),
            "transitions": .int(Int64(definition.transitions.count)),
            "source": .string(file == nil ? "built-in" : "file"),
        ]
    }
}
