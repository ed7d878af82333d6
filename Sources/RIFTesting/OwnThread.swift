import Foundation

/// Runs something that may block, on a thread of its own.
///
/// Not on a dispatch queue: on Linux tasks run on the same pool of threads, and a few dozen blocked queues starve them.
func onOwnThread(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }
