import Foundation
import Testing

@testable import Steps

/// A server may say what it was asked by, in whatever spelling.
@Suite struct URLSecretsTests {
    static let url = "https://bob:tok%2FenAAAA1111@node.example/v3/0123456789abcdef"

    private func cleaned(_ text: String, _ url: String = url) -> String {
        String(decoding: URLSecrets(url).removed(from: Data(text.utf8)), as: UTF8.self)
    }

    private static let credentials = Data("bob:tok/enAAAA1111".utf8)
    private static let password = Data("tok/enAAAA1111".utf8)

    private static func spellings(_ secret: Data) -> [String] {
        let hex = secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let base64 = secret.base64EncodedString()
        return [
            String(decoding: secret, as: UTF8.self), hex, hex.uppercased(), base64,
            base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""),
            String(decoding: secret, as: UTF8.self).replacing(":", with: "%3A").replacing("/", with: "%2F"),
        ]
    }

    @Test(arguments: spellings(credentials) + spellings(password) + ["0123456789abcdef", "tok%2FenAAAA1111"])
    func isRemoved(_ spelling: String) {
        let said = cleaned("Authorization: Basic \(spelling); go away")
        #expect(said.contains("<redacted>"))
        #expect(!said.contains(spelling))
        #expect(said.hasSuffix("; go away"))
    }

    @Test func theHeaderOfAShortPasswordIsRemoved() {
        let url = "https://u:pw123@node.example"
        #expect(cleaned("Basic dTpwdzEyMw==", url) == "Basic <redacted>==")
        #expect(cleaned("the user u of v3", url) == "the user u of v3")
    }
}
