import type { Problem } from '#shared/contract/common.ts'
import type { Plan } from '#shared/contract/plans.ts'
import { AppError } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { countText, durationText, manyText, tableText } from './output.ts'

const problemsShown = 20
const groupsShown = 12

type PlanProblems = Pick<Plan, 'problems' | 'problemCount' | 'problemGroups'>

const groupText = ({ count, message, blocks }: Plan['problemGroups'][number]): string =>
  `  ${countText(count)} × ${message}${blocks ? '' : ' (made all the same)'}`

/** `row 17 (line 18), column "size": 700x700 is not offered by Sketch` */
function problemText({ row, line, column, message }: Problem): string {
  const place = [
    row !== null ? `row ${row}${line !== null ? ` (line ${line})` : ''}` : line !== null ? `line ${line}` : null,
    column !== null ? `column "${column}"` : null,
  ].filter((part) => part !== null)
  return place.length > 0 ? `${place.join(', ')}: ${message}` : message
}

/** Problems as lines, the first 20 of them; where there are more, how many rows have what in common. */
export function problemLines({ problems, problemCount, problemGroups }: PlanProblems): string[] {
  if (problemCount === 0) return []
  const shown = problems.slice(0, problemsShown)
  const more = problemCount - shown.length
  return [
    `${manyText(problemCount, 'problem')}:`,
    ...shown.map((problem) => `  ${problemText(problem)}`),
    ...(more > 0
      ? [`  and ${countText(more)} more; in all:`, ...problemGroups.slice(0, groupsShown).map(groupText)]
      : []),
  ]
}

/** A plan for a person: what it would make, cost and take, and what is wrong with the sheet. */
export function planText(plan: Plan, title: string): string {
  const price =
    plan.estimateMicros === null ? 'not known: say --price USD' : moneyText(plan.estimateMicros, plan.currency)
  const rows = [
    ['requests', countText(plan.requests)],
    ['from the cache', countText(plan.cached)],
    ['duplicates', countText(plan.duplicates)],
    ['cannot be made', countText(plan.blocked)],
    ['estimate', price],
    ...(plan.durationMs === null || plan.requests === 0 ? [] : [['time', `about ${durationText(plan.durationMs)}`]]),
    ...savingRows(plan),
    ...(plan.redrawn > 0 ? [['redrawn', `${countText(plan.redrawn)} (another picture, to be decided again)`]] : []),
    ...routeRows(plan),
  ]
  return [
    `${title}: ${manyText(plan.prompts, 'prompt')}, ${manyText(plan.tiles, plan.kind === 'finals' ? 'final' : 'draft')}`,
    tableText(rows.map(([name = '', value = '']) => [`  ${name}`, value])),
    ...partLines(plan),
    ...alikeLines(plan),
    ...cannotLines(plan),
    ...(plan.batchId === null || plan.kind === 'finals' ? [] : [`a run goes on with batch ${plan.batchId}`]),
    ...problemLines(plan),
  ].join('\n')
}

function savingRows({ allFinalMicros, estimateMicros, currency }: Plan): string[][] {
  if (allFinalMicros === null || estimateMicros === null || allFinalMicros <= estimateMicros) return []
  const saved = moneyText(allFinalMicros - estimateMicros, currency)
  return [['saved', `${saved} against all of it at final quality (${moneyText(allFinalMicros, currency)})`]]
}

