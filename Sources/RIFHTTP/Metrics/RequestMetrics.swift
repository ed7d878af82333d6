import HTTPTypes
import Synchronization

/// How many requests there were, and how long they took: for Prometheus.
final class RequestMetrics: Sendable {
    struct Key: Hashable {
        var method: String
        /// The path as the API names it, with its parameters in braces; an id never becomes part of a label.
        var route: String
        var status: Int
    }

    struct Series: Sendable {
        var counts: [UInt64]
        var sum = 0.0
    }

    /// Upper bounds in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private let series = Mutex<[Key: Series]>([:])

    func count(method: HTTPRequest.Method, route: String, status: HTTPResponse.Status, took: Duration) {
        let seconds = took.seconds
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        let key = Key(method: route.isEmpty ? "" : method.rawValue, route: route, status: status.code)
        series.withLock { series in
            series[key, default: Series(counts: Array(repeating: 0, count: Self.bounds.count + 1))].counts[bucket] += 1
            series[key]?.sum += seconds
        }
    }

    var snapshot: [Key: Series] { series.withLock { $0 } }
}
