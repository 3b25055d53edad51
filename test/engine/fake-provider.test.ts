import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Fault, faultInPrompt, serverError, tooMany } from '../fake-provider/faults.ts'
import { serviceMs } from '../fake-provider/latency.ts'
import { ledgerFromLines } from '../fake-provider/ledger.ts'
import { openPictures } from '../fake-provider/pictures.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const fake = await startFakeProvider(options)
  closers.push(() => fake.close())
  return fake
}

/** Plain fetch, so that the fake is tested without the client it is made to test. */
const ask = (url: string, prompt: string, more: object = {}): Promise<Response> =>
  fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, size: '64x64', ...more }),
  })

async function pictureOf(response: Response): Promise<Buffer> {
  const { data } = await response.json()
  return Buffer.from(data[0].b64_json, 'base64')
}

describe('pictures', () => {
  test('are real, of the asked size, and differ by prompt and seed', async () => {
    const { png } = openPictures()
    const seen = new Set<string>()
    for (const text of ['a', 'b', 'c', 'd']) {
      const bytes = png(text, 120, 48)
      const { data, info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
      expect([info.width, info.height]).toEqual([120, 48])
      expect(png(text, 120, 48).equals(bytes)).toBe(true)
      seen.add(data.toString('base64'))
    }
    expect(seen.size).toBe(4)
  })

  test('come in the format that was asked for', async () => {
    const fake = await start()
    for (const format of ['jpeg', 'webp']) {
      const bytes = await pictureOf(await ask(fake.url, 'a', { output_format: format }))
      expect((await sharp(bytes).metadata()).format).toBe(format)
    }
  })
})

describe('the ledger', () => {
  test('knows requests, pictures, money per prompt, and the most in flight', async () => {
    const fake = await start({ latency: { kind: 'fixed', ms: 60 }, priceMicros: 1_000 })
    await Promise.all(['a', 'a', 'b'].map((prompt) => ask(fake.url, prompt)))
    const ledger = fake.ledger()
    expect(ledger).toMatchObject({ requests: 3, pictures: 3, billedMicros: 3_000, maxInFlight: 3 })
    expect(ledger.byPrompt).toMatchObject({ a: { requests: 2, pictures: 2 }, b: { requests: 1, billedMicros: 1_000 } })
    expect(ledger.entries.every((entry) => entry.serviceMs >= 55 && entry.status === 200)).toBe(true)
  })

  test('bills what was made although the client went away', async () => {
    const fake = await start({ latency: { kind: 'fixed', ms: 100 } })
    const stop = new AbortController()
    const asked = fetch(`${fake.url}/v1/images/generations`, {
      method: 'POST',
      body: '{"prompt":"a"}',
      signal: stop.signal,
    })
    await expect.poll(() => fake.ledger().requests).toBe(1)
    stop.abort()
    await expect(asked).rejects.toThrow()
    await expect.poll(() => fake.ledger().pictures).toBe(1)
    expect(fake.ledger().entries[0]?.status).toBeNull()
  })

  test('is in its file before the answer is, so that a killed process leaves it whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fake-provider-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ledger.jsonl')
    const child = spawn(process.execPath, [
      'test/fake-provider/main.ts',
      '--port',
      '0',
      '--latency',
      '0',
      '--ledger',
      file,
    ])
    const exited = new Promise((done) => child.once('exit', done))
    closers.push(() => child.kill('SIGKILL'))
    const url = await new Promise<string>((done) => {
      child.stdout.on('data', (text) => done(/http:\S+(?=\/v1)/.exec(String(text))?.[0] ?? ''))
    })
    for (const prompt of ['a', 'b [[503]]', 'a']) await (await ask(url, prompt)).arrayBuffer()
    child.kill('SIGKILL')
    await exited
    const ledger = ledgerFromLines(readFileSync(file, 'utf8'))
    expect(ledger).toMatchObject({ requests: 3, pictures: 2, billedMicros: 80_000, maxInFlight: 1 })
    expect(ledger.byPrompt.a).toEqual({ requests: 2, pictures: 2, billedMicros: 80_000 })
  })
})

