import type { Problem } from '#shared/contract/common.ts'

export interface ProblemCause {
  readonly key: string
  readonly title: string
  readonly problems: readonly Problem[]
}

/** What differs from row to row of one cause: numbers, and what stands in quotes. */
const withoutParticulars = (message: string): string =>
  message
    .replace(/"[^"]*"|“[^”]*”/g, '…')
    .replace(/\d+(?:\s*[x×]\s*\d+)?/g, '…')
    .replace(/\s+/g, ' ')
    .trim()

const longestTitle = 72

/** Problems that only differ in their particulars are one cause; the most frequent first. */
export function problemCauses(problems: readonly Problem[]): ProblemCause[] {
  const groups = Map.groupBy(problems, (problem) => `${problem.column ?? ''} ${withoutParticulars(problem.message)}`)
  return [...groups]
    .map(([key, group]) => ({ key, title: titleOf(group), problems: group }))
    .sort((one, other) => other.problems.length - one.problems.length)
}

/** The first of them as it stands: a sentence with gaps says nothing. */
function titleOf(group: readonly Problem[]): string {
  const [first] = group
  const message = first?.message ?? ''
  const text = first?.column ? `${first.column}: ${message}` : message
  return text.length > longestTitle ? `${text.slice(0, longestTitle - 1).trimEnd()}…` : text.replace(/\.$/, '')
}
