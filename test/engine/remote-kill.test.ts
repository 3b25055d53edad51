import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { batchPriceMicros } from './remote-double.ts'
import { killFate } from './remote-kill-fate.ts'
import { openRemoteLibrary, prompts } from './remote-library.ts'

const program = fileURLToPath(new URL('./remote-killed.ts', import.meta.url))
/** The seed is printed; PROOFSHEET_KILL_SEED runs the same again. */
const seed = Number(process.env.PROOFSHEET_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const [kills, count] = [20, 240]
const kinds = [
  'line',
  'upload',
  'start',
  'started',
  'look',
  'piece',
  'forget',
  'tiles-changed',
  'remote-batches-changed',
]

/** Numbers from 0 to 1, the same every time (mulberry32): a failure can be seen again. */
function numbersFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function goOnUntilKilled(folder: string, kind: string, nth: number, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, folder, kind, String(nth), String(afterMs)], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [code, signal] = await once(child, 'exit')
  const wasKilled = signal === 'SIGKILL'
  if (!wasKilled) expect(code, 'a run that is not killed ends by itself, with nothing left to do').toBe(0)
  return wasKilled
}

/** Opens a library, kills it until its work is done or `most` times, and checks what became of it. Gives where it was killed. */
async function killedRun(next: () => number, most: number): Promise<string[]> {
  const first = await openRemoteLibrary(killFate)
  const { folder } = first
  first.library.engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'double' } })
  const batchId = await first.start(prompts(count))
  first.library.engine.generation.control({ action: 'resume', of: { kind: 'provider', provider: 'double' } })
  await first.library.engine.close()

  const points: string[] = []
  let made = 0
  while (points.length < most) {
    const kind = kinds[Math.floor(next() * kinds.length)] ?? ''
    const nth = 1 + Math.floor(next() * 2)
    const afterMs = next() < 0.5 ? 0 : Math.floor(next() * 30)
    // Near its end a step may not come that often any more: then all is made before the kill.
    if (!(await goOnUntilKilled(folder, kind, nth, afterMs))) break
    points.push(`${kind} ${nth}`)
    const between = await openRemoteLibrary({ ...killFate, folder, engine: { readOnly: true } })
    const { drafts } = between.library.engine.batches.get({ batchId })
    expect(drafts.done, `kill ${points.length} lost a picture`).toBeGreaterThanOrEqual(made)
    made = drafts.done
    await between.library.engine.close()
  }
  console.log(`PROOFSHEET_KILL_SEED=${seed}, killed at: ${points.join(', ')}; ${made} pictures by then`)

  const last = await openRemoteLibrary({ ...killFate, folder, factor: 20_000 })
  const { generation, batches, library } = last.library.engine
  await generation.whenIdle(batchId)
  const status = batches.get({ batchId })
  expect(status.drafts).toMatchObject({ failed: 0, held: 0, canceled: 0, left: 0 })
  expect(status.drafts.done + status.drafts.unknown).toBe(count)
  // Nothing is billed twice; what is settled is what was billed, and an unknown one was billed once or not at all.
  const bills = last.double.bills()
  expect(Object.entries(bills).filter(([, micros]) => micros > batchPriceMicros)).toEqual([])
  const { ids } = last.library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const unknown = last.library.engine.tiles.many({ tileIds: ids }).filter(({ state }) => state === 'unknown')
  const billedUnknown = unknown.reduce((sum, { prompt }) => sum + (bills[prompt] ?? 0), 0)
  expect(status.settledMicros).toBe(status.drafts.done * batchPriceMicros)
  expect(status.unknownMicros).toBe(status.drafts.unknown * batchPriceMicros)
  expect(status.reservedMicros).toBe(0)
  expect(last.double.billedMicros()).toBe(status.settledMicros + billedUnknown)
  expect(await library.verify()).toMatchObject({ ok: true, pictures: status.drafts.done })
  return points
}

test(`twenty kills at any step of remote batches (PROOFSHEET_KILL_SEED=${seed}): nothing is lost, nothing is paid twice`, async () => {
  const next = numbersFrom(seed)
  let killed = 0
  while (killed < kills) {
    const points = await killedRun(next, kills - killed)
    expect(points.length, 'all was made before the first kill: there is too little to do').toBeGreaterThan(0)
    killed += points.length
  }
}, 600_000)
