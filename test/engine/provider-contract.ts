import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Network, openNetwork } from '#engine/network/network.ts'
import type {
  Progress,
  ProviderCall,
  ProviderFetch,
  ProviderFetchOptions,
  ProviderSession,
} from '#engine/providers/provider.ts'
import { model as modelSchema } from '#shared/contract/providers.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { inputs } from './hosted-session.ts'
import type { ProviderSubject } from './provider-subjects.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'
import { openSilentServer } from './silent-server.ts'

const key = 'sk-canary-0123456789'
const pollProcess = fileURLToPath(new URL('./poll-process.ts', import.meta.url))

/** Follows a request to its end, as the engine does. */
async function finish(session: ProviderSession, first: Progress): Promise<Extract<Progress, { state: 'done' }>> {
  let progress = first
  while (progress.state === 'pending') {
    if (!session.poll) throw new Error('pending, but it cannot be polled')
    const { pollAfterMs, handle } = progress
    await new Promise((done) => setTimeout(done, pollAfterMs))
    progress = await session.poll(handle, sampleCall())
  }
  return progress
}

const codeOf = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => errorCodeOf(error),
  )

/** What every provider promises, whatever it speaks. Those without a far end skip what needs one. */
export function describeProvider({
  provider,
  settingsFor,
  request: parts,
  unsupportedSize,
  refusal,
  followed,
  service,
}: ProviderSubject): void {
  const isRemote = provider.origin(settingsFor('http://127.0.0.1:1')) !== null
  const request = sampleRequest({ provider: provider.id, ...parts })
  /** A lost reply of a free service is no question: it is asked again. */
  const lostCode = provider.lostReply === 'resend' ? 'provider-unavailable' : 'outcome-unknown'
  const takesSeed = provider.model(request.model, settingsFor('http://127.0.0.1:1'))?.takesSeed === true

  describe(`provider ${provider.id}`, () => {
    let network: Network
    let fake: FakeProvider
    let sent: { url: string; options: ProviderFetchOptions }[]

    const start = async (options: FakeProviderOptions = {}): Promise<void> => {
      await fake.close()
      fake = await startFakeProvider({ key, ...options })
    }
    const open = (
      withKey: string | null = key,
      url = fake.url,
      elsewhere: (address: string) => string = (address) => address,
    ): ProviderSession => {
      const settings = settingsFor(url)
      const origin = provider.origin(settings)
      const send: ProviderFetch = network.forProvider({
        origins: origin === null ? [] : [origin, new URL(elsewhere(origin)).origin],
      })
      const fetch: ProviderFetch = (address, options) => {
        sent.push({ url: address, options })
        return send(elsewhere(address), options)
      }
      return provider.open(settings, { fetch, stream: noStream, now: Date.now, key: () => withKey })
    }
    const submit = (session: ProviderSession, of = request, signal?: AbortSignal): Promise<Progress> =>
      session.submit(of, sampleCall(inputs, signal))

    beforeEach(async () => {
      sent = []
      network = openNetwork({ connectTimeoutMs: 2_000, headersTimeoutMs: 5_000 })
      fake = await startFakeProvider({ key })
    })
    afterEach(async () => {
      await network.close()
      await fake.close()
    })

    test('describes itself: defaults for every setting, models by the schema, a price or none', () => {
      const defaults = provider.settings.parse({})
      // Ready as it comes where it is hosted; a server of one's own has no address yet.
      expect(provider.isConfigured(defaults)).toBe(!isRemote || provider.origin(defaults) !== null)
      for (const model of [
        ...provider.models(settingsFor('http://127.0.0.1:1')),
        provider.model(request.model, defaults),
      ]) {
        expect(modelSchema.parse(model)).toEqual(model)
      }
      expect(provider.limits(defaults).concurrency).toBeGreaterThan(0)
      expect(generationRequest.parse(request)).toEqual(request)
    })

    test('makes one picture, with the seed that was asked for where the model takes one', async () => {
      const seeded = { ...request, seed: takesSeed ? 7 : null }
      const session = open()
      const { outputs } = await finish(session, await submit(session, seeded))
      expect(outputs.length).toBe(1)
      const [output] = outputs
      expect(output?.kind === 'withheld' ? null : output?.seed).toBe(seeded.seed)
      const bytes =
        output?.kind === 'bytes'
          ? output.bytes
          : (
              await network.download(output?.kind === 'url' ? output.url : '', {
                signal: AbortSignal.timeout(5_000),
                maxBytes: 1e7,
                allowedOrigin: fake.url,
              })
            ).bytes
      expect(Buffer.from(bytes.subarray(0, 4)).toString('hex')).toMatch(/^(89504e47|ffd8ff)/)
      if (isRemote) expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
    })

    test('an unsupported size, and anything else it cannot do, sends nothing', async () => {
      const session = open()
      const wrong: Partial<GenerationRequest>[] = [
        unsupportedSize,
        { scale: 3.7 },
        { operation: 'cutout' },
        { quality: 'no such' },
        ...(takesSeed ? [] : [{ seed: 7 }]),
      ]
      for (const parts of wrong) expect(await codeOf(submit(session, { ...request, ...parts }))).toBe('unsupported')
      expect([sent, fake.ledger().requests]).toEqual([[], 0])
    })

    test('a call that was stopped before it began sends nothing and is canceled', async () => {
      expect(await codeOf(submit(open(), request, AbortSignal.abort()))).toBe('canceled')
      expect(fake.ledger().requests).toBe(0)
    })

    if (!isRemote) {
      test('the same request gives the same picture, and nothing goes over the network', async () => {
        const session = open(null)
        const [first, second] = [await submit(session), await submit(session)]
        expect(first).toEqual(second)
        expect(sent).toEqual([])
      })
      return
    }

    test('a wrong key is auth, and its sentence does not repeat it', async () => {
      const error = await submit(open('sk-canary-wrong')).catch((reason: unknown) => reason)
      expect([errorCodeOf(error), String(error)]).toEqual(['auth', expect.not.stringContaining('canary')])
      expect(fake.ledger()).toMatchObject({ pictures: 0 })
    })

    test('the same request sends the same body', async () => {
      const session = open()
      await submit(session)
      await submit(session)
      expect(sent.length).toBe(2)
      expect(sent[0]?.options.body).toEqual(sent[1]?.options.body)
      expect(sent[0]?.options.repeatable).toBe(provider.lostReply === 'resend')
    })

    test('a stop while it is out is outcome-unknown, for the far end may go on, or canceled where that is free', async () => {
      await start({ latency: { kind: 'fixed', ms: 150 } })
      fake.script(request.prompt, { kind: 'hang' })
      const stop = new AbortController()
      const outcome = codeOf(submit(open(), request, stop.signal))
      await expect.poll(() => fake.ledger().requests).toBe(1)
      stop.abort()
      expect(await outcome).toBe(provider.lostReply === 'resend' ? 'canceled' : 'outcome-unknown')
      await expect.poll(() => fake.ledger().pictures).toBe(1)
    })

    test('a 429 is rate-limited with its time, a 503 provider-unavailable, both unbilled; then it works', async () => {
      const status = (code: number, headers = {}) => ({ kind: 'status' as const, status: code, headers })
      fake.script(request.prompt, status(429, { 'retry-after': '3' }), status(503), status(504))
      const session = open()
      const errors: unknown[] = []
      for (let time = 0; time < 3; time++) errors.push(await submit(session).catch((error: unknown) => error))
      expect(errors.map(errorCodeOf)).toEqual(['rate-limited', 'provider-unavailable', lostCode])
      expect(errors[0] instanceof AppError && errors[0].retryAfterMs).toBe(3_000)
      expect((await finish(session, await submit(session))).outputs.length).toBe(1)
      expect(fake.ledger()).toMatchObject({ requests: 4, pictures: 1 })
    })

    test('a lost reply is outcome-unknown, or retryable where that is free, and is not sent again by itself', async () => {
      fake.script(request.prompt, { kind: 'lost' })
      expect(await codeOf(submit(open()))).toBe(lostCode)
      await expect.poll(() => fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
    })

    if (provider.lostReply === 'find')
      test('after a lost reply it is looked up, and not paid twice', async () => {
        fake.script(request.prompt, { kind: 'lost' })
        const since = Date.now()
        expect(await codeOf(submit(open()))).toBe('outcome-unknown')
        const session = open()
        expect(await session.find?.({ ...request, prompt: 'another' }, since, sampleCall())).toBeNull()
        // A service may list a request only when it has ended: the engine asks again, too.
        const found = await vi.waitFor(async () => {
          const one = await session.find?.(request, since, sampleCall())
          return one ?? Promise.reject(new Error('it was not found'))
        })
        expect((await finish(session, found)).outputs.length).toBe(1)
        expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
        expect(await session.find?.(request, Date.now() + 60_000, sampleCall())).toBeNull()
      })

    // A server of one's own has no filter to refuse with.
    test.skipIf(refusal === null)('a refusal is content-policy, unbilled, and only that prompt', async () => {
      const session = open()
      const refused = { ...request, prompt: 'a thing nobody may draw [[refused]]' }
      const first = submit(session, refused)
      if (refusal === 'poll') await first
      expect(await codeOf(first.then((progress) => finish(session, progress)))).toBe('content-policy')
      expect((await finish(session, await submit(session))).outputs.length).toBe(1)
      expect(fake.ledger().pictures).toBe(1)
    })

    test('goes on from the stored handle alone, in another session, and can be canceled', async () => {
      const polls = open().poll
      if (!polls) return expect(provider.lostReply).not.toBe('find')
      await start({ latency: { kind: 'fixed', ms: 100 } })
      const progress = await submit(open())
      // Some services make most pictures at once and only a few in a queue, which has tests of its own.
      if (progress.state !== 'pending') return expect(provider.lostReply).not.toBe('find')
      const stored = JSON.parse(JSON.stringify(progress.handle))
      const later = open()
      const done = await finish(later, { state: 'pending', handle: stored, pollAfterMs: 0, fraction: null })
      expect(done.outputs.length).toBe(1)
      if (!later.cancel) return expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
      const second = await submit(later, { ...request, prompt: 'stop this one' })
      if (second.state !== 'pending') throw new Error('it should have been pending')
      await later.cancel(second.handle, sampleCall())
      expect(await codeOf(finish(later, second))).toBe('canceled')
      expect(fake.ledger()).toMatchObject({ requests: 2, pictures: 1 })
    })

    test('goes on from the stored handle alone in a new process', async () => {
      await start({ latency: { kind: 'fixed', ms: 100 } })
      const first = await submit(open(), { ...request, ...followed })
      if (first.state !== 'pending')
        return expect([provider.lostReply === 'find', followed]).toEqual([false, undefined])
      const given = { id: provider.id, service, settings: settingsFor(fake.url), handle: first.handle, key }
      const child = spawn(process.execPath, [pollProcess, JSON.stringify(given)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      expect(JSON.parse(await text(child.stdout))).toEqual({
        state: 'done',
        kinds: [expect.stringMatching(/bytes|url/)],
      })
      expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
    }, 20_000)

    test('whatever is free ends within a second of a stop: a poll, a look-up, a cancel, a test, a list', async () => {
      const first = await submit(open(), { ...request, ...followed })
      const handle = first.state === 'pending' ? first.handle : null
      const silent = await openSilentServer()
      const session = open(key, fake.url, (url) => url.replace(fake.url, silent.url))
      const calls: Record<string, ((call: ProviderCall) => Promise<unknown> | undefined) | false> = {
        submit: provider.lostReply === 'resend' && ((call) => session.submit(request, call)),
        poll: handle !== null && ((call) => session.poll?.(handle, call)),
        cancel: handle !== null && session.cancel !== undefined && ((call) => session.cancel?.(handle, call)),
        find: session.find !== undefined && ((call) => session.find?.(request, 0, call)),
        check: session.check !== undefined && ((call) => session.check?.(call)),
        catalogue: session.catalogue !== undefined && ((call) => session.catalogue?.(call)),
      }
      for (const [name, make] of Object.entries(calls)) {
        if (!make) continue
        const stop = new AbortController()
        const asked = silent.asked()
        const ended = codeOf(make(sampleCall(inputs, stop.signal)) ?? Promise.resolve())
        await expect.poll(silent.asked).toBeGreaterThan(asked)
        const stoppedMs = performance.now()
        stop.abort()
        expect([name, await ended]).toEqual([name, 'canceled'])
        expect(performance.now() - stoppedMs).toBeLessThan(3_000)
      }
      await silent.close()
    })

    test('each reply’s headers go to the lane, which learns its limits from them', async () => {
      const headers = { 'retry-after': '2', 'x-ratelimit-limit-requests': '5' }
      fake.script(request.prompt, { kind: 'status', status: 429, headers })
      const heard: [number, string | undefined][] = []
      const onHeaders: ProviderCall['onHeaders'] = (status, of) =>
        void heard.push([status, of['x-ratelimit-limit-requests']])
      expect(await codeOf(open().submit(request, { ...sampleCall(inputs), onHeaders }))).toBe('rate-limited')
      expect(heard).toEqual([[429, '5']])
    })

    test('the key is never sent to another host: not by a redirect, not by a handle', async () => {
      const seen: string[] = []
      const other = createServer((incoming, response) => {
        seen.push(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`)
        response.end('{}')
      })
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
      const address = other.address()
      const place = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`
      for (const status of [301, 302, 307, 308]) {
        fake.script(`${request.prompt} ${status}`, { kind: 'status', status, headers: { location: place } })
        const error = await submit(open(), { ...request, prompt: `${request.prompt} ${status}` }).catch(
          (reason: unknown) => reason,
        )
        expect([errorCodeOf(error), String(error)]).toEqual(['bad-response', expect.stringContaining('redirect')])
      }
      const session = open()
      if (session.poll) {
        const first = await submit(session)
        const handle = first.state === 'pending' ? Object.keys(first.handle) : []
        const forged = Object.fromEntries(handle.map((name) => [name, place]))
        expect(await codeOf(session.poll(forged, sampleCall()))).toBe('bad-response')
      }
      other.close()
      expect(seen).toEqual([])
    })

    test('check says where it is connected, and a wrong key is auth', async () => {
      expect((await open().check?.(sampleCall()))?.message).toContain(fake.url)
      expect(await codeOf(open('wrong').check?.(sampleCall()) ?? Promise.resolve())).toBe('auth')
    })

    test('a server that is not there is provider-unavailable', async () => {
      const session = open()
      await fake.goOffline()
      expect(await codeOf(submit(session))).toBe('provider-unavailable')
      await fake.comeBack()
      expect((await finish(session, await submit(session))).outputs.length).toBe(1)
    })
  })
}
