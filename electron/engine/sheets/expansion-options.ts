import type { ColumnMapping } from '#shared/contract/sheets.ts'
import type { PromptSettings } from '#shared/contract/templates.ts'
import type { WildcardLookup } from '#shared/template/template.ts'

/** `template` null takes the prompt column as it stands, braces and all. */
export interface ExpansionOptions extends Omit<PromptSettings, 'baseSeed' | 'wildcards'> {
  readonly columns: readonly string[]
  readonly mapping: ColumnMapping
  /** The most prompts of one row; 1,000 where absent. */
  readonly limit?: number
  /** What chance decides without a sample; 0 where absent. */
  readonly baseSeed?: number
  readonly wildcards?: WildcardLookup
}

/** The most prompts of one row, where nobody says otherwise. */
export const mostPrompts = 1000
