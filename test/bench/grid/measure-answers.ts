import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { unpackNumbers } from '#shared/packed-list.ts'
import { atMost, type Row } from '../rows.ts'
import { median } from './figures.ts'
import type { Measured } from './measured.ts'

interface Question {
  readonly kind: 'filter' | 'sort' | 'search'
  readonly name: string
  readonly filter: TileFilter
  readonly order?: TileOrder
}

/** Every kind of filter that the bar offers, every order, and searches from one letter to several words and scripts. */
const questions: readonly Question[] = [
  { kind: 'filter', name: 'none', filter: {} },
  { kind: 'filter', name: 'undecided', filter: { decisions: ['undecided'] } },
  { kind: 'filter', name: 'approved', filter: { decisions: ['approved'] } },
  { kind: 'filter', name: 'failed', filter: { states: ['failed', 'unknown'] } },
  { kind: 'filter', name: 'flagged', filter: { flagged: true } },
  { kind: 'filter', name: 'full size', filter: { hires: true } },
  { kind: 'filter', name: 'three stars', filter: { minRating: 3 } },
  { kind: 'filter', name: 'red or blue', filter: { labels: ['red', 'blue'] } },
  { kind: 'filter', name: 'a model', filter: { models: ['openai-compatible/fine-draft'] } },
  { kind: 'filter', name: 'a thousand rows', filter: { rows: Array.from({ length: 1000 }, (_, at) => at * 7 + 1) } },
  { kind: 'filter', name: 'without a final', filter: { hasFinal: false } },
  { kind: 'filter', name: 'a column', filter: { columns: { campaign: 'spring' } } },
  {
    kind: 'filter',
    name: 'a column and a decision',
    filter: { columns: { shelf: 'shelf 9' }, decisions: ['approved'] },
  },
  { kind: 'sort', name: 'newest first', filter: {}, order: 'newest' },
  { kind: 'sort', name: 'undecided first', filter: {}, order: 'undecided-first' },
  { kind: 'search', name: 's', filter: { search: 's' } },
  { kind: 'search', name: 'te', filter: { search: 'te' } },
  { kind: 'search', name: 'neak', filter: { search: 'neak' } },
  { kind: 'search', name: 'terracotta sand', filter: { search: 'terracotta sand' } },
  { kind: 'search', name: 'SKU-0001', filter: { search: 'SKU-0001' } },
  { kind: 'search', name: '藍', filter: { search: '藍' } },
  { kind: 'search', name: 'КОБАЛЬТ', filter: { search: 'КОБАЛЬТ' } },
  { kind: 'search', name: 'nothing such', filter: { search: 'zzzzz' } },
]

/** How long the host takes to answer, asked over HTTP by a script, from the call to the parsed list. */
export async function answerRows({ library, host, size, say }: Omit<Measured, 'window' | 'quick'>): Promise<Row[]> {
  const slowest = new Map<Question['kind'], { ms: number; name: string }>()
  for (const { kind, name, filter, order = 'sheet' } of questions) {
    const times: number[] = []
    let found = 0
    for (let round = 0; round < 6; round++) {
      const startMs = performance.now()
      const { ids } = await host.client.tiles.list({ batchId: library.batchId, filter, order })
      found = unpackNumbers(ids).length
      times.push(performance.now() - startMs)
    }
    // The first one reads pages that the others find in memory; a person asks more than once.
    const ms = median(times.slice(1))
    say(`  ${size}, ${kind} ${name}: ${found} drafts in ${ms.toFixed(1)} ms`)
    if (ms > (slowest.get(kind)?.ms ?? 0)) slowest.set(kind, { ms, name })
  }
  return [...slowest].map(([kind, { ms, name }]) =>
    atMost(`${size}: ${kind} answered, the slowest (${name})`, ms, 'ms', 100),
  )
}
