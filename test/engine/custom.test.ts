import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { allAt } from '#engine/providers/custom/pointer.ts'
import { fill } from '#engine/providers/custom/template.ts'
import type { Progress } from '#engine/providers/provider.ts'
import { customPresets, customProvider } from '#engine/providers/providers.ts'
import { briefService, readCustomService } from '#shared/contract/custom-services.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import { described, provider, services } from './custom-service.ts'
import { inputs, openBench, source, sourcePng } from './hosted-session.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'

/** Every problem of a description, as `field: message`. */
function problemsOf(parts: Record<string, unknown>, preset = 'openai-like'): string[] {
  const read = readCustomService({ ...described(preset), ...parts })
  return 'service' in read ? [] : read.problems.map(({ field, message }) => `${field}: ${message}`)
}

describe('a description', () => {
  test('every preset is sound, says that it was not tried where it was not, and is a provider of its own', () => {
    for (const { preset, service } of customPresets) {
      expect(readCustomService(JSON.parse(JSON.stringify(service)))).toEqual({ service })
      // Without its defaults it is shorter and means the same.
      const brief = briefService(service)
      expect(readCustomService(brief)).toEqual({ service })
      expect(JSON.stringify(brief)).not.toMatch(/"headers"|"timeoutSeconds"|"lostReply"/)
      if (preset.endsWith('-like') && preset !== 'openai-like') expect(service.about).toMatch(/[Nn]ot tried|no address/)
      expect(customProvider(service).id).toBe(`custom:${service.name}`)
    }
    expect(customPresets.map(({ service }) => service.mode).sort()).toEqual([
      'array',
      'array',
      'poll',
      'poll',
      'single',
      'single',
    ])
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['a newer version', { version: 2 }, 'version: is 1'],
    ['a name with blanks', { name: 'My Service' }, 'name: is lower-case letters'],
    ['a file as its address', { baseUrl: 'file:///etc/passwd' }, 'baseUrl: is an http or https address'],
    ['a user in its address', { baseUrl: 'https://me:secret@example.com' }, 'baseUrl: has no user'],
    ['a word that it does not know', { mehtod: 'POST' }, ': Unrecognized key: "mehtod"'],
    ['a header that ends the line', { headers: { 'x-a': 'b\r\nx-evil: 1' } }, 'headers.x-a: is one line'],
    ['a header name that ends the line', { headers: { 'x-a\r\nb': '1' } }, 'is the name of a header'],
    [
      'a key in the open',
      { headers: { Authorization: 'Bearer abc' } },
      'headers.Authorization: is no place for a secret',
    ],
    ['a header of the connection', { headers: { Host: 'evil.example' } }, 'headers.Host: cannot be set'],
    ['a key in a header that no guard knows', { auth: { header: 'x-pass', scheme: '' } }, 'auth.header: takes a key'],
    [
      'a path that climbs',
      { request: { path: '/../admin', body: { p: '{{prompt}}' } } },
      'request.path: has no //, ..',
    ],
    [
      'a path to another host',
      { request: { path: '//evil.example/x', body: { p: '{{prompt}}' } } },
      'request.path: has no //',
    ],
    [
      'a misspelt placeholder',
      { request: { path: '/x', body: { a: [{ p: '{{promt}}' }] } } },
      'request.body.a[0].p: there is no {{promt}}',
    ],
    ['no prompt at all', { request: { path: '/x', body: { model: '{{model}}' } } }, 'request.body: has no {{prompt}}'],
    [
      'options in the middle',
      { request: { path: '/x', body: { p: '{{prompt}}', o: '{{options}}' } } },
      'stands under the field "..."',
    ],
    ['array mode without an array', { mode: 'array' }, 'array: is needed in array mode'],
    ['poll mode without a state', { mode: 'poll', poll: { url: '/u' } }, 'answer.status: is needed in poll mode'],
    ['a poll path without its id', { mode: 'poll', poll: { path: '/jobs' } }, 'poll.path: needs "id"'],
    [
      'a pointer that is none',
      { answer: { pictures: 'data[0].url', as: 'url' } },
      'answer.pictures: is a JSON pointer',
    ],
    ['pictures nobody can find', { answer: { as: 'url' } }, 'answer.pictures: is needed'],
    ['a price in words', { models: [{ id: 'a', sizes: ['64x64'], price: 'cheap' }] }, 'models[0].price: is an amount'],
    [
      'a quality that is not sent',
      { models: [{ id: 'a', sizes: ['64x64'], qualities: ['hd'] }] },
      'models[0].qualities: is for a body',
    ],
    [
      'an edit without a picture',
      { models: [{ id: 'a', sizes: ['64x64'], operations: ['edit'] }] },
      'models[0].operations: starts from a picture',
    ],
    [
      'a model twice',
      {
        models: [
          { id: 'a', sizes: ['64x64'] },
          { id: 'a', sizes: ['64x64'] },
        ],
      },
      'models[1].id: “a” stands here twice',
    ],
  ])('%s is refused, with its field', (_, parts, said) => {
    expect(problemsOf(parts).join('\n')).toContain(said)
  })

  test('a size that is not sent, and results that cannot be told apart, are refused', () => {
    const body = { prompt: '{{prompt}}', model: '{{model}}' }
    const two = { request: { path: '/x', body }, models: [{ id: 'a', sizes: ['64x64', '128x128'] }] }
    expect(problemsOf(two).join()).toContain('models[0].sizes: is the one size')
    const { array } = described('flixly-like')
    const without = { array: { ...array, item: { prompt: '{{prompt}}', size: '{{size}}', model: '{{model}}' } } }
    expect(problemsOf(without, 'flixly-like').join()).toContain('array.item: needs {{id}}')
    const noList = { request: { path: '/batch', body: { prompt: '{{prompt}}' } } }
    expect(problemsOf(noList, 'flixly-like').join()).toContain('request.body: has {{requests}} once')
  })

  test('the examples of the guide are sound', async () => {
    const guide = await readFile(new URL('../../docs/custom-http.md', import.meta.url), 'utf8')
    const blocks = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']): object => JSON.parse(json))
    expect(blocks.length).toBe(3)
    for (const block of blocks) expect(readCustomService({ ...blocks[0], ...block })).toHaveProperty('service')
  })

  test('what is hostile is refused quickly, and changes nothing: prototypes, depth, size', () => {
    const evil: unknown = JSON.parse('{"__proto__": {"polluted": true}, "version": 1}')
    expect(readCustomService(evil)).toEqual({ problems: [{ field: '', message: '“__proto__” cannot be a field' }] })
    const inBody: unknown = JSON.parse('{"prompt": "{{prompt}}", "a": {"constructor": {"prototype": 1}}}')
    expect(problemsOf({ request: { path: '/x', body: inBody } }).join()).toContain('“constructor” cannot be a field')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    let deep: unknown = '{{prompt}}'
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(problemsOf({ request: { path: '/x', body: deep } }).join()).toContain('deep')
    const large = Array.from({ length: 100_000 }, () => '{{prompt}}')
    expect(problemsOf({ request: { path: '/x', body: large } }).join()).toMatch(/more than 2000 parts|larger than/)
    expect(problemsOf({ request: { path: '/x', body: { p: `{{prompt}}${'x'.repeat(70_000)}` } } }).join()).toContain(
      '64 KB',
    )
    expect(readCustomService(null)).toHaveProperty('problems')
    expect(readCustomService('{}')).toHaveProperty('problems')
  })
})

