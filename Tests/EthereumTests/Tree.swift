import Ethereum
import EthereumTypes

/// Texts and lists of texts as vector files hold them.
indirect enum Tree: Decodable {
    case text(String)
    case list([Tree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self =
            if let text = try? container.decode(String.self) {
                .text(text)
            } else {
                .list(try container.decode([Tree].self))
            }
    }
}
