import type { Wildcards } from '#engine/wildcards/wildcards.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { parseTemplate } from '#shared/template/template.ts'

/**
 * Settings with the set of wildcards that their templates use, named by content: replaced files make another batch, and
 * files that no template names make no difference. Settings without wildcards stay exactly as they are.
 */
export function withPinnedWildcards(wildcards: Wildcards, settings: DraftSettings): DraftSettings {
  const { template, negativeTemplate = null, templateColumn } = settings
  if (settings.wildcards !== undefined) return settings
  const hasNone = ![template, negativeTemplate].some((text) => text?.includes('__'))
  if (hasNone && templateColumn === undefined) return settings
  // Templates in cells may name any file.
  const pinned = wildcards.pin((lookup) => {
    parseTemplate(template ?? '', [], lookup, negativeTemplate)
  }, templateColumn !== undefined)
  return pinned === null ? settings : { ...settings, wildcards: pinned }
}
