import { describe, expect, test } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import type { Provider } from '#engine/providers/provider.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { linesOf, openBatchBench, summaryOf } from './batch-bench.ts'
import { openBench, source } from './hosted-session.ts'

interface Subject {
  readonly provider: Provider
  readonly settingsFor: (url: string) => Record<string, unknown>
  readonly parts: Partial<GenerationRequest>
  /** What a request without pictures costs live, in micros, by the fake's own table. */
  readonly liveMicros: number
  readonly editMicros: number
  /** What a request that the batch did not come to says of itself. */
  readonly expired: string | null
  readonly canceled: string | null
  /** What a 429 in a line is: some services give no status there. */
  readonly limited: string
  readonly failed: string
}

const subjects: Subject[] = [
  {
    provider: openai,
    settingsFor: (url) => ({ baseUrl: `${url}/openai/v1` }),
    parts: { model: 'gpt-image-2', width: 1024, height: 1024, quality: 'low' },
    liveMicros: 14 * 5 + 196 * 30,
    editMicros: 14 * 5 + 196 * 30 + 1250 * 8,
    expired: 'model-failed false',
    canceled: 'canceled false',
    limited: 'rate-limited false',
    failed: 'provider-unavailable false',
  },
  {
    provider: gemini,
    settingsFor: (url) => ({ baseUrl: `${url}/gemini/v1beta` }),
    parts: { model: 'gemini-nano-banana-2.1', width: 1024, height: 1024, quality: 'minimal' },
    liveMicros: 8 * 1.5 + 1120 * 30 + 100 * 7.5,
    editMicros: (8 + 1120) * 1.5 + 1120 * 30 + 100 * 7.5,
    expired: null,
    canceled: null,
    limited: 'rate-limited false',
    failed: 'provider-unavailable false',
  },
  {
    provider: xai,
    settingsFor: (url) => ({ baseUrl: `${url}/xai/v1` }),
    parts: { model: 'grok-imagine-image-2.0', width: 1024, height: 1024, quality: 'low' },
    liveMicros: 40_000,
    editMicros: 50_000,
    expired: null,
    canceled: null,
    limited: 'rate-limited false',
    failed: 'provider-unavailable false',
  },
]

