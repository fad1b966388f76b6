// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title TipJar
/// @notice Collects tips for its owner and tells a listener of each.
contract TipJar {
    /// @notice Who gets the tips.
    address payable public immutable owner;

    /// @notice Who is told of each tip; the zero address for nobody.
    address public listener;

    /// @notice What each account has tipped so far, in wei.
    mapping(address account => uint256 amount) public tippedBy;

    event Tipped(address indexed account, uint256 amount);
    event ListenerChanged(address indexed listener);

    error NotOwner(address caller);
    error PayoutFailed();

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = payable(msg.sender);
    }

    /// @notice Leaves a tip.
    function tip() external payable {
        tippedBy[msg.sender] += msg.value;
        emit Tipped(msg.sender, msg.value);
        if (listener != address(0)) {
            // A listener that fails must not keep anybody from tipping, so its answer is not looked at. Every audit
            // tool of the quickstart points here: whether that is meant is for a person to say.
            listener.call(abi.encodeWithSignature("tipped(address,uint256)", msg.sender, msg.value));
        }
    }

    /// @notice Changes who is told of tips.
    function setListener(address newListener) external onlyOwner {
        listener = newListener;
        emit ListenerChanged(newListener);
    }

    /// @notice Pays everything out to the owner.
    function collect() external onlyOwner {
        (bool isPaid, ) = owner.call{value: address(this).balance}("");
        if (!isPaid) revert PayoutFailed();
    }
}
