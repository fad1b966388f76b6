"""A local chain on py-evm (Prague rules): blocks, a pool of waiting transactions, and a journal on disk.

Blocks are kept in a list of our own, so that going back (snapshots, reorganisations) is cutting the list.
The journal holds only what came from outside (transactions, times): replaying it gives the same block hashes.
"""

import fcntl
import json
import os
import time

import rlp
from eth.constants import CREATE_CONTRACT_ADDRESS, EMPTY_SHA256
from eth.db.atomic import AtomicDB
from eth.db.chain import ChainDB
from eth.vm.chain_context import ChainContext
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.constants import HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CONTRACT_CODE
from eth_utils import ValidationError, keccak, to_canonical_address

from devnet_run import Refused, minimum_gas, run

GAS_LIMIT = 30_000_000
INITIAL_BASE_FEE = 10**9
MAX_INIT_CODE = 49_152
POOL_LIMIT = 4_096
FUNDS = 10_000 * 10**18
ZERO = b"\0" * 20
# The accounts of the mnemonic "test test test test test test test test test test test junk", as in anvil and hardhat.
ACCOUNTS = [
    to_canonical_address(text)
    for text in """
    0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc 0x90f79bf6eb2c4f870365e785982e1f101e93b906
    0x15d34aaf54267db7d7c367839aaf71a00a2c6a65 0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc
    0x976ea74026e726554db657fa54763abd0c3a0aa9 0x14dc79964da2c08b23698b3d3cc7ca32193d9955
    0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f 0xa0ee7a142d267c1f36714e4a8f75612f20a79720""".split()
]
# The deterministic deployment proxy, which anvil puts into its genesis too.
FACTORY = to_canonical_address("0x4e59b44847b379578588920ca78fbf26c0b4956c")
FACTORY_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)


class Transaction:
    """A signed transaction with what is asked of it again and again."""

    def __init__(self, raw):
        self.raw = raw
        self.hash = keccak(raw)
        builder = PragueVM.get_transaction_builder()
        try:
            self.body = builder.decode(raw)
            self.sender = self.body.sender
        except Exception as error:
            raise Refused(f"rlp: cannot decode the transaction: {error}") from error
        self.type = raw[0] if raw[0] < 0x7F else 0
        self.nonce, self.gas, self.value = self.body.nonce, self.body.gas, self.body.value
        self.max_fee, self.tip = self.body.max_fee_per_gas, self.body.max_priority_fee_per_gas
        self.creates = self.body.to == CREATE_CONTRACT_ADDRESS
        self.contract = keccak(rlp.encode([self.sender, self.nonce]))[12:] if self.creates else None


class Block:
    def __init__(self, header, transactions=(), receipts=()):
        self.header, self.transactions, self.receipts = header, transactions, receipts
        self.number, self.hash = header.block_number, header.hash


