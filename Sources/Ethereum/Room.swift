// Ethereum
