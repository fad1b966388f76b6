/// A contract that creates contracts at addresses that are known before (CREATE2, EIP-1014).
package enum Create2Factory: String, CaseIterable, Codable, Sendable {
    /// Arachnid's deterministic-deployment-proxy: 69 bytes that take a salt and init code.
    case deterministicProxy = "deterministic-proxy"
    /// pcaversaccio's CreateX, which guards salts.
    case createX = "createx"

    /// Where it is on every chain that has it.
    package var address: Address {
        switch self {
        case .deterministicProxy:
            Address(unchecked: [
                0x4e, 0x59, 0xb4, 0x48, 0x47, 0xb3, 0x79, 0x57, 0x85, 0x88, 0x92, 0x0c, 0xa7, 0x8f, 0xbf,
                0x26, 0xc0, 0xb4, 0x95, 0x6c,
            ])
        case .createX:
            Address(unchecked: [
                0xba, 0x5e, 0xd0, 0x99, 0x63, 0x3d, 0x3b, 0x31, 0x3e, 0x4d, 0x5f, 0x7b, 0xdc, 0x13, 0x05,
                0xd3, 0xc2, 0x8b, 0xa5, 0xed,
            ])
        }
    }
}
