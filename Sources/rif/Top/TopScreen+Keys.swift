import RIFOrchestrator

extension TopScreen {
    mutating func press(_ key: TopKey) -> Set<Effect> {
        switch key {
        case .control("c"), .function(10): return [.quit]
        case .control("z"): return [.suspend]
        case .control("l"): return [.repaint]
        default: break
        }
        switch mode {
        case .filtering: return pressWhileFiltering(key)
        case .sorting(let index): return pressWhileSorting(key, index)
        case .details, .help: return pressInText(key)
        case .table: return pressInTable(key)
        }
    }

    private mutating func pressInTable(_ key: TopKey) -> Set<Effect> {
        if move(key) { return [] }
        switch key {
        case .enter:
            guard let selected else { return [] }
            open(.details(selected.id))
            return [.refresh]
        case .function(1): open(.help)
        case .function(3), .function(4): mode = .filtering
        case .function(6): mode = .sorting(sort.column.rawValue)
        case .escape where !filter.isEmpty:
            filter = ""
            arrange()
        case .character(let character): return pressCharacter(character)
        default: break
        }
        return []
    }

    private mutating func pressCharacter(_ character: Character) -> Set<Effect> {
        switch character {
        case "q": return [.quit]
        case "h", "?": open(.help)
        case "/", "\\": mode = .filtering
        case "s": mode = .sorting(sort.column.rawValue)
        case "<", ">":
            let columns = TopColumn.allCases
            let index = sort.column.rawValue + (character == ">" ? 1 : -1)
            sort = TopSort(columns[(index + columns.count) % columns.count])
            arrange()
        case "I", "r":
            sort.isDescending.toggle()
            arrange()
        case "P": sortBy(.priority)
        case "T": sortBy(.inState)
        case "+", "=": changeInterval(up: true)
        case "-": changeInterval(up: false)
        case " ":
            isPaused.toggle()
            if !isPaused { return [.refresh] }
        default: break
        }
        return []
    }

    private mutating func sortBy(_ column: TopColumn) {
        sort = TopSort(column)
        arrange()
    }

    /// Moves the selection. False where the key does not.
    private mutating func move(_ key: TopKey) -> Bool {
        let page = max(1, layout(size).tableRows - 1)
        switch key {
        case .up, .character("k"): select(selectedIndex - 1)
        case .down, .character("j"): select(selectedIndex + 1)
        case .pageUp, .control("b"): select(selectedIndex - page)
        case .pageDown, .control("f"): select(selectedIndex + page)
        case .home, .character("g"): select(0)
        case .end, .character("G"): select(rows.count - 1)
        default: return false
        }
        return true
    }

    private mutating func pressWhileFiltering(_ key: TopKey) -> Set<Effect> {
        switch key {
        case .enter: mode = .table
        case .escape:
            filter = ""
            mode = .table
        case .backspace:
            if filter.isEmpty { mode = .table } else { filter.removeLast() }
        case .control("u"): filter = ""
        // Longer than any screen is a paste by mistake.
        case .character(let character) where filter.count < 200: filter.append(character)
        case .up, .down, .pageUp, .pageDown:
            _ = move(key)
            return []
        default: return []
        }
        arrange()
        return []
    }

    private mutating func pressWhileSorting(_ key: TopKey, _ index: Int) -> Set<Effect> {
        let last = TopColumn.allCases.count - 1
        switch key {
        case .up, .character("k"): mode = .sorting(max(0, index - 1))
        case .down, .character("j"): mode = .sorting(min(last, index + 1))
        case .home, .pageUp: mode = .sorting(0)
        case .end, .pageDown: mode = .sorting(last)
        case .enter:
            let column = TopColumn.allCases[index]
            if column != sort.column { sort = TopSort(column) }
            mode = .table
            arrange()
        case .escape, .character("q"), .function(6), .character("s"): mode = .table
        default: break
        }
        return []
    }

    private mutating func pressInText(_ key: TopKey) -> Set<Effect> {
        switch key {
        case .up, .character("k"): textOffset -= 1
        case .down, .character("j"), .enter: textOffset += 1
        case .pageUp, .control("b"), .character("b"): textOffset -= textRows - 1
        case .pageDown, .control("f"): textOffset += textRows - 1
        case .home, .character("g"): textOffset = 0
        case .end, .character("G"): textOffset = .max / 2
        case .escape, .character("q"), .backspace, .left: mode = .table
        case .character("h"), .character("?"), .function(1):
            mode = mode == .help ? .table : mode
        case .character("+"), .character("="): changeInterval(up: true)
        case .character("-"): changeInterval(up: false)
        case .character(" "):
            isPaused.toggle()
            if !isPaused { return [.refresh] }
        default: break
        }
        return []
    }

    private static let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

    private mutating func changeInterval(up: Bool) {
        if up {
            interval = Self.steps.first { $0 > interval } ?? Self.intervals.upperBound
        } else {
            interval = Self.steps.last { $0 < interval } ?? Self.intervals.lowerBound
        }
    }
}
