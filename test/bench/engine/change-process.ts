/** Brings a batch of so many rows to one newer sheet after another, and back. Nothing is sent: the lane is paused. */
import { z } from 'zod'
import { answerParent, type Effort, measure } from './in-child.ts'
import { addSheet, configure, openBenchEngine, planSheet, runPlan } from './open-engine.ts'
import { priceMicros, promptsFor, wish } from './wish.ts'

interface Version {
  readonly name: string
  readonly lines: readonly string[]
}

const sheetOf = (lines: readonly string[]): string => `id,prompt,note\n${lines.join('\n')}\n`

/** As people change sheets, and what is the most work: another order, other words, other cells in every row. */
function versionsOf(rows: number): Version[] {
  const line = (prompt: string, at: number, note = 'autumn') => `P-${100_000 + at},"${prompt}",${note}`
  const prompts = promptsFor(rows)
  const first = prompts.map((prompt, at) => line(prompt, at))
  const few = first
    .filter((_, at) => at % 100 !== 0)
    .map((text, at) => (at % 100 === 50 ? text.replace('soft light', 'hard light') : text))
    .concat(
      promptsFor(rows + rows / 100)
        .slice(rows)
        .map((prompt, at) => line(prompt, rows + at)),
    )
  return [
    { name: 'first', lines: first },
    { name: '1 % of the rows each changed, new and gone', lines: few },
    { name: 'back', lines: first },
    { name: 'another order', lines: first.toReversed() },
    { name: 'another note in every row', lines: prompts.map((prompt, at) => line(prompt, at, 'winter')) },
    { name: 'another prompt in every row', lines: prompts.map((prompt, at) => line(`${prompt}, close`, at, 'winter')) },
    { name: 'every prompt back', lines: first },
  ]
}

await answerParent(z.object({ folder: z.string(), rows: z.int() }), async ({ folder, rows }) => {
  const [first, ...later] = versionsOf(rows)
  const engine = await openBenchEngine(folder)
  configure(engine, { url: 'http://127.0.0.1:9', concurrency: 20, requestsPerMinute: null, priceMicros })
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'openai-compatible' } })
  const plan = await planSheet(engine, await addSheet(engine, sheetOf(first?.lines ?? [])), wish.width)
  const batchId = await runPlan(engine, plan)
  const changes: { name: string; compared: Effort; updated: Effort }[] = []
  for (const { name, lines } of later) {
    const sheetId = await addSheet(engine, sheetOf(lines))
    const compared = await measure(() => engine.batches.compareSheet({ batchId, sheetId, pricePerImageMicros: null }))
    const { planId, highestMicros } = compared.result.plan
    const updated = await measure(() => engine.batches.update({ planId, highestMicros }))
    const { tiles } = engine.batches.get({ batchId })
    if (tiles !== lines.length) throw new Error(`${name}: ${tiles} tiles for ${lines.length} rows.`)
    changes.push({ name, compared: compared.effort, updated: updated.effort })
  }
  await engine.close()
  return { peakMb: process.resourceUsage().maxRSS / 1000, changes }
})
