import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openEngine } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Fault, serverError, tooMany } from '../fake-provider/faults.ts'
import { type Ledger, ledgerFromLines } from '../fake-provider/ledger.ts'
import { counts, type Desk, openDesk, runAnswer, setPaid, sheetText, until } from './command.ts'

const price = 40_000
/** The default of the provider's own limit (openai-compatible, "concurrency"). */
const slots = 4

/** Numbers from 0 to 1, the same every time (mulberry32): a failure can be seen again. */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What the library says has been made: tile and picture. */
async function readLibrary(
  desk: Desk,
): Promise<{ status: BatchStatus | undefined; made: Set<string>; unknown: string[] }> {
  const engine = await openEngine({
    library: desk.library,
    readOnly: true,
    host: 'a test',
    keyFile: join(desk.folder, 'keys.json'),
    env: {},
    emit: () => undefined,
  })
  try {
    const [status] = engine.batches.list()
    if (!status) return { status, made: new Set(), unknown: [] }
    const { ids } = engine.tiles.ids({ batchId: status.batchId, filter: {}, order: 'sheet' })
    const tiles = engine.tiles.many({ tileIds: ids })
    const made = tiles.flatMap(({ id, image }) => (image ? [`${id} ${image.sha256}`] : []))
    return { status, made: new Set(made), unknown: tiles.filter(isUnknown).map((tile) => tile.prompt) }
  } finally {
    await engine.close()
  }
}
/** After a kill a request that was out is still `submitting`: the next start calls it unknown. */
const isUnknown = ({ state }: { state: string }): boolean => state === 'unknown' || state === 'submitting'

const isWithin = (part: Set<string>, whole: Set<string>): boolean => [...part].every((one) => whole.has(one))

/** Starts the run and kills it, a random time after it is under way; gives what was there afterwards. */
async function runAndKill(desk: Desk, args: readonly string[], isUnderWay: () => Promise<boolean>, waitMs: number) {
  const command = desk.start(...args)
  while (!(await isUnderWay())) await sleep(5)
  await sleep(waitMs)
  const acknowledged = await readLibrary(desk)
  command.signal('SIGKILL')
  const { status } = await command.ended
  const after = await readLibrary(desk)
  expect(isWithin(acknowledged.made, after.made), 'the kill lost an acknowledged picture').toBe(true)
  return { wasKilled: status === null, after }
}

/** What goes wrong with a request, by its own numbers: a tenth each of these, and the rest goes well. */
const mixed = [
  serverError(503),
  serverError(500),
  tooMany('ms', 0.05),
  { kind: 'lost' },
  { kind: 'cut', how: 'length' },
  { kind: 'cut', how: 'chunked' },
  { kind: 'refused', status: 400 },
  { kind: 'refused', status: 200 },
  { kind: 'slow', pieces: 5, everyMs: 20 },
] as const satisfies readonly Fault[]

/** The seed is printed; PROOFSHEET_KILL_SEED runs the same again. */
const mixedSeed = Number(process.env.PROOFSHEET_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))

