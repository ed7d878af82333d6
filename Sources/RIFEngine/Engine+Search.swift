public import RIFModel
public import RIFStore
import Synchronization

extension Engine {
    /// Bytes of context after which a search lets others have the thread.
    private static let searchedAtOnce = 1 << 20

    /// Searches the contexts of the sessions in memory that went on since they began: their rows' contexts follow late.
    public func searchContexts(_ search: TextSearch) async -> SearchedContexts {
        let contexts = state.withLock { state in
            state.slots.values.compactMap { slot -> (id: String, context: [String: JSONValue], bytes: Int)? in
                guard let state = slot.committed, state.lastSequence > 1 else { return nil }
                return (state.sessionID, state.context, state.contextBytes)
            }
        }
        var searched = SearchedContexts(sessionIDs: contexts.map(\.id), found: [])
        var bytes = 0
        for (id, context, size) in contexts {
            if search.isFound(in: .object(context)) { searched.found.append(id) }
            bytes += size
            if bytes > Self.searchedAtOnce {
                bytes = 0
                await Task.yield()
            }
        }
        return searched
    }
}
