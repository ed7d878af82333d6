/// How far a session has come, by the state that it is in.
public enum Progress {
    /// The guide's states; every other state counts as half way.
    private static let percentages: [String: Int] = [
        "initialized": 10, "analyzing": 25, "planning": 40, "architecting": 55, "implementing": 75, "validating": 90,
        "completed": 100, "failed": 0, "cancelled": 0,
    ]

    /// Percent, 0…100.
    public static func percentage(of state: String) -> Int { percentages[state] ?? 50 }
}
