#!/bin/sh
# The call setFee(FEE) of the manifest reverts where FEE is above what the vault allows. Better to know before anything is sent.
set -eu
fee=$1
maximum=$(sed -n 's/.*constant MAXIMUM_FEE = \([0-9_]*\);.*/\1/p' contracts/Vault.sol | tr -d _)
if [ -z "$maximum" ]; then
    echo "contracts/Vault.sol has no MAXIMUM_FEE" >&2
    exit 1
fi
if [ "$fee" -gt "$maximum" ]; then
    echo "setFee($fee) would revert: the vault allows $maximum basis points at most" >&2
    exit 1
fi
echo "setFee($fee) is within the vault's $maximum basis points"
