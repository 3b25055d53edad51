import { useRef, useState } from 'react'
import type { PlanAgain } from '#shared/contract/plans.ts'
import { messageOf } from '#shared/errors.ts'
import { useAddReference, usePlanAgain, useRunPlan } from '../api/changes.ts'
import { goTo } from '../app/use-route.ts'
import { base64Of } from '../load/base64.ts'
import { priceOf } from '../sending/sending-text.ts'
import { useSpendGuard } from '../settings/spend-guard.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Facts } from '../ui/table.tsx'
import { countText, durationText } from '../ui/time-text.ts'
import { notifyError } from '../ui/toast.tsx'
import styles from './again.module.css'

/** A button that makes pictures of a delivery's manifest again, as a batch of its own: the price first. */
export const MakeAgain = () => {
  const picker = useRef<HTMLInputElement>(null)
  const planAgain = usePlanAgain()
  const [manifest, setManifest] = useState<string | null>(null)
  const read = async (file: Blob) => {
    const text = await file.text()
    await planAgain.mutateAsync({ manifest: text })
    setManifest(text)
  }
  return (
    <>
      <Button look="quiet" icon="retry" disabled={planAgain.isPending} onClick={() => picker.current?.click()}>
        {planAgain.isPending ? 'Reading the manifest' : 'Make delivered pictures again'}
      </Button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        aria-label="Manifest of a delivery"
        onChange={(event) => {
          const file = event.target.files?.item(0)
          if (file) read(file).catch((error) => notifyError(`${file.name} could not be planned`, error))
          event.target.value = ''
        }}
      />
      {manifest !== null && planAgain.data && (
        <AgainDialog
          planned={planAgain.data}
          onReplan={() => planAgain.mutateAsync({ manifest })}
          onClose={() => setManifest(null)}
        />
      )}
    </>
  )
}

const AgainDialog = ({
  planned: { plan, sheetId, missing },
  onReplan,
  onClose,
}: {
  planned: PlanAgain
  /** Pictures that were missing are here now. */
  onReplan: () => Promise<unknown>
  onClose: () => void
}) => {
  const run = useRunPlan()
  const { guard, dialog } = useSpendGuard()
  const start = () =>
    guard(plan.highestMicros, () =>
      run.mutate(
        { planId: plan.planId, highestMicros: plan.highestMicros, name: null, first: null },
        { onSuccess: ({ batchId }) => goTo({ page: 'batch', batchId, tileId: null }) },
      ),
    )
  return (
    <Dialog
      title={`Make ${countText(plan.tiles, 'picture')} again`}
      description="Each is asked for once more as it was, whatever the library has, in a batch of its own. Then you see which came out the same."
      open
      onClose={onClose}
      foot={
        <>
          {run.isError && (
            <span className={styles.error} role="alert">
              Nothing was started. {messageOf(run.error)}
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="go" disabled={plan.requests === 0 || run.isPending} onClick={start}>
            {run.isPending ? 'Starting' : `Make them again, ${priceOf(plan.estimateMicros, plan.currency)}`}
          </Button>
        </>
      }
    >
      <Facts
        facts={[
          ['Requests', plan.requests.toLocaleString('en-US')],
          ['Price', priceOf(plan.estimateMicros, plan.currency)],
          ['Time', plan.durationMs === null ? 'not known yet' : durationText(plan.durationMs)],
          ['Not possible', plan.blocked > 0 ? plan.blocked.toLocaleString('en-US') : null],
        ]}
      />
      {plan.problemGroups.slice(0, 5).map(({ kind, message }) => (
        <p key={`${kind} ${message}`} className={styles.problem}>
          {message}.
        </p>
      ))}
      {missing.length > 0 && <Missing sheetId={sheetId} missing={missing} onAdded={onReplan} />}
      {dialog}
    </Dialog>
  )
}

const Missing = ({
  sheetId,
  missing,
  onAdded,
}: {
  sheetId: number
  missing: PlanAgain['missing']
  onAdded: () => Promise<unknown>
}) => {
  const picker = useRef<HTMLInputElement>(null)
  const add = useAddReference()
  const names = missing.flatMap(({ file }) => (file === null ? [] : [file]))
  const addAll = async (files: readonly File[]) => {
    for (const file of files) await add.mutateAsync({ sheetId, name: file.name, bytesBase64: await base64Of(file) })
    await onAdded()
  }
  return (
    <div className={styles.missing}>
      <p>
        {countText(missing.length, 'picture')} that went in {missing.length === 1 ? 'is' : 'are'} not in this library
        {names.length > 0 && `: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`}. Add{' '}
        {missing.length === 1 ? 'it' : 'them'} from the delivered folder.
      </p>
      <Button icon="plus" disabled={add.isPending} onClick={() => picker.current?.click()}>
        Add pictures
      </Button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept="image/*"
        multiple
        tabIndex={-1}
        aria-label="Pictures that went in"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          addAll(files).catch((error) => notifyError('The pictures could not be added', error))
          event.target.value = ''
        }}
      />
    </div>
  )
}
