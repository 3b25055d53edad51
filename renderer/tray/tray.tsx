import { useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { messageOf } from '#shared/errors.ts'
import { useRunPlan } from '../api/changes.ts'
import { useBatch, useFinalPlan, useProviders, useSettings } from '../api/queries.ts'
import { useCommands, useKeyOf } from '../keys/command-center.tsx'
import { pickedReferences, usePickedReferences } from '../review/picked-references.ts'
import { ReferenceList } from '../review/reference-list.tsx'
import { RouteChoice } from '../sending/route-choice.tsx'
import { atOnce, runChoice, sendingOf } from '../sending/sending.ts'
import { makeText } from '../sending/sending-text.ts'
import { StartChoice } from '../sending/start-choice.tsx'
import { ProfileMenu } from '../settings/profile-menu.tsx'
import { isSameProfile } from '../settings/saved-profiles.ts'
import { useSpendGuard } from '../settings/spend-guard.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Progress } from '../ui/progress.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useNow } from '../ui/use-now.ts'
import { NextSteps } from './next-steps.tsx'
import { RerollLine } from './reroll-line.tsx'
import styles from './tray.module.css'
import { TrayProblems } from './tray-problems.tsx'
import {
  causeLine,
  choiceOfProfile,
  countLine,
  finalChoices,
  finalsProgress,
  priceLine,
  type StepChoice,
  stepChoices,
  timeLine,
  withReferences,
  withSteps,
} from './tray-text.ts'
import { usePress } from './use-press.ts'

/** What full sizes would cost and take, and the one step that makes them. Opening it moves no focus and runs nothing. */
export const Tray = ({
  batchId,
  open,
  onOpenChange,
}: {
  batchId: number
  open: boolean
  onOpenChange: (open: boolean) => void
}) => {
  const batch = useBatch(open ? batchId : null)
  if (!open) return null
  return (
    <section className={styles.tray} aria-label="Tray" data-region="tray">
      {batch.data ? (
        <OpenTray batch={batch.data} onClose={() => onOpenChange(false)} />
      ) : batch.isError ? (
        <p className={styles.error}>The batch could not be read. {messageOf(batch.error)}</p>
      ) : (
        <Skeleton lines={2} />
      )}
    </section>
  )
}

type Which = 'marked' | 'approved'

