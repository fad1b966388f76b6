// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import "./Types.sol";
import {Left, Right, Owned, Context} from "./Access.sol";
import {Sets as AddressSets} from "../lib/Sets.sol";
import * as BitTools from "../lib/Bits.sol";

interface IToken { function transfer(address to, uint256 amount) external returns (bool); struct Quote { uint256 a; } function quote() external returns (Quote memory); }

contract Child {
    uint256 public immutable born;
    Market public immutable parent;
    constructor(Market parent_) payable { born = block.timestamp; parent = parent_; }
}

/// @title A market
/// @custom:security none
contract Market is Left, Right {
    using AddressSets for AddressSets.Set;
    using BitTools.Bits for uint256;

    struct Local { Quote quote; IToken token; }

    uint256 public immutable fee;
    address internal immutable home;
    IToken private immutable token;
    bytes32 transient lock;
    uint256 constant LIMIT = 10 ** 3;
    AddressSets.Set private makers;
    mapping(Ticket ticket => Order order) private orders;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    Local[] private locals;
    Point[3][] public points;
    Phase public phase = Phase.Open;
    function(uint256) external returns (uint256) private callback;
    function(uint256) internal pure returns (uint256) private step = thrice;

    event Sold(Ticket indexed ticket, Quote quote, Phase phase);

    /// @notice Makes one.
    constructor(uint256 fee_, IToken token_) payable Owned(msg.sender) { fee = fee_; home = address(this); token = token_; }

    receive() external payable {}
    fallback(bytes calldata data) external payable returns (bytes memory) { return data; }

    function note() public pure override(Left, Right) returns (string memory) { return super.note(); }
    function _hook(uint256 x) internal override(Left, Right) returns (uint256) { return Left._hook(Right._hook(x)); }
    modifier onlyOwner() override { require(_sender() == owner, Broken(1, msg.sender)); _; }

    function list(Ticket ticket, Quote calldata quote) external onlyOwner between(1, LIMIT, Price.unwrap(quote.price)) {
        Order storage order = orders[ticket];
        order.maker = quote.maker;
        order.price = quote.price + Price.wrap(1);
        order.phase = Phase.Open;
        for (uint256 i; i < quote.ends.length; i++) order.path.push(quote.ends[i]);
        makers.add(quote.maker);
        locals.push().token = token;
        emit Priced(quote.price, msg.sender);
        emit Sold(ticket, quote, order.phase);
    }

    function buy(Ticket ticket, uint256 amount) external returns (Quote memory quote, Phase) {
        assembly { if tload(lock.slot) { revert(0, 0) } tstore(lock.slot, 1) }
        Order storage order = orders[ticket];
        if (order.price.isZero()) revert Empty();
        order.fills[msg.sender] += amount;
        try token.transfer(msg.sender, amount) returns (bool done) {
            if (!done) revert Broken({code: 2, who: msg.sender});
        } catch Error(string memory reason) {
            revert(reason);
        } catch Panic(uint256 code) {
            revert Broken(code, home);
        } catch (bytes memory) {
            unchecked { amount--; }
        }
        quote.maker = order.maker;
        quote.price = order.price;
        (bool sent, ) = msg.sender.call{value: 1}("");
        sent;
        assembly { tstore(lock.slot, 0) }
        delete points;
        return (quote, order.phase);
    }

    function spawn(bytes32 salt) external returns (Child child) {
        child = new Child{salt: salt, value: 0}(this);
        callback = this.poke;
    }

    function poke(uint256 x) external returns (uint256) {
        (uint256 a, , int256 b) = (x, 1, -2);
        return step(a) + _hook(a.count()) + uint256(twice(-b)) + BitTools.Bits.pick(step, thrice, x > 3);
    }

    function thrice(uint256 x) internal pure returns (uint256 y) { y = x * 3; }

    function every(uint256[] memory run, Local memory local, Point[] calldata path) public pure returns (bytes memory, Quote memory) {
        uint256[] memory sorted = AddressSets.sort(run);
        int128 sum;
        for (uint256 i = 0; i < path.length; ++i) {
            if (path[i].x < 0) continue;
            sum += path[i].x;
            if (sum > 100) break;
        }
        do { sum--; } while (sum > 0);
        while (sum < 0) sum++;
        return (abi.encode(sorted, local, path, type(Child).creationCode.length, type(uint8).max), local.quote);
    }

    function select(IToken t) external returns (bytes4, bytes memory, IToken.Quote memory) {
        bytes memory call = abi.encodeCall(t.transfer, (address(t), 1 ether));
        return (t.transfer.selector ^ type(IToken).interfaceId, abi.encodeWithSelector(Empty.selector, call), t.quote());
    }
}
