import type { SequenceNode } from './nodes.ts'

/** What a variable stands for: a value expanded anew at each use or, with a slot, one that is kept. */
export interface Binding {
  readonly slot: number | null
  readonly body: SequenceNode
}

/** Variables that are set at some place of a template, the newest first; null for none. */
export interface Scope {
  readonly name: string
  readonly binding: Binding
  /** Inside of how many wildcards it was set. */
  readonly depth: number
  readonly outer: Scope | null
}

/** What a text read of the variables set outside of it: the same text reads the same node where these are the same. */
export type Reads = Map<string, Binding | null>

/** The binding of a name, or null; told to the reads of every wildcard that lies between its setting and its use. */
export function findVariable(scope: Scope | null, name: string, reads: readonly Reads[]): Binding | null {
  let found = scope
  while (found !== null && found.name !== name) found = found.outer
  for (const list of reads.slice(found?.depth ?? 0)) list.set(name, found?.binding ?? null)
  return found?.binding ?? null
}