/** What each model makes of it; the time is that of its provider, whose models share it. */
function partLines({ parts, lanes, currency }: Plan): string[] {
  if (parts.length === 0) return []
  const cell = (count: number | undefined): string => (count === undefined || count === 0 ? '' : countText(count))
  const timeOf = (provider: string): string => {
    const lane = lanes.find((each) => each.provider === provider)
    if (!lane) return ''
    return lane.durationMs === null ? 'not measured yet' : `about ${durationText(lane.durationMs)}`
  }
  const head = ['  model', 'to make', 'cached', 'duplicates', 'cannot', 'estimate', 'time', 'by batch']
  const rows = parts.map((part) => [
    `  ${part.provider}/${part.model}`,
    countText(part.requests),
    cell(part.cached),
    cell(part.duplicates),
    cell(part.blocked),
    part.estimateMicros === null ? 'not known' : moneyText(part.estimateMicros, currency),
    timeOf(part.provider),
    batchCell(part, currency),
  ])
  const shown = [0, 1, 2, 3, 4, 5, 6, 7].filter((at) => at < 2 || rows.some((row) => row[at] !== ''))
  return [
    tableText(
      [head, ...rows].map((row) => shown.map((at) => row[at] ?? '')),
      shown.flatMap((at, place) => (at > 0 && at < 6 ? [place] : [])),
    ),
  ]
}

/** What its share costs in batches, and how many of it can go in one; empty where none can. */
function batchCell({ requests, batch }: Plan['parts'][number], currency: string): string {
  if (!batch) return ''
  const price = batch.estimateMicros === null ? 'not known' : moneyText(batch.estimateMicros, currency)
  return batch.requests < requests ? `${price}, ${countText(batch.requests)} of ${countText(requests)}` : price
}

/** What models cannot do, counted by cause, where the problems below are not all of them. */
function cannotLines({ problemGroups, problemCount }: Plan): string[] {
  const ofModels = problemGroups.filter(({ kind }) => kind !== 'sheet')
  if (ofModels.length === 0 || problemCount > problemsShown) return []
  return ['what models cannot do:', ...ofModels.slice(0, groupsShown).map(groupText)]
}

/** What all of it would cost and take by the other routes; nothing where no model has batches. */
function routeRows({ batch, auto, estimateMicros, currency }: Plan): string[][] {
  if (!batch) return []
  const money = (micros: number | null): string => (micros === null ? 'price not known' : moneyText(micros, currency))
  const less = batch.estimateMicros !== null && estimateMicros ? 1 - batch.estimateMicros / estimateMicros : 0
  const saved = less >= 0.005 ? `, ${Math.round(less * 100)} % less` : ''
  const withinText = (ms: number | null): string =>
    ms === null ? '' : ms > dayMs ? `, up to ${durationText(ms)}: not within a day` : ', within a day'
  return [
    ['by batch', `${money(batch.estimateMicros)}${saved}${withinText(batch.withinMs)} (--route batch)`],
    ...(auto && auto.requests < batch.requests
      ? [['by auto', `${money(auto.estimateMicros)}, ${countText(auto.requests)} in batches (--route auto)`]]
      : []),
  ]
}

const dayMs = 86_400_000

const alikeShown = 5

/** Prompts that only look different: they are made, and most likely twice the same. */
function alikeLines({ alike }: Plan): string[] {
  if (alike === undefined || alike.count === 0) return []
  return [
    `${manyText(alike.count, 'prompt')} like another but for case, spaces and punctuation:`,
    ...alike.samples
      .slice(0, alikeShown)
      .map(({ row, likeRow, prompt }) => `  row ${row} is like row ${likeRow}: ${prompt}`),
    ...(alike.count > alikeShown ? [`  and ${countText(alike.count - alikeShown)} more`] : []),
  ]
}

/** Whether a plan makes anything at all. */
export const makesNothing = (plan: Plan): boolean => plan.tiles === plan.blocked

/** Throws AppError `invalid-input` with the first problem, where no tile of a plan can be made as asked. */
export function refuseEmptyPlan(plan: Plan): void {
  if (!makesNothing(plan)) return
  const [first] = plan.problems
  const why = first ? problemText(first) : 'It has no rows'
  const more = plan.problemCount > 1 ? ` ("proofsheet plan" lists all ${countText(plan.problemCount)} problems)` : ''
  throw new AppError('invalid-input', `Nothing of this sheet can be made. ${why.replace(/\.$/, '')}.${more}`)
}
