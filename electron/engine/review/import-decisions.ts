import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Images } from '#engine/images/images.ts'
import type { Tiles } from '#engine/tiles/tiles.ts'
import { changeBy, type Wanted } from './carry-out.ts'
import { type DecisionLine, decisionsFrom } from './decisions-csv.ts'

type Verb = DecisionLine['verb']

interface Imported {
  /** What each verb is to be said of, without what is so already. */
  readonly changing: ReadonlyMap<Verb, readonly Wanted[]>
  readonly problems: string[]
}

/** Lines, or pictures, between which everything else goes on. */
const aPart = 500

/** Reads a list of decisions against a batch, whose pictures are read once, however many lines there are. */
export function openImport({ tiles, images }: { readonly tiles: Tiles; readonly images: Images }) {
  /** Images by what a list may call them: an id, an id with its variant, a row. */
  async function namesOf(batchId: number) {
    const ids = new Map<string, number[]>()
    const rows = new Map<string, number[]>()
    const add = (to: Map<string, number[]>, name: string, imageId: number): void => {
      const before = to.get(name)
      if (before) before.push(imageId)
      else to.set(name, [imageId])
    }
    for (const part of tiles.markTargets({ kind: 'selector', batchId, selector: 'all' })) {
      for (const { imageId, row, clientId, variant } of part) {
        add(rows, String(row), imageId)
        if (clientId === null) continue
        add(ids, clientId, imageId)
        add(ids, `${clientId}#${variant}`, imageId)
      }
      await nextTurn()
    }
    return { ids, rows }
  }

  /** A row's number, or a list of them: `1-20,35`. */
  const rowsIn = (batchId: number, text: string, known: ReadonlyMap<string, number[]>): readonly number[] =>
    known.get(text) ??
    [...tiles.markTargets({ kind: 'selector', batchId, selector: `rows:${text}` })].flat().map(({ imageId }) => imageId)

  return async ({ batchId, csv }: { batchId: number; csv: string }): Promise<Imported> => {
    const { decisions, problems } = decisionsFrom(csv)
    const named = await namesOf(batchId)
    // The last line about a picture counts.
    const said = new Map<number, Verb>()
    for (const [at, { which, verb, line }] of decisions.entries()) {
      if (at % aPart === 0) await nextTurn()
      const found = which.kind === 'rows' ? rowsIn(batchId, which.rows, named.rows) : (named.ids.get(which.id) ?? [])
      if (found.length === 0)
        problems.push(`line ${line}: nothing in this batch is "${which.kind === 'rows' ? which.rows : which.id}"`)
      for (const imageId of found) said.set(imageId, verb)
    }
    const changing = new Map<Verb, Wanted[]>()
    let at = 0
    for (const [imageId, verb] of said) {
      at += 1
      if (at % aPart === 0) await nextTurn()
      const wanted: Wanted = { imageId, isKept: true }
      if (changeBy(images, { kind: verb }, wanted) === null) continue
      const before = changing.get(verb)
      if (before) before.push(wanted)
      else changing.set(verb, [wanted])
    }
    return { changing, problems }
  }
}
