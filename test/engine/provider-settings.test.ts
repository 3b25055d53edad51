import { expect, onTestFinished, test } from 'vitest'
import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { priceSource } from '#shared/money.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { openTestLibrary, type TestLibrary } from './open-library.ts'

const infoOf = ({ engine }: TestLibrary, id: string) => engine.providers.list().find((one) => one.id === id)

test('what is no address is refused with its reason, and a hosted service stays a hosted one', async () => {
  const library = await openTestLibrary({ providers: [xai], env: {} })
  const configure = (baseUrl: string) => () =>
    library.engine.providers.configure({ provider: 'xai', settings: { baseUrl } })
  for (const wrong of ['ftp://api.x.ai/v1', 'api.x.ai', 'https://me:secret@api.x.ai'])
    expect(configure(wrong)).toThrow(/is no address\. It begins with http/)
  expect(infoOf(library, 'xai')).toMatchObject({ isLocal: false, settings: { baseUrl: 'https://api.x.ai/v1' } })
  // An emptied box is no address either: it waits for one, among the hosted.
  expect(configure('')()).toMatchObject({ isLocal: false, ready: false })
})

test('the variable that holds a key is named, else the one that would be looked at first', async () => {
  const library = await openTestLibrary({
    providers: [xai, replicate, sketch],
    env: { REPLICATE_API_TOKEN: 'r8_canary-0123' },
  })
  expect(infoOf(library, 'replicate')).toMatchObject({ key: 'environment', keyVariable: 'REPLICATE_API_TOKEN' })
  expect(infoOf(library, 'xai')).toMatchObject({ key: 'missing', keyVariable: 'XAI_API_KEY' })
  expect(infoOf(library, 'sketch')).toMatchObject({ key: 'none-needed', keyVariable: null })
})

test('a checkpoint that one’s own server does not have now is said to be not there, not withheld from an account', async () => {
  const fake = await startFakeProvider()
  onTestFinished(() => fake.close())
  const library = await openTestLibrary({ providers: [a1111], env: {} })
  library.engine.providers.configure({
    provider: 'a1111',
    settings: { baseUrl: `${fake.url}/a1111`, models: 'gone_v1' },
  })
  const found = await library.engine.providers.refresh({ provider: 'a1111' })
  expect(found.summary).toContain('1 not there now')
  expect(found.changes).toContain('gone_v1: the server’s list does not name it')
})

test('a price says its date once', () => {
  expect(priceSource({ asOf: '2026-11', source: 'a price page' })).toBe('2026-11, a price page')
  expect(priceSource({ asOf: '2026-11', source: 'a price page, 2026-11' })).toBe('2026-11, a price page')
  expect(priceSource({ asOf: null, source: null })).toBe('')
})