test(`twenty kills among mixed faults (PROOFSHEET_KILL_SEED=${mixedSeed}): what the library counts is what the provider bills`, async () => {
  console.log(`PROOFSHEET_KILL_SEED=${mixedSeed}`)
  const desk = await openDesk()
  const ledgerFile = join(desk.folder, 'ledger.jsonl')
  const next = numbersFrom(mixedSeed)
  const faults = new Map<string, (typeof mixed)[number] | null>()
  const provider = await startFakeProvider({
    priceMicros: price,
    latency: { kind: 'log-normal', medianMs: 60, sigma: 0.6 },
    ledgerFile,
    seed: mixedSeed,
    // The first attempt only, but for refusals: those are the prompt's own.
    fault({ prompt }, attempt) {
      const known = faults.get(prompt) ?? null
      return attempt === 1 || known?.kind === 'refused' ? known : null
    },
  })
  onTestFinished(() => provider.close())
  const prompts = Array.from({ length: 260 }, (_, at) => `picture ${at}`)
  for (const prompt of prompts)
    faults.set(prompt, next() < 0.3 ? (mixed[Math.floor(next() * mixed.length)] ?? null) : null)
  desk.env.OPENAI_BASE_URL = `${provider.url}/v1`
  await setPaid(desk, price / 1_000_000)
  const sheet = await desk.write('many.csv', sheetText(prompts))
  const args = ['run', sheet, '--draft', 'openai-compatible/fake-image', '--size', '64x64']

  let before = await readLibrary(desk)
  for (let kills = 1; kills <= 20; kills++) {
    const { requests } = provider.ledger()
    const lostSoFar = () => faultsMet(provider.ledger(), faults, ['lost', 'cut'])
    const lostBefore = lostSoFar()
    const { wasKilled, after } = await runAndKill(
      desk,
      args,
      async () => provider.ledger().requests > requests,
      next() * 80,
    )
    expect(wasKilled, `run ${kills} ended before its kill: the sheet is too short`).toBe(true)
    expect(isWithin(before.made, after.made), `kill ${kills} lost an acknowledged picture`).toBe(true)
    // A lost or cut reply is unknown by itself; beside those, one a slot.
    const byItself = lostSoFar() - lostBefore
    expect(after.unknown.length - before.unknown.length).toBeLessThanOrEqual(slots + byItself)
    before = after
  }

  const end = await desk.json('run', ...args.slice(1))
  expect([3, 4]).toContain(end.status)
  const { status, unknown, made } = await readLibrary(desk)
  expect(isWithin(before.made, made)).toBe(true)
  await until(() => provider.ledger().entries.every((entry) => entry.endedMs !== null), 'the provider has finished')
  const ledger = ledgerFromLines(await readFile(ledgerFile, 'utf8'))

  // Every prompt has ended or is unknown, and the command says the same as the library.
  const asTold = statusAnswer.parse((await desk.json('status', 'last')).object)
  expect(asTold).toMatchObject({ settledMicros: status?.settledMicros, unknownMicros: status?.unknownMicros })
  const { done, failed } = asTold.drafts
  expect(asTold.drafts).toMatchObject({ unknown: unknown.length, held: 0, canceled: 0, left: 0 })
  expect(done + failed + unknown.length).toBe(prompts.length)

  // What went well is sent once, killed or not.
  const again = Object.entries(ledger.byPrompt).filter(([prompt, total]) => !faults.get(prompt) && total.requests > 1)
  expect(again, 'requests that were sent twice').toEqual([])
  // Nothing is paid twice: one picture a prompt at most is billed, whatever was repeated.
  const twice = Object.entries(ledger.byPrompt).filter(([, total]) => total.billedMicros > price)
  expect(twice, 'prompts that were billed twice').toEqual([])
  // To the cent: settled is what the provider billed for all that is known; an unknown one counts in full and was billed
  // once or not at all.
  const isUnknown = new Set(unknown)
  const billed = (of: (prompt: string) => boolean) =>
    Object.entries(ledger.byPrompt).reduce((sum, [prompt, total]) => sum + (of(prompt) ? total.billedMicros : 0), 0)
  expect(asTold.settledMicros).toBe(billed((prompt) => !isUnknown.has(prompt)))
  expect(asTold.unknownMicros).toBe(unknown.length * price)
  expect(asTold.settledMicros + billed((prompt) => isUnknown.has(prompt))).toBe(ledger.billedMicros)
  expect(await desk.json('verify')).toMatchObject({ status: 0, object: { pictures: done } })
}, 600_000)

const statusAnswer = z.looseObject({ settledMicros: z.int(), unknownMicros: z.int(), drafts: counts })

/** How many requests met one of these faults so far. */
const faultsMet = (
  ledger: Ledger,
  faults: ReadonlyMap<string, Fault | null>,
  kinds: readonly Fault['kind'][],
): number =>
  ledger.entries.filter((entry) => entry.attempt === 1 && kinds.includes(faults.get(entry.prompt)?.kind ?? 'status'))
    .length

test('kills in a free run: it just goes on, and nothing is unknown', async () => {
  const desk = await openDesk()
  // The library is there before anything looks into it.
  await setPaid(desk, 0)
  const sheet = await desk.write('many.csv', sheetText(Array.from({ length: 240 }, (_, at) => `a red shoe ${at}`)))
  const args = ['run', sheet, '--size', '256x256']
  const next = numbersFrom(7)
  let before = await readLibrary(desk)
  let kills = 0
  for (; kills < 4; kills++) {
    const count = before.made.size
    const isUnderWay = async () => (await readLibrary(desk)).made.size > count
    const { wasKilled, after } = await runAndKill(desk, args, isUnderWay, next() * 200)
    if (!wasKilled) break
    expect(isWithin(before.made, after.made), `kill ${kills + 1} lost an acknowledged picture`).toBe(true)
    before = after
  }
  expect(kills).toBeGreaterThan(1)
  const end = await desk.json('run', ...args.slice(1))
  expect(end.status).toBe(0)
  expect(runAnswer.parse(end.object)).toMatchObject({ batchId: 1, drafts: { done: 240, failed: 0, unknown: 0 } })
  expect(await desk.json('verify')).toMatchObject({ status: 0, object: { images: 240 } })
}, 120_000)
