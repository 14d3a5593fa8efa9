import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request and its whole response, which ends with the task that asks.
enum Transfer {
    static func data(_ request: URLRequest, _ session: URLSession) async throws -> (Data, HTTPURLResponse) {
        let running = Mutex<(task: URLSessionDataTask?, isCancelled: Bool)>((nil, false))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let task = session.dataTask(with: request) { data, response, error in
                    if let data, let response = response as? HTTPURLResponse, error == nil {
                        continuation.resume(returning: (data, response))
                    } else {
                        continuation.resume(throwing: error ?? URLError(.badServerResponse))
                    }
                }
                let isCancelled = running.withLock { running in
                    running.task = task
                    return running.isCancelled
                }
                // A task that is cancelled before it begins ends with an error as well.
                if isCancelled { task.cancel() }
                task.resume()
            }
        } onCancel: {
            running.withLock { running in
                running.isCancelled = true
                return running.task
            }?.cancel()
        }
    }
}
