extension [ABIParameter] {
    /// Each value with its type and name, as `uint256 fee: 25`; one without a name as `uint256 25`.
    ///
    /// - Precondition: There are as many values as parameters.
    package func words(for values: [ABIValue]) -> [String] {
        precondition(values.count == count, "\(count) values belong here, and there are \(values.count)")
        return zip(self, values).map { parameter, value in
            "\(parameter.type) \(parameter.name.isEmpty ? "" : "\(parameter.name): ")\(value)"
        }
    }
}
