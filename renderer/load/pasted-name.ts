/**
 * A name for pasted text. Its end says what it is: cells from a spreadsheet come with tabs between them. Markdown, JSON
 * and option lines are known by themselves.
 */
export function pastedName(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (lines.length > 0 && lines.every((line) => line.trimStart().startsWith('{'))) return 'pasted.jsonl'
  const [head = ''] = lines
  if (/^\s*(?:--|\||\[)/.test(head)) return 'pasted.txt'
  if (head.includes('\t')) return 'pasted.tsv'
  return lines.length > 1 && isCsvHead(head) ? 'pasted.csv' : 'pasted.txt'
}

/** Short names between commas; a prompt with commas in it is longer, or has spaces behind them. */
const isCsvHead = (head: string): boolean => {
  const cells = head.split(',')
  return cells.length > 1 && cells.every((cell) => cell.trim() !== '' && cell.length <= 40 && !/^\s/.test(cell))
}
