/** A prompt cut where the sheet's cells stand in it. */
export interface PromptPiece {
  readonly text: string
  readonly isValue: boolean
}

/** Cells shorter than this are too likely to stand there by chance. */
const shortest = 3

/** Finds the cells of the row in its prompt, the longest first, whole words only, in any case. */
export function promptPieces(prompt: string, values: readonly string[]): readonly PromptPiece[] {
  const wanted = [...new Set(values.map((value) => value.trim()))]
    .filter((value) => value.length >= shortest && value.length < prompt.length * 0.8)
    .toSorted((a, b) => b.length - a.length)
  if (wanted.length === 0) return [{ text: prompt, isValue: false }]
  const escaped = wanted.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  const pieces: PromptPiece[] = []
  let from = 0
  for (const match of prompt.matchAll(pattern)) {
    if (match.index > from) pieces.push({ text: prompt.slice(from, match.index), isValue: false })
    pieces.push({ text: match[0], isValue: true })
    from = match.index + match[0].length
  }
  if (from < prompt.length) pieces.push({ text: prompt.slice(from), isValue: false })
  return pieces
}
