import CProcess
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A process, told from every later one that got the same number.
struct ProcessIdentity: Sendable, Hashable {
    let pid: Int32
    /// In the system's own unit; 0 where the system did not tell.
    let start: UInt64
    /// Of the boot that it ran in; empty where the system has none.
    let boot: String

    init(pid: Int32, start: UInt64, boot: String) {
        self.pid = pid
        self.start = start
        self.boot = boot
    }

    /// A process that runs now.
    init(of pid: Int32) { self.init(pid: pid, start: rif_process_start(pid), boot: Self.currentBoot) }

    /// Whether it is there now: also as one that has ended and was not yet waited for.
    var isThere: Bool {
        boot == Self.currentBoot && start != 0 && pid > 1 && rif_process_start(pid) == start
    }

    /// Delivers a signal to this very process.
    ///
    /// - Returns: false where it is there no more.
    @discardableResult
    func signal(_ number: Int32) -> Bool {
        guard isThere else { return false }
        let descriptor = rif_pidfd_open(pid)
        // The number cannot be given away between these two looks: the descriptor stays with its process.
        guard descriptor >= 0 else { return errno == ENOSYS && isThere && kill(pid, number) == 0 }
        defer { close(descriptor) }
        return isThere && rif_pidfd_signal(descriptor, number) == 0
    }

    var json: JSONValue {
        .object(["pid": .int(Int64(pid)), "start": .int(Int64(clamping: start)), "boot": .string(boot)])
    }

    init?(_ json: JSONValue?) {
        guard let json, let number = json["pid"]?.intValue, let pid = Int32(exactly: number), pid > 1,
            let start = json["start"]?.intValue, start >= 0, let boot = json["boot"]?.stringValue
        else { return nil }
        self.init(pid: pid, start: UInt64(start), boot: boot)
    }

    /// Changes with every start of the system.
    static let currentBoot: String = {
        guard let descriptor = try? Files.open("/proc/sys/kernel/random/boot_id", O_RDONLY) else { return "" }
        defer { close(descriptor) }
        let bytes = Files.readAll(descriptor, limit: 64) ?? []
        return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }()
}
