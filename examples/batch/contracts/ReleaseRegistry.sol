// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title ReleaseRegistry
/// @notice Versions of a program in rising order, each with the hash of what was released.
contract ReleaseRegistry is Owned {
    struct Release {
        uint32 major;
        uint32 minor;
        bytes32 digest;
    }

    Release[] private _releases;

    event Released(uint32 major, uint32 minor, bytes32 digest);

    error NotNewer(uint32 major, uint32 minor);
    error NothingReleased();

    function release(uint32 major, uint32 minor, bytes32 digest) external onlyOwner {
        if (_releases.length > 0) {
            Release memory last = _releases[_releases.length - 1];
            bool isNewer = major > last.major || (major == last.major && minor > last.minor);
            if (!isNewer) revert NotNewer(major, minor);
        }
        _releases.push(Release(major, minor, digest));
        emit Released(major, minor, digest);
    }

    function latest() external view returns (Release memory) {
        if (_releases.length == 0) revert NothingReleased();
        return _releases[_releases.length - 1];
    }
}
