import RIFOrchestrator

/// How many rows each part of the screen gets. The table gets what is left, and at least two rows while there are any.
struct TopLayout: Sendable, Hashable {
    var alertRows = 0
    var stateRows = 0
    var tableRows = 0
    /// Without their heading; 0 hides both.
    var decisionRows = 0
    /// State bars beside each other.
    var stateColumns = 1
}

extension TopScreen {
    /// The parts, from the top: title, figures, notices, states, table with its header, decisions, keys.
    func layout(_ size: Size) -> TopLayout {
        var layout = TopLayout()
        // Title, figures, the table's header, the keys.
        var left = size.rows - 4
        guard let snapshot else {
            layout.alertRows = min(notices.count, max(0, left))
            layout.tableRows = max(0, left - layout.alertRows)
            return layout
        }
        layout.alertRows = min(notices.count, size.rows < 16 ? 1 : 3)
        left -= layout.alertRows
        layout.stateColumns = max(1, size.columns / 38)
        let needed = (snapshot.states.count + layout.stateColumns - 1) / layout.stateColumns
        layout.stateRows = min(needed, size.rows < 14 ? 1 : size.rows < 30 ? 3 : 5, max(0, left - 2))
        left -= layout.stateRows
        if size.rows >= 18, !snapshot.decisions.isEmpty {
            // A heading, then a third of what is left, more where the table does not need it.
            let spare = max(left / 3, left - 1 - max(4, rows.count))
            layout.decisionRows = max(0, min(snapshot.decisions.count, 12, spare - 1))
            if layout.decisionRows > 0 { left -= layout.decisionRows + 1 }
        }
        layout.tableRows = max(0, left)
        return layout
    }

    struct Notice: Sendable, Hashable {
        var text: String
        var style: TopStyle
    }

    /// What is wrong: why the data are old, then the alerts, the worst first.
    var notices: [Notice] {
        var notices: [Notice] = []
        if let failure {
            let since = failingSince.map { Times.compact(from: $0, to: now) } ?? ""
            switch failure.code {
            case .storageUnavailable where snapshot == nil && failure.detail.hasPrefix("there is no database"):
                notices.append(.init(text: "No database yet: rif start\(suffix)", style: .warning))
            default:
                let isLocked = failure.detail.contains("is in use by another process")
                let why = isLocked ? "another process is using the database" : Text.visible(failure.detail)
                let what = snapshot == nil ? "Nothing read yet" : "No new data for \(since)"
                notices.append(.init(text: "\(what): \(why)", style: .warning))
            }
        }
        for alert in (snapshot?.alerts ?? []).sorted(by: { $0.isCritical && !$1.isCritical }) {
            let begin = alertsSince[alert.name].flatMap { $0.distance(to: reference) < 1_000_000 ? nil : $0 }
            let since = begin.map { " (for \(Times.compact(from: $0, to: reference)))" } ?? ""
            notices.append(
                .init(text: "▲ \(Text.visible(alert.message))\(since)", style: alert.isCritical ? .bad : .warning))
        }
        return notices
    }
}

extension Times {
    /// `12 s`, `45 m`, `3 h 10 m`, `2 d 3 h`; 0 s where the clock was set back.
    static func compact(from start: Timestamp, to end: Timestamp) -> String {
        let seconds = max(0, start.distance(to: end) / 1_000_000)
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) m"
        case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) m"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// `12:00:03`
    static func clock(_ moment: Timestamp) -> String { String(moment.rfc3339.dropFirst(11).prefix(8)) }
}
