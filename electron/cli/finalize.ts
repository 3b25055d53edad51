import { InvalidArgumentError } from 'commander'
import type { Engine } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Plan } from '#shared/contract/plans.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { FinalPlanInput, FinalProfile, FinalStep } from '#shared/contract/wishes.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import { statusOfBatch } from './batches.ts'
import { type Call, type CommandLine, providerAndModel, usd, wholeNumber } from './call.ts'
import { problemLines } from './plan-text.ts'
import { addRouteOptions, type RouteOptions, routeWish } from './route-options.ts'
import { followRun, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { savedFinalProfile } from './saved-profile.ts'
import { writing } from './session.ts'

interface FinalizeOptions extends RouteOptions {
  readonly profile?: string
  readonly with?: { provider: string; model: string }
  readonly upscale?: { provider: string; model: string }
  readonly cutout?: { provider: string; model: string }
  readonly scale?: number
  readonly then?: readonly FinalStep[]
  readonly fromDraft?: boolean
  readonly referenceRow?: number
  readonly slot?: { width: number; height: number }
  readonly marked?: boolean
  readonly cap?: number
}

export function addFinalize(line: CommandLine): void {
  addRouteOptions(line.add('finalize <batch>', 'Make every approved draft without a final at full size'))
    .option('--profile <name>', 'make them with a profile that was saved under this name')
    .option('--with <provider/model>', 'draw them anew with this model', providerAndModel)
    .option('--upscale <provider/model>', 'enlarge them with this model', providerAndModel)
    .option('--cutout <provider/model>', 'cut them out of their background with this model', providerAndModel)
    .option('--scale <n>', 'how many times larger, 1 to 8 (default: 2, or what the model does)', scaleOf)
    .option(
      '--then <step>',
      'and then, up to three times: upscale:PROVIDER/MODEL[@N] or cutout:PROVIDER/MODEL, of the picture before',
      stepAfter,
    )
    .option('--from-draft', 'with --with: start from the draft’s own picture')
    .option('--reference-row <n>', 'with --with: the best draft of this row goes in as a picture', wholeNumber(1, 1e9))
    .option('--slot <wxh>', 'the place they are meant for, such as 800x600: says where smaller would do', slotOf)
    .option('--marked', 'only those that are marked for full size')
    .option('--cap <usd>', 'the most that this run may spend', usd)
    .action(line.withName(finalize))
}

function scaleOf(text: string): number {
  const scale = /^\d(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (scale >= 1 && scale <= 8) return scale
  throw new InvalidArgumentError('It is a number from 1 to 8.')
}

function slotOf(text: string): { width: number; height: number } {
  const [, width = 0, height = 0] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? []
  if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) }
  throw new InvalidArgumentError('It is a width and a height in pixels: 800x600.')
}

/** Steps as they come on the line, in its order: three at most. */
function stepAfter(text: string, before: readonly FinalStep[] = []): FinalStep[] {
  const [, kind, name, times] = /^(upscale|cutout):(.+?)(?:@(\d(?:\.\d+)?))?$/.exec(text) ?? []
  if ((kind !== 'upscale' && kind !== 'cutout') || name === undefined || (kind === 'cutout' && times !== undefined))
    throw new InvalidArgumentError('It is upscale:PROVIDER/MODEL, upscale:PROVIDER/MODEL@2 or cutout:PROVIDER/MODEL.')
  if (before.length === 3) throw new InvalidArgumentError('A final has three further steps at most.')
  return [...before, { kind, ...providerAndModel(name), scale: times === undefined ? null : scaleOf(times) }]
}

