"""Writes the test vectors of Tests/EthereumTests/Vectors; see scripts/make-vectors.

Every expected value comes from eth-abi, eth-account, eth-keyfile, eth-keys, eth-utils, rlp or pycryptodome.
"""

import json
import pathlib
import random
import sys
import uuid

import rlp
from Crypto.Hash import keccak as keccak_module
from Crypto.Util.asn1 import DerSequence
from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keyfile import keyfile
from eth_keys import keys
from eth_utils import function_signature_to_4byte_selector, keccak, to_checksum_address

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ALPHABET = "abcXYZ 0189_-\"\\\n\té漢字🙂ß\u0000"


def hexed(data):
    return "0x" + bytes(data).hex()


def write(folder, name, rows):
    lines = [json.dumps(row, ensure_ascii=True, separators=(",", ":"), sort_keys=True) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{name}: {len(lines)} cases")


# RLP


def rlp_item(r, depth):
    if depth == 0 or r.random() < 0.55:
        length = r.choice([0, 1, 1, 1, 2, 5, 20, 32, 54, 55, 56, 57, 80])
        return r.randbytes(length) if r.random() < 0.9 else bytes([r.choice([0, 1, 127, 128, 255])])
    return [rlp_item(r, depth - 1) for _ in range(r.choice([0, 1, 2, 3, 4]))]


def rlp_json(item):
    return [rlp_json(x) for x in item] if isinstance(item, list) else hexed(item)


def rlp_rows(r):
    for byte in range(256):
        yield {"item": hexed([byte]), "rlp": hexed(rlp.encode(bytes([byte])))}
    for length in [0, 2, 54, 55, 56, 57, 254, 255, 256, 257, 1024, 4000]:
        data = r.randbytes(length)
        yield {"item": hexed(data), "rlp": hexed(rlp.encode(data))}
    for count in [0, 1, 54, 55, 56, 255, 256]:
        items = [b"\x01"] * count
        yield {"item": rlp_json(items), "rlp": hexed(rlp.encode(items))}
    for _ in range(500):
        item = rlp_item(r, 4)
        yield {"item": rlp_json(item), "rlp": hexed(rlp.encode(item))}


def rlp_integer_rows(r):
    numbers = [0, 1, 127, 128, 255, 256, 2**64 - 1, 2**64, 2**128 - 1, 2**256 - 1]
    numbers += [r.getrandbits(r.randrange(1, 257)) for _ in range(200)]
    for number in numbers:
        yield {"number": str(number), "rlp": hexed(rlp.encode(number))}


# Keccak


def keccak_rows(r):
    """The message is the sequence (seed + 7 i) mod 256, so that long ones need no room here."""
    for length in list(range(0, 301)) + [407, 408, 409, 1000, 4096, 10_000, 65_537, 250_000]:
        seed = r.randrange(256)
        message = bytes((seed + 7 * i) % 256 for i in range(length))
        expected = keccak_module.new(digest_bits=256, data=message).digest()
        assert expected == keccak(message)
        yield {"length": length, "seed": seed, "hash": hexed(expected)}


# Addresses


def address_rows(r):
    for _ in range(400):
        secret = r.randrange(1, ORDER)
        key = keys.PrivateKey(secret.to_bytes(32, "big"))
        yield {
            "key": hexed(key.to_bytes()),
            "public": hexed(key.public_key.to_bytes()),
            "address": to_checksum_address(key.public_key.to_canonical_address()),
        }
    for secret in [1, 2, 3, ORDER - 1, ORDER - 2, 255, 2**128]:
        key = keys.PrivateKey(secret.to_bytes(32, "big"))
        yield {
            "key": hexed(key.to_bytes()),
            "public": hexed(key.public_key.to_bytes()),
            "address": to_checksum_address(key.public_key.to_canonical_address()),
        }


def created_rows(r):
    nonces = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32, 2**64 - 2]
    for index in range(200):
        sender = r.randbytes(20)
        nonce = nonces[index] if index < len(nonces) else r.getrandbits(r.randrange(1, 64))
        salt = r.randbytes(32)
        init_code_hash = keccak(r.randbytes(r.randrange(0, 200)))
        yield {
            "sender": to_checksum_address(sender),
            "nonce": str(nonce),
            "create": to_checksum_address(keccak(rlp.encode([sender, nonce]))[12:]),
            "salt": hexed(salt),
            "initCodeHash": hexed(init_code_hash),
            "create2": to_checksum_address(keccak(b"\xff" + sender + salt + init_code_hash)[12:]),
        }


