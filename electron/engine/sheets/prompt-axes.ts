import type { Problem } from '#shared/contract/common.ts'
import type { Axis } from '#shared/contract/templates.ts'
import { seedOf } from './cell-values.ts'
import { ofSheet } from './prompt-template.ts'

/** The names that a template knows: the sheet's columns, and the axes behind them. */
export const columnsWithAxes = (columns: readonly string[], axes: readonly Axis[]): string[] => [
  ...columns,
  ...axes.map((axis) => axis.name),
]

const folded = (name: string): string => name.trim().toLowerCase()

/** What is wrong with axes: names that stand for something else already, zipped lists of different lengths, bad seeds. */
export function axesProblems(columns: readonly string[], axes: readonly Axis[]): Problem[] {
  const taken = new Set(columns.map(folded))
  const problems: Problem[] = []
  for (const axis of axes) {
    if (taken.has(folded(axis.name)))
      problems.push(ofSheet(`There is a column or another axis called "${axis.name}"; give the axis another name.`))
    taken.add(folded(axis.name))
    for (const value of axis.sets === undefined ? [] : axis.values)
      if (axis.sets === 'model' ? value.trim() === '' : !seedOf(value).ok || value.trim() === '')
        problems.push(ofSheet(`The axis "${axis.name}" holds "${value}", which is no ${axis.sets}.`))
  }
  for (const group of Map.groupBy(
    axes.filter((axis) => axis.group !== undefined),
    (axis) => axis.group,
  ).values()) {
    const lengths = new Set(group.map((axis) => axis.values.length))
    const names = group.map((axis) => `"${axis.name}" (${axis.values.length})`).join(', ')
    if (lengths.size > 1) problems.push(ofSheet(`Zipped axes need lists of one length; these differ: ${names}.`))
  }
  return problems
}
