import { foldPrompt } from '#shared/template/fold.ts'
import { numberTable } from './number-table.ts'

const samplesKept = 20

/** Prompts that differ from an earlier one only in case, spaces and punctuation. */
export interface Alike {
  readonly count: number
  readonly samples: { readonly row: number; readonly likeRow: number; readonly prompt: string }[]
}

/**
 * A number from 1 to 2^53 stands for a text, so that of 100,000 prompts none is kept: cyrb53 (public domain). Of a million
 * texts, two share one by chance in one sheet of 18,000; all that it does is a hint too many or too few.
 */
function digest(text: string): number {
  let [one, other] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 2_654_435_761)
    other = Math.imul(other ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return (other & 0x1f_ffff) * 2 ** 32 + (one >>> 0) + 1
}

/** Looks at one prompt after another, in the order of the sheet; exactly equal ones are duplicates, and not counted here. */
export function watchingAlike(): { see: (row: number, prompt: string) => void; found: () => Alike } {
  const texts = numberTable()
  const foldedTexts = numberTable()
  const samples: { row: number; likeRow: number; prompt: string }[] = []
  let count = 0
  return {
    see(row, prompt) {
      if (texts.firstRow(digest(prompt), row) !== null) return
      const folded = foldPrompt(prompt)
      if (folded === '') return
      const likeRow = foldedTexts.firstRow(digest(folded), row)
      if (likeRow === null) return
      count++
      if (samples.length < samplesKept) samples.push({ row, likeRow, prompt })
    },
    found: () => ({ count, samples }),
  }
}
