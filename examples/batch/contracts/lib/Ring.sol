// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Ring
/// @notice A first-in, first-out queue of accounts.
library Ring {
    struct Queue {
        uint256 head;
        uint256 tail;
        mapping(uint256 place => address account) items;
    }

    error QueueEmpty();

    function push(Queue storage queue, address account) internal {
        queue.items[queue.tail] = account;
        queue.tail++;
    }

    function pop(Queue storage queue) internal returns (address account) {
        if (queue.head == queue.tail) revert QueueEmpty();
        account = queue.items[queue.head];
        delete queue.items[queue.head];
        queue.head++;
    }

    function length(Queue storage queue) internal view returns (uint256) {
        return queue.tail - queue.head;
    }
}
