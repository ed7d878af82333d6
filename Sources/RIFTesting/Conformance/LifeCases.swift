import RIFModel
import RIFStore

extension StoreConformance {
    static let lifeCases: [Case] = [
        Case("a probe commits, and leaves no row and no sequence behind") { fixture in
            let log = SampleLog()
            let start = try log.start()
            try await withStore(fixture) { store, write in
                for _ in 0..<3 { try await write { writer throws(StoreError) in try writer.probe() } }
                try expectEqual(try await store.counts().events, 0)
                try await write.commit(start)
                try await write { writer throws(StoreError) in
                    for _ in 0..<200 { try writer.probe() }
                    try writer.checkpoint()
                    for _ in 0..<3 { try writer.probe() }
                }
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try expectEqual(
                    try await write { writer throws(StoreError) in try writer.lastSequence() }, log.sequence)
                try expectEqual(try await store.counts().events, 1)
                try expectEqual(try await store.checkIntegrity(sessionID: nil, now: log.now).errors, [])
            }
        },
        Case("a store has one writer") { fixture in
            try await withStore(fixture) { store, _ in
                _ = try await storeError { try store.runWriter { _ in } }
            }
        },
        Case("a closed store says so, and closing twice is no error") { fixture in
            let store = try await fixture.open()
            await store.close()
            await store.close()
            try expectEqual(try await storeError { try store.runWriter { _ in } }.kind, .closed)
            try expectEqual(try await storeError { try await store.load("x") }.kind, .closed)
            try expectEqual(try await storeError { try await store.loadUnfolded() }.kind, .closed)
            try expectEqual(try await storeError { try await store.sessionIDs(prefix: "", limit: 1) }.kind, .closed)
            try expectEqual(try await storeError { try await store.sessions(SessionQuery()) }.kind, .closed)
            try expectEqual(try await storeError { try await store.decisions(sessionID: nil, limit: 1) }.kind, .closed)
            try expectEqual(try await storeError { try await store.metrics(sessionID: nil, limit: 1) }.kind, .closed)
            try expectEqual(try await storeError { try await store.events(EventQuery(limit: 1)) }.kind, .closed)
            try expectEqual(try await storeError { try await store.figures(sessionID: nil) }.kind, .closed)
            let time = Timestamp(microseconds: 0)
            try expectEqual(try await storeError { try await store.countFinished(before: time) }.kind, .closed)
            try expectEqual(
                try await storeError { try await store.checkIntegrity(sessionID: nil, now: time) }.kind, .closed)
            try expectEqual(try await storeError { try await store.counts() }.kind, .closed)
        },
        Case("a close waits for the writer") { fixture in
            let log = SampleLog()
            let start = try log.start()
            let gate = Gate()
            let store = try await fixture.open()
            let stored = TestSignal("the last commit")
            try store.runWriter { writer in
                gate.pass()
                do {
                    try writer.commit([start])
                    stored.fire()
                } catch {
                    return
                }
            }
            try await gate.arrived.wait()
            async let closing: Void = store.close()
            gate.open()
            await closing
            try expectEqual(stored.count, 1, "commits before the close")
            try await withStore(fixture) { store, _ in
                try expectEqual(try await store.load(start.id)?.entries.count, fixture.isPersistent ? 1 : nil)
            }
        },
        Case("what is opened for reading has no writer") { fixture in
            let log = SampleLog()
            let start = try log.start()
            try await withStore(fixture) { _, write in try await write.commit(start) }
            guard fixture.isPersistent else {
                // There is nothing to read; a store may say so, or be empty.
                guard let store = try? await fixture.open(isReadOnly: true) else { return }
                _ = try await storeError { try store.runWriter { _ in } }
                await store.close()
                return
            }
            let store = try await fixture.open(isReadOnly: true)
            try expect(store.information.isReadOnly)
            _ = try await storeError { try store.runWriter { _ in } }
            try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
            await store.close()
        },
        Case("a store says what it is") { fixture in
            try await withStore(fixture) { store, _ in
                try expect(!store.information.kind.isEmpty)
                try expect(!store.information.location.isEmpty)
                try expect(!store.information.isReadOnly)
                try expect(store.information.schemaVersion > 0)
            }
        },
        Case("reopening keeps what was committed") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                let step = try log.transition(start.id, to: "a")
                let more = try log.transition(start.id, to: "b")
                try await write.commit(start, step)
                do {
                    try await write { writer throws(StoreError) in try writer.reopen() }
                } catch let error as StoreError {
                    // Where nothing could be found again, to refuse is the only right answer.
                    try expect(!fixture.isPersistent, "\(error)")
                    return
                }
                try expectEqual(try await write { writer throws(StoreError) in try writer.lastSequence() }, 2)
                try expectEqual(try await write { writer throws(StoreError) in try writer.isCommitted(step) }, true)
                try expectEqual(try await write { writer throws(StoreError) in try writer.isCommitted(more) }, false)
                try await write.commit(more)
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
            }
        },
        Case("a checkpoint changes nothing that is read") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                for _ in 0..<20 {
                    let start = try log.start()
                    try await write.commit(start, try log.transition(start.id, to: "a"))
                    try await write { writer throws(StoreError) in try writer.checkpoint() }
                    try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                }
                try expectEqual(try await store.events(EventQuery(after: 0, limit: 100)), log.all.map(\.event))
            }
        },
        Case("a backup opens as a database of its own") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start)
                guard let path = fixture.backupPath else {
                    _ = try await storeError {
                        try await write.backUp(to: "no-such-folder/copy")
                    }
                    return
                }
                let receipt = try await write.backUp(to: path)
                try expect(receipt.bytes > 0)
                try await write.commit(try log.transition(start.id, to: "later"))
                let error = try await storeError {
                    try await write.backUp(to: path)
                }
                try expectEqual(error.kind, .exists)
                let id = start.id
                func copied() async throws -> [LogEntry]? {
                    let backup = try await fixture.openBackup()
                    let stored = try await backup.load(id)
                    await backup.close()
                    return stored?.entries
                }
                try expectEqual(try await copied(), start.entries)
                _ = try await write.backUp(to: path, overwrite: true)
                try expectEqual(try await copied(), log.entries[start.id])
                try await write.commit(try log.transition(start.id, to: "last"))
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
            }
        },
        Case("compacting changes nothing that is read") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start, try log.transition(start.id, to: "a"), try log.metric(start.id))
                try await write.save(log.snapshots(), through: log.sequence)
                do {
                    _ = try await write { writer throws(StoreError) in try writer.compact() }
                } catch let error as StoreError {
                    try expect(!fixture.isPersistent, "\(error)")
                }
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try await write.commit(try log.transition(start.id, to: "b"))
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try expectEqual(try await store.metrics(sessionID: nil, limit: 10).count, 1)
                try expect(try await store.checkIntegrity(sessionID: nil, now: log.now).isValid)
            }
        },
    ]
}
