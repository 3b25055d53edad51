import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openEngine } from '#engine/engine.ts'
import { type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Desk, openDesk, until } from './command.ts'

const key = 'sk-canary-0123456789'
/** Each command is a process of its own: several of them take long on a machine that does other things too. */
const manyCommands = { timeout: 120_000 }
const draft = ['--draft', 'openai/gpt-image-2.5-flare', '--size', '1024x1024'] as const
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const png = (colour: string): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: colour } })
    .png()
    .toBuffer()

/** A desk with services that take pictures, and three pictures in its folders. */
async function openPictureDesk(options: FakeProviderOptions = {}) {
  const fake = await startFakeProvider({ key, ...options })
  onTestFinished(() => fake.close())
  const desk = await openDesk({ OPENAI_API_KEY: key, RECRAFT_API_TOKEN: key })
  const engine = await openIn(desk)
  const settings = { baseUrl: `${fake.url}/openai/v1`, requestsPerMinute: null, concurrency: 2 }
  engine.providers.configure({ provider: 'openai', settings })
  engine.providers.configure({ provider: 'recraft', settings: { baseUrl: `${fake.url}/recraft/v1` } })
  engine.settings.set({ dailyCapMicros: null })
  await engine.close()
  const pictures = { red: await png('red'), blue: await png('blue'), green: await png('green') }
  await mkdir(join(desk.folder, 'other'))
  await writeFile(join(desk.folder, 'red.png'), pictures.red)
  await writeFile(join(desk.folder, 'other/red.png'), pictures.blue)
  await writeFile(join(desk.folder, 'style.png'), pictures.green)
  const hashes = { red: hashOf(pictures.red), blue: hashOf(pictures.blue), green: hashOf(pictures.green) }
  return { fake, desk, hashes }
}

const openIn = (desk: Desk, readOnly = false) =>
  openEngine({
    library: desk.library,
    readOnly,
    host: 'a test',
    keyFile: join(desk.folder, 'keys.json'),
    env: {},
    emit: () => undefined,
  })

test(
  'a run reads pictures beside the sheet, from --references, and --reference for every prompt',
  manyCommands,
  async () => {
    const { desk, fake, hashes } = await openPictureDesk()
    const inputs = () => fake.ledger().entries.map((entry) => entry.inputs)
    const sheet = await desk.write('wishes.csv', 'prompt,reference\na shoe,red.png\n')
    expect(await desk.json('run', sheet, ...draft)).toMatchObject({ status: 0, object: { drafts: { done: 1 } } })
    expect(inputs()).toEqual([[hashes.red]])
    expect(await desk.json('run', sheet, ...draft, '--references', join(desk.folder, 'other'))).toMatchObject({
      status: 0,
    })
    expect(inputs().at(-1)).toEqual([hashes.blue])
    const both = await desk.json('run', sheet, ...draft, '--references', 'other', '--reference', 'style.png')
    expect(both).toMatchObject({ status: 0, object: { drafts: { done: 1 } } })
    expect(inputs().at(-1)).toEqual([hashes.blue, hashes.green])
  },
)

test(
  'a missing picture is told and blocks its row; a sheet on standard input reaches no folder',
  manyCommands,
  async () => {
    const { desk, fake } = await openPictureDesk()
    const lines = 'prompt,reference\na shoe,red.png\n'
    const sheet = await desk.write('wishes.csv', `${lines}a hat,none.png\n`)
    const plan = await desk.json('plan', sheet, ...draft)
    expect(plan.stderr).toContain('none.png')
    expect(plan).toMatchObject({
      status: 0,
      object: { requests: 1, blocked: 1, problems: [{ row: 2, column: 'reference' }] },
    })
    const piped = await desk.pipe(lines, 'plan', '-', ...draft, '--json')
    expect(JSON.parse(piped.stdout)).toMatchObject({ requests: 0, blocked: 1 })
    const told = await desk.pipe(lines, 'plan', '-', ...draft, '--references', '.', '--json')
    expect(JSON.parse(told.stdout)).toMatchObject({ requests: 1, blocked: 0 })
    expect(await desk.json('plan', sheet, ...draft, '--reference', 'nowhere.png')).toMatchObject({
      status: 2,
      object: { error: { code: 'invalid-input', message: expect.stringContaining('nowhere.png') } },
    })
    expect(fake.ledger().requests).toBe(0)
  },
)

