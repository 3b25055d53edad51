import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openEngine } from '#engine/engine.ts'
import { counts, type Desk, openDesk, runAnswer, sheetText } from './command.ts'

// Each test starts many processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const shoes = ['a red shoe', 'a blue shoe', 'a green cup', 'a yellow hat']
const small = ['--size', '64x64']

async function deskWithBatch(): Promise<{ desk: Desk; sheet: string }> {
  const desk = await openDesk()
  const sheet = await desk.write('shoes.csv', sheetText(shoes))
  expect(await desk.run('run', sheet, ...small)).toMatchObject({ status: 0 })
  return { desk, sheet }
}

test('run makes the drafts; again it is another batch, all from the cache, without a request', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('shoes.csv', sheetText(shoes))
  const first = await desk.json('run', sheet, ...small, '--count', '2', '--name', 'shoes')
  expect(first.status).toBe(0)
  expect(runAnswer.parse(first.object)).toMatchObject({
    batch: 'shoes',
    batchId: 1,
    prompts: 4,
    drafts: { done: 8, cached: 0, failed: 0, unknown: 0, held: 0 },
    requests: 8,
    estimateMicros: 0,
    settledMicros: 0,
    currency: 'USD',
    stopped: false,
  })
  const second = await desk.json('run', sheet, ...small, '--count', '2')
  expect(second.status).toBe(0)
  const { batch, ...again } = runAnswer.parse(second.object)
  expect(batch).toMatch(/^batch-\d{4}-\d\d-\d\d$/)
  expect(again).toMatchObject({ batchId: 2, prompts: 4, drafts: { done: 8, cached: 8 }, requests: 0 })
})

