import NIOCore
import Synchronization

/// The connections that are open, so that they can be counted and ended.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var isQuiescing = false
    }

    private let state = Mutex(State())
    private let maximum: Int

    init(maximum: Int) { self.maximum = maximum }

    var count: Int { state.withLock { $0.open.count } }

    /// False where there are too many already.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isWelcome = state.withLock { state in
            guard state.open.count < maximum, !state.isQuiescing else { return false }
            state.open[id] = channel
            return true
        }
        if isWelcome {
            channel.closeFuture.whenComplete { _ in _ = self.state.withLock { $0.open.removeValue(forKey: id) } }
        }
        return isWelcome
    }

    /// Asks each connection to end as soon as nothing is being answered on it.
    func quiesce() {
        let channels = state.withLock { state in
            state.isQuiescing = true
            return Array(state.open.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func closeAll() {
        for channel in state.withLock({ Array($0.open.values) }) { channel.cutOff() }
    }
}