describe('a template', () => {
  test('no prompt breaks out of its place: quotes, lines, braces, placeholders, every letter there is', () => {
    const nasty = [
      '"}, "admin": true, "x": "',
      'two\nlines\r\n\t',
      '\u2028\u0000\ud83d\ude00',
      '{{seed}} {{model}}',
      '$& $1',
      '\\',
    ]
    for (const prompt of nasty) {
      const body = fill(
        { a: ['{{prompt}}'], text: 'in: {{prompt}}!', n: '{{width}}' },
        { prompt, width: 64, seed: 1, model: 'm' },
      )
      expect(JSON.parse(JSON.stringify(body))).toEqual({ a: [prompt], text: `in: ${prompt}!`, n: 64 })
    }
  })

  test('values keep their type, what was not asked for is left out, options keep to their place', () => {
    const template = {
      seed: '{{seed}}',
      list: ['{{negative}}', 'a'],
      said: 'no {{negative}}',
      fixed: null,
      '...': '{{options}}',
    }
    expect(fill(template, { seed: 7, negative: null, options: { b: 1, a: [2] } })).toEqual({
      seed: 7,
      list: ['a'],
      said: 'no ',
      fixed: null,
      a: [2],
      b: 1,
    })
    expect(() => fill(template, { options: { seed: 9 } })).toThrow(/its own place/)
    const own: unknown = fill({ '...': '{{options}}' }, { options: JSON.parse('{"__proto__": {"polluted": 1}}') })
    expect([Object.hasOwn(Object.prototype, 'polluted'), Object.hasOwn(Object(own), '__proto__')]).toEqual([
      false,
      true,
    ])
  })
})

