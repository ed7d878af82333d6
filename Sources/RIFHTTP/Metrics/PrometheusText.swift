/// A text in Prometheus' format (version 0.0.4), written family by family.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats.
struct PrometheusText {
    enum Kind: String { case counter, gauge, histogram }

    /// Its media type; Prometheus 3 refuses a text without it.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Begins a family; its samples follow, and no other family's between them.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: some BinaryInteger) {
        text += "\(name)\(Self.braces(labels)) \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        text += "\(name)\(Self.braces(labels)) \(Self.number(value))\n"
    }

    /// - Parameters:
    ///   - bounds: upper ends of the ranges.
    ///   - counts: of each range alone, one more than there are bounds.
    mutating func histogram(
        _ name: String, _ labels: [(String, String)] = [], bounds: [Double], counts: [UInt64], sum: Double
    ) {
        var total: UInt64 = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            sample("\(name)_bucket", labels + [("le", Self.number(bound))], total)
        }
        sample("\(name)_sum", labels, sum)
        sample("\(name)_count", labels, total)
    }

    private static func braces(_ labels: [(String, String)]) -> String {
        // An empty label is the same as none.
        let words = labels.filter { !$0.1.isEmpty }.map { "\($0.0)=\"\(escaped($0.1, quotes: true))\"" }
        return words.isEmpty ? "" : "{\(words.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
