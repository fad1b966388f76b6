// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

library Bits {
    function count(uint256 x) internal pure returns (uint256 n) {
        assembly ("memory-safe") {
            function step(v) -> w { w := and(v, sub(v, 1)) }
            for { } x { } { x := step(x) n := add(n, 1) }
        }
    }

    function hash(bytes memory data, uint256 salt) internal view returns (bytes32 digest) {
        assembly {
            let free := mload(0x40)
            let size := mload(data)
            mcopy(free, add(data, 32), size)
            mstore(add(free, size), salt)
            digest := keccak256(free, add(size, 32))
            switch and(gas(), 1)
            case 0 { mstore(0x40, add(free, size)) }
            default { mstore(0x40, free) }
        }
    }

    function pick(function(uint256) internal pure returns (uint256) first,
        function(uint256) internal pure returns (uint256) second, bool which) internal pure returns (uint256) {
        return (which ? first : second)(7);
    }
}