def signature_rows(r):
    """RFC 6979 signatures by the pure Python backend of eth-keys."""
    for _ in range(150):
        key = keys.PrivateKey(r.randrange(1, ORDER).to_bytes(32, "big"))
        digest = r.randbytes(32)
        signature = key.sign_msg_hash(digest)
        yield {
            "key": hexed(key.to_bytes()),
            "hash": hexed(digest),
            "r": hexed(signature.r.to_bytes(32, "big")),
            "s": hexed(signature.s.to_bytes(32, "big")),
            "recovery": signature.v,
            "address": to_checksum_address(key.public_key.to_canonical_address()),
        }


def digest_signature_rows(r):
    """What a service that signs digests answers: DER, with the high or the low s as it happens."""
    for _ in range(200):
        key = keys.PrivateKey(r.randrange(1, ORDER).to_bytes(32, "big"))
        digest = r.randbytes(32)
        signature = key.sign_msg_hash(digest)
        is_high = r.random() < 0.5
        given = ORDER - signature.s if is_high else signature.s
        yield {
            "hash": hexed(digest),
            "der": hexed(DerSequence([signature.r, given]).encode()),
            "isHigh": is_high,
            "r": hexed(signature.r.to_bytes(32, "big")),
            "s": hexed(signature.s.to_bytes(32, "big")),
            "recovery": signature.v,
            "address": to_checksum_address(key.public_key.to_canonical_address()),
        }


# Keystores

# The two vectors of the Web3 Secret Storage Definition.
OFFICIAL = [
    {
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262144,
                "dklen": 32,
                "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3,
    },
    {
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
            "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
            "kdf": "scrypt",
            "kdfparams": {
                "dklen": 32,
                "n": 262144,
                "p": 8,
                "r": 1,
                "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
            },
            "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3,
    },
]


def keystore_row(store, password, note):
    key = keyfile.decode_keyfile_json(store, password.encode()).rjust(32, b"\0")
    return {
        "store": store,
        "password": password,
        "note": note,
        "key": hexed(key),
        "address": to_checksum_address(keys.PrivateKey(key).public_key.to_canonical_address()),
    }


def keystore_rows(r):
    """Keystores by eth-keyfile; few rounds, so that reading them all is quick."""
    keyfile.Random.get_random_bytes = r.randbytes
    keyfile.uuid4 = lambda: uuid.UUID(bytes=r.randbytes(16), version=4)
    for store in OFFICIAL:
        yield keystore_row(store, "testpassword", "official")
    # Earlier versions of eth-keyfile took r = 1 with an n that RFC 7914 does not allow for it.
    keyfile.SCRYPT_R, keyfile.SCRYPT_P = 1, 2
    secret = r.randrange(1, ORDER).to_bytes(32, "big")
    store = keyfile.create_keyfile_json(secret, b"r one", kdf="scrypt", iterations=2**16)
    yield keystore_row(store, "r one", "made")
    keyfile.SCRYPT_R, keyfile.SCRYPT_P = 8, 1
    for index in range(200):
        kdf = ["scrypt", "pbkdf2"][index % 2]
        rounds = 2 ** r.randrange(1, 8) if kdf == "scrypt" else r.randrange(1, 2000)
        password = "".join(r.choice(ALPHABET) for _ in range(r.randrange(1, 40)))
        key = r.randrange(1, ORDER)
        note = "made"
        if index % 10 == 0:
            key >>= 8 * r.choice([1, 2])
            note = "leading zeros"
        secret = key.to_bytes(32, "big")
        store = keyfile.create_keyfile_json(
            secret, password.encode(), kdf=kdf, iterations=rounds, salt_size=r.choice([16, 32])
        )
        if index % 10 == 0 and index % 20 == 0:
            # Some programs lose the leading zeros of a key before they encrypt it.
            note = "zeros lost"
            crypto = store["crypto"]
            derive = keyfile._derive_scrypt_key if kdf == "scrypt" else keyfile._derive_pbkdf_key
            derived = derive(crypto["kdfparams"], password.encode())
            iv = int(crypto["cipherparams"]["iv"], 16)
            cut = keyfile.encrypt_aes_ctr(secret.lstrip(b"\0"), derived[:16], iv)
            crypto["ciphertext"] = cut.hex()
            crypto["mac"] = keccak(derived[16:32] + cut).hex()
        if index % 10 == 7:
            note = "spelt otherwise"
            store["Crypto"] = store.pop("crypto")
            store["address"] = "0x" + store["address"].lower()
        if index % 10 == 9:
            note = "no address"
            del store["address"]
        yield keystore_row(store, password, note)


