import { type ReactNode, useState } from 'react'
import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { useCommands } from '../keys/command-center.tsx'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Segmented } from '../ui/segmented.tsx'
import { ModelRoutes } from './model-routes.tsx'
import styles from './route-choice.module.css'
import { type PlanPart, type SendChoice, type Sending, takesBatches } from './sending.ts'
import { noBatchText, routeNotes, routeOptions } from './sending-text.ts'

/**
 * Now, within a day for less, or as it fits best: each with its price and time. Below it what goes another way than
 * chosen, and the way of each of several models, folded while all goes now. Where nothing can go in a batch, a sentence
 * says so.
 */
export const RouteChoice = ({
  plan,
  sending,
  choice,
  providers,
  isStale,
  onChange,
  children,
}: {
  plan: Plan
  sending: Sending
  choice: SendChoice
  providers: readonly ProviderInfo[]
  /** The plan is being made again, so its figures may be others soon. */
  isStale: boolean
  onChange: (choice: SendChoice) => void
  /** What else can be done with a plan that could go in a batch. */
  children?: ReactNode
}) => {
  const [showsModels, setShowsModels] = useState(false)
  const labelOf = partLabel(providers)
  const none = noBatchText(plan, labelOf)
  if (none !== null) return <p className={styles.none}>{none}</p>
  if (!takesBatches(plan)) return null
  const isAllNow = choice.route === 'live' && Object.keys(choice.routes).length === 0
  const choose = (route: SendChoice['route']) => onChange({ ...choice, route, routes: {} })
  return (
    <section className={classNames(styles.choice, isStale && styles.stale)} aria-label="When it is made">
      <div className={styles.line}>
        <Segmented label="When it is made" value={choice.route} choices={routeOptions(plan)} onChange={choose} />
        <div className={styles.notes} aria-live="polite">
          {routeNotes(plan, choice, sending, labelOf).map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      </div>
      <div className={styles.more}>
        {plan.parts.length > 1 && isAllNow && (
          <Button
            look="quiet"
            icon={showsModels ? 'chevronDown' : 'chevronRight'}
            aria-expanded={showsModels}
            onClick={() => setShowsModels(!showsModels)}
          >
            Each model its own way
          </Button>
        )}
        {children}
      </div>
      {plan.parts.length > 1 && (showsModels || !isAllNow) && (
        <ModelRoutes plan={plan} choice={choice} providers={providers} labelOf={labelOf} onChange={onChange} />
      )}
      <RouteCommands onChoose={choose} />
    </section>
  )
}

/** The model as people know it, in a sentence; its name where nobody does. */
const partLabel =
  (providers: readonly ProviderInfo[]) =>
  ({ provider, model }: PlanPart): string =>
    providers.find(({ id }) => id === provider)?.models.find(({ id }) => id === model)?.label ?? model

/** Offered only while there is something to choose. */
const RouteCommands = ({ onChoose }: { onChoose: (route: SendChoice['route']) => void }) => {
  useCommands({
    sendNow: () => onChoose('live'),
    sendBatch: () => onChoose('batch'),
    sendAuto: () => onChoose('auto'),
  })
  return null
}
