import { useState } from 'react'
import type { Plan } from '#shared/contract/plans.ts'
import { messageOf } from '#shared/errors.ts'
import { useRunPlan } from '../api/changes.ts'
import { useBatch } from '../api/queries.ts'
import { goTo } from '../app/use-route.ts'
import { runChoice, type SendChoice, type Sending } from '../sending/sending.ts'
import { runText } from '../sending/sending-text.ts'
import { StartChoice } from '../sending/start-choice.tsx'
import { useSpendGuard } from '../settings/spend-guard.tsx'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useNow } from '../ui/use-now.ts'
import { whyNothing } from './plan-text.ts'
import styles from './run-bar.module.css'

/** How many tiles a sample makes. */
const sample = 10

/** The batch's name and the runs. `blockedBy`: why nothing can be run now; `isStale`: the plan is being made again. */
export const RunBar = ({
  plan,
  sending,
  choice,
  isStale,
  blockedBy,
  alwaysNew,
  onChoice,
  onAlwaysNew,
  onRefused,
}: {
  plan: Plan | undefined
  /** What the plan comes to by `choice`. */
  sending: Sending | undefined
  choice: SendChoice
  isStale: boolean
  blockedBy: string | null
  alwaysNew: boolean
  onChoice: (choice: SendChoice) => void
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
    if (!plan || !sending || !canRun) return
    guard(sending.highestMicros, () =>
      run.mutate(
        {
          planId: plan.planId,
          highestMicros: plan.highestMicros,
          name: name.trim() || null,
          first,
          ...runChoice(plan, choice),
        },
        {
          onSuccess: ({ batchId }) => goTo({ page: 'batch', batchId, tileId: null }),
          onError: onRefused,
        },
      ),
    )
  }
  const nowMs = useNow(choice.start.kind === 'at', 15_000)
  const goesOnWith = goesOn ? (twin?.batch ?? 'it') : null
  const waits = (sending?.inBatches ?? 0) > 0 || choice.start.kind !== 'now'

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
        {plan !== undefined && plan.requests > 0 && (
          <StartChoice start={choice.start} onChange={(start) => onChoice({ ...choice, start })} />
        )}
        {!goesOn && plan !== undefined && plan.tiles > sample && (
          <Button look="go" disabled={!canRun} aria-describedby="run-why" onClick={() => start(sample)}>
            Run {sample} first{waits && ', now'}
          </Button>
        )}
        <Button
          look={goesOn || (plan !== undefined && plan.tiles <= sample) ? 'go' : 'plain'}
          disabled={!canRun}
          aria-describedby="run-why"
          onClick={() => start(null)}
        >
          {run.isPending
            ? 'Starting'
            : plan && sending
              ? runText(plan, sending, { start: choice.start, goesOnWith, nowMs })
              : 'Run all'}
        </Button>
      </div>
      {dialog}
    </div>
  )
}
