import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEngine } from '#engine/engine.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import { startFakeProvider } from '#test/fake-provider/fake-provider.ts'
import { type Ignored, type Random, SimulatedDisk, type Unsynced } from './simulated-disk.ts'

/**
 * Power cuts at random moments of a real run: `node test/durability/power-cut.ts [CUTS]`. Linux with a C compiler.
 *
 * Every write, fsync and rename of a run (SQLite's own included) is recorded below the C library. For each cut, the disk
 * is worked out as it may then be (only what was synced; or that and any part of the rest), a library is opened on it,
 * and everything that was acknowledged before the cut must be there: pictures whole, decisions, settled amounts. Three
 * control runs leave fsyncs out and must lose something, or the check sees nothing.
 *
 * It shows that the program asks for the right things in the right order. It does not show that a given disk or file
 * system does what it is asked, and it knows no torn block: a block of 4 KB is there or not.
 */
const cuts = Number(process.argv[2] ?? 100)
const priceMicros = 40_000
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

interface Step {
  readonly op: string
  readonly file: number
  readonly offset: number
  readonly bytes: Buffer
}

function stepsIn(log: Buffer): Step[] {
  const steps: Step[] = []
  for (let at = 0; at + 17 <= log.length; ) {
    const length = log.readUInt32LE(at + 13)
    steps.push({
      op: String.fromCharCode(log[at] ?? 0),
      file: log.readUInt32LE(at + 1),
      offset: Number(log.readBigUInt64LE(at + 5)),
      bytes: log.subarray(at + 17, at + 17 + length),
    })
    at += 17 + length
  }
  return steps
}

interface Acknowledged {
  readonly pictures: Map<number, string>
  readonly decisions: Set<number>
  batchId: number | null
}

function learn(told: Acknowledged, bytes: Buffer): void {
  const line: { tileId?: number; sha256?: string; imageId?: number; batchId?: number } = JSON.parse(bytes.toString())
  if (line.tileId !== undefined) told.pictures.set(line.tileId, line.sha256 ?? '')
  if (line.imageId !== undefined) told.decisions.add(line.imageId)
  if (line.batchId !== undefined) told.batchId = line.batchId
}

interface Loss {
  pictures: number
  decisions: number
  micros: number
  /** Libraries that could not be opened, had to be made again, or that `verify` finds fault with. */
  unsound: string[]
}

/** Opens the library that a cut left behind and counts what is missing of what was acknowledged. */
async function lossIn(folder: string, told: Acknowledged): Promise<Loss> {
  const loss: Loss = { pictures: 0, decisions: 0, micros: 0, unsound: [] }
  const options = { library: join(folder, 'library'), host: 'the check', keyFile: join(folder, 'keys.json'), env: {} }
  const engine = await openEngine({ ...options, goesOn: false, providers: [openaiCompatible], emit: () => undefined })
  try {
    const { madeAgain } = engine.library.info()
    if (madeAgain) loss.unsound.push(`made again: ${madeAgain.reason}`)
    const tiles = new Map(engine.tiles.many({ tileIds: [...told.pictures.keys()] }).map((tile) => [tile.id, tile]))
    const approved = new Set<number>()
    for (const [tileId, sha256] of told.pictures) {
      const image = tiles.get(tileId)?.image
      if (image?.decision === 'approved') approved.add(image.id)
      const file = image && (await engine.media(image.id, 'full').catch(() => null))
      const bytes = file && (await readFile(file.file).catch(() => null))
      if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha256) loss.pictures++
    }
    for (const imageId of told.decisions) if (!approved.has(imageId)) loss.decisions++
    const settled = engine.batches.list().reduce((sum, batch) => sum + batch.settledMicros, 0)
    loss.micros = Math.max(0, told.pictures.size * priceMicros - settled)
    if (told.batchId !== null && engine.batches.list().length === 0) loss.unsound.push('the batch is gone')
    const { problems } = await engine.library.verify()
    loss.unsound.push(...problems.map((problem) => problem.message))
  } finally {
    await engine.close(0)
  }
  return loss
}

