import { Option } from 'commander'
import type { Engine } from '#engine/engine.ts'
import { type Route, route } from '#shared/contract/wishes.ts'
import { AppError, type ErrorCode, errorCodeList, exitStatus, isErrorCode } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { statusOfBatch } from './batches.ts'
import type { Call, CommandLine } from './call.ts'
import { countText } from './output.ts'
import { followRun, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { reading, writing } from './session.ts'

interface RetryOptions {
  readonly only?: string
  readonly route?: Route
}

export function addFailures(line: CommandLine): void {
  line.add('failures <batch>', 'What failed, grouped by cause').action(line.withName(failures))
  line
    .add('retry <batch>', 'Try failed drafts and finals again')
    .option('--only <code>', 'only failures with this code; outcome-unknown asks and pays again for lost replies')
    .addOption(
      new Option(
        '--route <route>',
        'live: now, at the live price, with what waits for a follow-up batch; or batch',
      ).choices(route.options),
    )
    .action(line.withName(retry))
}

const failures = (call: Call, name: string): Promise<number> =>
  reading(call, (engine) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const { groups } = engine.generation.failures({ batchId })
    const lines = groups.map(({ code, message, count, atRiskMicros }) => {
      const risk = atRiskMicros > 0 ? ` (${moneyText(atRiskMicros)} may have been charged)` : ''
      return `${countText(count)}  ${code}  ${message}${risk}`
    })
    call.out.answer({ batch, batchId, groups }, lines.length > 0 ? lines.join('\n') : `Nothing failed in ${batch}.`)
    return exitStatus.allDone
  })

const retry = (call: Call, name: string, { only, route: by }: RetryOptions): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet retry)', goesOn: false }, async (engine, stop) => {
    if (only !== undefined && !isErrorCode(only))
      throw new AppError('invalid-input', `"${only}" is no code of a failure. There are: ${errorCodeList.join(', ')}.`)
    const before = statusOfBatch(engine, name)
    const { batch, batchId } = before
    const retried = only === 'outcome-unknown' ? retryUnknown(engine, batchId) : retryFailed(engine, batchId, only, by)
    if (retried > 0) engine.generation.goOnWith(batchId)
    const done = await followRun(call, { engine, stop }, batchId, 'drafts', before)
    const { prompts, drafts, finals } = done.status
    const object = { batch, batchId, prompts, retried, drafts, finals, ...runObject(done, call.elapsedMs()) }
    call.out.answer(object, `${countText(retried)} tried again\n${runText(call, done, 'drafts', null)}`)
    return statusOfRun(done, ['drafts', 'finals'])
  })

const retryFailed = (engine: Engine, batchId: number, only: ErrorCode | undefined, by: Route | undefined): number =>
  engine.generation.retry({ batchId, only: only ?? null, jobIds: null, route: by }).retried

/** The person named the code, and with it says that they may be paid for a second time. */
function retryUnknown(engine: Engine, batchId: number): number {
  const { groups } = engine.generation.failures({ batchId })
  const jobIds = groups.flatMap((group) => (group.code === 'outcome-unknown' ? group.jobIds : []))
  return jobIds.length === 0 ? 0 : engine.generation.resolveUnknown({ jobIds, action: 'retry' }).resolved
}