# Transactions


def amount(r):
    return r.choice([0, 1, r.getrandbits(40), r.getrandbits(64), r.getrandbits(100), 2**96])


def access_list(r):
    return [
        {
            "address": to_checksum_address(r.randbytes(20)),
            "storageKeys": [hexed(r.randbytes(32)) for _ in range(r.choice([0, 1, 2]))],
        }
        for _ in range(r.choice([0, 0, 1, 2, 3]))
    ]


def transaction_rows(r):
    for index in range(2000):
        kind = ["legacy", "eip155", "eip2930", "eip1559"][index % 4]
        key = r.randrange(1, ORDER).to_bytes(32, "big")
        creates = r.random() < 0.4
        data = r.randbytes(r.choice([0, 1, 4, 36, 55, 56, 68, 200, 400]))
        fields = {
            "nonce": r.choice([0, 1, 127, 128, 255, 256, r.getrandbits(32), 2**63]),
            "gas": r.choice([21000, 0, r.getrandbits(24), 30_000_000]),
            "value": amount(r),
            "data": hexed(data),
            "to": b"" if creates else to_checksum_address(r.randbytes(20)),
        }
        chain = r.choice([1, 10, 56, 97, 137, 80002, 560048, 11155111, 131277322940537, 2**53])
        if kind in ("legacy", "eip155"):
            fields["gasPrice"] = amount(r)
        if kind == "eip155":
            fields["chainId"] = chain
        if kind == "eip2930":
            fields.update(type=1, chainId=chain, gasPrice=amount(r), accessList=access_list(r))
        if kind == "eip1559":
            tip = amount(r)
            fields.update(
                type=2,
                chainId=chain,
                maxFeePerGas=tip + amount(r),
                maxPriorityFeePerGas=tip,
                accessList=access_list(r),
            )
        signed = Account.sign_transaction(fields, key)
        raw = bytes(signed.raw_transaction)
        sender = Account.from_key(key).address
        assert Account.recover_transaction(raw) == sender
        row = {
            name: str(value) if isinstance(value, int) else value
            for name, value in fields.items()
            if name not in ("type", "to")
        }
        row.update(
            kind=kind,
            key=hexed(key),
            to=None if creates else fields["to"],
            raw=hexed(raw),
            hash=hexed(signed.hash),
            sender=sender,
        )
        yield row


# ABI


def leaf(r):
    pick = r.randrange(8)
    if pick == 0:
        return f"uint{8 * r.randrange(1, 33)}"
    if pick == 1:
        return f"int{8 * r.randrange(1, 33)}"
    if pick == 2:
        return f"bytes{r.randrange(1, 33)}"
    return ["address", "bool", "bytes", "string", "function"][pick - 3]


def abi_type(r, depth):
    """A random type as a tree: text, ("array", type, count or None) or ("tuple", [types])."""
    if depth == 0 or r.random() < 0.4:
        return leaf(r)
    pick = r.randrange(3)
    if pick == 0:
        return ("array", abi_type(r, depth - 1), None)
    if pick == 1:
        return ("array", abi_type(r, depth - 1), r.randrange(1, 4))
    return ("tuple", [abi_type(r, depth - 1) for _ in range(r.randrange(1, 4))])


def spelled(tree):
    if isinstance(tree, str):
        return tree
    if tree[0] == "array":
        return spelled(tree[1]) + ("[]" if tree[2] is None else f"[{tree[2]}]")
    return "(" + ",".join(spelled(x) for x in tree[1]) + ")"


