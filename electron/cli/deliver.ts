import { resolve } from 'node:path'
import { Option } from 'commander'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { AppError, errorCodes, exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { manyText } from './output.ts'
import { writing } from './session.ts'

interface DeliverOptions {
  readonly to?: string
  readonly layout: DeliverySettings['layout']
  readonly name?: string
  readonly stage: DeliverySettings['stage']
}

export function addDeliver(line: CommandLine): void {
  line
    .add(
      'deliver <batch>',
      'Write the approved set to a folder, with its manifest; run again it writes what is missing',
    )
    .option('--to <dir>', 'the folder; the batch gets a folder of its own in it')
    .addOption(
      new Option('--layout <layout>', 'only what is approved, or all by decision')
        .choices(['approved', 'by-decision'])
        .default('approved'),
    )
    .option('--name <template>', 'file names without extension, such as {id}-{variant}')
    .addOption(
      new Option('--stage <stage>', 'best: the newest approved final, else the draft')
        .choices(['best', 'final', 'draft'])
        .default('best'),
    )
    .action(line.withName(deliver))
}

const deliver = (call: Call, name: string, options: DeliverOptions): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet deliver)', goesOn: false }, async (engine, stop) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const settings = engine.settings.get()
    const to = options.to ?? settings.deliveryFolder
    if (!to) throw new AppError('invalid-input', 'Say where to deliver to: --to FOLDER.')
    const { deliveryId } = await engine.delivery.start({
      batchId,
      destination: { kind: 'folder', folder: resolve(to) },
      layout: options.layout,
      nameTemplate: options.name ?? settings.nameTemplate,
      stage: options.stage,
    })
    const ended = engine.delivery.whenDone(deliveryId)
    await Promise.race([ended, stop.asked])
    // The files that are being written are finished; run again, it goes on.
    if (stop.isAsked()) await engine.delivery.stop()
    await ended
    const { state, files, written, skipped, failed, manifest, target, error } = engine.delivery.get({ deliveryId })
    const counts = `${manyText(written, 'file')} written, ${skipped} there already, ${failed} failed`
    call.out.answer(
      { batch, batchId, written, skipped, failed, manifest, files, target, error },
      [`${target}: ${counts}`, ...(manifest ? [`manifest: ${manifest}`] : []), ...(error ? [error] : [])].join('\n'),
    )
    if (stop.isAsked()) return exitStatus.stopped
    if (state === 'failed') return error?.startsWith('A defect') ? exitStatus.defect : errorCodes.storage.exitStatus
    return failed > 0 ? exitStatus.someFailed : exitStatus.allDone
  })
