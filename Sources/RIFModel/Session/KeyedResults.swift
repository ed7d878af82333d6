/// What the commands that came with an idempotency key came to, by key. Cheap to copy and to extend however many there
/// are, as `History` is and for the same reason: a plain dictionary would be copied whole by each command with a key.
public struct KeyedResults: Sendable {
    private static let bucketCount = 128
    /// By the key's hash; none at all while there is no key. A change copies one of them at most.
    private var buckets: [[String: IdempotentResult]] = []

    public init() {}

    public subscript(key: String) -> IdempotentResult? {
        get { buckets.isEmpty ? nil : buckets[Self.bucket(of: key)][key] }
        set {
            if buckets.isEmpty { buckets = Array(repeating: [:], count: Self.bucketCount) }
            buckets[Self.bucket(of: key)][key] = newValue
        }
    }

    private static func bucket(of key: String) -> Int { Int(UInt(bitPattern: key.hashValue) % UInt(bucketCount)) }
}
