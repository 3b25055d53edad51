import { useState } from 'react'
import { messageOf } from '#shared/errors.ts'
import type { Profile } from '#shared/generation-request.ts'
import { useEditPrompt } from '../api/changes.ts'
import { useProviders, useTiles } from '../api/queries.ts'
import { anotherProfile } from '../load/draft-wish.ts'
import { modelOf, notReadyText, priceText } from '../load/profile-choices.ts'
import { ProfilePicker } from '../load/profile-picker.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './edit-prompt-dialog.module.css'

/** Failed tiles that are looked at for the models they failed with. */
const mostAsked = 100

/** Asks failed tiles again from another model, one after the other; the caps hold as for any request. */
export const OtherModelDialog = ({
  tileIds,
  title,
  onClose,
}: {
  tileIds: readonly number[]
  title: string
  onClose: () => void
}) => {
  const providers = useProviders().data ?? []
  const [chosen, setChosen] = useState<Profile | null>(null)
  const [sent, setSent] = useState<{ done: number; error: string | null } | null>(null)
  const edit = useEditPrompt()
  const { data: failed = [], isPending } = useTiles(tileIds.slice(0, mostAsked))
  const profile = chosen ?? anotherProfile(failed, providers)
  const provider = providers.find((each) => each.id === profile.provider)
  const model = modelOf(providers, profile)
  const isReady = provider !== undefined && notReadyText(provider) === null && profile.model !== ''
  const busy = sent !== null && sent.error === null

  const send = async () => {
    // It stays what she saw, whatever the tiles become meanwhile.
    setChosen(profile)
    for (const [done, tileId] of tileIds.entries()) {
      setSent({ done, error: null })
      try {
        await edit.mutateAsync({ tileId, prompt: null, profile })
      } catch (error) {
        setSent({ done, error: messageOf(error) })
        return
      }
    }
    onClose()
  }

  return (
    <Dialog
      title={`${title}: send to another model`}
      description={
        tileIds.length === 1 ? 'Its prompt as it stands.' : `${countText(tileIds.length, 'prompt')} as they stand.`
      }
      open
      onClose={onClose}
      width="small"
      foot={
        <>
          <Button onClick={onClose}>Leave them</Button>
          <Button look="go" disabled={!isReady || isPending || busy} onClick={send}>
            {busy
              ? `Sending ${sent.done + 1} of ${tileIds.length}`
              : `Ask again${model ? `, ${priceText(model.price)}` : ''}`}
          </Button>
        </>
      }
    >
      <ProfilePicker label="Model" providers={providers} profile={profile} onChange={setChosen} />
      {sent?.error && (
        <p className={styles.warning} role="alert">
          {tileIds.length > 1 && `${sent.done} were sent, then one was not. `}
          {sent.error}
        </p>
      )}
    </Dialog>
  )
}
