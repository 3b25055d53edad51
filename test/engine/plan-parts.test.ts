import { expect, test } from 'vitest'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { draftProfile, settingsFor, sheetOf } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

test('a plan said the time of one model where two of a provider share its limits', async () => {
  const { library } = await openPaidLibrary({
    engine: { providers: [openaiCompatible, sketch] },
    settings: { requestsPerMinute: 10 },
  })
  const { engine } = library
  const size = { width: 64, height: 64 }
  const profiles = [
    draftProfile('openai-compatible', 'fake-image', size),
    draftProfile('openai-compatible', 'fake-other', size),
    draftProfile('sketch', 'sketch', { ...size, width: 66_000 }),
  ]
  const text = sheetOf([...Array.from({ length: 15 }, (_, at) => `prompt ${at}`), 'prompt 3'])
  const sheet = await engine.sheets.add({ name: 'a.csv', bytesBase64: Buffer.from(text).toString('base64') })
  const plan = await engine.generation.planDrafts({
    sheetId: sheet.id,
    settings: settingsFor(profiles),
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const paid = { requests: 15, duplicates: 1, cached: 0, blocked: 0, estimateMicros: 15 * priceMicros }
  expect(plan.parts).toEqual([
    expect.objectContaining({ model: 'fake-image', ...paid }),
    expect.objectContaining({ model: 'fake-other', ...paid }),
    expect.objectContaining({ model: 'sketch', requests: 0, blocked: 16, estimateMicros: 0 }),
  ])
  // 30 requests at 10 a minute: the first ten at once, the others over two minutes.
  expect(plan.lanes).toEqual([{ provider: 'openai-compatible', requests: 30, durationMs: 120_000 }])
  expect(plan.durationMs).toBe(120_000)
})
