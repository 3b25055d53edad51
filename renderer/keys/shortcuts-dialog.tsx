import { useRef } from 'react'
import { defaultSettings, type Shortcuts } from '#shared/contract/settings.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { usePanels } from '../app/panels.tsx'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/select.tsx'
import { notify, notifyError } from '../ui/toast.tsx'
import { KeyList } from './key-list.tsx'
import { keyProfileList } from './key-profiles.ts'
import { readShortcutsFile, shortcutsFile } from './shortcuts.ts'
import styles from './shortcuts-dialog.module.css'

/** Keys as a person wants them: a profile, single commands changed, all plain keys off, and a file to carry them. */
export const ShortcutsDialog = () => {
  const { shortcutsOpen, show } = usePanels()
  const shortcuts = useSettings().data?.shortcuts ?? defaultSettings.shortcuts
  const { mutate: changeSettings } = useChangeSettings()
  const store = (next: Shortcuts) =>
    changeSettings({ shortcuts: next }, { onError: (error) => notifyError('The keys could not be stored', error) })
  const changed = Object.keys(shortcuts.changes).length
  const profile = keyProfileList.find((each) => each.id === shortcuts.profile)
  return (
    <Dialog
      title="Change keys"
      description={profile?.note}
      width="wide"
      open={shortcutsOpen}
      onClose={() => show({ shortcutsOpen: false })}
      foot={
        <>
          <FileButtons shortcuts={shortcuts} onRead={store} />
          <span className={styles.grow} />
          <Button
            disabled={changed === 0}
            onClick={() => {
              store({ ...shortcuts, changes: {} })
              notify({ title: 'Your own keys are gone', action: { label: 'Undo', run: () => store(shortcuts) } })
            }}
          >
            {changed === 0 ? 'As in the profile' : `Take ${changed} of your own back`}
          </Button>
        </>
      }
    >
      <div className={styles.top}>
        <Select
          label="Profile"
          prefix="profile:"
          value={shortcuts.profile}
          choices={keyProfileList.map(({ id, title, note }) => ({ value: id, label: title, note }))}
          onChange={(id) => store({ ...shortcuts, profile: id })}
        />
        <Checkbox checked={shortcuts.on} onChange={(on) => store({ ...shortcuts, on })}>
          Plain keys work (without Ctrl, Command or Alt)
        </Checkbox>
      </div>
      <KeyList shortcuts={shortcuts} onChange={store} />
    </Dialog>
  )
}

const FileButtons = ({ shortcuts, onRead }: { shortcuts: Shortcuts; onRead: (next: Shortcuts) => void }) => {
  const picker = useRef<HTMLInputElement>(null)
  const save = () => {
    const address = URL.createObjectURL(new Blob([shortcutsFile(shortcuts)], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = address
    link.download = 'proofsheet-keys.json'
    link.click()
    URL.revokeObjectURL(address)
  }
  const read = async (file: File | null | undefined) => {
    if (!file) return
    onRead(readShortcutsFile(await file.text()))
    notify({ title: `Keys taken from ${file.name}`, action: { label: 'Undo', run: () => onRead(shortcuts) } })
  }
  return (
    <>
      <Button icon="deliver" onClick={save}>
        Export
      </Button>
      <Button icon="folder" onClick={() => picker.current?.click()}>
        Import
      </Button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        aria-label="Keys file"
        onChange={(event) => {
          read(event.target.files?.item(0)).catch((error) => notifyError('The keys could not be read', error))
          event.target.value = ''
        }}
      />
    </>
  )
}