class Chain:
    def __init__(self, genesis, journal=None):
        self.id = genesis["chainId"]
        self.context = ChainContext(self.id)
        self.db = ChainDB(AtomicDB())
        self.journal = journal
        self.automine, self.lag = True, 0
        self.pool, self.where, self.snapshots = {}, {}, []
        self.readable = None
        self.blocks = [self._genesis(genesis)]

    def _genesis(self, genesis):
        before = PragueVM.create_genesis_header(difficulty=0, gas_limit=GAS_LIMIT, timestamp=0)
        state = PragueVM.build_state(self.db.db, before, self.context)
        for account in ACCOUNTS:
            state.set_balance(account, FUNDS)
        for address, code in ((FACTORY, FACTORY_CODE), (HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CONTRACT_CODE)):
            state.set_code(address, code)
            state.set_nonce(address, 1)
        state.persist()
        header = PragueVM.create_genesis_header(
            difficulty=0, gas_limit=GAS_LIMIT, timestamp=genesis["timestamp"], state_root=state.state_root,
            extra_data=bytes.fromhex(genesis["extraData"]), base_fee_per_gas=INITIAL_BASE_FEE,
        )
        self.db.db[header.hash] = rlp.encode(header)
        return Block(header)

    @property
    def head(self):
        return self.blocks[-1]

    def state(self, block, **changes):
        """The state after a block; what is written to it is lost."""
        header = block.header.copy(**changes) if changes else block.header
        hashes = (b.hash for b in reversed(self.blocks[max(0, block.number - 256):block.number]))
        return PragueVM.build_state(self.db.db, header, self.context, hashes)

    def view(self, block):
        """The state after a block, to be read only; the newest one's is kept: making it takes longer than reading."""
        if block is not self.head:
            return self.state(block)
        if self.readable is None or self.readable[0] is not block:
            self.readable = (block, self.state(block))
        return self.readable[1]

    def next_header(self, timestamp=None):
        parent = self.head.header
        when = max(int(time.time()) if timestamp is None else timestamp, parent.timestamp + 1)
        return PragueVM.create_header_from_parent(parent, timestamp=when, gas_limit=GAS_LIMIT, coinbase=ZERO)

    # The pool

    def add(self, raw):
        """Takes a signed transaction in, mines if that is on, and returns its hash."""
        if not raw:
            raise Refused("typed transaction too short")
        transaction = Transaction(raw)
        replaced = self._check(transaction)
        if replaced is None and len(self.pool) >= POOL_LIMIT:
            raise Refused("txpool is full")
        key = (transaction.sender, transaction.nonce)
        self.pool[key] = transaction
        if self.automine:
            self.mine_ready()
        if self.pool.get(key) is transaction:
            self._write(pooled=raw.hex())
        self.sync()
        if key not in self.pool and transaction.hash not in self.where:
            raise Refused("the transaction cannot be applied")
        return transaction.hash

    def _check(self, new):
        if new.type not in (0, 1, 2):
            raise Refused("transaction type not supported")
        if new.hash in self.where or any(new.hash == t.hash for t in self.pool.values()):
            raise Refused("already known")
        if new.body.chain_id not in (None, self.id):
            raise Refused(f"invalid chain id for signer: have {new.body.chain_id} want {self.id}")
        if new.body.s > 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0:
            raise Refused("invalid transaction v, r, s values")
        if new.gas > GAS_LIMIT:
            raise Refused("exceeds block gas limit")
        if new.tip > new.max_fee:
            raise Refused(f"max priority fee per gas higher than max fee per gas: tip {new.tip}, max {new.max_fee}")
        if new.creates and len(new.body.data) > MAX_INIT_CODE:
            raise Refused(f"max initcode size exceeded: code size {len(new.body.data)}, limit {MAX_INIT_CODE}")
        if new.gas < minimum_gas(new.body):
            raise Refused(f"intrinsic gas too low: gas {new.gas}, minimum needed {minimum_gas(new.body)}")
        state = self.view(self.head)
        nonce = state.get_nonce(new.sender)
        if new.nonce < nonce:
            raise Refused(f"nonce too low: next nonce {nonce}, tx nonce {new.nonce}")
        balance, cost = state.get_balance(new.sender), new.gas * new.max_fee + new.value
        if balance < cost:
            raise Refused(
                f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, "
                f"overshot {cost - balance}"
            )
        old = self.pool.get((new.sender, new.nonce))
        if old and (new.max_fee * 100 < old.max_fee * 110 or new.tip * 100 < old.tip * 110):
            raise Refused("replacement transaction underpriced")
        return old

    def pending_nonce(self, address):
        nonce = self.view(self.head).get_nonce(address)
        while (address, nonce) in self.pool:
            nonce += 1
        return nonce

    # Mining

    def mine_ready(self):
        """One block for each transaction that can go in now."""
        while True:
            header, state = self.next_header(), self.view(self.head)
            ready = next((t for t in self.pool.values() if self._fits(t, state, header)), None)
            if ready is None:
                return
            self._seal(header, [ready], empty=False)

    @staticmethod
    def _fits(transaction, state, header):
        return transaction.max_fee >= header.base_fee_per_gas and transaction.nonce == state.get_nonce(transaction.sender)

    def mine(self, timestamp=None):
        """Mines one block from whatever is in the pool, also when that is nothing."""
        self._seal(self.next_header(timestamp), list(self.pool.values()))
        self.sync()

    def set_code(self, address, code):
        """Puts code at an address, as no transaction can: in a block of its own, which is replayed like any other."""
        if self.state(self.head).get_code(address) == code:
            return
        self._seal(self.next_header(), [], codes={address: code})
        self.sync()

    def _seal(self, header, candidates, empty=True, codes=None):
        vm = PragueVM(header, self.db, self.context, None)
        vm.block_preprocessing(vm.get_block())
        for address, code in (codes or {}).items():
            vm.state.set_code(address, code)
            # As a contract has since EIP-161, so that it is not taken for an empty account.
            vm.state.set_nonce(address, max(1, vm.state.get_nonce(address)))
        transactions, receipts, logs = [], [], 0
        left = candidates
        progress = True
        while left and progress:
            progress, waiting = False, []
            for transaction in left:
                full = header.gas_used + transaction.gas > header.gas_limit
                if full or not self._fits(transaction, vm.state, header):
                    waiting.append(transaction)
                    continue
                try:
                    receipt, computation = vm.apply_transaction(header, transaction.body)
                except ValidationError:
                    # What was affordable when it came may not be any more.
                    self.pool.pop((transaction.sender, transaction.nonce), None)
                    continue
                progress = True
                header = vm.add_receipt_to_header(header, receipt)
                transactions.append(transaction)
                receipts.append((receipt, logs))
                logs += len(receipt.logs)
            left = waiting
        if not transactions and not empty:
            return
        block = vm.set_block_transactions_and_withdrawals(
            vm.get_block(), header.copy(requests_hash=EMPTY_SHA256), tuple(t.body for t in transactions),
            tuple(receipt for receipt, _ in receipts),
        )
        header = vm.finalize_block(block).block.header
        self.db.db[header.hash] = rlp.encode(header)
        block = Block(header, transactions, receipts)
        self.blocks.append(block)
        for index, transaction in enumerate(transactions):
            self.where[transaction.hash] = (block, index)
            self.pool.pop((transaction.sender, transaction.nonce), None)
        put = {"codes": {address.hex(): code.hex() for address, code in codes.items()}} if codes else {}
        self._write(
            block=block.hash.hex(), timestamp=header.timestamp, transactions=[t.raw.hex() for t in transactions], **put
        )

    # Going back

    def snapshot(self):
        self.snapshots.append((len(self.blocks), dict(self.pool)))
        return len(self.snapshots)

    def revert(self, number):
        if not 0 < number <= len(self.snapshots):
            return False
        length, pool = self.snapshots[number - 1]
        del self.snapshots[number - 1:]
        self._cut(length)
        self.pool = pool
        self._write(cut=length, pool=[t.raw.hex() for t in pool.values()])
        self.sync()
        return True

    def _cut(self, length):
        for block in self.blocks[length:]:
            for transaction in block.transactions:
                del self.where[transaction.hash]
        del self.blocks[length:]

    # Running without mining

    def execute(self, block, sender, to, data, value, gas, gas_price=0):
        """Runs a call on the state after a block."""
        state = self.state(block, base_fee_per_gas=min(gas_price, block.header.base_fee_per_gas))
        return run(state, sender, to, data, value, gas, gas_price)

    # The journal

    def _write(self, **entry):
        if self.journal:
            self.journal.write(entry)

    def sync(self):
        if self.journal:
            self.journal.sync()

    def replay(self, entries):
        journal, self.journal, self.automine = self.journal, None, False
        for number, entry in enumerate(entries, 2):
            if "pooled" in entry:
                transaction = Transaction(bytes.fromhex(entry["pooled"]))
                self.pool[transaction.sender, transaction.nonce] = transaction
            elif "cut" in entry:
                self._cut(entry["cut"])
                pool = map(Transaction, map(bytes.fromhex, entry["pool"]))
                self.pool = {(t.sender, t.nonce): t for t in pool}
            else:
                transactions = [Transaction(bytes.fromhex(raw)) for raw in entry["transactions"]]
                codes = {bytes.fromhex(at): bytes.fromhex(code) for at, code in entry.get("codes", {}).items()}
                self._seal(self.next_header(entry["timestamp"]), transactions, codes=codes)
                if self.head.hash.hex() != entry["block"]:
                    raise SystemExit(
                        f"devnet: line {number} of the journal gives another block than it gave when it was written; "
                        "start with an empty state directory"
                    )
        self.journal, self.automine = journal, True


