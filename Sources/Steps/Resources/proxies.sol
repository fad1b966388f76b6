// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

// The proxies of hyperkit. Constructors, functions, events, errors and storage are those of OpenZeppelin Contracts 5,
// so that its plugins, explorers and other tools know them; the code is hyperkit's own.

/// What a beacon is asked.
interface IBeacon {
    function implementation() external view returns (address);
}

/// The one function of a transparent proxy; its admin alone reaches it.
interface ITransparentUpgradeableProxy {
    function upgradeToAndCall(address newImplementation, bytes calldata data) external payable;
}

/// The slots of ERC-1967 and what may be written there.
library ERC1967Utils {
    event Upgraded(address indexed implementation);
    event AdminChanged(address previousAdmin, address newAdmin);
    event BeaconUpgraded(address indexed beacon);

    error ERC1967InvalidImplementation(address implementation);
    error ERC1967InvalidAdmin(address admin);
    error ERC1967InvalidBeacon(address beacon);
    error ERC1967NonPayable();
    error FailedCall();

    // keccak256("eip1967.proxy.implementation") - 1
    bytes32 internal constant IMPLEMENTATION_SLOT =
        0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    // keccak256("eip1967.proxy.admin") - 1
    bytes32 internal constant ADMIN_SLOT = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;
    // keccak256("eip1967.proxy.beacon") - 1
    bytes32 internal constant BEACON_SLOT = 0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50;

    function getImplementation() internal view returns (address) {
        return _read(IMPLEMENTATION_SLOT);
    }

    function upgradeToAndCall(address newImplementation, bytes memory data) internal {
        if (newImplementation.code.length == 0) revert ERC1967InvalidImplementation(newImplementation);
        _write(IMPLEMENTATION_SLOT, newImplementation);
        emit Upgraded(newImplementation);
        _callOrTakeNothing(newImplementation, data);
    }

    function changeAdmin(address newAdmin) internal {
        if (newAdmin == address(0)) revert ERC1967InvalidAdmin(address(0));
        emit AdminChanged(_read(ADMIN_SLOT), newAdmin);
        _write(ADMIN_SLOT, newAdmin);
    }

    function upgradeBeaconToAndCall(address newBeacon, bytes memory data) internal {
        if (newBeacon.code.length == 0) revert ERC1967InvalidBeacon(newBeacon);
        _write(BEACON_SLOT, newBeacon);
        address implementation = IBeacon(newBeacon).implementation();
        if (implementation.code.length == 0) revert ERC1967InvalidImplementation(implementation);
        emit BeaconUpgraded(newBeacon);
        _callOrTakeNothing(implementation, data);
    }

    function _callOrTakeNothing(address implementation, bytes memory data) private {
        if (data.length == 0) {
            if (msg.value > 0) revert ERC1967NonPayable();
            return;
        }
        (bool success, bytes memory returned) = implementation.delegatecall(data);
        if (success) return;
        if (returned.length == 0) revert FailedCall();
        assembly ("memory-safe") {
            revert(add(returned, 0x20), mload(returned))
        }
    }

    function _read(bytes32 slot) private view returns (address value) {
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }

    function _write(bytes32 slot, address value) private {
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }
}

/// Hands every call on to an implementation, which works on the proxy's storage.
abstract contract Proxy {
    function _delegate(address implementation) internal {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let result := delegatecall(gas(), implementation, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch result
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }

    function _implementation() internal view virtual returns (address);

    function _fallback() internal virtual {
        _delegate(_implementation());
    }

    fallback() external payable {
        _fallback();
    }
}

/// A proxy whose implementation upgrades it (UUPS).
contract ERC1967Proxy is Proxy {
    constructor(address implementation, bytes memory _data) payable {
        ERC1967Utils.upgradeToAndCall(implementation, _data);
    }

    function _implementation() internal view override returns (address) {
        return ERC1967Utils.getImplementation();
    }
}

/// What only its owner may do.
abstract contract Ownable {
    address private _owner;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error OwnableUnauthorizedAccount(address account);
    error OwnableInvalidOwner(address owner);

    constructor(address initialOwner) {
        if (initialOwner == address(0)) revert OwnableInvalidOwner(address(0));
        _transferOwnership(initialOwner);
    }

    modifier onlyOwner() {
        if (_owner != msg.sender) revert OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    function owner() public view returns (address) {
        return _owner;
    }

    function renounceOwnership() public onlyOwner {
        _transferOwnership(address(0));
    }

    function transferOwnership(address newOwner) public onlyOwner {
        if (newOwner == address(0)) revert OwnableInvalidOwner(address(0));
        _transferOwnership(newOwner);
    }

    function _transferOwnership(address newOwner) private {
        emit OwnershipTransferred(_owner, newOwner);
        _owner = newOwner;
    }
}

/// The admin of one transparent proxy.
contract ProxyAdmin is Ownable {
    string public constant UPGRADE_INTERFACE_VERSION = "5.0.0";

    constructor(address initialOwner) Ownable(initialOwner) {}

    function upgradeAndCall(ITransparentUpgradeableProxy proxy, address implementation, bytes memory data)
        public
        payable
        onlyOwner
    {
        proxy.upgradeToAndCall{value: msg.value}(implementation, data);
    }
}

/// A proxy whose admin, a contract of its own, can do nothing but upgrade it; everybody else reaches the implementation.
contract TransparentUpgradeableProxy is ERC1967Proxy {
    address private immutable _admin;

    error ProxyDeniedAdminAccess();

    constructor(address _logic, address initialOwner, bytes memory _data) payable ERC1967Proxy(_logic, _data) {
        _admin = address(new ProxyAdmin(initialOwner));
        ERC1967Utils.changeAdmin(_admin);
    }

    function _fallback() internal override {
        if (msg.sender == _admin) _upgrade();
        else super._fallback();
    }

    function _upgrade() private {
        if (msg.sig != ITransparentUpgradeableProxy.upgradeToAndCall.selector) revert ProxyDeniedAdminAccess();
        (address newImplementation, bytes memory data) = abi.decode(msg.data[4:], (address, bytes));
        ERC1967Utils.upgradeToAndCall(newImplementation, data);
    }
}

/// What proxies ask for their implementation.
contract UpgradeableBeacon is IBeacon, Ownable {
    address private _implementation;

    error BeaconInvalidImplementation(address implementation);

    event Upgraded(address indexed implementation);

    constructor(address implementation_, address initialOwner) Ownable(initialOwner) {
        _setImplementation(implementation_);
    }

    function implementation() public view returns (address) {
        return _implementation;
    }

    function upgradeTo(address newImplementation) public onlyOwner {
        _setImplementation(newImplementation);
    }

    function _setImplementation(address newImplementation) private {
        if (newImplementation.code.length == 0) revert BeaconInvalidImplementation(newImplementation);
        _implementation = newImplementation;
        emit Upgraded(newImplementation);
    }
}

/// A proxy that asks its beacon, which never changes, for the implementation.
contract BeaconProxy is Proxy {
    address private immutable _beacon;

    constructor(address beacon, bytes memory data) payable {
        ERC1967Utils.upgradeBeaconToAndCall(beacon, data);
        _beacon = beacon;
    }

    function _implementation() internal view override returns (address) {
        return IBeacon(_beacon).implementation();
    }
}
