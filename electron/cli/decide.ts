import type { Command } from 'commander'
import type { Engine } from '#engine/engine.ts'
import type { Verb } from '#shared/contract/review.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import { statusOfBatch } from './batches.ts'
import type { Call, CommandLine } from './call.ts'
import { countText, manyText } from './output.ts'
import { writing } from './session.ts'
import { readNamedFile } from './sheet-file.ts'

const verbs = {
  approve: { kind: 'approve' },
  reject: { kind: 'reject' },
  undecide: { kind: 'undecide' },
  mark: { kind: 'hires', on: true },
} as const satisfies Record<string, Verb>
type VerbName = keyof typeof verbs

interface Wish {
  readonly verb: VerbName
  readonly selector: string
}

/** Each of the four options holds the whole list, in the order of the command line. */
interface DecideOptions extends Partial<Record<VerbName, readonly Wish[]>> {
  readonly from?: string
}

export function addDecide(line: CommandLine): void {
  const command = line.add('decide <batch>', 'Approve, reject or mark drafts')
  const wishes: Wish[] = []
  const addVerb = (to: Command, verb: VerbName, description: string): Command =>
    to.option(`--${verb} <selector>`, description, (selector: string) => {
      wishes.push({ verb, selector })
      return wishes
    })
  addVerb(command, 'approve', 'all, undecided, approved, rejected, marked, rows:1-20,35 or ids:A,B#2')
  addVerb(command, 'reject', 'the same')
  addVerb(command, 'undecide', 'the same')
  addVerb(command, 'mark', 'approve, and mark for full size')
  command
    .option('--from <decisions.csv>', 'a CSV with a column "decision" and one of "id", "row" or "file"')
    .action(line.withName(decide))
}

interface Decided {
  readonly changed: number
  readonly steps: readonly { verb: VerbName | 'from'; selector: string; changed: number }[]
  readonly problems: readonly string[]
}

async function decide(call: Call, name: string, options: DecideOptions): Promise<number> {
  const wishes = options.approve ?? options.reject ?? options.undecide ?? options.mark ?? []
  if (wishes.length === 0 && options.from === undefined)
    throw new AppError('invalid-input', 'Say what to decide: --approve, --reject, --undecide, --mark or --from FILE.')
  const csv = options.from === undefined ? null : (await readNamedFile('The list', options.from)).toString('utf8')
  return writing(call, { host: 'the command line (proofsheet decide)', goesOn: false }, async (engine) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const bySelector = await applyAll(engine, batchId, wishes)
    const decided =
      csv === null
        ? bySelector
        : joined(bySelector, options.from ?? '', await engine.review.importDecisions({ batchId, csv }))
    const { decisions } = statusOfBatch(engine, name)
    call.out.answer({ batch, batchId, ...decided, decisions }, decidedText(batch, decided, decisions))
    return decided.problems.length > 0 ? exitStatus.someFailed : exitStatus.allDone
  })
}

/** All of them or, where one cannot be read, none. */
async function applyAll(engine: Engine, batchId: number, wishes: readonly Wish[]): Promise<Decided> {
  const steps: { verb: VerbName; selector: string; changed: number }[] = []
  try {
    for (const { verb, selector } of wishes) {
      const targets = { kind: 'selector' as const, batchId, selector }
      const { changedCount } = await engine.review.apply({ targets, verb: verbs[verb] })
      steps.push({ verb, selector, changed: changedCount })
    }
  } catch (error) {
    for (const step of steps) if (step.changed > 0) await engine.review.undo({ batchId })
    throw error
  }
  return { changed: steps.reduce((total, step) => total + step.changed, 0), steps, problems: [] }
}

const joined = (
  first: Decided,
  file: string,
  { applied, problems }: { applied: number; problems: string[] },
): Decided => ({
  changed: first.changed + applied,
  steps: [...first.steps, { verb: 'from', selector: file, changed: applied }],
  problems: [...first.problems, ...problems],
})

function decidedText(
  batch: string,
  { steps, problems }: Decided,
  decisions: { undecided: number; approved: number; rejected: number; marked: number },
): string {
  const unchanged = ' (it selects no draft, or they are so already)'
  return [
    ...steps.map(({ verb, selector, changed }) => {
      return `${verb} ${selector}: ${manyText(changed, 'draft')} changed${changed === 0 ? unchanged : ''}`
    }),
    ...problems,
    `${batch}: ${Object.entries(decisions)
      .map(([decision, count]) => `${countText(count)} ${decision}`)
      .join(', ')}`,
  ].join('\n')
}
