import { useState } from 'react'
import { usePanels } from '../app/panels.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useKeyTable } from './command-center.tsx'
import styles from './key-sheet.module.css'
import { searchCommands } from './search-commands.ts'
import { commandsWithKeys } from './shortcuts.ts'

const groups = ['Decide', 'Mark', 'Move', 'View', 'Select', 'Batch', 'Window'] as const
const places = {
  grid: 'in the grid',
  loupe: 'in the loupe',
  compare: 'in compare',
  survey: 'in the survey',
  'shoot-out': 'in the shoot-out',
  large: 'of a large picture',
  review: '',
  page: '',
} as const

/** All keys, with a search over what they do. */
export const KeySheet = () => {
  const { keySheetOpen, show } = usePanels()
  const [words, setWords] = useState('')
  const table = useKeyTable()
  const withKeys = commandsWithKeys(table).filter((command) => command.keys.length > 0)
  const found = searchCommands(withKeys, words)
  return (
    <Dialog
      title="Keys"
      width="wide"
      open={keySheetOpen}
      onClose={() => show({ keySheetOpen: false })}
      foot={
        <Button icon="keyboard" onClick={() => show({ keySheetOpen: false, shortcutsOpen: true })}>
          Change keys
        </Button>
      }
    >
      <TextField
        label="Search keys"
        labelHidden
        placeholder="Search: approve, row, Ctrl"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {found.length === 0 && <p className={styles.none}>No key does that.</p>}
      <div className={styles.groups}>
        {groups.map((group) => {
          const members = found.filter((command) => command.group === group)
          if (members.length === 0) return null
          return (
            <section key={group} className={styles.group}>
              <h3>{group}</h3>
              <dl>
                {members.map((command) => (
                  <div key={command.id} className={styles.line}>
                    <dt>
                      {command.title} <span>{places[command.where]}</span>
                    </dt>
                    <dd>
                      {command.keys.map((keys) => (
                        <Kbd key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
    </Dialog>
  )
}
