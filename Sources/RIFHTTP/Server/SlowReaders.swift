import NIOCore

/// Cuts off clients that ask for a long answer and do not read it, which else would hold it in our memory for as long as
/// they please.
///
/// Whoever takes anything at all may be as slow as it likes. Clients of the event stream are cut off sooner, by the
/// stream itself: what waits for them is not theirs alone.
final class SlowReaders: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    private var alarm: Scheduled<Void>?

    init(_ configuration: ServerConfiguration) { timeout = TimeAmount(configuration.writeTimeout) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            alarm?.cancel()
            alarm = nil
        } else if alarm == nil {
            watch(context.channel)
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

    /// Looks again after the time that a client has to take something.
    private func watch(_ channel: any Channel) {
        let before = Self.waitingBytes(channel)
        alarm = channel.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            guard Self.waitingBytes(channel) == before else { return self.watch(channel) }
            channel.cutOff()
        }
    }

    private static func waitingBytes(_ channel: any Channel) -> Int? {
        try? channel.syncOptions?.getOption(.bufferedWritableBytes)
    }
}
