import Ethereum
import Model

extension NetworkSpec {
    /// What the manifest says of fees.
    var feeSettings: Ethereum.Fees.Settings {
        Ethereum.Fees.Settings(
            maxFeePerGas: fees.maxFeePerGas,
            maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
            minimumPriorityFeePerGas: fees.minPriorityFeePerGas
        )
    }
}
