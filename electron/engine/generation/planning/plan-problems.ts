import type { Problem } from '#shared/contract/common.ts'
import type { ProblemGroup } from '#shared/contract/plans.ts'
import type { ModelProblem } from './model-problem.ts'

/** So many are named one by one: of all, and of each kind of trouble, so that one does not crowd out the others. */
const problemsKept = 1000
const keptOfGroup = 200
const groupsKept = 100

type Place = Pick<Problem, 'row' | 'line' | 'column'>

/** The problems of a plan as they come: counted by what they have in common, the first of each named by their rows. */
export function collectProblems() {
  const problems: Problem[] = []
  const groups = new Map<string, { kind: ProblemGroup['kind']; message: string; count: number; blocks: boolean }>()
  let count = 0

  function add(problem: Problem, group: Omit<ProblemGroup, 'count'>): void {
    count++
    const key = `${group.kind} ${group.message}`
    const known = groups.get(key) ?? { ...group, count: 0 }
    known.count++
    groups.set(key, known)
    if (problems.length < problemsKept && known.count <= keptOfGroup) problems.push(problem)
  }

  return {
    /** What is wrong with a cell, a row or the template: the row is left out. */
    ofSheet: (problem: Problem): void =>
      add(problem, {
        kind: 'sheet',
        message: problem.column ? `cells of “${problem.column}” that cannot be used` : 'rows that cannot be used',
        blocks: true,
      }),
    /** What is about no single row. */
    ofAll: (message: string): void =>
      add({ row: null, line: null, column: null, message }, { kind: 'sheet', message, blocks: false }),
    /** What a model cannot do; `blocks` where the tile is not made, else something is left out of it. */
    ofModel: (place: Place, { kind, message, group }: ModelProblem, blocks: boolean): void =>
      add({ ...place, message }, { kind, message: group, blocks }),
    summary: () => ({
      problems,
      problemCount: count,
      problemGroups: [...groups.values()].sort((one, other) => other.count - one.count).slice(0, groupsKept),
    }),
  }
}