test('plan says what a run would make and stores nothing', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('odd.csv', `${sheetText(shoes)}P5,\nP6,a red shoe\n`)
  const { status, object } = await desk.json('plan', sheet, '--draft', 'sketch/sketch')
  expect(status).toBe(0)
  expect(object).toMatchObject({
    kind: 'drafts',
    prompts: 5,
    tiles: 5,
    requests: 4,
    duplicates: 1,
    cached: 0,
    blocked: 0,
    estimateMicros: 0,
    parts: [{ provider: 'sketch', model: 'sketch', requests: 4 }],
    problemCount: 1,
    problems: [{ row: 5, line: 6, column: 'prompt' }],
  })
  const { stdout } = await desk.run('plan', sheet)
  expect(stdout).toContain('row 5 (line 6), column "prompt"')
  await expect(readFile(join(desk.library, 'library.db'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('batches, status, failures and providers answer in one object each, and to a person', async () => {
  const { desk } = await deskWithBatch()
  expect(await desk.json('batches')).toMatchObject({ status: 0, object: { batches: [{ batchId: 1, tiles: 4 }] } })
  const status = { batchId: 1, sheetName: 'shoes.csv', rows: 4, requests: 4, drafts: { done: 4, left: 0 } }
  expect(await desk.json('status', 'last')).toMatchObject({ status: 0, object: status })
  expect(await desk.json('status', '1')).toMatchObject({ status: 0, object: status })
  expect(await desk.json('failures', '1')).toMatchObject({ status: 0, object: { batchId: 1, groups: [] } })
  const providers = {
    providers: expect.arrayContaining([
      expect.objectContaining({ id: 'sketch', ready: true }),
      expect.objectContaining({ id: 'openai-compatible', ready: false }),
    ]),
  }
  expect(await desk.json('providers')).toMatchObject({ status: 0, object: providers })
  expect((await desk.run('batches')).stdout).toContain('shoes.csv')
  expect((await desk.run('status', 'last')).stdout).toContain('4 of 4 drafts')
  expect((await desk.run('failures', 'last')).stdout).toContain('Nothing failed')
  expect((await desk.run('providers')).stdout).toContain('sketch/sketch')
})

test('decide by selectors in the order of the command line, and all or nothing', async () => {
  const { desk } = await deskWithBatch()
  const decided = await desk.json('decide', 'last', '--reject', 'all', '--approve', 'rows:1-2', '--mark', 'ids:P3')
  expect(decided).toMatchObject({
    status: 0,
    object: {
      batchId: 1,
      changed: 7,
      steps: [
        { verb: 'reject', selector: 'all', changed: 4 },
        { verb: 'approve', selector: 'rows:1-2', changed: 2 },
        { verb: 'mark', selector: 'ids:P3', changed: 1 },
      ],
      decisions: { approved: 3, rejected: 1, undecided: 0, marked: 1 },
    },
  })
  const refused = await desk.json('decide', 'last', '--undecide', 'all', '--approve', 'rows:2-1')
  expect(refused).toMatchObject({ status: 2, object: { error: { code: 'invalid-input' } } })
  expect((await desk.json('status', 'last')).object).toMatchObject({ decisions: { approved: 3, rejected: 1 } })
  expect(await desk.json('decide', 'last')).toMatchObject({ status: 2 })
})

test('decide by a CSV, with the lines that say nothing named', async () => {
  const { desk } = await deskWithBatch()
  const list = await desk.write('decisions.csv', 'id,decision\nP1,approve\nP2,reject\nP9,approve\nP3,perhaps\n')
  const { status, object, stderr } = await desk.json('decide', 'last', '--from', list)
  expect(stderr).toBe('')
  expect(status).toBe(3)
  expect(object).toMatchObject({
    changed: 2,
    problems: [expect.stringContaining('line 5'), expect.stringContaining('P9')],
    decisions: { approved: 1, rejected: 1, undecided: 2 },
  })
})

test('finals of several steps are one final each, and a step without a first one is refused', async () => {
  const { desk } = await deskWithBatch()
  await desk.run('decide', 'last', '--approve', 'rows:1-2')
  const alone = await desk.json('finalize', 'last', '--then', 'upscale:sketch/lanczos@2')
  expect(alone).toMatchObject({ status: 2, object: { error: { message: expect.stringContaining('--upscale') } } })
  const odd = await desk.run('finalize', 'last', '--upscale', 'sketch/lanczos', '--then', 'paint:sketch/lanczos')
  expect(odd.stderr).toContain('cutout:PROVIDER/MODEL')
  const chain = ['--upscale', 'sketch/lanczos', '--scale', '1.5', '--then', 'upscale:sketch/lanczos@2']
  const made = await desk.json('finalize', 'last', ...chain)
  expect(made).toMatchObject({ status: 0, object: { finals: { done: 2, failed: 0 }, requests: 4, redrawn: 0 } })
  expect(await desk.json('deliver', 'last', '--to', 'out')).toMatchObject({ status: 0, object: { written: 2 } })
  expect(await desk.json('verify')).toMatchObject({ status: 0, object: { ok: true, problems: [] } })
})

test('approved drafts are finalized, delivered, and verified to the byte', async () => {
  const { desk } = await deskWithBatch()
  const none = await desk.json('finalize', 'last')
  expect(none).toMatchObject({ status: 2, object: { error: { message: expect.stringContaining('approved') } } })
  await desk.run('decide', 'last', '--approve', 'rows:1-3')
  const finalized = await desk.json('finalize', 'last', '--upscale', 'sketch/lanczos', '--scale', '2')
  expect(finalized.status).toBe(0)
  expect(runAnswer.omit({ drafts: true }).extend({ finals: counts }).parse(finalized.object)).toMatchObject({
    finals: { done: 3, failed: 0 },
    redrawn: 0,
    requests: 3,
    estimateMicros: 0,
  })
  expect(await desk.json('finalize', 'last')).toMatchObject({ status: 0, object: { requests: 0, finals: { done: 3 } } })

  const target = join(desk.folder, 'out')
  const delivered = await desk.json('deliver', 'last', '--to', 'out')
  expect(delivered).toMatchObject({ status: 0, object: { written: 3, skipped: 0, failed: 0 } })
  expect(delivered.object).toMatchObject({ manifest: expect.stringContaining(target) })
  const web = ['--output', 'web=webp,24x24,cover,q70,strip', '--output', 'whole', '--contact-sheet', '--checksums']
  const many = await desk.json('deliver', 'last', '--to', 'many', '--layout', 'flat', '--name', '{number}', ...web)
  expect(many).toMatchObject({ status: 0, object: { files: 6, written: 6, failed: 0 } })
  const [made = ''] = await readdir(join(desk.folder, 'many'))
  const found = await readdir(join(desk.folder, 'many', made), { recursive: true })
  const names = found.map((path) => path.replaceAll('\\', '/'))
  for (const name of ['web/1.webp', 'whole/3.png', 'contact-sheet.html', 'checksums.sha256'])
    expect(names).toContain(name)
  expect(await desk.json('deliver', 'last', '--to', 'out')).toMatchObject({
    status: 0,
    object: { written: 0, skipped: 3 },
  })

  expect(await desk.json('verify')).toMatchObject({ status: 0, object: { ok: true, pictures: 7, problems: [] } })
  const { imageId, sha256 } = await flipOneByte(desk)
  const verified = await desk.json('verify')
  expect(verified.status).toBe(3)
  expect(verified.object).toMatchObject({ ok: false, problems: [{ sha256, imageIds: [imageId] }] })
})

/** Changes one byte in the middle of the second draft's file. */
async function flipOneByte(desk: Desk): Promise<{ imageId: number; sha256: string }> {
  const engine = await openEngine({
    library: desk.library,
    readOnly: true,
    host: 'a test',
    keyFile: join(desk.folder, 'keys.json'),
    env: {},
    emit: () => undefined,
  })
  const { ids } = engine.tiles.ids({ batchId: 1, filter: {}, order: 'sheet' })
  const image = engine.tiles.many({ tileIds: ids })[1]?.image
  if (!image) throw new Error('the second tile has no picture')
  const { file } = await engine.media(image.id, 'full')
  await engine.close()
  const bytes = await readFile(file)
  const middle = Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  await writeFile(file, bytes)
  return { imageId: image.id, sha256: image.sha256 }
}

test('only what is marked is finalized with --marked', async () => {
  const { desk } = await deskWithBatch()
  await desk.run('decide', 'last', '--approve', 'rows:1-2', '--mark', 'rows:4')
  const { status, object } = await desk.json('finalize', 'last', '--marked')
  expect(status).toBe(0)
  expect(object).toMatchObject({ finals: { done: 1 }, requests: 1 })
})

test.each([
  [['run', 'nowhere.csv'], 'invalid-input', 'nowhere.csv'],
  [['run', '.'], 'invalid-input', 'a folder'],
  [['run', 'shoes.csv', '--draft', 'nobody/nothing'], 'not-found', 'nobody'],
  [['run', 'shoes.csv', '--draft', 'sketch/other'], 'invalid-input', 'sketch/sketch'],
  [['run', 'shoes.csv', '--draft', 'sketch'], 'invalid-input', 'PROVIDER/MODEL'],
  [['run', 'shoes.csv', '--draft', 'openai-compatible/x'], 'auth', 'address'],
  [['run', 'shoes.csv', '--size', '64'], 'invalid-input', '512x512'],
  [['run', 'shoes.csv', '--size', '9x9'], 'invalid-input', '9x9'],
  [['run', 'shoes.csv', '--count', '0'], 'invalid-input', 'whole number'],
  [['run', 'shoes.csv', '--cap', 'much'], 'invalid-input', '0.04'],
  [['run', 'shoes.csv', '--frist', '3'], 'invalid-input', '--first'],
  [['run', 'shoes.csv', '--template', '{{colour}} shoe'], 'invalid-input', 'colour'],
  [['run'], 'invalid-input', 'sheet'],
  [['fly'], 'invalid-input', 'fly'],
  [['status', 'nothing'], 'not-found', 'batch'],
  [['decide', '7', '--approve', 'all'], 'not-found', '7'],
  [['retry', 'last', '--only', 'bad-luck'], 'invalid-input', 'bad-luck'],
  [['deliver', 'last'], 'not-found', 'batch'],
  [['deliver', 'last', '--output', 'web=webp,huge'], 'invalid-input', 'huge'],
  [['deliver', 'last', '--output', 'web=q101'], 'invalid-input', 'quality'],
  [['verify', '--library', 'elsewhere'], 'not-found', 'elsewhere'],
] as const)('%j is refused in one sentence, as text and as JSON', async (args, code, words) => {
  const desk = await openDesk()
  await desk.write('shoes.csv', sheetText(shoes))
  const { status, object, stderr } = await desk.json(...args)
  expect(object).toEqual({ error: { code, message: expect.stringContaining(words) } })
  expect(status).toBe(code === 'auth' ? 6 : 2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/^proofsheet: /)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('--help and --version are answers', async () => {
  const desk = await openDesk()
  const help = await desk.run('--help')
  expect(help.status).toBe(0)
  for (const name of ['plan', 'run', 'batches', 'status', 'failures', 'retry', 'decide', 'finalize', 'deliver'])
    expect(help.stdout).toContain(`  ${name} `)
  expect((await desk.run('run', '--help')).stdout).toContain('--cap <usd>')
  expect((await desk.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('backup copies the database; gc lists what nothing points to and removes it only when told', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('shoes.csv', sheetText(shoes))
  await desk.json('run', sheet, ...small)
  const copy = join(desk.folder, 'copy.db')
  expect((await desk.json('backup', copy)).object).toMatchObject({ file: copy })
  expect((await readFile(copy)).subarray(0, 15).toString()).toBe('SQLite format 3')
  expect((await desk.json('backup', copy)).status).toBe(2)

  expect((await desk.json('gc')).object).toMatchObject({ files: 0 })
  const stray = join(desk.library, 'pictures', `${'0'.repeat(64)}.png`)
  await writeFile(stray, 'not pointed to')
  expect((await desk.json('gc')).object).toMatchObject({ files: 1, bytes: 14, removed: false })
  expect((await readFile(stray)).length).toBe(14)
  expect((await desk.json('gc', '--remove')).object).toMatchObject({ files: 1, removed: true })
  await expect(readFile(stray)).rejects.toThrow('ENOENT')
})

test('plan and run take wildcards, axes, a sample and a negative template; what is alike is pointed out', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('shoes.csv', 'prompt\na shoe\nA  SHOE!\n')
  await mkdir(join(desk.folder, 'cards', 'deep'), { recursive: true })
  await desk.write(join('cards', 'deep', 'colours.txt'), 'red\nnavy\n')
  const more = ['--wildcards', 'cards', '--template', '{{prompt}} __deep/*__ {{angle}}', '--axis', 'angle=front|side']
  const planned = await desk.json('plan', sheet, ...more)
  expect(planned.object).toMatchObject({
    prompts: 8,
    alike: { count: 4, samples: expect.arrayContaining([{ row: 2, likeRow: 1, prompt: 'A  SHOE! red front' }]) },
  })
  expect((await desk.run('plan', sheet, ...more)).stdout).toContain('row 2 is like row 1: A  SHOE! red front')
  // A plan only reads: the wildcards were for that one call.
  expect(await desk.json('plan', sheet, ...more.slice(2))).toMatchObject({ status: 2 })
  const ran = await desk.json('run', sheet, ...more, '--sample', '1', '--sample-seed', '4', ...small)
  expect(ran).toMatchObject({ status: 0, object: { prompts: 4 } })
  expect((await desk.json('plan', sheet, ...more.slice(2))).object).toMatchObject({ prompts: 8 })
  const unknown = await desk.json('plan', sheet, '--style', 'film')
  expect(unknown).toMatchObject({
    status: 2,
    object: { error: { message: expect.stringContaining('no style "film"') } },
  })
  expect(await desk.json('plan', sheet, '--axis', 'angle')).toMatchObject({ status: 2 })
})
