pragma solidity ^0.8.24;

import {Owned, IOwned} from "./Access.sol";
import "./Types.sol" as T;
import {Market, IToken} from "./Market.sol";

contract Vault is Owned {
    struct Order { IToken token; T.Order[] inner; Market market; }
    struct Quote { Market market; T.Quote quote; }
    Order[] internal all;
    IOwned immutable peer;
    uint256[] private $odd_$;
    struct S_$ { uint256 a$; T.Price p; }
    mapping(T.Phase => S_$) public byPhase;

    constructor(IOwned peer_) Owned(peer_.owner()) { peer = peer_; }

    function _hook(uint256 x) internal override returns (uint256) { revert T.Broken(x, msg.sender); return x; }

    function quotes(Quote[] calldata list, T.Quote calldata other, S_$ memory third) external view returns (Quote memory, T.Quote memory, S_$ memory) {
        uint256 unused = 1;
        return (list[0], other, third);
    }

    function run(uint256 x) external returns (uint256) { uint256 y = _hook(x); $odd_$.push(y); return y; }
    function peek(Market market) external view returns (bool) { return market.owner() == peer.owner() && T.isZero(T.Price.wrap(1)); }
}