def integer(r, low, high):
    return r.choice([low, high, 0, 1, r.randint(low, high), r.randint(low, high)])


def abi_value(r, tree):
    """The value for eth-abi, and the same as texts and lists."""
    if isinstance(tree, tuple):
        if tree[0] == "array":
            count = r.choice([0, 1, 2, 3]) if tree[2] is None else tree[2]
            pairs = [abi_value(r, tree[1]) for _ in range(count)]
            return [a for a, _ in pairs], [b for _, b in pairs]
        pairs = [abi_value(r, x) for x in tree[1]]
        return tuple(a for a, _ in pairs), [b for _, b in pairs]
    if tree.startswith("uint"):
        number = integer(r, 0, 2 ** int(tree[4:]) - 1)
        return number, str(number)
    if tree.startswith("int"):
        half = 2 ** (int(tree[3:]) - 1)
        number = integer(r, -half, half - 1)
        return number, str(number)
    if tree == "address":
        text = to_checksum_address(r.randbytes(20))
        return text, text
    if tree == "bool":
        flag = r.random() < 0.5
        return flag, "true" if flag else "false"
    if tree == "string":
        text = "".join(r.choice(ALPHABET) for _ in range(r.choice([0, 1, 5, 31, 32, 33])))
        return text, text
    if tree == "function":
        data = r.randbytes(24)
    elif tree == "bytes":
        data = r.randbytes(r.choice([0, 1, 31, 32, 33, 64]))
    else:
        data = r.randbytes(int(tree[5:]))
    return data, hexed(data)


def abi_rows(r):
    fixed = [f"uint{n}" for n in range(8, 257, 8)] + [f"int{n}" for n in range(8, 257, 8)]
    fixed += [f"bytes{n}" for n in range(1, 33)] + ["address", "bool", "bytes", "string", "function"]
    trees = [[t] for t in fixed for _ in range(3)]
    trees += [[("array", t, None)] for t in fixed] + [[("tuple", [t, "string"])] for t in fixed]
    while len(trees) < 2500:
        trees.append([abi_type(r, r.randrange(0, 5)) for _ in range(r.choice([0, 1, 1, 2, 2, 3]))])
    for group in trees:
        pairs = [abi_value(r, tree) for tree in group]
        types = [spelled(tree) for tree in group]
        # eth-abi spells the function type as the 24 bytes that it is.
        theirs = [t.replace("function", "bytes24") for t in types]
        encoded = encode(theirs, [a for a, _ in pairs])
        if len(encoded) > 1500:
            continue
        yield {"types": "(" + ",".join(types) + ")", "values": [b for _, b in pairs], "data": hexed(encoded)}


def selector_rows(r):
    for index in range(200):
        types = [spelled(abi_type(r, 3)) for _ in range(r.randrange(0, 5))]
        signature = f"method{index}(" + ",".join(types) + ")"
        yield {"signature": signature, "selector": hexed(function_signature_to_4byte_selector(signature))}


def create2(factory, salt, code):
    return to_checksum_address(keccak(b"\xff" + bytes.fromhex(factory) + salt + keccak(code))[12:])


def guarded(salt, sender, chain):
    """What CreateX's _guard makes of a salt, by its Solidity; nothing where it reverts."""
    owner, flag = salt[:20], salt[20]
    if owner == sender and flag == 1:
        return keccak(encode(["address", "uint256", "bytes32"], [sender, chain, salt]))
    if owner == sender:
        return keccak(encode(["uint256", "bytes32"], [int.from_bytes(sender), salt])) if flag == 0 else None
    if owner == bytes(20) and flag == 1:
        return keccak(encode(["uint256", "bytes32"], [chain, salt]))
    if owner == bytes(20) and flag > 1:
        return None
    return keccak(encode(["bytes32"], [salt]))


