"""The JSON-RPC methods of the local chain, and the shapes in which they answer."""

import devnet_chain as chains
import rlp
from eth.exceptions import OutOfGas, Revert
from eth_utils import to_canonical_address, to_checksum_address

TIP = 10**9
PANICS = {
    0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero", 0x21: "enum overflow", 0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN", 0x41: "out of memory", 0x51: "uninitialized function",
}


def data(value):
    return "0x" + bytes(value).hex()


def word(number):
    return "0x" + number.to_bytes(32, "big").hex()


def quantity(text):
    if not isinstance(text, str) or not text.startswith("0x"):
        raise chains.Refused(f"invalid argument: {text!r} is not a 0x-prefixed number", -32602)
    try:
        return int(text[2:], 16)
    except ValueError:
        raise chains.Refused(f"invalid argument: {text!r} is not a hexadecimal number", -32602)


def octets(text, length=None):
    try:
        value = bytes.fromhex(text[2:]) if text.startswith("0x") else None
    except (AttributeError, ValueError):
        value = None
    if value is None or length not in (None, len(value)):
        raise chains.Refused(f"invalid argument: {text!r} is not {length or 'a string of'} hexadecimal bytes", -32602)
    return value


def address(value):
    return to_canonical_address(octets(value, 20))


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
        return chains.Refused("execution reverted" + (f": {said}" if said else ""), 3, data(computation.output))
    if isinstance(computation.error, OutOfGas):
        return chains.Refused("out of gas")
    return chains.Refused(f"execution failed: {computation.error}")


