// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

type Price is uint128;
type Ticket is bytes32;

uint256 constant SCALE = 1e18;
string constant NAME = "types";

error Broken(uint256 code, address who);
error Empty();

event Priced(Price indexed price, address indexed by);

enum Phase { Draft, Open, Closed }

struct Point { int128 x; int128 y; }
struct Order { address maker; Price price; Phase phase; Point[] path; mapping(address taker => uint256 amount) fills; }
struct Quote { address maker; Price price; Phase phase; Point[2] ends; bytes note; }

function add(Price a, Price b) pure returns (Price) { return Price.wrap(Price.unwrap(a) + Price.unwrap(b)); }
function isZero(Price a) pure returns (bool) { return Price.unwrap(a) == 0; }
function twice(uint256 x) pure returns (uint256) { return x * 2; }
function twice(int256 x) pure returns (int256) { return x * 2; }

using { add as +, isZero } for Price global;
