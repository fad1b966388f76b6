// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title DocumentRegistry
/// @notice Proves that a document was known at a block, by its hash.
contract DocumentRegistry {
    struct Entry {
        address author;
        uint64 atBlock;
        string title;
    }

    mapping(bytes32 digest => Entry entry) public entries;

    event Recorded(bytes32 indexed digest, address indexed author, string title);

    error AlreadyRecorded(bytes32 digest, address author);

    function record(bytes32 digest, string calldata title) external {
        address author = entries[digest].author;
        if (author != address(0)) revert AlreadyRecorded(digest, author);
        entries[digest] = Entry(msg.sender, uint64(block.number), title);
        emit Recorded(digest, msg.sender, title);
    }
}