/** The same cuts for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

async function checkCuts(steps: readonly Step[], root: string, of: { ignored: Ignored; count: number; place: string }) {
  const random = randomFrom(1)
  const moments = new Set(Array.from({ length: of.count }, () => Math.floor(random() * steps.length)))
  const disk = new SimulatedDisk(root, of.ignored)
  const told: Acknowledged = { pictures: new Map(), decisions: new Set(), batchId: null }
  const total = { cuts: 0, acknowledged: 0, pictures: 0, decisions: 0, micros: 0, unsound: [] as string[] }
  for (const [at, { op, file, offset, bytes }] of steps.entries()) {
    if (op === 'a') learn(told, bytes)
    else disk.apply(op, file, offset, bytes)
    if (!moments.has(at)) continue
    for (const unsynced of ['lost', 'any'] satisfies Unsynced[]) {
      const folder = join(of.place, `cut-${at}-${unsynced}`)
      await disk.cut(folder, unsynced, random)
      const loss = await lossIn(folder, told).catch((error: unknown) => String(error))
      total.cuts++
      total.acknowledged += told.pictures.size
      if (typeof loss === 'string') total.unsound.push(loss)
      else {
        total.pictures += loss.pictures
        total.decisions += loss.decisions
        total.micros += loss.micros
        total.unsound.push(...loss.unsound)
      }
      await rm(folder, { recursive: true })
    }
  }
  return total
}

async function record(place: string): Promise<{ steps: Step[]; root: string }> {
  const shim = join(place, 'record-writes.so')
  const compiled = spawnSync('cc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    shim,
    here('record-writes.c'),
    '-ldl',
    '-lpthread',
  ])
  if (compiled.status !== 0) throw new Error('This needs Linux and a C compiler (cc).')
  const root = join(place, 'disk')
  await mkdir(root)
  const fake = await startFakeProvider({ priceMicros, latency: { kind: 'log-normal', medianMs: 20, sigma: 0.8 } })
  const log = join(place, 'log')
  const acks = join(place, 'acknowledged')
  const env = { ...process.env, LD_PRELOAD: shim, POWER_CUT_ROOT: root, POWER_CUT_LOG: log, POWER_CUT_ACKS: acks }
  const child = spawn(process.execPath, [here('workload.ts'), root, fake.url, acks], { env, stdio: 'inherit' })
  const [status] = await once(child, 'exit')
  await fake.close()
  if (status !== 0) throw new Error(`The workload ended with ${status}.`)
  return { steps: stepsIn(await readFile(log)), root }
}

const place = await mkdtemp(join(tmpdir(), 'power-cut-'))
try {
  const { steps, root } = await record(place)
  console.log(
    `${steps.length} steps recorded; ${cuts} moments, each with all unsynced bytes lost and with any part kept`,
  )
  const asItIs = await checkCuts(steps, root, { ignored: 'nothing', count: cuts, place })
  console.log('as it is', asItIs)
  const controls: number[] = []
  for (const ignored of ['file-fsync', 'folder-fsync', 'database-fsync'] satisfies Ignored[]) {
    const control = await checkCuts(steps, root, { ignored, count: Math.ceil(cuts / 5), place })
    console.log(`control without ${ignored}`, { ...control, unsound: control.unsound.length })
    controls.push(control.pictures + control.decisions)
  }
  const isKept = asItIs.pictures + asItIs.decisions + asItIs.micros + asItIs.unsound.length === 0
  const isSeen = controls.every((lost) => lost > 0)
  console.log(isKept && isSeen ? 'kept: nothing acknowledged was lost' : 'NOT kept, or a control lost nothing')
  process.exitCode = isKept && isSeen ? 0 : 1
} finally {
  await rm(place, { recursive: true, force: true })
}
