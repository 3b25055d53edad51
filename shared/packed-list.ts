/** Consecutive whole numbers as `from-to`, single ones as they are, with commas between: `1-400,512,511,9-12`. */
export function packNumbers(numbers: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < numbers.length; at += 1) {
    const from = numbers[at] ?? 0
    let to = from
    while (numbers[at + 1] === to + 1) {
      at += 1
      to += 1
    }
    parts.push(from === to ? String(from) : `${from}-${to}`)
  }
  return parts.join(',')
}

/** What `packNumbers` was given. */
export function unpackNumbers(text: string): number[] {
  const numbers: number[] = []
  if (text === '') return numbers
  for (const part of text.split(',')) {
    const dash = part.indexOf('-')
    if (dash < 0) numbers.push(Number(part))
    else
      for (let number = Number(part.slice(0, dash)); number <= Number(part.slice(dash + 1)); number += 1)
        numbers.push(number)
  }
  return numbers
}

type Run = readonly [row: number, count: number]

/** Runs of one length on consecutive rows as `from-to*length`: `1-12500*4,12501*2`. */
export function packRuns(runs: readonly Run[]): string {
  const parts: string[] = []
  for (let at = 0; at < runs.length; at += 1) {
    const [from, count] = runs[at] ?? [0, 0]
    let to = from
    while (runs[at + 1]?.[0] === to + 1 && runs[at + 1]?.[1] === count) {
      at += 1
      to += 1
    }
    parts.push(`${from === to ? from : `${from}-${to}`}*${count}`)
  }
  return parts.join(',')
}

/** What `packRuns` was given. */
export function unpackRuns(text: string): Run[] {
  const runs: Run[] = []
  if (text === '') return runs
  for (const part of text.split(',')) {
    const star = part.indexOf('*')
    const count = Number(part.slice(star + 1))
    for (const row of unpackNumbers(part.slice(0, star))) runs.push([row, count])
  }
  return runs
}
