"""Log lines whose pattern is known, in the styles of several programs. Made up, seeded."""

import random
from collections.abc import Callable, Sequence

Words = Callable[[random.Random], str]
_NAMES = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")
_HOSTS = ("db-1.internal", "db-2.internal", "cache-7.eu.internal", "queue-3.internal")

FIELDS: dict[str, Words] = {
    "n": lambda rng: str(rng.randrange(1, 100_000)),
    "f": lambda rng: f"{rng.random() * 900:.3f}",
    "ip": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "hex": lambda rng: f"0x{rng.randrange(16**8):08x}",
    "uuid": lambda rng: (
        f"{rng.randrange(16**8):08x}-{rng.randrange(16**4):04x}-4a1b-9c3d-0123456789ab"
    ),
    "id": lambda rng: f"evt_1Q{rng.randrange(10**10)}",
    "blk": lambda rng: f"blk_-{rng.randrange(10**15)}",
    "path": lambda rng: f"/var/lib/app/part-{rng.randrange(999):05d}/data",
    "name": lambda rng: rng.choice(_NAMES),
    "host": lambda rng: rng.choice(_HOSTS),
    "ms": lambda rng: f"{rng.randrange(9_000)}ms",
    "list": lambda rng: (
        "[" + ",".join(str(rng.randrange(99)) for _ in range(rng.randrange(1, 6))) + "]"
    ),
}

SETS: dict[str, Sequence[str]] = {
    "billing": (
        "Processed event {id} in {ms}",
        "Processed refund {id} in {ms}",
        "Webhook signature verification failed for {id} from {ip}",
        "Retrying job {n} attempt {n} after {n}s",
        "Connection to {host}:5432 timed out after {f}s",
        "cache miss key=sub:{n} shard={n}",
        "Invoice {n} finalized total={f} currency=usd",
        "Invoice {n} voided reason=duplicate",
        "payment declined for customer {n} code=insufficient_funds",
        "payment declined for customer {n} code=expired_card",
        "Queue depth {n} above limit {n}",
        "shutting down",
        "starting up version {f}",
    ),
    "storage": (
        "Receiving block {blk} src: /{ip}:{n} dest: /{ip}:{n}",
        "Received block {blk} of size {n} from /{ip}",
        "PacketResponder {n} for block {blk} terminating",
        "Verification succeeded for {blk}",
        "Deleting block {blk} file {path}",
        "BLOCK* NameSystem.addStoredBlock: blockMap updated: {ip}:{n} is added to {blk} size {n}",
        "BLOCK* NameSystem.delete: {blk} is added to invalidSet of {ip}:{n}",
        "writeBlock {blk} received exception java.io.IOException: Connection reset by peer",
        "writeBlock {blk} received exception java.io.IOException: Could not read from stream",
    ),
    "login": (
        "Failed password for {name} from {ip} port {n} ssh2",
        "Failed password for invalid user {name} from {ip} port {n} ssh2",
        "Accepted publickey for {name} from {ip} port {n} ssh2",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 tty=ssh ruser= rhost={ip}",
        "pam_unix(sshd:session): session opened for user {name} by (uid=0)",
        "pam_unix(sshd:session): session closed for user {name}",
        "Connection closed by {ip} [preauth]",
        "Received disconnect from {ip}: 11: Bye Bye [preauth]",
        "reverse mapping checking getaddrinfo for {host} [{ip}] failed - possible break-in",
        "Invalid user {name} from {ip}",
    ),
    "cluster": (
        "Starting task {n}.{n} in stage {n}.{n} (TID {n}, {host}, partition {n})",
        "Finished task {n}.{n} in stage {n}.{n} (TID {n}) in {n} ms on {host}",
        "Lost executor {n} on {host}: heartbeat timed out after {n} ms",
        "Found block rdd_{n}_{n} locally",
        "Block rdd_{n}_{n} stored as values in memory (estimated size {f} KB, free {f} MB)",
        "Registering block manager {host}:{n} with {f} MB RAM",
        "machine check interrupt (bit={hex}): L2 dcache unit data parity error",
        "machine check interrupt (bit={hex}): L2 dcache unit read return parity error",
        "generating core.{n}",
        "instance: {uuid} VM Started (Lifecycle Event)",
        "instance: {uuid} VM Stopped (Lifecycle Event)",
        "instance: {uuid} Took {f} seconds to build instance.",
        "Updating partitions {list} of topic orders",
    ),
}


def labelled(name: str, lines: int = 2_000) -> tuple[list[str], list[int]]:
    """Lines of a set, and the number of the template that each was made of."""
    rng = random.Random(name)
    templates = SETS[name]
    weights = [1 / (place + 1) for place in range(len(templates))]
    labels = rng.choices(range(len(templates)), weights, k=lines)
    return [_filled(templates[label], rng) for label in labels], labels


def _filled(template: str, rng: random.Random) -> str:
    made = template
    for field, words in FIELDS.items():
        while f"{{{field}}}" in made:
            made = made.replace(f"{{{field}}}", words(rng), 1)
    return made
