import { exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { addDraftOptions, type DraftOptions, draftWish, readingOf } from './draft-options.ts'
import { makesNothing, planText } from './plan-text.ts'
import { reading } from './session.ts'
import { readSheetFile } from './sheet-file.ts'
import { addWildcards } from './wildcard-files.ts'

export function addPlan(line: CommandLine): void {
  addDraftOptions(
    line.add('plan <sheet>', 'What a run of this sheet would make, cost and take, and its problems'),
  ).action(line.withName(plan))
}

async function plan(call: Call, path: string, options: DraftOptions): Promise<number> {
  const file = await readSheetFile(path)
  return reading(call, async (engine) => {
    const sheet = await engine.sheets.add({ ...file, ...readingOf(options) })
    await addWildcards(call, engine, options.wildcards)
    const made = await engine.generation.planDrafts(await draftWish(call, engine, { sheet, path }, options))
    call.out.answer(made, planText(made, path))
    return makesNothing(made) ? exitStatus.badInput : exitStatus.allDone
  })
}
