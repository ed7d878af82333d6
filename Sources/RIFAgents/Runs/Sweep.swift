import CProcess
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Ends what a run has left behind whose shim was killed.
struct Sweep {
    private let folder: RunFolder
    private let note: StartNote?
    /// What a process of the run carries in its environment.
    private let marks: (assignment: [UInt8], attempt: [UInt8])
    private let spared: Set<Int32>

    init(_ folder: RunFolder, assignmentID: String, attempt: Int) {
        self.folder = folder
        let note = StartNote(Files.readObject(folder.startFile))
        // Numbers of another boot mean other processes.
        self.note = note?.agent.boot == ProcessIdentity.currentBoot ? note : nil
        marks = (Array("RIF_ASSIGNMENT_ID=\(assignmentID)".utf8), Array("RIF_ATTEMPT=\(attempt)".utf8))
        // An agent may call us: neither ourselves nor those that we live in.
        var spared: Set<Int32> = []
        var pid = getpid()
        while pid > 1, spared.insert(pid).inserted { pid = ProcessTable.row(pid)?.parent ?? 0 }
        self.spared = spared
    }

    func run() -> Int {
        RunLock.whileFree(folder) {
            var ended: Set<ProcessIdentity> = []
            // Again until nothing is found: one that was just forking was not in the table.
            for _ in 0..<50 {
                let found = ProcessTable.rows().filter(belongs)
                if found.isEmpty { break }
                for row in found {
                    let process = ProcessIdentity(pid: row.pid, start: row.start, boot: ProcessIdentity.currentBoot)
                    if process.signal(SIGKILL) { ended.insert(process) }
                }
                usleep(5_000)
            }
            return ended.count
        } ?? 0
    }

    private func belongs(_ row: ProcessTable.Row) -> Bool {
        guard !row.isZombie, row.pid > 1, !spared.contains(row.pid), ProcessTable.isOurs(row.pid) else { return false }
        let environment = ProcessTable.environment(row.pid)
        let assignment = environment.first { $0.starts(with: Self.assignmentName) }
        if let assignment {
            return assignment.elementsEqual(marks.assignment)
                && environment.contains { $0.elementsEqual(marks.attempt) }
        }
        // One that has emptied its environment is known by where it came from.
        guard let note, row.start >= note.shim.start else { return false }
        return row.pid == note.agent.pid && row.start == note.agent.start
            || row.group == note.agent.pid && isStillOurs(note.agent)
            || row.session == note.shim.pid && isStillOurs(note.shim)
    }

    private static let assignmentName = Array("RIF_ASSIGNMENT_ID=".utf8)

    /// A group or session keeps its number after its leader has ended, and nobody else gets the number meanwhile. If
    /// there is a process of that number with another start, the number has been given away.
    private func isStillOurs(_ leader: ProcessIdentity) -> Bool {
        let start = rif_process_start(leader.pid)
        return start == 0 || start == leader.start
    }
}