def factory_rows(r):
    for index in range(120):
        sender, chain, code = r.randbytes(20), r.choice([1, 31337, 2**53 - 1]), r.randbytes(r.choice([1, 31, 32, 33, 200]))
        owner = [sender, bytes(20), r.randbytes(20)][index % 3]
        salt = owner + bytes([r.choice([0, 1, 2, 255])]) + r.randbytes(11)
        row = {"sender": to_checksum_address(sender), "chain": str(chain), "code": hexed(code), "salt": hexed(salt)}
        row["proxy"] = create2("4e59b44847b379578588920ca78fbf26c0b4956c", salt, code)
        call = function_signature_to_4byte_selector("deployCreate2(bytes32,bytes)") + encode(["bytes32", "bytes"], [salt, code])
        guard = guarded(salt, sender, chain)
        row["createX"] = create2("ba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed", guard, code) if guard else ""
        yield row | {"call": hexed(call)}


# Safe

SAFE_TYPES = {
    "EIP712Domain": [
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "SafeTx": [
        {"name": name, "type": kind}
        for name, kind in [
            ("to", "address"),
            ("value", "uint256"),
            ("data", "bytes"),
            ("operation", "uint8"),
            ("safeTxGas", "uint256"),
            ("baseGas", "uint256"),
            ("gasPrice", "uint256"),
            ("gasToken", "address"),
            ("refundReceiver", "address"),
            ("nonce", "uint256"),
        ]
    ],
}


def safe_rows(r):
    """Batches of a Safe: the packed calls by eth-abi, the hashes by eth-account's EIP-712."""
    nobody = "0x" + "00" * 20
    for _ in range(150):
        safe = to_checksum_address(r.randbytes(20))
        multi_send = to_checksum_address(r.randbytes(20))
        chain = r.choice([1, 137, 11155111, r.randrange(1, 2**63)])
        nonce = r.randrange(0, 2**r.randrange(1, 40))
        calls = [
            {
                "to": to_checksum_address(r.randbytes(20)),
                "value": r.choice([0, r.randrange(0, 2**90)]),
                "data": r.randbytes(r.choice([0, 4, 36, r.randrange(0, 300)])),
            }
            for _ in range(r.randrange(1, 5))
        ]
        packed = b"".join(
            b"\0"
            + bytes.fromhex(c["to"][2:])
            + c["value"].to_bytes(32, "big")
            + len(c["data"]).to_bytes(32, "big")
            + c["data"]
            for c in calls
        )
        if len(calls) == 1:
            outer = {**calls[0], "operation": 0}
        else:
            data = function_signature_to_4byte_selector("multiSend(bytes)") + encode(["bytes"], [packed])
            outer = {"to": multi_send, "value": 0, "data": data, "operation": 1}
        signable = encode_typed_data(
            full_message={
                "types": SAFE_TYPES,
                "primaryType": "SafeTx",
                "domain": {"chainId": chain, "verifyingContract": safe},
                "message": {
                    **outer,
                    "safeTxGas": 0,
                    "baseGas": 0,
                    "gasPrice": 0,
                    "gasToken": nobody,
                    "refundReceiver": nobody,
                    "nonce": nonce,
                },
            }
        )
        yield {
            "safe": safe,
            "multiSend": multi_send,
            "chainId": str(chain),
            "nonce": str(nonce),
            "calls": [
                {"to": c["to"], "value": str(c["value"]), "data": hexed(c["data"])} for c in calls
            ],
            "data": hexed(outer["data"]),
            "domain": hexed(signable.header),
            "message": hexed(signable.body),
            "hash": hexed(keccak(b"\x19\x01" + signable.header + signable.body)),
        }


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        "rlp.jsonl": rlp_rows,
        "rlp-integers.jsonl": rlp_integer_rows,
        "keccak.jsonl": keccak_rows,
        "addresses.jsonl": address_rows,
        "created.jsonl": created_rows,
        "factories.jsonl": factory_rows,
        "signatures.jsonl": signature_rows,
        "digest-signatures.jsonl": digest_signature_rows,
        "keystores.jsonl": keystore_rows,
        "transactions.jsonl": transaction_rows,
        "abi.jsonl": abi_rows,
        "selectors.jsonl": selector_rows,
        "safe.jsonl": safe_rows,
    }
    for name, rows in makers.items():
        # A seed per file: a change to one maker leaves the others' bytes alone.
        write(folder, name, rows(random.Random(f"hyperkit {name}")))


main()
