import { useMemo } from 'react'
import { type Mistake, parseTemplate } from '#shared/template/template.ts'
import { wildcardLookup } from '#shared/template/wildcards.ts'
import { useWildcards } from '../api/queries.ts'
import { type DraftWish, knownNames } from './draft-wish.ts'

/** The names of all wildcards in the library; what they hold stays with the engine. */
export function useWildcardNames(): readonly string[] {
  const files = useWildcards().data
  return useMemo(() => (files ?? []).flatMap((file) => file.lists.map((list) => list.name)), [files])
}

export interface ReadTemplates {
  readonly mistakes: readonly Mistake[]
  readonly negativeMistakes: readonly Mistake[]
  readonly isWrong: boolean
}

/**
 * What is wrong with the templates of a wish, as far as it can be said at every key: of wildcards only their names are
 * known here, and the engine's preview says what is wrong inside of them.
 */
export function readTemplates(
  wish: DraftWish,
  columns: readonly string[],
  wildcards: readonly string[],
): ReadTemplates {
  const lookup = wildcardLookup(new Map(wildcards.map((name) => [name, ['…']])))
  const template = wish.templateColumn === undefined ? wish.template : ''
  const negative = wish.negativeTemplate?.trim() ? wish.negativeTemplate : null
  const { mistakes, negativeMistakes } = parseTemplate(template, knownNames(columns, wish), lookup, negative)
  return { mistakes, negativeMistakes, isWrong: mistakes.length + negativeMistakes.length > 0 }
}
