import { statusOfBatch } from './batches.ts'
import type { Call, CommandLine } from './call.ts'
import { countText } from './output.ts'
import { followRun, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { writing } from './session.ts'

export function addStart(line: CommandLine): void {
  line
    .add('start <batch>', 'Start now what waits for its time (--start-at, --window)')
    .option('--wait', 'with remote batches: wait for their pictures, and not only until they are sent')
    .action(line.withName(start))
}

const start = (call: Call, name: string, { wait }: { readonly wait?: boolean }): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet start)', goesOn: false }, async (engine, stop) => {
    const before = statusOfBatch(engine, name)
    const { batch, batchId } = before
    const { changed } = engine.generation.control({ action: 'start', of: { kind: 'batch', batchId } })
    engine.generation.goOnWith(batchId)
    const done = await followRun(call, { engine, stop }, batchId, 'drafts', before, { waitsForProviders: wait })
    const { drafts, finals } = done.status
    const object = { batch, batchId, started: changed, drafts, finals, ...runObject(done, call.elapsedMs()) }
    call.out.answer(object, `${countText(changed)} started now\n${runText(call, done, 'drafts', null)}`)
    return statusOfRun(done, ['drafts', 'finals'])
  })