describe('faults', () => {
  test('in a prompt’s marks take their turns', () => {
    const kinds = [1, 2, 3, 4].map(
      (attempt) => faultInPrompt('a [[503 times=2]] [[lost times=1]]', attempt)?.kind ?? null,
    )
    expect(kinds).toEqual(['status', 'status', 'lost', null])
    expect(faultInPrompt('plain', 1)).toBeNull()
    expect(() => faultInPrompt('[[nonsense]]', 1)).toThrow('not a fault')
  })

  test('by script, by function and by mark; unbilled ones are not billed', async () => {
    const fake = await start({
      fault: ({ prompt }, attempt) => (prompt === 'b' && attempt === 1 ? serverError(500) : null),
    })
    fake.script('a', tooMany('seconds', 7), serverError())
    const answers: (number | string | null)[] = []
    for (const prompt of ['a', 'a', 'a', 'b', 'b', 'c [[401 times=1]]']) {
      const response = await ask(fake.url, prompt)
      await response.arrayBuffer()
      answers.push(response.status, response.headers.get('retry-after'))
    }
    expect(answers).toEqual([429, '7', 503, null, 200, null, 500, null, 200, null, 401, null])
    expect(fake.ledger()).toMatchObject({ requests: 6, pictures: 2 })
  })

  const broken: [Fault, number][] = [
    [{ kind: 'lost' }, 1],
    [{ kind: 'drop' }, 0],
    [{ kind: 'cut', how: 'length' }, 1],
    [{ kind: 'cut', how: 'chunked' }, 1],
  ]
  for (const [fault, pictures] of broken) {
    test(`${JSON.stringify(fault)}: the client gets nothing whole, billed ${pictures}`, async () => {
      const fake = await start()
      fake.script('a', fault)
      await expect(ask(fake.url, 'a').then((response) => response.arrayBuffer())).rejects.toThrow()
      expect(fake.ledger()).toMatchObject({ requests: 1, pictures })
    })
  }

  test('broken pictures are broken, and result addresses are what they say', async () => {
    const fake = await start()
    const unreadable = ['html', 'empty', 'half'] as const
    for (const as of unreadable) {
      const bytes = await pictureOf(await ask(fake.url, `a [[picture as=${as}]]`))
      const decode = async (): Promise<Buffer> => sharp(bytes, { failOn: 'warning' }).raw().toBuffer()
      await expect(decode()).rejects.toThrow()
    }
    const cut = await pictureOf(await ask(fake.url, 'a [[picture as=without-end]]'))
    expect(cut.includes('IEND')).toBe(false)
    const statuses: [string, number][] = [
      ['nothing', 200],
      ['expired', 403],
      ['redirect-private', 302],
      ['endless', 302],
    ]
    for (const [wrong, status] of statuses) {
      const { data } = await (await ask(fake.url, `a [[url wrong=${wrong}]]`)).json()
      expect((await fetch(data[0].url, { redirect: 'manual' })).status).toBe(status)
    }
    expect(fake.trippedCount()).toBe(0)
    const { data } = await (await ask(fake.url, 'a [[url wrong=private]]')).json()
    await fetch(data[0].url)
    expect(fake.trippedCount()).toBe(1)
  })
})

describe('limits', () => {
  test('refuse what passes them, and say when to come back', async () => {
    const fake = await start({ limits: { windows: [{ requests: 2, ms: 60_000 }] } })
    const answers: number[] = []
    for (let time = 0; time < 3; time++) {
      const response = await ask(fake.url, 'a')
      answers.push(response.status)
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50)
      await response.arrayBuffer()
    }
    expect(answers).toEqual([200, 200, 429])
    expect(fake.ledger()).toMatchObject({ overLimit: 1, pictures: 2 })
  })

  test('on concurrency count what is in flight', async () => {
    const fake = await start({ limits: { concurrency: 2 }, latency: { kind: 'fixed', ms: 500 } })
    const answers = await Promise.all(['a', 'b', 'c'].map((prompt) => ask(fake.url, prompt)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429])
  })
})

test('service times are log-normal and do not depend on the order', () => {
  const latency = { kind: 'log-normal', medianMs: 400, sigma: 0.8 } as const
  const times = Array.from({ length: 4_001 }, (_, index) => serviceMs(latency, 1, `p${index}`)).sort((a, b) => a - b)
  expect((times[2_000] ?? 0) / 400).toBeCloseTo(1, 1)
  expect((times[Math.floor(4_001 * 0.8413)] ?? 0) / (400 * Math.exp(0.8))).toBeCloseTo(1, 1)
  expect(serviceMs(latency, 1, 'p7')).toBe(serviceMs(latency, 1, 'p7'))
  expect(serviceMs(latency, 2, 'p7')).not.toBe(serviceMs(latency, 1, 'p7'))
})

test('offline refuses connections, and the same address comes back', async () => {
  const fake = await start()
  const { url } = fake
  await fake.goOffline()
  await expect(ask(url, 'a')).rejects.toThrow()
  await fake.comeBack()
  expect([(await ask(url, 'a')).status, fake.url]).toEqual([200, url])
})
