public import RIFModel
import Synchronization

/// Whether the process's resident memory grows, judged from its own samples over a window.
///
/// The slope is the median of the slopes between all pairs of samples (Theil 1950, Sen 1968, "Estimates of the regression
/// coefficient based on Kendall's tau"): a single spike, such as one large read, does not move it.
public final class MemoryTrend: Sendable {
    private struct Sample {
        var seconds: Double
        var megabytes: Double
    }

    private let samples = Mutex<[Sample]>([])
    private let window: Double
    /// Pairs grow with the square of the samples.
    private static let mostSamples = 240

    /// - Parameter windowSeconds: how far back samples count.
    public init(windowSeconds: Double) { window = windowSeconds }

    public func add(_ megabytes: Double, at now: Timestamp) {
        let seconds = Double(now.microseconds) / 1e6
        samples.withLock { samples in
            // Samples closer than the window allows would only push older ones out.
            if let last = samples.last, seconds - last.seconds < window / Double(Self.mostSamples) { return }
            samples.append(Sample(seconds: seconds, megabytes: megabytes))
            samples.removeAll { $0.seconds < seconds - window || $0.seconds > seconds }
        }
    }

    /// MB an hour; nothing before the samples cover half of the window.
    public var growthPerHour: Double? {
        let samples = samples.withLock { $0 }
        guard let first = samples.first, let last = samples.last, last.seconds - first.seconds >= window / 2,
            samples.count >= 8
        else { return nil }
        var slopes: [Double] = []
        for (index, left) in samples.enumerated() {
            for right in samples[(index + 1)...] where right.seconds > left.seconds {
                slopes.append((right.megabytes - left.megabytes) / (right.seconds - left.seconds))
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let middle = slopes.count / 2
        let median = slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
        return median * 3600
    }
}
