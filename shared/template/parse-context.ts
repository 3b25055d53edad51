import type { ChoiceNode, SequenceNode } from './nodes.ts'
import type { Reads, Scope } from './variables.ts'

/** What is wrong, and where: `at` and `length` count UTF-16 code units of the template's text. */
export interface Mistake {
  readonly at: number
  readonly length: number
  readonly message: string
}

/** The values of a wildcard by its name (which may hold `/` and `*`), or `null` where there is none. */
export type WildcardLookup = (name: string) => readonly string[] | null

export interface ParseContext {
  /** A column's name as it stands in the sheet, or `null`. */
  readonly column: (written: string) => string | null
  readonly wildcards: WildcardLookup
  /** Wildcards read so far in this parse, with the variables that they read, so that each is read once. */
  readonly known: Map<string, { reads: Reads; node: ChoiceNode }[]>
  readonly mistakes: Mistake[]
  /** The wildcards that this text stands inside of, the outermost first, and what each read of variables. */
  readonly inside: readonly string[]
  readonly reads: readonly Reads[]
  /** What all texts of this parse share: characters of wildcards that may still be read, and the next free slot. */
  readonly shared: { charactersLeft: number; slots: number }
}

/** Values of wildcards that one template reads, in characters: variables may make it read one again. */
export const mostRead = 20_000_000

/** A text as a tree, and the variables that are set at its end. */
export interface ParsedText {
  readonly root: SequenceNode
  readonly scope: Scope | null
}
