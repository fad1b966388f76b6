internal import CCurl
internal import Foundation
internal import Model

/// One request in the hands of libcurl; used on the thread of the loop only.
///
/// libcurl's callbacks hold it unretained: it outlives its handle, which it frees itself.
@safe final class Transfer {
    let ticket: Ticket
    let easy: UnsafeMutableRawPointer
    /// Tells the handles that are alive apart.
    var number: UInt { unsafe UInt(bitPattern: easy) }

    private let origin: Origin
    private var list: UnsafeMutablePointer<curl_slist>?
    private let complaint: UnsafeMutablePointer<CChar>
    private var answer: Answer

    /// Prepares the handle.
    ///
    /// - Throws: ``HTTPError`` of kind `notSent` for what libcurl would not send.
    init(_ ticket: Ticket, trust: Trust) throws(HTTPError) {
        let request = ticket.request
        guard let origin = Origin(request.url) else {
            throw HTTPError(.notSent, "the URL is not an http or https URL with a host")
        }
        let texts = [request.url, request.method] + request.headers.flatMap { [$0.key, $0.value] }
        guard texts.allSatisfy({ !$0.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 } }),
            !request.method.isEmpty
        else {
            throw HTTPError(
                .notSent, "\(origin): the URL, the method or a header holds a line break or a NUL")
        }
        guard let easy = unsafe curl_easy_init() else {
            throw HTTPError(.notSent, "\(origin): out of memory")
        }
        self.ticket = ticket
        unsafe self.easy = easy
        self.origin = origin
        unsafe complaint = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe complaint.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        answer = Answer(limit: request.replyBytes)
        prepareConnection(request, trust: trust)
        prepareRequest(request)
        prepareAnswer()
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(list)
        unsafe complaint.deallocate()
    }

    private func prepareConnection(_ request: HTTPRequest, trust: Trust) {
        let deadline = Int(max(1, min(request.deadline / .milliseconds(1), Double(Int32.max))))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, deadline)
        set(CURLOPT_CONNECTTIMEOUT_MS, min(deadline, 10_000))
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = unsafe hyperkit_curl_limit_protocols(easy)
        _ = unsafe hyperkit_curl_leave_quickly(easy)
        if origin.isLoopback { set(CURLOPT_PROXY, "") }
        if let file = trust.file { set(CURLOPT_CAINFO, file) }
        if let directory = trust.directory { set(CURLOPT_CAPATH, directory) }
    }

    private func prepareRequest(_ request: HTTPRequest) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_USERAGENT, "hyperkit")
        set(CURLOPT_ACCEPT_ENCODING, "")
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || request.method == "POST" {
            _ = unsafe hyperkit_curl_set_offset(
                easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            // An empty Data may have no address, and no address would mean that a callback gives the body.
            let body = request.body.isEmpty ? Data([0]) : request.body
            unsafe body.withUnsafeBytes { bytes in
                let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                _ = unsafe hyperkit_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start)
            }
        }
        if request.method != "HEAD" { set(CURLOPT_CUSTOMREQUEST, request.method) }
        // No wait for a "100 Continue" that few servers send.
        unsafe list = curl_slist_append(nil, "Expect:")
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            // The semicolon is libcurl's spelling of a header with an empty value.
            unsafe list = curl_slist_append(list, value.isEmpty ? "\(name);" : "\(name): \(value)") ?? list
        }
        _ = unsafe hyperkit_curl_set_list(easy, CURLOPT_HTTPHEADER, list)
    }

    private func prepareAnswer() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe hyperkit_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, complaint)
        _ = unsafe hyperkit_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = unsafe hyperkit_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        // What is taken must be the whole of it: less makes libcurl end the transfer.
        _ = unsafe hyperkit_curl_set_write(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let data = unsafe data, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe transfer.answer.take(body: bytes) ? size * count : 0
        }
        _ = unsafe hyperkit_curl_set_write(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let data = unsafe data, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
            return unsafe transfer.answer.take(header: bytes) ? size * count : 0
        }
    }

    /// What became of the transfer, by libcurl's verdict.
    func result(_ code: CURLcode) -> Result<Exchange, HTTPError> {
        if answer.isTooLarge {
            return .failure(
                HTTPError(.tooLarge, says("the reply is larger than \(ticket.request.replyBytes) bytes")))
        }
        guard code == CURLE_OK else { return .failure(failure(code)) }
        guard answer.hasWholeHead else {
            return .failure(HTTPError(.unknown, says("the answer broke off in its head")))
        }
        var status = 0
        _ = unsafe hyperkit_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        var target: UnsafeMutablePointer<CChar>?
        _ = unsafe hyperkit_curl_get_string(easy, CURLINFO_REDIRECT_URL, &target)
        let reply = HTTPReply(status: status, headers: answer.headers, body: answer.body)
        return unsafe .success(Exchange(reply: reply, redirect: target.map { unsafe String(cString: $0) }))
    }

    /// A message about this request: host and port, and nothing else of the URL.
    func says(_ message: String) -> String { "\(origin): \(message)" }

    private func failure(_ code: CURLcode) -> HTTPError {
        var reason = unsafe String(cString: curl_easy_strerror(code))
        // Of these the details are worth having, and they hold nothing of the URL.
        let ofTLS = [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM,
        ]
        let details = unsafe String(cString: complaint)
        if ofTLS.contains(code), !details.isEmpty { reason = details }
        var system = 0
        _ = unsafe hyperkit_curl_get_long(easy, CURLINFO_OS_ERRNO, &system)
        if code == CURLE_COULDNT_CONNECT, system != 0, let words = unsafe strerror(Int32(system)) {
            reason += unsafe " (\(String(cString: words)))"
        }
        if code == CURLE_OPERATION_TIMEDOUT { reason = "no whole answer within \(ticket.request.deadline)" }
        guard neverLeft(code) else { return HTTPError(.unknown, says(reason)) }
        if code == CURLE_OPERATION_TIMEDOUT { reason = "no connection in time" }
        return HTTPError(.notSent, says(reason))
    }

    /// Whether no byte of the request can have left.
    ///
    /// The code alone does not say it: libcurl tries again by itself when a kept connection dies under a request, and
    /// the code is that of the second try. The count of bytes is of both.
    private func neverLeft(_ code: CURLcode) -> Bool {
        let before = [
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_COULDNT_RESOLVE_PROXY,
            CURLE_COULDNT_RESOLVE_HOST,
            CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_OPERATION_TIMEDOUT,
        ]
        var sent = 1
        _ = unsafe hyperkit_curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        var ready: curl_off_t = 1
        _ = unsafe hyperkit_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &ready)
        return before.contains(code) && sent == 0 && ready == 0
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = unsafe hyperkit_curl_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = unsafe hyperkit_curl_set_string(easy, option, value)
    }
}
