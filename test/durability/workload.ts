import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '#engine/engine.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'

/**
 * The work that power-cut.ts records: a library in the folder of the first argument makes pictures at the provider of the
 * second, decides on them as they come, and writes every acknowledgement (a tile's picture, a decision) to the file of
 * the third, as a line of JSON.
 */
const [folder = '', provider = '', acknowledged = '', pictures = '200'] = process.argv.slice(2)
const acknowledgements = openSync(acknowledged, 'w')
const acknowledge = (what: object) => writeSync(acknowledgements, `${JSON.stringify(what)}\n`)
const seen = new Set<number>()

const engine = await openEngine({
  library: join(folder, 'library'),
  host: 'the power cut',
  keyFile: join(folder, '..', 'keys.json'),
  env: {},
  providers: [openaiCompatible],
  emit(event) {
    if (event.kind !== 'tiles-changed') return
    for (const tile of engine.tiles.many({ tileIds: event.tileIds })) {
      if (!tile.image || seen.has(tile.id)) continue
      seen.add(tile.id)
      acknowledge({ tileId: tile.id, sha256: tile.image.sha256 })
      if (tile.id % 3 > 0) continue
      const verb = { kind: 'approve' as const }
      engine.review.apply({ targets: { kind: 'images', imageIds: [tile.image.id] }, verb })
      acknowledge({ imageId: tile.image.id })
    }
  },
})
engine.providers.configure({
  provider: 'openai-compatible',
  settings: { baseUrl: `${provider}/v1`, pricePerImageUsd: 0.04, concurrency: 12 },
})
engine.settings.set({ dailyCapMicros: null })
const text = ['prompt', ...Array.from({ length: Number(pictures) }, (_, at) => `prompt ${at}`)].join('\n')
const sheet = await engine.sheets.add({ name: 'prompts.csv', bytesBase64: Buffer.from(text).toString('base64') })
const profile = {
  provider: 'openai-compatible',
  model: 'fake-image',
  width: 64,
  height: 64,
  quality: null,
  options: {},
}
const settings = { mapping: { prompt: 'prompt' }, template: null, profiles: [profile], variants: 1, baseSeed: 0 }
const plan = await engine.generation.planDrafts({
  sheetId: sheet.id,
  settings,
  alwaysNew: false,
  pricePerImageMicros: null,
})
const { highestMicros } = plan
const run = { planId: plan.planId, highestMicros, name: null, first: null, capMicros: null }
const { batchId } = await engine.generation.run(run)
acknowledge({ batchId })
await engine.generation.whenIdle(batchId)
await engine.close()
