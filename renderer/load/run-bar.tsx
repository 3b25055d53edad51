import { useState } from 'react'
import type { Plan } from '#shared/contract/generation.ts'
import { messageOf } from '#shared/errors.ts'
import { useRunPlan } from '../api/changes.ts'
import { useBatch } from '../api/queries.ts'
import { goTo } from '../app/use-route.ts'
import { useSpendGuard } from '../settings/spend-guard.tsx'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { TextField } from '../ui/text-field.tsx'
import { priceOfPlan, whyNothing } from './plan-text.ts'
import styles from './run-bar.module.css'

/** How many tiles a sample makes. */
const sample = 10

/** The batch's name and the runs. `blockedBy`: why nothing can be run now; `isStale`: the plan is being made again. */
export const RunBar = ({
  plan,
  isStale,
  blockedBy,
  alwaysNew,
  onAlwaysNew,
  onRefused,
}: {
  plan: Plan | undefined
  isStale: boolean
  blockedBy: string | null
  alwaysNew: boolean
  onAlwaysNew: (alwaysNew: boolean) => void
  /** The engine refused the plan as it stands: it has to be made again. */
  onRefused: () => void
}) => {
  const [name, setName] = useState('')
  const run = useRunPlan()
  const { guard, dialog } = useSpendGuard()
  const twin = useBatch(plan?.batchId ?? null).data
  const goesOn = plan !== undefined && plan.batchId !== null
  const why = blockedBy ?? (plan ? whyNothing(plan) : null)
  const canRun = plan !== undefined && !isStale && why === null && !run.isPending

  const start = (first: number | null) => {
    if (!plan || !canRun) return
    guard(plan.highestMicros, () =>
      run.mutate(
        { planId: plan.planId, highestMicros: plan.highestMicros, name: name.trim() || null, first },
        {
          onSuccess: ({ batchId }) => goTo({ page: 'batch', batchId, tileId: null }),
          onError: onRefused,
        },
      ),
    )
  }
  const allLabel = goesOn ? `Go on with ${twin?.batch ?? 'it'}` : 'Run all'

  return (
    <div className={styles.bar}>
      {run.isError && (
        <p className={styles.error} role="alert">
          Nothing was started. {messageOf(run.error)}
        </p>
      )}
      <div className={styles.line}>
        {!goesOn && (
          <div className={styles.name}>
            <TextField
              label="Name of the batch"
              labelHidden
              placeholder={`Name, else batch-${new Date().toISOString().slice(0, 10)}`}
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
        )}
        {(goesOn || alwaysNew) && (
          <Checkbox checked={alwaysNew} onChange={onAlwaysNew}>
            {goesOn
              ? `Make a new batch instead of going on with ${twin?.batch ?? 'the unfinished one'}`
              : 'Make a new batch'}
          </Checkbox>
        )}
        <span className={styles.grow} />
        <span className={styles.why} id="run-why" aria-live="polite">
          {why ?? (isStale && plan ? 'Counting again' : '')}
        </span>
        {!goesOn && plan !== undefined && plan.tiles > sample && (
          <Button look="go" disabled={!canRun} aria-describedby="run-why" onClick={() => start(sample)}>
            Run {sample} first
          </Button>
        )}
        <Button
          look={goesOn || (plan !== undefined && plan.tiles <= sample) ? 'go' : 'plain'}
          disabled={!canRun}
          aria-describedby="run-why"
          onClick={() => start(null)}
        >
          {run.isPending ? 'Starting' : plan ? `${allLabel}, ${priceOfPlan(plan)}` : allLabel}
        </Button>
      </div>
      {dialog}
    </div>
  )
}
