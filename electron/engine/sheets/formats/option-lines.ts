import { type InSlices, type RawTable, sliceLength } from '../rows.ts'
import { gatherRows } from './gathered-rows.ts'
import { scanRows } from './scan.ts'

/**
 * The lines of A1111's script "Prompts from file or textbox": `--prompt "a fox" --seed 1 --width 512` (its
 * prompts_from_file.py, 2026-11). There too a line without any `--` is a prompt, and a prompt without quotes goes on to
 * the next option.
 */
export const isOptionLine = (line: string): boolean =>
  /^\s*--(?:prompt|negative_prompt|seed|steps|width|height|cfg_scale|sampler_name|sd_model|styles|n_iter|batch_size)\s/.test(
    line,
  )

const name = /--([A-Za-z][\w-]*)(?:=|\s+|$)/y
const quotedWord = /"((?:[^"\\]|\\.)*)"|'([^']*)'/y
const plainWord = /[^\s]+/y

/** The options of a line by their names, or the sentence that says what is wrong with it. */
function optionsOf(line: string): Map<string, string> | string {
  const found = new Map<string, string>()
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at++
      continue
    }
    name.lastIndex = at
    const option = name.exec(line)
    if (!option?.[1]) return `An option like --prompt is expected at character ${at + 1}; put quotes around the prompt.`
    at += option[0].length
    const words: string[] = []
    while (at < line.length && !line.startsWith('--', at)) {
      if (/\s/.test(line[at] ?? '')) {
        at++
        continue
      }
      quotedWord.lastIndex = at
      plainWord.lastIndex = at
      const quoted = quotedWord.exec(line)
      const word = quoted?.[0] ?? plainWord.exec(line)?.[0] ?? ''
      if (!quoted && /^["']/.test(word)) return `The quote at character ${at + 1} is not closed.`
      words.push(quoted ? (quoted[1]?.replace(/\\(["\\])/g, '$1') ?? quoted[2] ?? '') : word)
      at += word.length
    }
    found.set(option[1].replaceAll('-', '_').toLowerCase(), words.join(' '))
  }
  return found
}

/** Reads option lines and plain prompts, mixed as they like. Columns come as options first appear. */
export function* readOptionLines(text: string): InSlices<RawTable> {
  const rows = gatherRows()
  let sliceEnd = sliceLength
  for (const { cells, line, end } of scanRows(text, { delimiter: null, quotes: false })) {
    if (end > sliceEnd) {
      sliceEnd = end + sliceLength
      yield
    }
    const source = cells[0]?.trim() ?? ''
    if (source !== '') rows.add(line, source.includes('--') ? optionsOf(source) : new Map([['prompt', source]]))
  }
  return yield* rows.table('a1111')
}
