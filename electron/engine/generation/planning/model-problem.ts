import type { ProblemGroup } from '#shared/contract/plans.ts'
import type { ColumnMapping, ColumnRole } from '#shared/contract/sheets.ts'

/** Why a model cannot do what is asked, or what it leaves out of it. */
export interface ModelProblem {
  readonly kind: ProblemGroup['kind']
  /** Of this very request, without a full stop. */
  readonly message: string
  /** Of all requests with the same trouble. */
  readonly group: string
  /** The role of the column that asks for it; null where no cell does. */
  readonly role: ColumnRole | null
}

/** One whose sentence is the same for all requests that have it. */
export const same = (kind: ModelProblem['kind'], message: string, role: ColumnRole | null = null): ModelProblem => ({
  kind,
  message,
  group: message,
  role,
})

/** The column that a problem is in. A size may come from its own column, from a ratio, or from a width. */
export function columnOf(mapping: ColumnMapping, role: ColumnRole | null): string | null {
  if (role === null) return null
  if (role === 'size') return mapping.size ?? mapping.ratio ?? mapping.width ?? null
  if (role === 'background') return mapping.background ?? mapping['options.transparent'] ?? null
  if (role === 'reference')
    return mapping.reference ?? mapping.reference2 ?? mapping.reference3 ?? mapping.reference4 ?? null
  return mapping[role] ?? null
}
