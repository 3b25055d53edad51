import { createHash } from 'node:crypto'
import { foldPrompt } from '#shared/template/fold.ts'

const samplesKept = 20

/** Prompts that differ from an earlier one only in case, spaces and punctuation. */
export interface Alike {
  readonly count: number
  readonly samples: { readonly row: number; readonly likeRow: number; readonly prompt: string }[]
}

/** Half a SHA-256 stands for a text: of 100,000 prompts, only their digests are kept. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64').slice(0, 22)

/** Looks at one prompt after another, in the order of the sheet; exactly equal ones are duplicates, and not counted here. */
export function watchingAlike(): { see: (row: number, prompt: string) => void; found: () => Alike } {
  const firstRows = new Map<string, number>()
  const texts = new Set<string>()
  const samples: { row: number; likeRow: number; prompt: string }[] = []
  let count = 0
  return {
    see(row, prompt) {
      const own = digest(prompt)
      if (texts.has(own)) return
      texts.add(own)
      const folded = foldPrompt(prompt)
      if (folded === '') return
      const key = digest(folded)
      const likeRow = firstRows.get(key)
      if (likeRow === undefined) {
        firstRows.set(key, row)
        return
      }
      count++
      if (samples.length < samplesKept) samples.push({ row, likeRow, prompt })
    },
    found: () => ({ count, samples }),
  }
}