test('a pointer sees an answer’s own fields, all of them in order, and nothing else', () => {
  const answer = {
    data: [{ url: 'a' }, {}, { url: 'b' }],
    'x/y~z': 1,
    nodes: { n1: { out: ['c'] }, n2: { out: ['d'] } },
  }
  expect(allAt(answer, '/data/*/url')).toEqual(['a', 'b'])
  expect(allAt(answer, '/data/2/url')).toEqual(['b'])
  expect(allAt(answer, '/nodes/*/out/*')).toEqual(['c', 'd'])
  expect(allAt(answer, '/x~1y~0z')).toEqual([1])
  expect(allAt(answer, '')).toEqual([answer])
  for (const none of ['/constructor/name', '/__proto__', '/data/length', '/data/01', '/data/-1', '/toString'])
    expect(allAt(answer, none)).toEqual([])
})

describe('what is sent', () => {
  const bench = openBench(provider('picture'), (url) => ({ baseUrl: `${url}/custom` }))

  test('a source picture goes along as a data URL, and the picture comes back as the answer', async () => {
    const request = bench.request({ model: 'default', operation: 'edit', source, width: 64, height: 64, seed: 5 })
    const done = await bench.open().submit(request, sampleCall(inputs))
    expect(done).toMatchObject({ state: 'done', outputs: [{ kind: 'bytes', seed: 5 }] })
    const body: unknown = JSON.parse(String(bench.sent[0]?.options.body))
    const image = `data:image/png;base64,${sourcePng.toString('base64')}`
    expect(body).toEqual({ prompt: request.prompt, width: 64, height: 64, seed: 5, image })
  })

  test('the key goes in the header that was named, and nowhere else', async () => {
    await bench.open().submit(bench.request({ model: 'default', width: 64, height: 64 }), sampleCall())
    const [sent] = bench.sent
    expect(sent?.options.headers).toMatchObject({ 'x-api-key': 'sk-canary-0123456789' })
    expect([sent?.url, String(sent?.options.body)].join()).not.toContain('canary')
  })

  test('a wish that was planned with another template is not sent', async () => {
    const of = provider('picture')
    const mine = of.behind?.('default', {}) ?? ''
    const stale = bench.request({
      model: 'default',
      width: 64,
      height: 64,
      answeredBy: 'http://127.0.0.1:9 0123456789abcdef',
    })
    expect((await bench.failure(bench.open().submit(stale, sampleCall()))).message).toContain(
      'changed after this was planned',
    )
    expect(bench.sent).toEqual([])
    await bench.open().submit({ ...stale, answeredBy: `http://127.0.0.1:9 ${mine}` }, sampleCall())
    expect(bench.fake().ledger().pictures).toBe(1)
    const body = { prompt: 'a photo of {{prompt}}', width: '{{width}}', height: '{{height}}', image: '{{source}}' }
    expect(provider('picture', { request: { path: '/generate', body } }).behind?.('default', {})).not.toBe(mine)
  })
})

