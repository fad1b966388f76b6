"""Running one call of a local chain, and what is said of how it went."""

import collections

from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import OutOfGas, Revert
from eth.vm import opcode_values
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.spoof import SpoofTransaction

PANICS = {
    0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero", 0x21: "enum overflow", 0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN", 0x41: "out of memory", 0x51: "uninitialized function",
}
# How a call went: the gas that it took before refunds, what it is charged, the least that it is charged whatever its
# code does, and whether with less gas it would do the same until that runs out.
Ran = collections.namedtuple("Ran", "computation taken used least is_steady")


class Refused(Exception):
    """A transaction or request that a node would turn down; the text is geth's."""

    def __init__(self, message, code=-32000, data=None):
        super().__init__(message)
        self.code, self.data = code, data


def minimum_gas(body):
    """Intrinsic gas with the init code's words (EIP-3860), and the floor for data (EIP-7623)."""
    data, creates = body.data, body.to == CREATE_CONTRACT_ADDRESS
    intrinsic = body.intrinsic_gas + (2 * ((len(data) + 31) // 32) if creates else 0)
    floor = 21_000 + 10 * (4 * len(data) - 3 * data.count(0))
    return max(intrinsic, floor)


class WatchedComputation(PragueComputation):
    """Notes on its state whether code asked how much gas is left."""

    opcodes = dict(PragueComputation.opcodes)

    class Gas:
        plain = PragueComputation.opcodes[opcode_values.GAS]
        mnemonic, gas_cost = plain.mnemonic, plain.gas_cost

        def __call__(self, computation):
            computation.state.asked_for_gas = True
            return self.plain(computation)

    opcodes[opcode_values.GAS] = Gas()


def run(state, sender, to, data, value, gas, gas_price=0):
    """Runs a call on a state, which it changes."""
    unsigned = PragueVM.create_unsigned_transaction(
        nonce=state.get_nonce(sender), gas_price=0, gas=gas, to=to, value=value, data=data
    )
    body = SpoofTransaction(unsigned, from_=sender, max_fee_per_gas=gas_price, max_priority_fee_per_gas=gas_price)
    least = minimum_gas(body)
    if gas < least:
        raise Refused(f"intrinsic gas too low: gas {gas}, minimum needed {least}")
    if state.get_balance(sender) < value + gas * gas_price:
        raise Refused("insufficient funds for gas * price + value")
    state.computation_class, state.asked_for_gas = WatchedComputation, False
    state.lock_changes()
    computation = state.apply_transaction(body)
    taken = gas - computation.get_gas_remaining()
    used = max(taken - min(computation.get_gas_refund(), taken // 5), least)
    return Ran(computation, taken, used, least, not computation.children and not state.asked_for_gas)


def data(value):
    return "0x" + bytes(value).hex()


def reason(output):
    """What geth says of revert data, or nothing."""
    if output[:4] == b"\x08\xc3\x79\xa0" and len(output) >= 68:
        length = int.from_bytes(output[36:68], "big")
        return output[68 : 68 + length].decode("utf-8", "replace")
    if output[:4] == b"\x4e\x48\x7b\x71" and len(output) == 36:
        code = int.from_bytes(output[4:], "big")
        return PANICS.get(code, f"unknown panic code: {code:#x}")
    return ""


def failure(computation):
    if isinstance(computation.error, Revert):
        said = reason(computation.output)
        return Refused("execution reverted" + (f": {said}" if said else ""), 3, data(computation.output))
    if isinstance(computation.error, OutOfGas):
        return Refused("out of gas")
    return Refused(f"execution failed: {computation.error}")
