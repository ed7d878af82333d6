import NIOCore
import NIOPosix
import RIFModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@testable import RIFHTTP

@Suite("The gate's rules by themselves")
struct GateRulesTests {
    @Test("A login ends after its time, at a log-out, and when there are too many")
    func logins() {
        let logins = Logins()
        let now = ContinuousClock.now
        let first = logins.begin(.read, at: now)
        let second = logins.begin(.write, at: now + .seconds(1))
        #expect(first != second && first.utf8.count == 43)
        #expect(logins.rights(of: [first], at: now) == .read)
        #expect(logins.rights(of: ["wrong", second], at: now) == .write)
        #expect(logins.rights(of: ["wrong"], at: now) == nil && logins.rights(of: [], at: now) == nil)
        #expect(logins.rights(of: [first], at: now + Logins.lifetime) == nil)
        #expect(logins.rights(of: [second], at: now + Logins.lifetime) == .write)
        logins.end([second])
        #expect(logins.rights(of: [second], at: now) == nil)
        for _ in 0..<Logins.maximum { _ = logins.begin(.read, at: now + .seconds(2)) }
        #expect(logins.rights(of: [first], at: now + .seconds(2)) == nil, "the oldest makes room")
    }

    @Test("A secret matches itself only")
    func secrets() {
        #expect(Secret("a").matches(Secret("a")))
        for other in ["", "b", "A", "a ", "aa", "a\u{0}", "\u{E1}"] { #expect(!Secret("a").matches(Secret(other))) }
        #expect(Set((0..<100).map { _ in Secret.random() }).count == 100)
    }

    @Test(
        "An authority is read strictly",
        arguments: [
            ("localhost", "localhost", nil), ("LOCALHOST:80", "localhost", 80), ("[::1]:8420", "::1", 8420),
            ("[0:0:0:0:0:0:0:1]", "::1", nil), ("a.b-c_d:65535", "a.b-c_d", 65_535),
        ] as [(String, String, Int?)])
    func authorities(_ text: String, _ host: String, _ port: Int?) {
        #expect(Authority(text) == Authority(host: host, port: port))
    }

    @Test(
        "What is no authority is none",
        arguments: [
            "", ":80", "a:", "a:b", "a:-1", "a:65536", "a:000080", "a b", "a/b", "u@a", "a:80:80", "[::1", "::1", "[a]",
            "[127.0.0.1]",
            "[::1]80", "[::1]x:80", "\u{E4}", "a\u{0}",
        ])
    func noAuthorities(_ text: String) { #expect(Authority(text) == nil) }

    #if os(Linux)
    @Test("The table of sockets tells whose the other end is, and not after it was closed")
    func socketTable() throws {
        let from = try SocketAddress(ipAddress: "127.0.0.1", port: 39_268)
        let to = try SocketAddress(ipAddress: "127.0.0.1", port: 60_941)
        let near = try #require(SocketTable.column(from, false))
        let far = try #require(SocketTable.column(to, false))
        #expect(near.hasSuffix(":9964") && far.hasSuffix(":EE0D"))
        func table(_ user: Int, inode: Int = 1_495_475) -> String {
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: \(far) 00000000:0000 0A 00000000:00000000 00:00000000 00000000     7        0 1495470 1 0000000013836f86
               1: \(far) \(near) 01 00000000:00000000 00:00000000 00000000     7        0 1495476 1 0000000013836f87
               2: \(near) \(far) 01 00000000:00000000 00:00000000 00000000  \(user)        0 \(inode) 2 00000000e59dfba3

            """
        }
        #expect(SocketTable.owner(near, far, in: table(1000)) == 1000)
        #expect(SocketTable.owner(near, far, in: table(0, inode: 0)) == nil, "what is closed says 0 whoever it was")
        #expect(SocketTable.owner(far, near, in: table(1000)) == 7)
        #expect(SocketTable.owner(near, "0100007F:0001", in: table(1000)) == nil)
        let six = try SocketAddress(ipAddress: "::ffff:127.0.0.1", port: 39_268)
        #expect(SocketTable.column(six, false) == near)
        #expect(SocketTable.column(six, true) == SocketTable.column(from, true))
        #expect(SocketTable.column(try SocketAddress(ipAddress: "::1", port: 1), false) == nil)
        #expect(SocketTable.column(try SocketAddress(unixDomainSocketPath: "/s"), true) == nil)
    }

    @Test("The kernel says whose the other end of a connection is", arguments: ["127.0.0.1", "::1"])
    func socketQuestion(host: String) async throws {
        let server = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup).bind(host: host, port: 0).get()
        let client = try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .connect(to: try #require(server.localAddress)).get()
        let from = try #require(client.localAddress)
        let to = try #require(client.remoteAddress)
        #expect(SocketQuestion.owner(from: from, to: to) == .user(geteuid()))
        #expect(SocketTable.owner(from: from, to: to) == .user(geteuid()), "as its table does")
        try await client.close()
        try await server.close()
        let nobody = try SocketAddress(ipAddress: host, port: 1)
        #expect(SocketQuestion.owner(from: nobody, to: to) == .gone)
        #expect(SocketQuestion.owner(from: try SocketAddress(unixDomainSocketPath: "/s"), to: to) == nil)
    }

    @Test("An answer of the kernel that is an error, or cut short, is no owner")
    func socketAnswers() {
        func answer(type: UInt16, _ code: Int32, size: Int) -> ArraySlice<UInt8> {
            var bytes = [UInt8](repeating: 0, count: size)
            withUnsafeBytes(of: type) { bytes.replaceSubrange(4..<6, with: $0) }
            withUnsafeBytes(of: code) { bytes.replaceSubrange(16..<20, with: $0) }
            return bytes[...]
        }
        #expect(SocketQuestion.read(answer(type: 2, -ENOENT, size: 36)) == .gone)
        #expect(SocketQuestion.read(answer(type: 2, -EPERM, size: 36)) == nil)
        #expect(SocketQuestion.read(answer(type: 20, 0, size: 60)) == nil)
        #expect(SocketQuestion.read(answer(type: 20, 0, size: 88)) == .gone, "what has no inode is closed")
        #expect(SocketQuestion.read(answer(type: 3, 0, size: 36)) == nil)
    }
    #endif
}