class Journal:
    """Lines of JSON; what is in it is on disk before anyone is told. A torn last line is dropped."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.lock = open(os.path.join(directory, "lock"), "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"devnet: another devnet uses {directory}; stop it or choose another state directory")
        self.path = os.path.join(directory, "chain.jsonl")
        self.file = open(self.path, "a+b")
        self.file.seek(0)
        text = self.file.read()
        whole = text.rfind(b"\n") + 1
        self.file.truncate(whole)
        try:
            self.entries = [json.loads(line) for line in text[:whole].splitlines()]
        except ValueError as error:
            raise SystemExit(f"devnet: {self.path} is damaged ({error}); start with an empty state directory")
        if not self.entries:
            descriptor = os.open(directory, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def write(self, entry):
        self.file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")

    def sync(self):
        self.file.flush()
        os.fdatasync(self.file.fileno())


def open_chain(chain_id, directory=None):
    """A fresh chain, or the one kept in the directory."""
    fresh = {"version": 1, "chainId": chain_id, "timestamp": int(time.time()), "extraData": os.urandom(16).hex()}
    if directory is None:
        return Chain(fresh)
    journal = Journal(directory)
    if not journal.entries:
        journal.write(fresh)
        journal.sync()
        return Chain(fresh, journal)
    genesis, *entries = journal.entries
    if chain_id is not None and genesis["chainId"] != chain_id:
        raise SystemExit(f"devnet: {directory} holds chain {genesis['chainId']}, not {chain_id}")
    chain = Chain(genesis, journal)
    chain.replay(entries)
    return chain