describe('an array of requests', () => {
  const bench = openBench(provider('array'), (url) => ({ baseUrl: `${url}/custom` }))
  const ask = (...prompts: string[]) => {
    const of = prompts.map((prompt, seed) => bench.request({ model: 'default', width: 64, height: 64, prompt, seed }))
    return bench.open().submitMany?.(of, sampleCall()) ?? Promise.reject(new Error('it takes no arrays'))
  }
  const short = (answers: readonly (Progress | AppError)[]) =>
    answers.map((answer) => (answer instanceof AppError ? answer.code : answer.state === 'done' && answer.outputs[0]))

  test('is one call; results that come in another order find their requests by our ids', async () => {
    const answers = await ask('first', 'second', 'third')
    expect(short(answers)).toMatchObject([{ seed: 0 }, { seed: 1 }, { seed: 2 }])
    expect([bench.sent.length, bench.fake().ledger().pictures]).toEqual([1, 3])
  })

  test('fails by the item: refused, failed, missing, and what is not supported never leaves', async () => {
    const requests = ['good', 'bad [[refused]]', 'ill [[error-in-200]]', 'gone [[no-data]]'].map((prompt) =>
      bench.request({ model: 'default', width: 64, height: 64, prompt }),
    )
    const wrong = bench.request({ model: 'default', width: 65, height: 64 })
    const answers = await bench.open().submitMany?.([wrong, ...requests], sampleCall())
    expect(short(answers ?? [])).toMatchObject([
      'unsupported',
      { kind: 'url' },
      'content-policy',
      'bad-response',
      'outcome-unknown',
    ])
    expect(JSON.parse(String(bench.sent[0]?.options.body)).requests.length).toBe(4)
    expect(bench.fake().ledger()).toMatchObject({ requests: 4, pictures: 2 })
  })

  test('a lost call, a garbled one and a busy service are about all of them', async () => {
    const codes: unknown[] = []
    for (const mark of ['[[lost]]', '[[garbage]]', '[[429 seconds=3]]', '[[503]]'])
      codes.push(await ask('good', `x ${mark}`).catch(errorCodeOf))
    expect(codes).toEqual(['outcome-unknown', 'bad-response', 'rate-limited', 'provider-unavailable'])
  })
})

describe('an array whose results have no ids', () => {
  const bench = openBench(provider('inOrder'), (url) => ({ baseUrl: `${url}/custom` }))

  test('is joined by order, and where one is missing nobody knows which: all are unknown', async () => {
    const ask = (...prompts: string[]) =>
      bench.open().submitMany?.(
        prompts.map((prompt) => bench.request({ model: 'default', width: 64, height: 64, prompt })),
        sampleCall(),
      )
    expect((await ask('one', 'two'))?.map((answer) => !(answer instanceof AppError))).toEqual([true, true])
    const answers = await ask('one', 'gone [[no-data]]', 'three')
    expect(answers?.map(errorCodeOf)).toEqual(Array(3).fill('outcome-unknown'))
  })
})

describe('where answers may point', () => {
  const outputs = async (text: string, parts: Record<string, unknown> = {}) => {
    const service = services.single('https://api.example.com/v1', {
      answer: { pictures: '/url', as: 'url', ...parts },
    })
    const bytes = Buffer.from(JSON.stringify({ url: text, poll_url: text, job_id: text }))
    const session = customProvider(service).open(
      {},
      {
        fetch: () => Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, bytes }),
        stream: noStream,
        now: Date.now,
        key: () => null,
      },
    )
    return session.submit(sampleRequest({ model: 'fake-image' }), sampleCall())
  }

  test('a picture by http, by https or inside a data URL; no other scheme, and only declared origins where there are any', async () => {
    await expect(outputs('file:///etc/passwd')).rejects.toMatchObject({ code: 'bad-response', billed: true })
    await expect(outputs('ftp://example.com/a')).rejects.toMatchObject({ code: 'bad-response' })
    expect(await outputs('/files/1.png')).toMatchObject({ outputs: [{ url: 'https://api.example.com/files/1.png' }] })
    expect(await outputs('data:image/png;base64,aGk=')).toMatchObject({ outputs: [{ kind: 'bytes' }] })
    const pictureOrigins = ['https://*.cdn.example.com']
    await expect(outputs('https://evil.example/a.png', { pictureOrigins })).rejects.toMatchObject({
      code: 'bad-response',
    })
    const good = await outputs('https://a.cdn.example.com/x.png', { pictureOrigins })
    expect(good).toMatchObject({ outputs: [{ kind: 'url' }] })
  })

  test('a job’s id cannot lead to another address', async () => {
    const poll = { id: '/job_id', path: '/jobs/{{id}}' }
    const service = described('submit-and-poll', { baseUrl: 'https://api.example.com/v1', poll })
    const submit = (id: unknown) =>
      customProvider(service)
        .open(
          {},
          {
            fetch: () =>
              Promise.resolve({ status: 200, headers: {}, bytes: Buffer.from(JSON.stringify({ job_id: id })) }),
            stream: noStream,
            now: Date.now,
            key: () => null,
          },
        )
        .submit(sampleRequest({ model: 'default' }), sampleCall())
    expect(await submit('a b?c')).toMatchObject({ handle: { url: 'https://api.example.com/v1/jobs/a%20b%3Fc' } })
    for (const id of ['../admin', '..', '', 'a//b', null, {}])
      await expect(submit(id)).rejects.toMatchObject({ code: 'outcome-unknown' })
  })
})
