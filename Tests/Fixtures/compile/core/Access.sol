// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IOwned {
    event Moved(address from, address to);
    error NotOwner(address caller);
    function owner() external view returns (address);
}

abstract contract Context {
    function _sender() internal view virtual returns (address) { return msg.sender; }
    function _hook(uint256 x) internal virtual returns (uint256);
}

/// @title Something with an owner
/// @notice Says who may.
abstract contract Owned is IOwned, Context {
    address public override owner;
    uint256 private __gap;

    /// @param first The first owner.
    constructor(address first) { owner = first; }

    modifier onlyOwner() virtual {
        if (_sender() != owner) revert NotOwner(_sender());
        _;
    }

    modifier between(uint256 low, uint256 high, uint256 x) {
        require(x >= low && x <= high, "out of range");
        _;
    }

    function move(address to) public virtual onlyOwner { emit Moved(owner, to); owner = to; }
    function note() public pure virtual returns (string memory) { return "owned"; }
}

abstract contract Left is Owned {
    function note() public pure virtual override returns (string memory) { return string.concat("left ", super.note()); }
    function _hook(uint256 x) internal virtual override returns (uint256) { return x + 1; }
}

abstract contract Right is Owned {
    function note() public pure virtual override returns (string memory) { return string.concat("right ", super.note()); }
    function _hook(uint256 x) internal virtual override returns (uint256) { return x + 2; }
}
