import { cruise, type ICruiseResult } from 'dependency-cruiser'
import config, { cruised } from './dependency-cruiser.config.ts'

/** The whole result for the tree at `baseDir`, an absolute folder laid out like this project. */
export async function cruiseTree(baseDir: string, folders: readonly string[] = cruised): Promise<ICruiseResult> {
  const { forbidden, options } = config
  if (forbidden === undefined || options === undefined) throw new Error('The boundary configuration has no rules.')
  const { enhancedResolveOptions, ...cruiseOptions } = options
  const { output } = await cruise(
    [...folders],
    { ...cruiseOptions, baseDir, validate: true, ruleSet: { forbidden } },
    { ...enhancedResolveOptions },
  )
  if (typeof output === 'string') throw new Error(`dependency-cruiser gave text instead of a result: ${output}`)
  return output
}

/** `floor-1: electron/engine/jobs/jobs.ts -> electron/engine/tiles/tiles.ts`, one line per violation. */
export const violationLines = (result: ICruiseResult): string[] =>
  result.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`)
