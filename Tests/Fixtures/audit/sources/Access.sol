// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Anyone becomes the owner, takes the money and destroys what is left.
contract Open {
    address public owner;
    mapping(address => bool) public keepers;

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {}

    function setOwner(address next) external {
        owner = next;
    }

    function setKeeper(address who, bool isOne) external {
        keepers[who] = isOne;
    }

    function harvest() external view returns (uint256) {
        require(keepers[msg.sender], "not a keeper");
        return address(this).balance;
    }

    function pause() external view {
        require(msg.sender == owner, "not the owner");
    }

    function sweep(address payable to) external {
        to.transfer(address(this).balance);
    }

    function drain() external {
        (bool sent,) = msg.sender.call{value: address(this).balance}("");
        require(sent, "not sent");
    }

    function close() external {
        shut(payable(msg.sender));
    }

    function shut(address payable to) internal {
        selfdestruct(to);
    }
}

abstract contract Owned {
    address internal _owner;
    address public pendingOwner;

    error Unauthorized(address who);

    constructor() {
        _owner = _sender();
    }

    modifier onlyOwner() {
        _check();
        _;
    }

    function _sender() internal view virtual returns (address) {
        return msg.sender;
    }

    function owner() public view virtual returns (address) {
        return _owner;
    }

    function _check() internal view {
        if (owner() != _sender()) revert Unauthorized(_sender());
    }

    function offer(address next) public virtual onlyOwner {
        pendingOwner = next;
    }

    function accept() public virtual {
        require(msg.sender == pendingOwner, "not offered");
        _transfer(msg.sender);
    }

    function _transfer(address next) internal {
        delete pendingOwner;
        _owner = next;
    }
}

/// Asks who calls, in every way that is common.
contract Closed is Owned {
    struct Role {
        mapping(address => bool) members;
    }

    mapping(bytes32 => Role) private roles;
    mapping(address => uint256) private credit;
    mapping(address => bool) public registered;
    mapping(address => mapping(address => bool)) public operators;
    mapping(address => bool) public claimed;
    address public guardian;
    address public highestBidder;
    uint256 public highestBid;
    bool private started;

    receive() external payable {
        credit[msg.sender] += msg.value;
    }

    modifier onlyRole(bytes32 role) {
        require(hasRole(role, msg.sender), "no role");
        _;
    }

    function hasRole(bytes32 role, address who) public view returns (bool) {
        return roles[role].members[who];
    }

    function grant(bytes32 role, address who) external onlyRole("admin") {
        roles[role].members[who] = true;
    }

    function renounce(bytes32 role, address confirmation) external {
        if (confirmation != msg.sender) revert Unauthorized(msg.sender);
        roles[role].members[confirmation] = false;
    }

    function start(address first) external {
        require(!started, "started");
        started = true;
        guardian = first;
    }

    function replaceGuardian(address next) external {
        if (msg.sender != guardian) {
            revert Unauthorized(msg.sender);
        }
        guardian = next;
    }

    function register() external {
        registered[msg.sender] = true;
    }

    function member() external view {
        require(registered[msg.sender], "not registered");
    }

    function setOperator(address operator, bool isOne) external {
        operators[msg.sender][operator] = isOne;
    }

    function spendFor(address holder, address payable to, uint256 amount) external {
        require(operators[holder][msg.sender], "not an operator");
        credit[holder] -= amount;
        to.transfer(amount);
    }

    function bid() external payable {
        require(msg.value > highestBid, "too low");
        highestBid = msg.value;
        highestBidder = msg.sender;
    }

    function won() external view {
        require(msg.sender == highestBidder, "not the winner");
    }

    function cash(uint256 amount) external {
        credit[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function release(address payable to) external {
        uint256 amount = credit[to];
        credit[to] = 0;
        to.transfer(amount);
    }

    function forward(address payable to) external payable {
        to.transfer(msg.value);
    }

    function voucher(address payable to, uint256 amount, bytes32 hash, uint8 v, bytes32 r, bytes32 s) external {
        require(ecrecover(hash, v, r, s) == guardian, "not signed");
        to.transfer(amount);
    }

    function sweep(address payable to) external onlyOwner {
        to.transfer(address(this).balance);
    }

    function close() external onlyRole("closer") {
        selfdestruct(payable(owner()));
    }
}
