import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright/test'

export const themes = ['dark', 'light'] as const

/**
 * What axe finds on the page as it is, in a line each: the rule, and where. Both themes are one page in other colours:
 * every rule, with targets under 24 px (WCAG 2.2), in the dark one, and those about colours in the light one.
 */
export async function violationsOf(page: Page, theme: (typeof themes)[number]): Promise<readonly string[]> {
  // Legacy: without a blank page of its own for each look; that one is about frames of other origins, and there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations } = await (theme === 'light'
    ? axe.withRules(['color-contrast', 'link-in-text-block'])
    : axe.options({ rules: { 'target-size': { enabled: true } } })
  ).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${theme} ${id}: ${node.target.join(' ')} (${node.failureSummary ?? ''})`),
  )
}
