import type { PictureLimits } from '#engine/providers/provider.ts'
import type { References } from '#engine/references/references.ts'
import { type ReadSheet, referencesIn } from '#engine/sheets/sheets.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { messageOf } from '#shared/errors.ts'
import type { InputPicture } from '#shared/generation-request.ts'
import { limitsOfEach } from './fit-pictures.ts'
import type { ModelFacts } from './model-facts.ts'
import { modelFor } from './row-model.ts'

/** The pictures that go in with the rows of a sheet, found and made to fit before its tiles are counted. */
export interface DraftPictures {
  /** For the pictures that a row names, and then those of the whole batch; a string says which one is missing. */
  of(names: readonly string[], provider: string, model: string): readonly InputPicture[] | string
  /** What the names stand for now: a changed picture is another batch. Null where no pictures go in. */
  readonly identity: string | null
}

const noPictures: DraftPictures = { of: () => [], identity: null }

interface Needs {
  readonly references: References
  readonly facts: ModelFacts
}

/**
 * Looks up every picture that a sheet and its settings name, for every model that its rows can be made with; one that is
 * over a model's limits goes in as a smaller copy, always the same one.
 */
export async function prepareDraftPictures(
  { references, facts }: Needs,
  sheetId: number,
  sheet: ReadSheet,
  settings: DraftSettings,
): Promise<DraftPictures> {
  const { mapping, references: ofBatch = [] } = settings
  const { wanted, find } = await references.finder(sheetId, mapping)
  if (wanted.size === 0 && ofBatch.length === 0) return noPictures
  const read = referencesIn(sheet.columns, mapping)
  const counts = new Set(sheet.rows.map((row) => read(row.cells).length + ofBatch.length))
  const most = Math.max(1, ...counts)

  const hashes = new Map<string, string>()
  for (const name of wanted.keys()) {
    const found = find(name)
    if (found) hashes.set(name, found.sha256)
  }
  const fitted = new Map<string, InputPicture | string>()
  const limitsOf = new Map<string, PictureLimits>()
  for (const { provider, model } of modelsIn(sheet, settings, facts)) {
    const limits = limitsOfEach(facts, { provider, model }, most)
    limitsOf.set(`${provider}/${model}`, limits)
    for (const sha256 of new Set([...hashes.values(), ...ofBatch.map((one) => one.sha256)])) {
      const key = `${sha256} ${JSON.stringify(limits)}`
      if (!fitted.has(key)) fitted.set(key, await references.fit(sha256, limits).catch(messageOf))
    }
  }
  await fitForFallbacks({ references, facts }, settings, [...fitted.values()], counts)

  const pictureOf = (sha256: string | undefined, name: string, limits: PictureLimits): InputPicture | string => {
    if (sha256 === undefined) return `the reference “${name}” is missing: add the picture, or take it out of the row`
    return fitted.get(`${sha256} ${JSON.stringify(limits)}`) ?? `the reference “${name}” is missing`
  }

  return {
    of(names, provider, model) {
      const limits = limitsOf.get(`${provider}/${model}`) ?? limitsOfEach(facts, { provider, model }, most)
      const pictures: InputPicture[] = []
      const all = [...names.map((name) => ({ name, sha256: hashes.get(name) })), ...ofBatch]
      for (const { name, sha256 } of all) {
        const picture = pictureOf(sha256, name, limits)
        if (typeof picture === 'string') return picture
        pictures.push(picture)
      }
      return pictures
    },
    identity: JSON.stringify([...hashes].sort(([one], [other]) => (one < other ? -1 : 1))),
  }
}

/**
 * A draft that falls back does so with the very pictures it had; copies for models that want them smaller are made now,
 * for every number of pictures that a row has. One that cannot be made leaves that model out of the chain.
 */
async function fitForFallbacks(
  { references, facts }: Needs,
  { fallbacks = [] }: DraftSettings,
  first: readonly (InputPicture | string)[],
  counts: ReadonlySet<number>,
): Promise<void> {
  const going = new Set(first.flatMap((picture) => (typeof picture === 'string' ? [] : picture.sha256)))
  for (const profile of fallbacks)
    for (const count of counts) {
      const limits = limitsOfEach(facts, profile, count)
      for (const sha256 of [...going]) {
        const copy = await references.fit(sha256, limits).catch(() => null)
        if (copy) going.add(copy.sha256)
      }
    }
}

/** Every model that some row is made with: the profiles', and those that rows and axes name. */
function modelsIn(sheet: ReadSheet, { mapping, profiles, axes = [] }: DraftSettings, facts: ModelFacts) {
  const column = mapping.model === undefined ? -1 : sheet.columns.indexOf(mapping.model)
  const ofAxes = axes.filter(({ sets }) => sets === 'model').flatMap(({ values }) => values)
  const cells = new Set([null, ...ofAxes, ...sheet.rows.map((row) => row.cells[column]?.trim() || null)])
  const found = new Map<string, { provider: string; model: string }>()
  for (const cell of cells)
    for (const profile of profiles) {
      const { provider, model } = modelFor(cell, profile, facts)
      found.set(`${provider}/${model}`, { provider, model })
    }
  return found.values()
}
