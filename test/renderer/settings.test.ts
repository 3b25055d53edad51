import { describe, expect, test } from 'vitest'
import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { draftOf, overrideFrom } from '../../renderer/settings/model-draft.ts'
import { groupsOf, modelsText, pricesText, retiredText } from '../../renderer/settings/provider-groups.ts'
import { isSameProfile, profileText, usualProfiles, withProfile } from '../../renderer/settings/saved-profiles.ts'

const model: Model = {
  id: 'm',
  label: 'M',
  operations: ['generate', 'edit'],
  sizes: { kind: 'list', list: [{ width: 512, height: 512 }] },
  draftSize: { width: 512, height: 512 },
  finalSize: { width: 512, height: 512 },
  takesSeed: true,
  takesNegativePrompt: false,
  qualities: [],
  sameSeedLarger: false,
  maxPromptLength: 100,
  price: { perImageMicros: 40_000, currency: 'USD', asOf: null, source: null, unit: { per: 'image', micros: 40_000 } },
}
const provider: ProviderInfo = {
  id: 'one',
  label: 'One',
  about: '',
  models: [model, { ...model, id: 'dear', price: { ...model.price, perImageMicros: 200_000 } }],
  anyModel: false,
  settingsSchema: {},
  settings: {},
  key: 'file',
  ready: true,
  concurrency: 1,
  usual: { draft: { model: 'm', quality: 'low' }, final: { model: 'dear', quality: null } },
  isLocal: false,
  keyVariable: null,
  canRefresh: true,
  refreshedMs: null,
}

describe('the list of providers', () => {
  const missing: ProviderInfo = { ...provider, id: 'two', label: 'Two', ready: false, key: 'missing', models: [] }
  const local: ProviderInfo = { ...provider, id: 'three', label: 'Three', isLocal: true, ready: false }

  test('ready ones first, then those that need a key, then those on this machine whether they run or not', () => {
    const groups = groupsOf([local, missing, provider], '')
    expect(groups.map(({ title, members }) => [title, members.map(({ id }) => id)])).toEqual([
      ['Ready', ['one']],
      ['Needs a key', ['two']],
      ['On your own machine', ['three']],
    ])
  })

  test('a search finds by provider and by model, every word of it', () => {
    expect(groupsOf([provider, missing], 'DEAR')).toMatchObject([{ members: [{ id: 'one' }] }])
    expect(groupsOf([provider, missing], 'two dear')).toEqual([])
  })

  test('prices are a span over what can be drawn with', () => {
    expect(pricesText(provider)).toBe('$0.04 to $0.20 a final')
    expect(pricesText(missing)).toBeNull()
    expect(modelsText(provider)).toBe('2 models')
  })

  test('a retired model names its successor', () => {
    expect(retiredText(model)).toBeNull()
    expect(retiredText({ retired: { on: '2026-10-29', successor: 'dear' } })).toBe('Retired on 2026-10-29. Use dear.')
    expect(retiredText({ retired: { on: '2026-10-29', successor: null } })).toContain('Choose another model.')
  })
})

describe('what a person changes of a model', () => {
  const change = (part: Partial<ReturnType<typeof draftOf>>, of = model) =>
    overrideFrom({ ...draftOf(of), ...part }, of)

  test('nothing changed says nothing; what was changed before stays', () => {
    expect(change({})).toEqual({ override: {} })
    expect(change({}, { ...model, override: { maxPromptLength: 5 } })).toEqual({ override: { maxPromptLength: 5 } })
  })

  test('prices, powers, sizes and limits are read from their boxes', () => {
    expect(change({ per: 'image', amount: '0.05' })).toEqual({ override: { price: { per: 'image', micros: 50_000 } } })
    expect(change({ operations: ['edit'] })).toEqual({ override: { operations: ['edit'] } })
    expect(change({ sizes: '256 to 512 in steps of 64' })).toEqual({
      override: { sizes: { kind: 'any', multipleOf: 64, min: 256, max: 512 } },
    })
    expect(change({ sizes: '256x128, 64 × 64' })).toMatchObject({
      override: {
        sizes: {
          kind: 'list',
          list: [
            { width: 256, height: 128 },
            { width: 64, height: 64 },
          ],
        },
      },
    })
    expect(change({ maxPromptLength: '', maxReferences: '3' })).toEqual({
      override: { maxPromptLength: null, maxReferences: 3 },
    })
    const tokens = { textIn: '5', pictureIn: '8', textOut: '0', pictureOut: '30.5' }
    expect(change({ per: 'token', tokens })).toEqual({
      override: { price: { per: 'token', textIn: 5, pictureIn: 8, textOut: 0, pictureOut: 30.5 } },
    })
  })

  test('a price that is taken back is left to the catalogue', () => {
    const of: Model = { ...model, override: { label: 'N', price: { per: 'image', micros: 1 } } }
    expect(change({ per: 'known' }, of)).toEqual({ override: { label: 'N' } })
  })

  test('each box that cannot be read names its own mistake', () => {
    const wrong = { per: 'image', amount: 'x', sizes: 'big', maxPromptLength: '-1', maxReferences: '99' } as const
    expect(change({ ...wrong, operations: [] })).toEqual({
      errors: {
        amount: expect.stringContaining('0.04'),
        sizes: expect.stringContaining('512x512'),
        maxPromptLength: expect.any(String),
        maxReferences: expect.any(String),
        operations: expect.any(String),
      },
    })
  })
})

describe('saved profiles', () => {
  test('a provider suggests one for drafts and one for finals', () => {
    const [draft, final] = usualProfiles(provider)
    expect(draft && profileText(draft)).toBe('one/m, low')
    expect(final).toMatchObject({ stage: 'final', name: 'One, final', profile: { kind: 'rerender', model: 'dear' } })
    expect(usualProfiles({ ...provider, usual: null })).toEqual([])
  })

  test('a name stands once a stage, whatever its case, and keeps its place', () => {
    const saved = usualProfiles(provider)
    const [first, second] = saved
    if (first?.stage !== 'draft' || !second) throw new Error('there are two')
    const again = withProfile(saved, { ...first, name: 'one, DRAFT', profile: { ...first.profile, quality: 'high' } })
    expect(again.map(({ name }) => name)).toEqual(['one, DRAFT', 'One, final'])
    expect(withProfile(saved, { ...first, name: 'Other' })).toHaveLength(3)
    expect(isSameProfile({ ...first.profile }, first.profile)).toBe(true)
    expect(isSameProfile({ ...first.profile, quality: null }, first.profile)).toBe(false)
  })
})
