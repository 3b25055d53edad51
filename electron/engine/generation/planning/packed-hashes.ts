const hashBytes = 32
const hashesAtOnce = 32_768
/** More than the places that a plan may have, so that a place fits below the start of its hash in one number. */
const places = 2 ** 20

/** Hashes by their tile's number: 32 bytes each, where text of a million of them would take 100 MB. */
export function packedHashes() {
  const blocks: Buffer[] = []
  let count = 0
  /** Numbers of leading tiles, from 1, each at the start of its hash or in the next free slot; 0 is free. */
  let slots = new Int32Array(1024)
  let leaders = 0

  const blockOf = (tile: number): Buffer => blocks[Math.floor(tile / hashesAtOnce)] ?? Buffer.alloc(0)
  const startOf = (tile: number): number => (tile % hashesAtOnce) * hashBytes

  function isSame(tile: number, other: number): boolean {
    const start = startOf(other)
    return (
      blockOf(tile).compare(blockOf(other), start, start + hashBytes, startOf(tile), startOf(tile) + hashBytes) === 0
    )
  }

  /** Where the leader of a tile's hash is, or would be. */
  function slotOf(tile: number): number {
    let slot = blockOf(tile).readUInt32BE(startOf(tile)) % slots.length
    while (slots[slot] && !isSame(tile, (slots[slot] ?? 0) - 1)) slot = (slot + 1) % slots.length
    return slot
  }

  function grow(): void {
    const old = slots
    slots = new Int32Array(old.length * 2)
    for (const leader of old) if (leader !== 0) slots[slotOf(leader - 1)] = leader
  }

  return {
    add(hash: string): void {
      const place = count % hashesAtOnce
      if (place === 0) blocks.push(Buffer.alloc(hashBytes * hashesAtOnce))
      blocks.at(-1)?.write(hash, place * hashBytes, 'hex')
      count++
    },
    /** The tile that the newest hash is that of, among those given to `lead`; null for none. */
    leader(): number | null {
      const slot = slotOf(count - 1)
      return slots[slot] ? slots[slot] - 1 : null
    },
    /** Tiles that come after the newest one and have its hash follow it. */
    lead(): void {
      slots[slotOf(count - 1)] = count
      leaders++
      if (leaders * 2 > slots.length) grow()
    },
    at(tile: number): string {
      return blockOf(tile).toString('hex', startOf(tile), startOf(tile) + hashBytes)
    },
    /** The tiles in the order of the first 32 bits of their hashes: sorted a sixteenth at a time, so that nobody waits for it. */
    *inOrder(): Generator<number, void, void> {
      for (let first = 0; first < 16; first++) {
        const keys: number[] = []
        for (let tile = 0; tile < count; tile++) {
          const start = blockOf(tile).readUInt32BE(startOf(tile))
          if (start >>> 28 === first) keys.push(start * places + tile)
        }
        for (const key of Float64Array.from(keys).sort()) yield key % places
      }
    },
  }
}