describe.each(subjects)('batches of $provider.id', (subject) => {
  const { provider, settingsFor, parts, liveMicros, editMicros } = subject
  const bench = openBench(provider, settingsFor)
  const { call, remote, start, upload, finish, read } = openBatchBench(bench)
  const model = parts.model ?? ''
  const request = (prompt: string, more: Partial<GenerationRequest> = {}) =>
    bench.request({ ...parts, ...more, prompt })
  const half = (micros: number) => Math.ceil(micros / 2)
  const prompts = (count: number) => Array.from({ length: count }, (_, index) => request(`prompt ${index}`))

  test('makes every request, in another order, at the price of a batch', async () => {
    const of = remote()
    const ended = await finish(of, await start(of, prompts(20)))
    expect(ended).toMatchObject({ how: 'completed', message: null })
    expect(ended.counts).toEqual({ total: 20, succeeded: 20, failed: 0 })
    const results = await read(of, ended, model)
    const ids = results.map(({ id }) => id)
    expect(ids).not.toEqual(ids.toSorted())
    expect(ids.toSorted()).toEqual(
      prompts(20)
        .map((_, index) => `r${index}`)
        .toSorted(),
    )
    expect(new Set(Object.values(summaryOf(results)))).toEqual(new Set([`done 1 ${half(liveMicros)}`]))
    const settled = results.map(({ outcome }) => (outcome instanceof AppError ? 0 : (outcome.settled?.micros ?? 0)))
    expect(settled.reduce((sum, one) => sum + one, 0)).toBe(bench.fake().ledger().billedMicros)
  })

  test('a line carries the very body of the live request, and the same bytes each time', async () => {
    const of = remote()
    const one = request('the same')
    const line = await of.line({ id: 'r"1', request: one }, call)
    expect(Buffer.from(await of.line({ id: 'r"1', request: one }, call))).toEqual(Buffer.from(line))
    await bench.open().submit(one, call)
    const live = bench.sent.at(-1)?.options.body
    expect(Buffer.from(line).toString()).toContain(String(live))
    expect(Buffer.from(line).toString().split('\n')).toEqual([expect.any(String), ''])
    expect(of.groupOf(one)).toBe(of.groupOf(request('another')))
    expect(of.groupOf(one)).toContain(model)
  })

  test('edits go with their pictures inside', async () => {
    const of = remote()
    const edits = [request('an edit', { operation: 'edit', source })]
    const results = await read(of, await finish(of, await start(of, edits)), model)
    expect(summaryOf(results)).toEqual({ r0: `done 1 ${half(editMicros)}` })
    expect(bench.fake().ledger().entries[0]?.inputs).toEqual([source.sha256])
  })

  test('refusals, 429 and 500 in single lines are those requests’ own', async () => {
    const of = remote()
    const requests = [
      request('good'),
      request('bad [[refused]]'),
      request('limited [[429]]'),
      request('broken [[500]]'),
      request('nothing [[no-data]]'),
    ]
    const ended = await finish(of, await start(of, requests))
    expect(ended.how).toBe('completed')
    const summary = summaryOf(await read(of, ended, model))
    expect(summary).toMatchObject({
      r0: `done 1 ${half(liveMicros)}`,
      r1: expect.stringMatching(/^content-policy/),
      r2: subject.limited,
      r3: subject.failed,
    })
    expect(summary.r4).toMatch(/^(bad-response true|content-policy)/)
  })

  test('a batch in which nothing went well has results, too', async () => {
    const of = remote()
    const requests = [request('one [[500]]'), request('two [[500]]')]
    const ended = await finish(of, await start(of, requests))
    expect(ended.counts).toMatchObject({ total: 2, succeeded: 0, failed: 2 })
    expect(summaryOf(await read(of, ended, model))).toEqual({ r0: subject.failed, r1: subject.failed })
    expect(bench.fake().ledger().billedMicros).toBe(0)
  })

  test('one that expires keeps what was made; the rest says so, or is left out', async () => {
    bench.fake().batches.script({ kind: 'expire', made: 2 })
    const of = remote()
    const ended = await finish(of, await start(of, prompts(4)))
    expect(ended.how).toBe('expired')
    const rest = subject.expired === null ? {} : { r2: subject.expired, r3: subject.expired }
    const made = `done 1 ${half(liveMicros)}`
    expect(summaryOf(await read(of, ended, model))).toEqual({ r0: made, r1: made, ...rest })
    expect(bench.fake().ledger().pictures).toBe(2)
  })

  test('one that is canceled keeps and bills what was made; canceling again does nothing', async () => {
    bench.fake().batches.script({ kind: 'stand-still', made: 3 })
    const of = remote()
    const handle = await start(of, prompts(5))
    for (;;) {
      const progress = await of.look(handle, call)
      if (progress.state === 'working' && progress.counts.succeeded === 3) break
      await new Promise((done) => setTimeout(done, 10))
    }
    await of.cancel(handle, call)
    await of.cancel(handle, call)
    const ended = await finish(of, handle)
    await of.cancel(handle, call)
    expect(ended.how).toBe('canceled')
    const rest = subject.canceled === null ? {} : { r3: subject.canceled, r4: subject.canceled }
    const made = `done 1 ${half(liveMicros)}`
    expect(summaryOf(await read(of, ended, model))).toEqual({ r0: made, r1: made, r2: made, ...rest })
    expect(bench.fake().ledger().pictures).toBe(3)
  })

  test('a lost reply to the start is outcome-unknown, and the batch is found by its label, far down the list', async () => {
    const of = remote()
    bench.fake().batches.script({ kind: 'lost-start' })
    const error = await bench.failure(start(of, prompts(2), 'the lost one'))
    expect(error.code).toBe('outcome-unknown')
    const uploaded = await upload(of, prompts(1))
    const group = of.groupOf(request(''))
    for (let more = 0; more < 110; more++) await of.start({ label: `more ${more}`, group, uploaded }, call)
    const found = await of.find('the lost one', Date.now() - 60_000, call)
    expect(found).not.toBeNull()
    const results = found ? await read(of, await finish(of, found), model) : []
    expect(Object.keys(summaryOf(results)).sort()).toEqual(['r0', 'r1'])
    expect(await of.find('never started', Date.now() - 60_000, call)).toBeNull()
  })

  test('a full queue at the start is rate-limited with its time, and nothing was made', async () => {
    bench.fake().batches.script({ kind: 'busy', seconds: 7 })
    const of = remote()
    const error = await bench.failure(start(of, prompts(2)))
    expect([error.code, error.billed, error.retryAfterMs]).toEqual(['rate-limited', false, 7000])
    expect(bench.fake().batches.all()).toEqual([])
  })

  test('a download that fails for a while, or breaks off, is asked for again', async () => {
    const of = remote()
    bench
      .fake()
      .batches.script({ kind: 'no-download', times: 2, status: 503 }, { kind: 'torn-download', times: 1, bytes: 5000 })
    for (const failures of [2, 1]) {
      const ended = await finish(of, await start(of, prompts(3)))
      for (let time = 0; time < failures; time++) {
        expect((await bench.failure(read(of, ended, model))).code).toBe('provider-unavailable')
      }
      expect(Object.keys(summaryOf(await read(of, ended, model))).length).toBe(3)
    }
    expect(bench.fake().ledger().pictures).toBe(6)
  })

  test('a line of 30 MB is read like any other', async () => {
    const of = remote()
    const ended = await finish(of, await start(of, [request('large [[padded mb=22]]'), request('small')]))
    let longest = 0
    const results: ReturnType<typeof of.readLine>[] = []
    for await (const line of linesOf(of.results(ended.results ?? {}, call))) {
      longest = Math.max(longest, line.length)
      results.push(of.readLine(line, model))
    }
    expect(longest).toBeGreaterThan(29_000_000)
    const made = `done 1 ${half(liveMicros)}`
    expect(summaryOf(results)).toEqual({ r0: made, r1: made })
  })

  test('a line that names no request is bad-response; one that says nothing else is that request’s', () => {
    const of = remote()
    for (const line of [
      '',
      '[]',
      '{"id":"x"}',
      '{"custom_id":7}',
      '{"key":"","error":null}',
      'null',
      '{"custom_id":"a"',
    ]) {
      const read = () => of.readLine(Buffer.from(line), model)
      expect(read).toThrow(AppError)
    }
  })

  test('what cannot be made in a batch says the same to the check as to the line', async () => {
    const of = remote()
    const wrong = [request('p', { seed: 7, negativePrompt: 'blur' }), request('p', { model: 'no model of it at all' })]
    for (const one of [...wrong, request('p', { model: 'made-up-model' })]) {
      const sentence = of.check(one)
      expect(sentence).not.toBeNull()
      expect((await bench.failure(of.line({ id: 'r', request: one }, call))).message).toBe(sentence)
    }
    expect(of.check(request('p'))).toBeNull()
    expect(of.priceShare(model)).toBe(0.5)
    expect(provider.model(model, settingsFor('http://127.0.0.1:1'))?.batchShare).toBe(0.5)
    expect(of.limits(model).mostRequests).toBeGreaterThanOrEqual(of.limits(model).usualRequests)
  })

  test('what the service keeps can be taken away', async () => {
    const of = remote()
    const uploaded = await upload(of, prompts(1))
    const handle = await of.start({ label: 'l', group: of.groupOf(request('')), uploaded }, call)
    const { results } = await finish(of, handle)
    await of.forget?.([uploaded, handle, results ?? {}], call)
    // xAI’s document has no way to delete a file.
    const deleted = bench.sent.filter(({ options }) => options.method === 'DELETE')
    expect(deleted.length).toBe(of.forget ? 2 : 0)
  })

  test('a wrong key is auth before anything, and no reason to send again afterwards', async () => {
    const of = remote()
    const handle = await start(of, prompts(1))
    await finish(of, handle)
    await bench.start({ key: 'another' })
    const wrong = remote()
    expect((await bench.failure(start(wrong, prompts(1)))).code).toBe('auth')
    expect((await bench.failure(wrong.look(handle, call))).code).toBe('provider-unavailable')
  })
})
