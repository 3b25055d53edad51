const firstSlots = 1024

/**
 * Remembers a row for each number that it is given, the first one. Numbers are whole, above 0 and at most 2^53; of 100,000
 * of them, a Map makes 10 MB of objects, and this 3 MB of plain memory.
 */
export function numberTable(): { firstRow: (number: number, row: number) => number | null } {
  let numbers = new Float64Array(firstSlots)
  let rows = new Int32Array(firstSlots)
  let count = 0

  function slotOf(number: number): number {
    let slot = number % numbers.length
    while (numbers[slot] !== 0 && numbers[slot] !== number) slot = (slot + 1) % numbers.length
    return slot
  }

  function grow(): void {
    const [oldNumbers, oldRows] = [numbers, rows]
    numbers = new Float64Array(oldNumbers.length * 2)
    rows = new Int32Array(oldNumbers.length * 2)
    for (const [at, number] of oldNumbers.entries()) {
      if (number === 0) continue
      const slot = slotOf(number)
      numbers[slot] = number
      rows[slot] = oldRows[at] ?? 0
    }
  }

  return {
    /** The row that the number was first given with; null where that is now. */
    firstRow(number, row) {
      const slot = slotOf(number)
      if (numbers[slot] === number) return rows[slot] ?? null
      numbers[slot] = number
      rows[slot] = row
      count++
      if (count * 2 > numbers.length) grow()
      return null
    },
  }
}
