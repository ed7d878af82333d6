import RIFModel
import Testing

@Suite struct UUIDv7Tests {
    private let now = Timestamp(microseconds: 1_795_366_800_123_456)

    @Test func form() throws {
        let id = UUIDv7Generator().next(at: now)
        #expect(id.utf8.count == 36)
        #expect(id == id.lowercased())
        let characters = Array(id)
        #expect([8, 13, 18, 23].allSatisfy { characters[$0] == "-" })
        #expect(characters[14] == "7")
        #expect("89ab".contains(characters[19]))
        #expect(UUIDv7.isVersion7(id))
        #expect(UUIDv7.timestamp(of: id)?.microseconds == 1_795_366_800_123_000)
    }

    @Test func growsOverTasksAndWithinOneMicrosecond() async {
        let generator = UUIDv7Generator()
        let now = now
        let lists = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<25_000).map { generator.next(at: now + Int64($0 / 100)) } }
            }
            return await group.reduce(into: [[String]]()) { $0.append($1) }
        }
        for list in lists {
            #expect(zip(list, list.dropFirst()).allSatisfy { $0 < $1 })
        }
        #expect(Set(lists.joined()).count == 100_000)
        #expect(lists.joined().allSatisfy(UUIDv7.isVersion7))
    }

    @Test func growsWhenTheClockGoesBack() {
        let generator = UUIDv7Generator()
        var last = generator.next(at: now)
        for step in 0..<1_000 {
            let id = generator.next(at: now - Int64(step * 1_000_000))
            #expect(id > last)
            last = id
        }
        #expect(UUIDv7.timestamp(of: last) == Timestamp(microseconds: 1_795_366_800_123_000))
        #expect(generator.next(at: now + 1) > last)
    }

    @Test func sortsByMicrosecond() {
        let ids = (0..<1_000).map { UUIDv7Generator().next(at: now + Int64($0)) }
        #expect(ids == ids.sorted())
    }

    @Test func differsBetweenGenerators() {
        #expect(Set((0..<1_000).map { _ in UUIDv7Generator().next(at: now) }).count == 1_000)
    }

    @Test(
        arguments: [
            (.min, 0), (-1, 0), (0, 0), (.max, 281_474_976_710_655_000),
            (281_474_976_710_655_000, 281_474_976_710_655_000),
        ] as [(Int64, Int64)])
    func momentsOutsideTheFormatStopAtItsEnds(microseconds: Int64, expected: Int64) {
        let generator = UUIDv7Generator()
        let first = generator.next(at: Timestamp(microseconds: microseconds))
        #expect(UUIDv7.timestamp(of: first)?.microseconds == expected)
        #expect(generator.next(at: Timestamp(microseconds: microseconds)) > first)
    }

    @Test func checks() {
        #expect(UUIDv7.isVersion7("01890a5d-ac96-774b-bcce-b302099a8057"))
        #expect(UUIDv7.isVersion7("01890A5D-AC96-774B-BCCE-B302099A8057"))
        #expect(UUIDv7.canonical("01890A5D-AC96-774B-BCCE-B302099A8057") == "01890a5d-ac96-774b-bcce-b302099a8057")
        // Version 4, and version 7 with another variant.
        for other in ["919108f7-52d1-4320-9bac-f847db4148a8", "01890a5d-ac96-774b-1cce-b302099a8057"] {
            #expect(UUIDv7.isUUID(other))
            #expect(!UUIDv7.isVersion7(other))
            #expect(UUIDv7.timestamp(of: other) == nil)
        }
        for broken in [
            "", "x", "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a80577", "01890a5d-ac96-774b-bcce-b302099a805g",
            "01890a5d+ac96-774b-bcce-b302099a8057", "{1890a5d-ac96-774b-bcce-b302099a805}",
            "01890a5d-ac96-774b-bcce-b302099a80é", "0-890a5d1ac96-774b-bcce-b302099a8057",
        ] {
            #expect(!UUIDv7.isUUID(broken))
            #expect(UUIDv7.canonical(broken) == nil)
        }
        #expect(UUIDv7.timestamp(of: "01890a5d-ac96-774b-bcce-b302099a8057")?.rfc3339 == "2023-06-30T03:34:18.518000Z")
    }
}
