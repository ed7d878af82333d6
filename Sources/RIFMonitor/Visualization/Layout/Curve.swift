/// Smooth lines that never swing out beyond their knots.
enum Curve {
    struct Knot: Equatable {
        var along: Double
        var across: Double
    }

    /// A chain of cubic Bézier curves through the knots: the first knot, then two control points and a knot for each
    /// curve. It leaves and arrives straight; between, its slopes are those of Fritsch and Butland (1984), which keep it
    /// within what two neighbouring knots span.
    ///
    /// - Parameter knots: in the order of `along`; those at the same `along` as the one before are left out.
    static func through(_ knots: [Knot]) -> [Knot] {
        var kept: [Knot] = []
        for knot in knots where kept.last.map({ knot.along - $0.along > 0.01 }) ?? true { kept.append(knot) }
        guard kept.count > 1 else { return kept }
        let slopes = zip(kept, kept.dropFirst()).map { ($1.across - $0.across) / ($1.along - $0.along) }
        var tangents = Array(repeating: 0.0, count: kept.count)
        for index in 1..<max(1, kept.count - 1) {
            let (left, right) = (slopes[index - 1], slopes[index])
            guard left * right > 0 else { continue }
            tangents[index] = 2 * left * right / (left + right)
        }
        var points = [kept[0]]
        for (index, slope) in slopes.enumerated() {
            let (start, end) = (kept[index], kept[index + 1])
            let reach = (end.along - start.along) * (slope == 0 ? 1 / 3 : 0.45)
            points.append(Knot(along: start.along + reach, across: start.across + reach * tangents[index]))
            points.append(Knot(along: end.along - reach, across: end.across - reach * tangents[index + 1]))
            points.append(end)
        }
        return points
    }
}