/** What was asked for; else the library's own for finals; null: the way each draft's model does it best. */
function profileOf(options: FinalizeOptions, settings: Settings, references: readonly number[]): FinalProfile | null {
  const { cutout, upscale } = options
  const models = [options.with, upscale, cutout].filter(Boolean).length
  if (options.profile && models > 0)
    throw new AppError('invalid-input', 'Finals are made with a profile (--profile) or a model. Take one of them.')
  if (models > 1)
    throw new AppError(
      'invalid-input',
      'Finals are drawn anew (--with), enlarged (--upscale) or cut out (--cutout). Take one of them.',
    )
  if (!options.with && (options.fromDraft || references.length > 0))
    throw new AppError('invalid-input', 'Pictures go in where finals are drawn anew: name a model with --with.')
  if (options.then && models === 0)
    throw new AppError(
      'invalid-input',
      'A further step (--then) follows a first one: name it with --with, --upscale or --cutout.',
    )
  const first = { width: null, height: null, ...(options.then ? { steps: [...options.then] } : {}) }
  if (options.with) {
    const pictures = {
      ...(options.fromDraft ? { fromDraft: true } : {}),
      ...(references.length > 0 ? { references: [...references] } : {}),
    }
    return { kind: 'rerender', ...options.with, ...first, scale: null, ...pictures }
  }
  if (cutout) return { kind: 'cutout', ...cutout, ...first, scale: null }
  if (upscale) return { kind: 'upscale', ...upscale, ...first, scale: options.scale ?? null }
  if (options.profile) return savedFinalProfile(settings, options.profile)
  return options.scale ? null : settings.finalProfile
}

/** The best draft of a row: an approved one before others. Throws AppError `not-found`. */
function imageOfRow(engine: Engine, batchId: number, row: number): number {
  const { ids } = engine.tiles.ids({ batchId, filter: { rows: [row] }, order: 'sheet' })
  const images = engine.tiles.many({ tileIds: ids }).flatMap(({ image }) => image ?? [])
  const best = images.find((image) => image.decision === 'approved') ?? images[0]
  if (best) return best.id
  throw new AppError('not-found', `Row ${row} has no picture yet that could go in.`)
}

const finalize = (call: Call, name: string, options: FinalizeOptions): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet finalize)', goesOn: false }, async (engine, stop) => {
    const before = statusOfBatch(engine, name)
    const { batch, batchId } = before
    const wish: FinalPlanInput = {
      batchId,
      targets: { kind: 'selector', batchId, selector: options.marked ? 'marked' : 'approved' },
      profile: profileOf(
        options,
        engine.settings.get(),
        options.referenceRow === undefined ? [] : [imageOfRow(engine, batchId, options.referenceRow)],
      ),
      scale: options.scale ?? 2,
      ...(options.slot ? { slot: options.slot } : {}),
    }
    const plan = await engine.generation.planFinals(wish)
    for (const problem of problemLines(plan)) call.out.note(problem)
    if (plan.sizeAdvice) call.out.note(plan.sizeAdvice)
    refuseNothing(before, plan, options)
    if (plan.redrawn > 0) call.out.note(`${plan.redrawn} are redrawn: another picture, which has to be decided again`)
    await start(engine, plan, options)
    const done = await followRun(call, { engine, stop }, batchId, 'finals', before, { waitsForProviders: options.wait })
    const { prompts, finals } = done.status
    const { redrawn, estimateMicros } = plan
    call.out.answer(
      { batch, batchId, prompts, finals, redrawn, estimateMicros, ...runObject(done, call.elapsedMs()) },
      runText(call, done, 'finals', estimateMicros),
    )
    return Math.max(statusOfRun(done, ['finals']), plan.blocked > 0 ? exitStatus.someFailed : exitStatus.allDone)
  })

/** Finals that an earlier run left in the queue go on, also where nothing new is planned. */
async function start(engine: Engine, plan: Plan, options: FinalizeOptions): Promise<void> {
  if (plan.tiles > 0) {
    const { planId, highestMicros } = plan
    const capMicros = options.cap ?? null
    await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros, ...routeWish(options) })
  }
  if (plan.batchId !== null) engine.generation.goOnWith(plan.batchId)
}

function refuseNothing({ batch, decisions, finals }: BatchStatus, plan: Plan, { marked }: FinalizeOptions): void {
  if (plan.tiles > 0) return
  if (plan.blocked > 0) throw new AppError('invalid-input', `No final can be made: ${plan.problems[0]?.message ?? ''}`)
  const isNone = marked ? decisions.marked === 0 : decisions.approved === 0
  if (!isNone || finals.done + finals.left + finals.held > 0) return
  const [what, way] = marked ? ['marked for full size', '--mark'] : ['approved', '--approve']
  throw new AppError('invalid-input', `Nothing in ${batch} is ${what} yet: proofsheet decide ${batch} ${way} SELECTOR.`)
}
