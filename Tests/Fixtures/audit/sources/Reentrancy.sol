// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// Pays before it books.
contract LeakyBank {
    mapping(address => uint256) public balances;

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    function withdraw(uint256 amount) external {
        require(balances[msg.sender] >= amount, "too much");
        pay(msg.sender, amount);
        book(msg.sender, amount);
    }

    function pay(address to, uint256 amount) private {
        (bool sent,) = to.call{value: amount}("");
        require(sent, "not sent");
    }

    function book(address from, uint256 amount) private {
        balances[from] -= amount;
    }
}

/// Gives shares back before it forgets them.
contract LeakyVault {
    IToken public token;
    mapping(address => uint256) public shares;

    constructor(IToken asset) {
        token = asset;
    }

    function redeem() external {
        uint256 amount = shares[msg.sender];
        require(token.transfer(msg.sender, amount), "not paid");
        delete shares[msg.sender];
    }
}

/// Books before it pays; keeps a lock where it cannot; takes tokens in before it books.
contract SoundBank {
    IToken public immutable token;
    mapping(address => uint256) public balances;
    uint256 private total;
    bool private entered;

    error NotSent();

    constructor(IToken asset) {
        token = asset;
    }

    modifier locked() {
        require(!entered, "entered");
        entered = true;
        _;
        entered = false;
    }

    function withdraw(uint256 amount) external {
        balances[msg.sender] -= amount;
        (bool sent,) = msg.sender.call{value: amount}("");
        if (!sent) revert NotSent();
    }

    function withdrawLate(uint256 amount) external locked {
        require(balances[msg.sender] >= amount, "too much");
        (bool sent,) = msg.sender.call{value: amount}("");
        if (!sent) revert NotSent();
        balances[msg.sender] -= amount;
    }

    function either(bool now_) external {
        uint256 amount = balances[msg.sender];
        if (now_) {
            balances[msg.sender] = 0;
            (bool sent,) = msg.sender.call{value: amount}("");
            if (!sent) revert NotSent();
        } else {
            balances[msg.sender] = amount / 2;
        }
    }

    function deposit(uint256 amount) external {
        require(total + amount < 1e24, "full");
        require(token.transferFrom(msg.sender, address(this), amount), "not paid");
        balances[msg.sender] += amount;
        total += amount;
    }

    function payAll(address[] calldata to) external {
        for (uint256 i = 0; i < to.length; i++) {
            uint256 amount = balances[to[i]];
            balances[to[i]] = 0;
            (bool sent,) = to[i].call{value: amount}("");
            if (!sent) revert NotSent();
        }
    }
}
