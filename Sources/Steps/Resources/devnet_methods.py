"""The JSON-RPC methods of the local chain, and the shapes in which they answer."""

import devnet_chain as chains
import rlp
from devnet_run import data, failure, run
from eth.exceptions import OutOfGas
from eth_utils import to_canonical_address, to_checksum_address

TIP = 10**9
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
        return self.chain.view(self._existing(tag))

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

    @staticmethod
    def _call(call):
        """What is to be run: sender, target, data and value."""
        sender = address(call["from"]) if call.get("from") else chains.ZERO
        to = address(call["to"]) if call.get("to") else b""
        return sender, to, octets(call.get("input") or call.get("data") or "0x"), quantity(call.get("value") or "0x0")

    def _run(self, call, tag, gas):
        price = quantity(call.get("maxFeePerGas") or call.get("gasPrice") or "0x0")
        return self.chain.execute(self._existing(tag), *self._call(call), gas, price)

    def eth_call(self, call, tag="latest", overrides=None):
        if overrides:
            raise chains.Refused("state overrides are not supported", -32602)
        gas = min(quantity(call.get("gas") or hex(chains.GAS_LIMIT)), chains.GAS_LIMIT)
        computation = self._run(call, tag, gas).computation
        if computation.is_error:
            raise failure(computation)
        return data(computation.output)

    def eth_estimateGas(self, call, tag="latest"):
        high = min(quantity(call.get("gas") or hex(chains.GAS_LIMIT)), chains.GAS_LIMIT)
        ran = self._run(call, tag, high)
        if ran.computation.is_error:
            exhausted = isinstance(ran.computation.error, OutOfGas)
            raise chains.Refused(f"gas required exceeds allowance ({high})") if exhausted else failure(ran.computation)
        if ran.is_steady:
            # Nothing in it depends on the gas that it is given, but that a store wants 2,300 left (EIP-2200).
            return hex(min(high, max(ran.least, ran.taken + 2_300)))
        # As geth: what it took, with room for the 1/64 that a call keeps back, is nearly always enough.
        low, guess = ran.used - 1, (ran.taken + 2_300) * 64 // 63
        while low + 1 < high and (high - low) * 1000 > 15 * high:
            middle = guess if low < guess < high else min((high + low) // 2, low * 2)
            guess = 0
            try:
                fits = not self._run(call, tag, middle).computation.is_error
            except chains.Refused:
                fits = False
            low, high = (low, middle) if fits else (middle, high)
        return hex(high)

    def eth_simulateV1(self, wanted, tag="latest"):
        """Runs calls one after the other, each on what those before it left; geth's method without overrides."""
        blocks = wanted.get("blockStateCalls") if isinstance(wanted, dict) else None
        if not isinstance(blocks, list) or not blocks:
            raise chains.Refused("empty input", -32602)
        parent = self._existing(tag)
        state, shown = self.chain.state(parent, base_fee_per_gas=0), []
        for ahead, block in enumerate(blocks, 1):
            if block.get("blockOverrides") or block.get("stateOverrides"):
                raise chains.Refused("overrides are not supported", -32602)
            number, left, results = parent.number + ahead, chains.GAS_LIMIT, []
            for call in block.get("calls") or []:
                gas = quantity(call["gas"]) if call.get("gas") else left
                if gas > left:
                    raise chains.Refused("block gas limit reached", -38015)
                results.append(self._simulated(state, call, gas, number))
                left -= int(results[-1]["gasUsed"], 16)
            shown.append({
                "number": hex(number), "timestamp": hex(parent.header.timestamp + 12 * ahead),
                "gasLimit": hex(chains.GAS_LIMIT), "gasUsed": hex(chains.GAS_LIMIT - left), "baseFeePerGas": "0x0",
                "calls": results,
            })
        return shown

    def _simulated(self, state, call, gas, number):
        try:
            ran = run(state, *self._call(call), gas)
        except chains.Refused as error:
            code = -38013 if "intrinsic" in str(error) else -38014
            raise chains.Refused(str(error), code)
        computation = ran.computation
        shown = {"returnData": data(computation.output), "gasUsed": hex(ran.used), "status": "0x1", "logs": []}
        if computation.is_error:
            said = failure(computation)
            error = {"code": said.code if said.code == 3 else -32015, "message": str(said)}
            return shown | {"status": "0x0", "error": error | ({"data": said.data} if said.data else {})}
        return shown | {
            "logs": [
                {
                    "address": to_checksum_address(account), "topics": [word(topic) for topic in topics],
                    "data": data(body), "blockNumber": hex(number), "logIndex": hex(index), "removed": False,
                }
                for index, (account, topics, body) in enumerate(computation.get_log_entries())
            ],
        }

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
