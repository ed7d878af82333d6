import RIFOrchestrator

/// Everything that `rif top` remembers between two keys: a pure value. Events change it (`handle`), and it says which
/// lines a screen of a size shows (`lines(_:)`); terminal, clock and database are outside.
struct TopScreen: Sendable {
    struct Size: Sendable, Hashable {
        var columns: Int
        var rows: Int
    }

    enum Event: Sendable {
        case key(TopKey)
        case resized(Size)
        case clock(Timestamp)
        case read(TopSnapshot)
        case details(TopDetails)
        /// The database could not be read.
        case failed(RIFError)
    }

    /// What the program around has to do after an event.
    enum Effect: Sendable, Hashable {
        case quit, suspend, refresh, repaint
    }

    enum Mode: Sendable, Hashable {
        case table
        case filtering
        /// The index of the column in `TopColumn.allCases` that the menu stands on.
        case sorting(Int)
        case details(String)
        case help
    }

    /// Of the database: the file's name, and what to type after `rif start` to reach it.
    let name: String
    let suffix: String
    var size: Size
    var now: Timestamp
    /// Seconds.
    var interval: Double
    var isPaused = false
    /// Printed once, and not live.
    var isOnce = false
    var mode = Mode.table
    var sort = TopSort()
    var filter = ""
    private(set) var snapshot: TopSnapshot?
    private(set) var details: TopDetails?
    private(set) var failure: RIFError?
    /// Since when reading has failed.
    private(set) var failingSince: Timestamp?
    /// Since when each alert has been there, as far as it was watched.
    private(set) var alertsSince: [String: Timestamp] = [:]
    /// Sorted and filtered.
    private(set) var rows: [TopSnapshot.Workflow] = []
    /// Of the widest short id.
    private(set) var idWidth = 0
    private(set) var selectedID: String?
    private(set) var selectedIndex = 0
    /// First row that is seen: of the table, and of a text (details, help).
    var offset = 0
    var textOffset = 0

    static let intervals = 0.1...60.0

    init(name: String, suffix: String, size: Size, now: Timestamp, interval: Double = 1) {
        self.name = name
        self.suffix = suffix
        self.size = size
        self.now = now
        self.interval = interval
    }

    /// What times are counted to: the clock, or the moment that a paused screen shows.
    var reference: Timestamp { isPaused ? snapshot?.takenAt ?? now : now }

    var selected: TopSnapshot.Workflow? { rows.indices.contains(selectedIndex) ? rows[selectedIndex] : nil }

    @discardableResult
    mutating func handle(_ event: Event) -> Set<Effect> {
        var effects: Set<Effect> = []
        switch event {
        case .key(let key): effects = press(key)
        case .resized(let size):
            self.size = size
            effects = [.repaint]
        case .clock(let now): self.now = now
        case .read(let snapshot):
            (failure, failingSince) = (nil, nil)
            // What is paused stays as it is; a reading may have been under way.
            guard !isPaused || self.snapshot == nil else { break }
            self.snapshot = snapshot
            let names = Set(snapshot.alerts.map(\.name))
            alertsSince = alertsSince.filter { names.contains($0.key) }
            for alert in snapshot.alerts where alertsSince[alert.name] == nil {
                alertsSince[alert.name] = alert.since ?? snapshot.takenAt
            }
            arrange()
        case .details(let details):
            if case .details(let id) = mode, id == details.id { self.details = details }
        case .failed(let error):
            failure = error
            failingSince = failingSince ?? snapshot?.takenAt ?? now
        }
        keepInSight()
        return effects
    }

    // MARK: - Rows

    /// Sorts and filters anew; the selection stays on its session, or where it was if that is gone.
    mutating func arrange() {
        var all = snapshot?.workflows ?? []
        if !filter.isEmpty {
            let words = filter.lowercased().split(separator: " ")
            all = all.filter { row in
                let text = row.searchText
                return words.allSatisfy { text.contains($0) }
            }
        }
        rows = sort.sorted(all)
        idWidth = rows.reduce(0) { max($0, Text.width(Text.visible($1.shortID.prefix(40)))) }
        if let selectedID, let index = rows.firstIndex(where: { $0.id == selectedID }) {
            selectedIndex = index
        } else {
            select(selectedIndex)
        }
    }

    mutating func select(_ index: Int) {
        selectedIndex = max(0, min(index, rows.count - 1))
        selectedID = selected?.id
        keepInSight()
    }

    /// Scrolls as little as it takes to see the selected row, and never past the end.
    private mutating func keepInSight() {
        let visible = max(1, layout(size).tableRows)
        offset = max(0, min(offset, rows.count - visible))
        if selectedIndex < offset { offset = selectedIndex }
        if selectedIndex >= offset + visible { offset = selectedIndex - visible + 1 }
        if isText { textOffset = max(0, min(textOffset, textLines(size.columns).count - textRows)) }
    }

    /// Whether a text covers the table.
    var isText: Bool {
        switch mode {
        case .details, .help: true
        case .table, .filtering, .sorting: false
        }
    }

    /// Lines of a text that are seen at once: all but the title and the keys.
    var textRows: Int { max(1, size.rows - 2) }
}

extension TopSnapshot.Workflow {
    /// What the filter looks in.
    fileprivate var searchText: String {
        ([id, type, state, lastDecision ?? ""] + agents).joined(separator: "\n").lowercased()
    }
}

extension TopScreen {
    mutating func open(_ mode: Mode) {
        self.mode = mode
        textOffset = 0
        if case .details = mode { details = nil }
    }
}
