import NIOCore
import NIOHTTPTypes

/// Cuts off clients that send a request so slowly that they only mean to hold a connection ("slow loris").
///
/// A connection's idle timeout does not help there: each byte that drips in starts it anew. So the time of a whole head
/// and of a whole body is limited, from its first byte on.
enum SlowRequests {
    /// Sits before the HTTP decoder: it sees when bytes of a new request come in.
    final class Bytes: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private enum Stage { case between, head, body }

        private let headTimeout: TimeAmount
        private let bodyTimeout: TimeAmount
        private var stage = Stage.between
        private var alarm: Scheduled<Void>?

        init(_ configuration: ServerConfiguration) {
            headTimeout = TimeAmount(configuration.headTimeout)
            bodyTimeout = TimeAmount(configuration.bodyTimeout)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if stage == .between {
                stage = .head
                set(headTimeout, context)
            }
            context.fireChannelRead(data)
        }

        func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

        func channelInactive(context: ChannelHandlerContext) {
            alarm?.cancel()
            context.fireChannelInactive()
        }

        fileprivate func headIsWhole(_ context: ChannelHandlerContext) {
            stage = .body
            set(bodyTimeout, context)
        }

        fileprivate func requestIsWhole() {
            stage = .between
            alarm?.cancel()
            alarm = nil
        }

        private func set(_ timeout: TimeAmount, _ context: ChannelHandlerContext) {
            alarm?.cancel()
            let channel = context.channel
            alarm = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        }
    }

    /// Sits behind the decoder: it sees when a head and when a request is whole.
    final class Parts: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPRequestPart
        typealias InboundOut = HTTPRequestPart

        private var bytes: Bytes?

        func handlerAdded(context: ChannelHandlerContext) {
            bytes = try? context.pipeline.syncOperations.handler(type: Bytes.self)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head: bytes?.headIsWhole(context)
            case .body: break
            case .end: bytes?.requestIsWhole()
            }
            context.fireChannelRead(data)
        }
    }
}
