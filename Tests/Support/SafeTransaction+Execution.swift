import BigInt
package import Ethereum
import EthereumTypes

extension SafeTransaction {
    /// Call data of `execTransaction`, without signatures.
    package var execution: [UInt8] {
        let end = 320 + 32 + data.count + (32 - data.count % 32) % 32
        var input = Selector.of(
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")
        input += [UInt8](repeating: 0, count: 12)
        input += to.bytes
        input += BigUInt(value.value).word
        input += BigUInt(320).word
        input += BigUInt(operation.rawValue).word
        input += terms
        input += BigUInt(end).word
        input += BigUInt(data.count).word
        input += data
        // No signatures.
        input += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32 + 32)
        return input
    }
}
