#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The processes of the system, as /proc shows them; empty where there is no /proc.
enum ProcessTable {
    struct Row {
        let pid: Int32
        let parent: Int32
        let group: Int32
        let session: Int32
        let start: UInt64
        let isZombie: Bool
    }

    static func rows() -> [Row] {
        var rows: [Row] = []
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name), let row = row(pid) { rows.append(row) }
        }
        return rows
    }

    static func row(_ pid: Int32) -> Row? {
        guard let text = content(of: "stat", pid: pid, limit: 2 << 10) else { return nil }
        // The name in parentheses may hold anything, also parentheses.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19, let parent = Int32(fields[1]), let group = Int32(fields[2]),
            let session = Int32(fields[3]), let start = UInt64(fields[19])
        else { return nil }
        return Row(
            pid: pid, parent: parent, group: group, session: session, start: start,
            isZombie: fields[0] == "Z" || fields[0] == "X")
    }

    /// The environment that a process started with, as `NAME=value`; empty where it may not be seen.
    static func environment(_ pid: Int32) -> [ArraySlice<UInt8>] {
        content(of: "environ", pid: pid, limit: 4 << 20)?.split(separator: 0) ?? []
    }

    static func isOurs(_ pid: Int32) -> Bool {
        var facts = stat()
        return stat("/proc/\(pid)", &facts) == 0 && facts.st_uid == getuid()
    }

    /// The descendants of a process, without those that have ended.
    static func descendants(of ancestor: Int32) -> [Row] {
        let children = Dictionary(grouping: rows(), by: \.parent)
        var found: [Row] = []
        var waiting = [ancestor]
        while let pid = waiting.popLast() {
            for row in children[pid] ?? [] {
                waiting.append(row.pid)
                if !row.isZombie { found.append(row) }
            }
        }
        return found
    }

    private static func content(of file: String, pid: Int32, limit: Int) -> [UInt8]? {
        guard let descriptor = try? Files.open("/proc/\(pid)/\(file)", O_RDONLY) else { return nil }
        defer { close(descriptor) }
        return Files.readAll(descriptor, limit: limit)
    }
}
