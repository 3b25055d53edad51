import type { WildcardLookup } from './parse-context.ts'

/** Wildcards by their names, `colours/warm`, each with its values in the order of its file. */
export type WildcardLists = ReadonlyMap<string, readonly string[]>

/**
 * Finds values by a name without regard to case, or by a pattern: `*` any characters of a level, `**` any levels, `?` one
 * character. Where a name finds nothing, it is looked for in every folder, as sd-dynamic-prompts does; a single `*` that
 * finds nothing reaches across levels. Equal values count once. `onUse` is told each list that was taken.
 */
export function wildcardLookup(lists: WildcardLists, onUse: (name: string) => void = () => undefined): WildcardLookup {
  const names = [...lists.keys()]
  const byFolded = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (written) => {
    const wanted = written.trim().toLowerCase()
    const exact = byFolded.get(wanted)
    const tried =
      exact !== undefined
        ? [[exact]]
        : patternsFor(wanted).map((pattern) => names.filter((name) => isMatch(pattern, name)))
    const found = tried.find((matched) => matched.length > 0) ?? []
    for (const name of found) onUse(name)
    return found.length === 0 ? null : [...new Set(found.flatMap((name) => lists.get(name) ?? []))]
  }
}

const patternsFor = (wanted: string): string[] => [wanted, wanted.replaceAll(/\*+/g, '**'), `**/${wanted}`]

/** A state a character: no pattern takes longer than its length times the name's. */
function isMatch(pattern: string, name: string): boolean {
  const tokens = pattern.match(/\*\*\/|\*\*|\*|[^*]/g) ?? []
  const text = name.toLowerCase()
  let states = opened(tokens, new Set([0]), true)
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    const next = new Set<number>()
    for (const state of states) {
      const token = tokens[state]
      if (token === '**' || token === '**/' || (token === '*' && char !== '/')) next.add(state)
      if (token === '**/' && char === '/') next.add(state + 1)
      if (token === char || (token === '?' && char !== '/')) next.add(state + 1)
    }
    states = opened(tokens, next, char === '/')
  }
  return states.has(tokens.length)
}

/** The states with those behind stars that match nothing; `**` with a slash does so only where a level begins. */
function opened(tokens: readonly string[], states: Set<number>, atLevel: boolean): Set<number> {
  for (const state of states) {
    const token = tokens[state]
    if (token === '**' || token === '*' || (token === '**/' && atLevel)) states.add(state + 1)
  }
  return states
}
