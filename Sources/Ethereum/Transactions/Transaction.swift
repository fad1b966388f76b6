package import EthereumTypes

/// A transaction before it is signed.
package struct Transaction: Hashable, Sendable {
    /// The form of a transaction, with the fields that only this form has.
    package enum Form: Hashable, Sendable {
        /// Type 0; without a chain id it can be replayed on every chain (EIP-155).
        case legacy(gasPrice: Wei, chainID: ChainID?)
        /// Type 1 (EIP-2930).
        case accessList(gasPrice: Wei, chainID: ChainID, [AccessListEntry])
        /// Type 2 (EIP-1559).
        case dynamicFee(
            maxFeePerGas: Wei,
            maxPriorityFeePerGas: Wei,
            chainID: ChainID,
            [AccessListEntry]
        )
    }

    /// An account and the slots of it that a transaction says beforehand it will touch.
    package struct AccessListEntry: Hashable, Sendable {
        package let address: Address
        package let storageKeys: [Hash]

        package init(address: Address, storageKeys: [Hash]) {
            self.address = address
            self.storageKeys = storageKeys
        }
    }

    package let form: Form
    package let nonce: UInt64
    package let gasLimit: UInt64
    /// Nobody where the transaction creates a contract.
    package let to: Address?
    package let value: Wei
    /// Call data, or init code where a contract is created.
    package let data: [UInt8]

    package init(form: Form, nonce: UInt64, gasLimit: UInt64, to: Address?, value: Wei, data: [UInt8]) {
        self.form = form
        self.nonce = nonce
        self.gasLimit = gasLimit
        self.to = to
        self.value = value
        self.data = data
    }

    package var chainID: ChainID? {
        switch form {
        case .legacy(_, let chainID): chainID
        case .accessList(_, let chainID, _), .dynamicFee(_, _, let chainID, _): chainID
        }
    }

    /// The most that a unit of gas can cost.
    package var maxFeePerGas: Wei {
        switch form {
        case .legacy(let gasPrice, _), .accessList(let gasPrice, _, _): gasPrice
        case .dynamicFee(let maxFeePerGas, _, _, _): maxFeePerGas
        }
    }

    /// The most that the transaction can cost its sender, the value included.
    package var maxCost: Wei { maxFeePerGas * gasLimit + value }
}
