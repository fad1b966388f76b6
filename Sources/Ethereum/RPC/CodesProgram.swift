import EthereumTypes

/// A program that a node runs as if it created a contract, and whose result is the code at many addresses.
///
/// A node limits what such a call gives to what a contract may have, 24,576 bytes (EIP-170), so it tells as many as that holds, in
/// the order of the addresses: 32 bytes with the length, then the code, of each. That starts with a zero byte, as a
/// contract may not start with 0xEF (EIP-3541). It uses nothing that is younger than the first EVM.
enum CodesProgram {
    /// The call data: the program, with the addresses behind it.
    static func reading(_ addresses: some Sequence<Address>) -> [UInt8] {
        program + addresses.flatMap(\.bytes)
    }

    /// The codes in an answer, each of the address in its place; nil where it is no answer of the program.
    static func codes(_ answer: [UInt8]) -> [[UInt8]]? {
        var codes: [[UInt8]] = []
        var rest = answer[...]
        while !rest.isEmpty {
            let length = rest.prefix(32)
            guard length.count == 32, length.dropLast(2).allSatisfy({ $0 == 0 }) else { return nil }
            let size = length.suffix(2).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(32)
            guard rest.count >= size else { return nil }
            codes.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return codes
    }

    /// Whether a program sees it as it is.
    ///
    /// Of code in a container it sees two bytes alone (EIP-3540), and that there is none is not believed without being asked for.
    static func isWhole(_ code: [UInt8]) -> Bool { !code.isEmpty && code.first != 0xef }

    /// Beside each line what is on the stack after it, the top last.
    ///
    /// `place` is where the next address is in this code, `end` the bytes of the answer so far, `next` those with one code more.
    private static let program: [UInt8] = [
        0x60, 0x46,  //                   PUSH1 70      place, behind this program
        0x60, 0x00,  //                   PUSH1 0       place end
        0x5b,  // 4: each address         JUMPDEST
        0x38, 0x82, 0x10, 0x15,  //       CODESIZE DUP3 LT ISZERO
        0x60, 0x42, 0x57,  //             JUMPI 66      place end: no address is left
        0x60, 0x14, 0x82, 0x82,  //       PUSH1 20 DUP3 DUP3
        0x60, 0x0c, 0x01, 0x39,  //       PUSH1 12 ADD CODECOPY: it fills the last 20 of 32 bytes at the end
        0x80, 0x51,  //                   DUP1 MLOAD    place end address
        0x80, 0x3b,  //                   DUP1 EXTCODESIZE
        0x80, 0x83, 0x60, 0x20,  //       DUP1 DUP4 PUSH1 32
        0x01, 0x01,  //                   ADD ADD       place end address size next
        0x61, 0x60, 0x00, 0x81, 0x11,  // PUSH2 24576 DUP2 GT
        0x60, 0x3e, 0x57,  //             JUMPI 62      the same: the answer does not hold it
        0x81, 0x84, 0x52,  //             DUP2 DUP5 MSTORE
        0x81, 0x60, 0x00,  //             DUP2 PUSH1 0
        0x85, 0x60, 0x20, 0x01,  //       DUP6 PUSH1 32 ADD
        0x85, 0x3c,  //                   DUP6 EXTCODECOPY
        0x92, 0x50, 0x50, 0x50,  //       SWAP3 POP POP POP   place next
        0x90, 0x60, 0x14, 0x01, 0x90,  // SWAP1 PUSH1 20 ADD SWAP1
        0x60, 0x04, 0x56,  //             JUMP 4        place end
        0x5b, 0x50, 0x50, 0x50,  // 62:   JUMPDEST POP POP POP   place end
        0x5b, 0x60, 0x00, 0xf3,  // 66:   JUMPDEST PUSH1 0 RETURN
    ]
}
