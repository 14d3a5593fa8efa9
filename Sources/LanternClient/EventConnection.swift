import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A response that goes on, as the bytes that come; ends with ``ReadError`` if it is none. URLSession has no such sequence on
/// Linux.
final class EventConnection: NSObject, URLSessionDataDelegate, Sendable {
    let bytes: AsyncThrowingStream<Data, any Error>
    private let continuation: AsyncThrowingStream<Data, any Error>.Continuation
    private let session = Mutex<URLSession?>(nil)
    /// The head of a response that is no stream, and its body so far.
    private let refusal = Mutex<(response: HTTPURLResponse, body: Data)?>(nil)

    init(_ request: URLRequest, _ configuration: URLSessionConfiguration) {
        (bytes, continuation) = AsyncThrowingStream.makeStream(of: Data.self)
        super.init()
        // A session keeps its delegate until it is made invalid.
        let own = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        session.withLock { $0 = own }
        own.dataTask(with: request).resume()
    }

    func cancel() {
        session.withLock { session in
            defer { session = nil }
            return session
        }?.invalidateAndCancel()
        continuation.finish()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse, response.statusCode != 200 {
            refusal.withLock { $0 = (response, Data()) }
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isRefused = refusal.withLock { refusal in
            refusal?.body.append(data.prefix(65_536))
            return refusal != nil
        }
        if !isRefused { continuation.yield(data) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let (response, body) = refusal.withLock({ $0 }) {
            continuation.finish(throwing: ReadError(response, body))
        } else {
            continuation.finish(throwing: error)
        }
    }
}