const OpenTray = ({ batch, onClose }: { batch: BatchStatus; onClose: () => void }) => {
  const [chosenWhich, setWhich] = useState<Which | null>(null)
  const [chosenWay, setWay] = useState<string | null>(null)
  const [steps, setSteps] = useState<readonly StepChoice[]>([])
  const [sendChoice, setSendChoice] = useState(atOnce)
  const providers = useProviders().data ?? []
  const settings = useSettings().data
  const choices = finalChoices(providers, settings?.profiles)
  const usual = settings?.finalProfile ?? null
  const way = chosenWay ?? choices.find(({ profile }) => isSameProfile(profile, usual))?.value ?? 'faithful'
  const choice = choices.find((each) => each.value === way) ?? choices[0]
  const references = usePickedReferences()
  const profile = withReferences(
    withSteps(
      choice?.profile ?? null,
      steps.map(({ step }) => step),
    ),
    references.map(({ image }) => image.id),
  )
  const takesReferences = profile?.kind === 'rerender'
  const which = chosenWhich ?? (batch.decisions.marked > 0 ? 'marked' : 'approved')
  const query = useFinalPlan({
    batchId: batch.batchId,
    targets: { kind: 'selector', batchId: batch.batchId, selector: which },
    profile,
    scale: choice?.scale ?? 2,
  })
  const run = useRunPlan()
  const keyOf = useKeyOf()
  const { guard, dialog } = useSpendGuard()
  const plan = query.data
  const sending = plan && sendingOf(plan, sendChoice)
  const nowMs = useNow(sendChoice.start.kind === 'at', 15_000)
  const { canPress, press } = usePress(query, (fresh) =>
    guard(sendingOf(fresh, sendChoice).highestMicros, () =>
      run.mutate(
        { planId: fresh.planId, highestMicros: fresh.highestMicros, ...runChoice(fresh, sendChoice) },
        {
          onSuccess: () => takesReferences && pickedReferences.clear(),
          onSettled: () => query.refetch(),
        },
      ),
    ),
  )
  const canRun = canPress && !run.isPending
  const start = () => {
    if (canRun) press()
  }
  useCommands({ tray: start })

  return (
    <>
      <div className={styles.line} aria-busy={query.isFetching}>
        {batch.decisions.marked > 0 && (
          <Segmented<Which>
            label="Which drafts"
            value={which}
            choices={[
              { value: 'marked', label: 'Marked' },
              { value: 'approved', label: 'All approved' },
            ]}
            onChange={setWhich}
          />
        )}
        {plan && sending ? (
          plan.tiles > 0 ? (
            <>
              <Figure {...countLine(plan)} note={countNote(batch.decisions.marked > 0, countLine(plan).note)} />
              <Figure {...priceLine(plan, sending)} />
              <Figure {...timeLine(plan, sending)} />
            </>
          ) : plan.blocked > 0 ? (
            <Figure title="None of them can be made" note={causeLine(plan)} isWarning />
          ) : (
            <Figure {...nothingLine(batch, which)} />
          )
        ) : query.isError ? (
          <p className={styles.error} role="alert">
            {messageOf(query.error)} <Button onClick={() => query.refetch()}>Try again</Button>
          </p>
        ) : (
          <Skeleton lines={2} />
        )}
        {plan && plan.redrawn > 0 && (
          <Figure
            title={plan.redrawn === plan.tiles ? 'Redrawn' : `${plan.redrawn.toLocaleString('en-US')} redrawn`}
            note="another picture, to be decided anew"
            isWarning
          />
        )}
        <div className={styles.actions}>
          <Select
            label="How full sizes are made"
            prefix="with"
            value={choice?.value ?? 'faithful'}
            choices={choices}
            onChange={setWay}
          />
          {choice?.profile && !choice.profile.steps && (
            <NextSteps choices={stepChoices(providers)} steps={steps} onChange={setSteps} />
          )}
          <ProfileMenu
            stage="final"
            current={profile ? { stage: 'final', profile } : null}
            onTake={({ name }) => setWay(choiceOfProfile(name))}
          />
          {plan && plan.requests > 0 && (
            <StartChoice
              isSmall
              start={sendChoice.start}
              onChange={(next) => setSendChoice((before) => ({ ...before, start: next }))}
            />
          )}
          <div className={styles.go}>
            <Button look="go" keys={keyOf('tray')} disabled={!canRun} onClick={start}>
              {run.isPending
                ? 'Starting'
                : plan && sending
                  ? makeText(plan, sending, sendChoice.start, nowMs)
                  : 'Make them'}
            </Button>
            <IconButton icon="cross" label="Close the tray" keys="Escape" onClick={onClose} />
          </div>
        </div>
      </div>
      <ReferenceList
        note={
          takesReferences
            ? 'Reference pictures, beside each prompt'
            : 'Reference pictures go in only where a model draws the full size: choose one under “with”'
        }
      />
      {plan && sending && (
        <RouteChoice
          plan={plan}
          sending={sending}
          choice={sendChoice}
          providers={providers}
          isStale={query.isFetching || query.isPlaceholderData}
          onChange={setSendChoice}
        />
      )}
      {plan?.sizeAdvice && <p className={styles.advice}>{plan.sizeAdvice}</p>}
      {plan && plan.problemCount > 0 && <TrayProblems problems={plan.problems} count={plan.problemCount} />}
      {run.isError && (
        <p className={styles.error} role="alert">
          Nothing was started. {messageOf(run.error)}
        </p>
      )}
      <RerollLine batch={batch} guard={guard} />
      <Making batch={batch} />
      {dialog}
    </>
  )
}

const Figure = ({ title, note, isWarning = false }: { title: string; note: string; isWarning?: boolean }) => (
  <div className={isWarning ? styles.warning : styles.figure}>
    <b>{title}</b>
    <span>{note}</span>
  </div>
)

/** Which drafts they are, where no switch beside it says so; else what makes them. */
const countNote = (hasSwitch: boolean, note: string): string => (hasSwitch ? note : 'all approved without a final')

function nothingLine(batch: BatchStatus, which: Which): { title: string; note: string } {
  if (which === 'marked' && batch.decisions.marked > 0)
    return { title: 'Nothing to make', note: 'Every marked draft has its final or is being made.' }
  return batch.decisions.approved === 0
    ? { title: 'Nothing is approved yet', note: 'Approve drafts with P, or approve and mark them with H.' }
    : { title: 'Nothing to make', note: 'Every approved draft has its final or is being made.' }
}

/** How far the finals are that were started, from here or elsewhere. */
const Making = ({ batch }: { batch: BatchStatus }) => {
  const progress = finalsProgress(batch)
  if (!progress) return null
  return (
    <div className={styles.making} role="status">
      <span>
        {progress.done.toLocaleString('en-US')} of {progress.all.toLocaleString('en-US')} full sizes made
        {progress.note && `, ${progress.note}`}
      </span>
      <Progress label="Full sizes made" value={progress.done} max={progress.all} />
    </div>
  )
}
