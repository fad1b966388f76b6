contract Plain { function answer() public returns (uint256 a) { a = 42; } }