test('finals are cut out, enlarged, and drawn from the draft or with another row’s picture', manyCommands, async () => {
  const { desk, fake } = await openPictureDesk()
  const sheet = await desk.write('wishes.csv', 'prompt\na shoe\na hat\na cup\na bag\na pen\n')
  await desk.run('run', sheet, ...draft)
  const engine = await openIn(desk, true)
  const { ids } = engine.tiles.ids({ batchId: 1, filter: {}, order: 'sheet' })
  const [shoe, , cup, bag, pen] = engine.tiles.many({ tileIds: ids }).map(({ image }) => image?.sha256)
  await engine.close()
  /** Approves one row more, and makes its final. */
  const finalize = async (row: number, ...args: string[]) => {
    await desk.run('decide', 'last', '--approve', `rows:${row}`)
    const made = await desk.json('finalize', 'last', ...args)
    return { ...made, inputs: fake.ledger().entries.at(-1)?.inputs }
  }
  expect(await finalize(1, '--cutout', 'recraft/removeBackground')).toMatchObject({
    status: 0,
    object: { requests: 1, redrawn: 0 },
    inputs: [shoe],
  })
  expect(await finalize(2, '--upscale', 'sketch/lanczos', '--scale', '3')).toMatchObject({
    status: 0,
    object: { requests: 1, redrawn: 0 },
  })
  const anew = ['--with', 'openai/gpt-image-2.5-flare', '--from-draft']
  expect(await finalize(3, ...anew)).toMatchObject({ status: 0, object: { redrawn: 1 }, inputs: [cup] })
  const withOther = await finalize(4, ...anew, '--reference-row', '5')
  expect(withOther).toMatchObject({ status: 0, object: { redrawn: 1 }, inputs: [bag, pen] })
  expect(fake.ledger().requests).toBe(8)
})

test('what is wrong with a wish for finals is said, and nothing is made', manyCommands, async () => {
  const desk = await openDesk()
  const sheet = await desk.write('wishes.csv', 'prompt\na shoe\n')
  await desk.run('run', sheet)
  await desk.run('decide', 'last', '--approve', 'all')
  for (const [sentence, ...args] of [
    ['Take one of them', '--upscale', 'sketch/lanczos', '--cutout', 'recraft/removeBackground'],
    ['name a model with --with', '--from-draft'],
    ['Row 9 has no picture', '--with', 'openai/gpt-image-2.5-flare', '--reference-row', '9'],
    ['from 1 to 8', '--upscale', 'sketch/lanczos', '--scale', '9'],
    ['removes no backgrounds', '--cutout', 'sketch/lanczos'],
  ] as const) {
    const { status, object, stderr } = await desk.json('finalize', 'last', ...args)
    expect(status).toBeGreaterThan(0)
    expect(JSON.stringify(object) + stderr).toContain(sentence)
  }
})

const counts = z.object({ done: z.int(), unknown: z.int() })

test('a run killed at any time sends each row’s own picture once, and the next one goes on with the same', async () => {
  const { desk, fake, hashes } = await openPictureDesk({ latency: { kind: 'fixed', ms: 40 } })
  const names = ['red.png', 'other/red.png', 'style.png']
  const rows = Array.from({ length: 60 }, (_, at) => `picture ${at},${names[at % 3]}`)
  const sheet = await desk.write('many.csv', `prompt,reference\n${rows.join('\n')}\n`)
  for (const waitMs of [0, 15, 60, 120]) {
    const before = fake.ledger().requests
    const command = desk.start('run', sheet, ...draft)
    await until(() => fake.ledger().requests > before, 'a request is out')
    await sleep(waitMs)
    command.signal('SIGKILL')
    expect((await command.ended).status).toBe(null)
  }
  const end = await desk.json('run', sheet, ...draft)
  const { entries, byPrompt } = fake.ledger()
  expect(Object.values(byPrompt).filter(({ requests }) => requests > 1)).toEqual([])
  // One that was claimed and killed before it left is `unknown` as well: it is not asked again by itself.
  const { done, unknown } = z.object({ drafts: counts }).parse(end.object).drafts
  expect(done + unknown).toBe(60)
  expect(Object.keys(byPrompt).length).toBeGreaterThanOrEqual(done)
  const expected = [hashes.red, hashes.blue, hashes.green]
  for (const { prompt, inputs } of entries) expect(inputs, prompt).toEqual([expected[Number(prompt.split(' ')[1]) % 3]])
  expect(end.object).toMatchObject({ drafts: { failed: 0, left: 0 } })
  expect(await desk.json('verify')).toMatchObject({ status: 0 })
}, 120_000)

test(
  'an update knew no picture of its newer sheet, neither the ones from before nor those beside it',
  manyCommands,
  async () => {
    const { desk, fake, hashes } = await openPictureDesk()
    const header = 'id,prompt,reference\n'
    const sheet = await desk.write('wishes.csv', `${header}A,a shoe,red.png\n`)
    expect(await desk.json('run', sheet, ...draft)).toMatchObject({ status: 0, object: { drafts: { done: 1 } } })
    // The picture is in the library: the file need not stay.
    await rm(join(desk.folder, 'red.png'))
    await desk.write('wishes.csv', `${header}A,a boot,red.png\nB,a cup,style.png\nC,a lamp,nowhere.png\n`)
    const compared = await desk.json('update', 'last', sheet)
    expect(compared).toMatchObject({ status: 0, object: { plan: { requests: 2, problemCount: 1 } } })
    expect(compared.stderr).toContain('nowhere.png')
    expect(compared.stderr).not.toContain('red.png')
    expect(await desk.json('update', 'last', sheet, '--yes')).toMatchObject({
      object: { drafts: { done: 2, failed: 1 } },
    })
    const inputs = fake.ledger().entries.map((entry) => entry.inputs)
    expect(inputs).toEqual([[hashes.red], expect.anything(), expect.anything()])
    expect(inputs.slice(1).flat().sort()).toEqual([hashes.red, hashes.green].sort())
  },
)
