import { useState } from 'react'
import type { Tile } from '#shared/contract/tiles.ts'
import { messageOf } from '#shared/errors.ts'
import { useEditPrompt } from '../api/changes.ts'
import { useProviders } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/select.tsx'
import { TextArea } from '../ui/text-field.tsx'
import { notify } from '../ui/toast.tsx'
import styles from './edit-prompt-dialog.module.css'
import { pickedReferences, usePickedReferences } from './picked-references.ts'
import { ReferenceList } from './reference-list.tsx'
import { takeEditBack } from './take-edit-back.ts'

/** Asks a failed tile again with other words, or with another model. */
export const EditPromptDialog = ({ tile, onClose }: { tile: Tile; onClose: () => void }) => {
  const [prompt, setPrompt] = useState(tile.prompt)
  const [model, setModel] = useState('')
  const providers = useProviders().data ?? []
  const edit = useEditPrompt()
  const same = `${tile.provider}/${tile.model}`
  const choices = providers
    .filter((provider) => provider.ready)
    .flatMap((provider) =>
      provider.models
        .filter((each) => each.operations.includes('generate'))
        .map((each) => ({
          value: `${provider.id}/${each.id}`,
          label: `${provider.label}, ${each.label}`,
          provider,
          each,
        })),
    )
  const chosen = choices.find((choice) => choice.value === model && choice.value !== same)
  const references = usePickedReferences()
  const isChanged = prompt.trim() !== tile.prompt || chosen !== undefined || references.length > 0

  const submit = () =>
    edit.mutate(
      {
        tileId: tile.id,
        prompt: prompt.trim() === tile.prompt ? null : prompt.trim(),
        profile: chosen
          ? {
              provider: chosen.provider.id,
              model: chosen.each.id,
              width: null,
              height: null,
              quality: null,
              options: {},
            }
          : null,
        references: references.length === 0 ? null : references.map(({ image }) => image.id),
      },
      {
        onSuccess: () => {
          if (references.length > 0) pickedReferences.clear()
          onClose()
          notify({
            title: `${tile.label} is asked again`,
            action: { label: 'Undo', run: () => takeEditBack(tile) },
          })
        },
      },
    )

  return (
    <Dialog
      title={`Ask ${tile.label} again`}
      description={tile.failure?.message}
      open
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <Button look="go" disabled={!isChanged || prompt.trim() === '' || edit.isPending} onClick={submit}>
            {edit.isPending ? 'Asking' : 'Ask again'}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <TextArea
          label="Prompt"
          rows={6}
          value={prompt}
          error={edit.isError ? messageOf(edit.error) : null}
          onChange={(event) => setPrompt(event.target.value)}
        />
        <ReferenceList note={tile.references ? 'in place of the pictures it had' : 'goes in as a reference picture'} />
        <div className={styles.model}>
          <span>Model</span>
          <Select
            label="Model"
            value={model}
            choices={[
              { value: '', label: `the same, ${same}` },
              ...choices.filter((choice) => choice.value !== same).map(({ value, label }) => ({ value, label })),
            ]}
            onChange={setModel}
          />
        </div>
      </div>
    </Dialog>
  )
}
