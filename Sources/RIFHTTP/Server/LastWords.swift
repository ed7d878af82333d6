import NIOCore

/// Lets a connection that ends with the server say to its end what it has begun to say.
///
/// Hummingbird closes such a connection right behind the last part of its answer, and what the system has not taken by
/// then is lost: a long answer to a slow reader would be cut off in the middle. So once the server has begun to stop, a
/// close waits for the writes before it; `cutOff` waits for nothing.
final class LastWords: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Closes the connection at once.
    struct CutOff: Sendable {}

    private var isQuiescing = false
    private var closing: EventLoopPromise<Void>?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { isQuiescing = true }
        context.fireUserInboundEventTriggered(event)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is CutOff else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isQuiescing, mode == .all else { return context.close(mode: mode, promise: promise) }
        if let closing { return closing.futureResult.cascade(to: promise) }
        let closing = context.eventLoop.makePromise(of: Void.self)
        closing.futureResult.cascade(to: promise)
        self.closing = closing
        // Writes end in their order, so this one ends behind all others.
        let last = context.eventLoop.makePromise(of: Void.self)
        last.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: closing) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: last)
    }
}

extension Channel {
    /// Closes the connection at once, whatever waits to be sent.
    func cutOff() { triggerUserOutboundEvent(LastWords.CutOff(), promise: nil) }
}