class Methods:
    """The JSON-RPC methods, each named as it is called."""

    def __init__(self, chain):
        self.chain = chain

    # Blocks

    def _block(self, tag="latest"):
        """The block of a tag; nothing where there is none. `pending` is the head: it has the state that counts."""
        blocks, tag = self.chain.blocks, "latest" if tag is None else tag
        if isinstance(tag, dict):
            if "blockHash" in tag:
                return self._by_hash(tag["blockHash"])
            tag = tag.get("blockNumber", "latest")
        if tag in ("latest", "pending"):
            return blocks[-1]
        if tag in ("safe", "finalized"):
            return blocks[max(0, len(blocks) - 1 - self.chain.lag)]
        number = 0 if tag == "earliest" else quantity(tag)
        return blocks[number] if number < len(blocks) else None

    def _by_hash(self, text):
        wanted = octets(text, 32)
        return next((b for b in reversed(self.chain.blocks) if b.hash == wanted), None)

    def _state(self, tag):
        return self.chain.state(self._existing(tag))

    def _existing(self, tag):
        block = self._block(tag)
        if block is None:
            raise chains.Refused("header not found")
        return block

    def _show(self, block, full, pending=False):
        if block is None:
            return None
        header = block.header
        shown = {
            "number": hex(header.block_number), "hash": None if pending else data(header.hash),
            "parentHash": data(header.parent_hash), "sha3Uncles": data(header.uncles_hash),
            "miner": data(header.coinbase), "stateRoot": data(header.state_root),
            "transactionsRoot": data(header.transaction_root), "receiptsRoot": data(header.receipt_root),
            "logsBloom": data(header.bloom.to_bytes(256, "big")), "difficulty": hex(header.difficulty),
            "totalDifficulty": "0x0", "gasLimit": hex(header.gas_limit), "gasUsed": hex(header.gas_used),
            "timestamp": hex(header.timestamp), "extraData": data(header.extra_data),
            "mixHash": data(header.mix_hash), "nonce": None if pending else data(header.nonce),
            "baseFeePerGas": hex(header.base_fee_per_gas), "withdrawalsRoot": data(header.withdrawals_root),
            "blobGasUsed": hex(header.blob_gas_used), "excessBlobGas": hex(header.excess_blob_gas),
            "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
            "requestsHash": data(header.requests_hash), "uncles": [], "withdrawals": [],
            "size": hex(len(rlp.encode(header)) + sum(len(t.raw) for t in block.transactions) + 8),
        }
        where = None if pending else block
        shown["transactions"] = [
            self._transaction(t, where, i) if full else data(t.hash) for i, t in enumerate(block.transactions)
        ]
        return shown

    def _transaction(self, t, block, index):
        body = t.body
        shown = {
            "hash": data(t.hash), "type": hex(t.type), "nonce": hex(t.nonce), "from": to_checksum_address(t.sender),
            "to": None if t.creates else to_checksum_address(body.to), "value": hex(t.value), "gas": hex(t.gas),
            "input": data(body.data), "r": hex(body.r), "s": hex(body.s),
            "v": hex(body.v) if t.type == 0 else hex(body.y_parity),
            "blockHash": data(block.hash) if block else None, "blockNumber": hex(block.number) if block else None,
            "transactionIndex": hex(index) if block else None,
        }
        if body.chain_id is not None:
            shown["chainId"] = hex(body.chain_id)
        if t.type:
            shown["yParity"] = hex(body.y_parity)
            shown["accessList"] = [
                {"address": to_checksum_address(a), "storageKeys": [word(k) for k in keys]} for a, keys in body.access_list
            ]
        shown["gasPrice"] = hex(self._price(t, block) if block else t.max_fee)
        if t.type == 2:
            shown |= {"maxFeePerGas": hex(t.max_fee), "maxPriorityFeePerGas": hex(t.tip)}
        return shown

    @staticmethod
    def _price(t, block):
        return min(t.max_fee, block.header.base_fee_per_gas + t.tip)

    def _receipt(self, block, index):
        t, (receipt, first) = block.transactions[index], block.receipts[index]
        before = block.receipts[index - 1][0].gas_used if index else 0
        here = {
            "transactionHash": data(t.hash), "transactionIndex": hex(index),
            "blockHash": data(block.hash), "blockNumber": hex(block.number),
        }
        logs = [
            here | {
                "address": to_checksum_address(log.address), "topics": [word(topic) for topic in log.topics],
                "data": data(log.data), "logIndex": hex(first + i), "removed": False,
                "blockTimestamp": hex(block.header.timestamp),
            }
            for i, log in enumerate(receipt.logs)
        ]
        return here | {
            "type": hex(t.type), "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
            "from": to_checksum_address(t.sender), "to": None if t.creates else to_checksum_address(t.body.to),
            "contractAddress": to_checksum_address(t.contract) if t.creates else None,
            "gasUsed": hex(receipt.gas_used - before), "cumulativeGasUsed": hex(receipt.gas_used),
            "effectiveGasPrice": hex(self._price(t, block)), "logs": logs,
            "logsBloom": data(receipt.bloom.to_bytes(256, "big")),
        }

    # What is read

    def web3_clientVersion(self):
        return "hyperkit-devnet/py-evm"

    def net_version(self):
        return str(self.chain.id)

    def eth_chainId(self):
        return hex(self.chain.id)

    def eth_syncing(self):
        return False

    def eth_accounts(self):
        return [to_checksum_address(account) for account in chains.ACCOUNTS]

    def eth_blockNumber(self):
        return hex(self.chain.head.number)

    def eth_getBlockByNumber(self, tag, full=False):
        if tag == "pending":
            waiting = chains.Block(self.chain.next_header(), list(self.chain.pool.values()))
            return self._show(waiting, full, pending=True)
        return self._show(self._block(tag), full)

    def eth_getBlockByHash(self, text, full=False):
        return self._show(self._by_hash(text), full)

    def eth_getTransactionCount(self, account, tag="latest"):
        if tag == "pending":
            return hex(self.chain.pending_nonce(address(account)))
        return hex(self._state(tag).get_nonce(address(account)))

    def eth_getBalance(self, account, tag="latest"):
        return hex(self._state(tag).get_balance(address(account)))

    def eth_getCode(self, account, tag="latest"):
        return data(self._state(tag).get_code(address(account)))

    def eth_getStorageAt(self, account, slot, tag="latest"):
        return word(self._state(tag).get_storage(address(account), quantity(slot)))

    def eth_getTransactionByHash(self, text):
        wanted = octets(text, 32)
        if wanted in self.chain.where:
            block, index = self.chain.where[wanted]
            return self._transaction(block.transactions[index], block, index)
        waiting = next((t for t in self.chain.pool.values() if t.hash == wanted), None)
        return self._transaction(waiting, None, 0) if waiting else None

    def eth_getTransactionReceipt(self, text):
        found = self.chain.where.get(octets(text, 32))
        return self._receipt(*found) if found else None

    def eth_getBlockReceipts(self, tag):
        block = self._block(tag)
        return block and [self._receipt(block, i) for i in range(len(block.transactions))]

    def eth_getLogs(self, query):
        if "blockHash" in query:
            blocks = [self._existing(query)]
        else:
            first, last = self._existing(query.get("fromBlock")), self._existing(query.get("toBlock"))
            blocks = self.chain.blocks[first.number : last.number + 1]
        wanted = query.get("address") or []
        wanted = [a.lower() for a in ([wanted] if isinstance(wanted, str) else wanted)]
        topics = [[t] if isinstance(t, str) else t for t in query.get("topics") or []]
        logs = (log for b in blocks for i in range(len(b.transactions)) for log in self._receipt(b, i)["logs"])
        return [
            log for log in logs
            if (not wanted or log["address"].lower() in wanted) and len(log["topics"]) >= len(topics)
            and all(not any_of or log["topics"][i] in any_of for i, any_of in enumerate(topics))
        ]

    # Fees

    def eth_gasPrice(self):
        return hex(self.chain.next_header().base_fee_per_gas + TIP)

    def eth_maxPriorityFeePerGas(self):
        return hex(TIP)

    def eth_feeHistory(self, count, newest, percentiles=()):
        last = self._existing(newest).number
        count = count if isinstance(count, int) else quantity(count)
        count = min(max(count, 1), 1_024, last + 1)
        blocks = self.chain.blocks[last - count + 1 : last + 1]
        after = self.chain.blocks[last + 1] if last + 1 < len(self.chain.blocks) else None
        after = after.header if after else self.chain.next_header()
        history = {
            "oldestBlock": hex(blocks[0].number),
            "baseFeePerGas": [hex(b.header.base_fee_per_gas) for b in blocks] + [hex(after.base_fee_per_gas)],
            "gasUsedRatio": [b.header.gas_used / b.header.gas_limit for b in blocks],
        }
        if percentiles:
            history["reward"] = [[hex(tip) for tip in self._tips(b, percentiles)] for b in blocks]
        return history

    def _tips(self, block, percentiles):
        paid, before = [], 0
        for t, (receipt, _) in zip(block.transactions, block.receipts):
            paid.append((self._price(t, block) - block.header.base_fee_per_gas, receipt.gas_used - before))
            before = receipt.gas_used
        paid.sort()
        for percentile in percentiles:
            threshold, seen, tip = block.header.gas_used * percentile / 100, 0, 0
            for tip, gas in paid:
                seen += gas
                if seen >= threshold:
                    break
            yield tip

    # What is run

    def _run(self, call, tag, gas):
        sender = address(call["from"]) if call.get("from") else chains.ZERO
        to = address(call["to"]) if call.get("to") else b""
        body = octets(call.get("input") or call.get("data") or "0x")
        price = quantity(call.get("maxFeePerGas") or call.get("gasPrice") or "0x0")
        return self.chain.execute(self._existing(tag), sender, to, body, quantity(call.get("value") or "0x0"), gas, price)

    def eth_call(self, call, tag="latest", overrides=None):
        if overrides:
            raise chains.Refused("state overrides are not supported", -32602)
        gas = min(quantity(call.get("gas") or hex(chains.GAS_LIMIT)), chains.GAS_LIMIT)
        computation, _, _ = self._run(call, tag, gas)
        if computation.is_error:
            raise failure(computation)
        return data(computation.output)

    def eth_estimateGas(self, call, tag="latest"):
        high = min(quantity(call.get("gas") or hex(chains.GAS_LIMIT)), chains.GAS_LIMIT)
        computation, taken, used = self._run(call, tag, high)
        if computation.is_error:
            exhausted = isinstance(computation.error, OutOfGas)
            raise chains.Refused(f"gas required exceeds allowance ({high})") if exhausted else failure(computation)
        # As geth: what it took, with room for the 1/64 that a call keeps back, is nearly always enough.
        low, guess = used - 1, (taken + 2_300) * 64 // 63
        while low + 1 < high and (high - low) * 1000 > 15 * high:
            middle = guess if low < guess < high else min((high + low) // 2, low * 2)
            guess = 0
            try:
                fits = not self._run(call, tag, middle)[0].is_error
            except chains.Refused:
                fits = False
            low, high = (low, middle) if fits else (middle, high)
        return hex(high)

    def eth_sendRawTransaction(self, raw):
        return data(self.chain.add(octets(raw)))

    # The handle of a test

    def evm_setAutomine(self, on):
        self.chain.automine = bool(on)
        if self.chain.automine:
            self.chain.mine_ready()
            self.chain.sync()
        return True

    def evm_mine(self, timestamp=None):
        when = timestamp.get("timestamp") if isinstance(timestamp, dict) else timestamp
        self.chain.mine(when if when is None or isinstance(when, int) else quantity(when))
        return "0x0"

    def evm_snapshot(self):
        return hex(self.chain.snapshot())

    def evm_revert(self, number):
        return self.chain.revert(quantity(number))

    def anvil_setCode(self, account, code):
        self.chain.set_code(address(account), octets(code))

    def hyperkit_setFinalityLag(self, blocks):
        self.chain.lag = blocks if isinstance(blocks, int) else quantity(blocks)
        return True
