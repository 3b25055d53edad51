import type { Problem } from '#shared/contract/common.ts'
import type { Plan } from '#shared/contract/generation.ts'
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
    ...(plan.durationMs === null ? [] : [['time', `about ${durationText(plan.durationMs)}`]]),
    ...(plan.redrawn > 0 ? [['redrawn', `${countText(plan.redrawn)} (another picture, to be decided again)`]] : []),
    ...routeRows(plan),
    ...plan.parts.map((part) => [`${part.provider}/${part.model}`, partText(part)]),
  ]
  return [
    `${title}: ${manyText(plan.prompts, 'prompt')}, ${manyText(plan.tiles, plan.kind === 'finals' ? 'final' : 'draft')}`,
    tableText(rows.map(([name = '', value = '']) => [`  ${name}`, value])),
    ...alikeLines(plan),
    ...(plan.batchId === null || plan.kind === 'finals' ? [] : [`a run goes on with batch ${plan.batchId}`]),
    ...problemLines(plan),
  ].join('\n')
}

/** What all of it would cost and take by the other routes; nothing where no model has batches. */
function routeRows({ batch, auto, estimateMicros, currency }: Plan): string[][] {
  if (!batch) return []
  const money = (micros: number | null): string => (micros === null ? 'price not known' : moneyText(micros, currency))
  const less = batch.estimateMicros !== null && estimateMicros ? 1 - batch.estimateMicros / estimateMicros : 0
  const saved = less >= 0.005 ? `, ${Math.round(less * 100)} % less` : ''
  const withinText = (ms: number | null): string =>
    ms === null ? '' : ms > dayMs ? `, up to ${durationText(ms)}: not within a day` : `, within ${durationText(ms)}`
  return [
    ['by batch', `${money(batch.estimateMicros)}${saved}${withinText(batch.withinMs)} (--route batch)`],
    ...(auto && auto.requests < batch.requests
      ? [['by auto', `${money(auto.estimateMicros)}, ${countText(auto.requests)} in batches (--route auto)`]]
      : []),
  ]
}

const dayMs = 86_400_000

function partText({ requests, batch, auto }: Plan['parts'][number]): string {
  if (!batch) return manyText(requests, 'request')
  const live = requests - batch.requests
  const rest = live > 0 ? `, ${countText(live)} of them live only` : ''
  return `${manyText(requests, 'request')}${rest}; auto: ${auto ?? 'live'}`
}

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
