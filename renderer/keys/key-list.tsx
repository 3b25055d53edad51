import { useState } from 'react'
import type { Shortcuts } from '#shared/contract/settings.ts'
import { isApple } from '../api/host.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { TextField } from '../ui/text-field.tsx'
import { type Command, type CommandId, commands } from './commands.ts'
import { keyLabel } from './key-label.ts'
import { KeyRecorder } from './key-recorder.tsx'
import { searchCommands } from './search-commands.ts'
import { commandsWithKeys, conflictsWith, keyTable, withKeys } from './shortcuts.ts'
import styles from './shortcuts-dialog.module.css'

interface Wanted {
  readonly id: CommandId
  readonly keys: string
  readonly conflicts: readonly Command[]
}

/** Every command with its keys; a key is added by pressing it, and one that another command has is asked about first. */
export const KeyList = ({ shortcuts, onChange }: { shortcuts: Shortcuts; onChange: (next: Shortcuts) => void }) => {
  const [words, setWords] = useState('')
  const [recordedId, setRecordedId] = useState<CommandId | null>(null)
  // The button that the recorder stood in for gets the focus back.
  const [doneId, setDoneId] = useState<CommandId | null>(null)
  const [wanted, setWanted] = useState<Wanted | null>(null)
  // With plain keys off they are still here to be changed.
  const table = keyTable({ ...shortcuts, on: true })

  const stop = (id: CommandId) => {
    setRecordedId(null)
    setDoneId(id)
  }
  const add = (id: CommandId, keys: string) => {
    stop(id)
    if (table[id].includes(keys)) return
    const conflicts = conflictsWith(id, keys, table)
    if (conflicts.length > 0) setWanted({ id, keys, conflicts })
    else onChange(withKeys(shortcuts, id, [...table[id], keys]))
  }
  const takeOver = ({ id, keys, conflicts }: Wanted) => {
    const freed = conflicts.reduce((before, { id: other }) => {
      const otherId = commands.find((command) => command.id === other)?.id
      return otherId
        ? withKeys(
            before,
            otherId,
            table[otherId].filter((each) => each !== keys),
          )
        : before
    }, shortcuts)
    onChange(withKeys(freed, id, [...table[id], keys]))
    setWanted(null)
  }

  return (
    <>
      <TextField
        label="Search commands"
        labelHidden
        placeholder="Search: approve, compare, Ctrl"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <ul className={styles.list}>
        {searchCommands(commandsWithKeys(table), words).map(({ id, title, group, keys }) => (
          <li key={id} className={styles.command}>
            <span className={styles.title}>
              {title} <span className={styles.group}>{group}</span>
            </span>
            <span className={styles.keys}>
              {keys.map((each) => (
                <button
                  key={each}
                  type="button"
                  className={styles.key}
                  aria-label={`Take ${keyLabel(each, isApple)} from ${title}`}
                  title="Take this key away"
                  onClick={() =>
                    onChange(
                      withKeys(
                        shortcuts,
                        id,
                        keys.filter((other) => other !== each),
                      ),
                    )
                  }
                >
                  <Kbd keys={each} />
                </button>
              ))}
              {recordedId === id ? (
                <KeyRecorder title={title} onKeys={(pressed) => add(id, pressed)} onCancel={() => stop(id)} />
              ) : (
                <IconButton
                  icon="plus"
                  label={`Add a key for ${title}`}
                  autoFocus={doneId === id}
                  onClick={() => setRecordedId(id)}
                />
              )}
              {id in shortcuts.changes && (
                <IconButton
                  icon="undo"
                  label={`${title}: keys of the profile`}
                  onClick={() => onChange(withKeys(shortcuts, id, null))}
                />
              )}
            </span>
            {wanted?.id === id && (
              <p className={styles.conflict} role="alert">
                <span>
                  <Kbd keys={wanted.keys} /> is taken by{' '}
                  {wanted.conflicts.map((other) => `“${other.title}”`).join(' and ')}.
                </span>
                <Button onClick={() => takeOver(wanted)}>Use it here instead</Button>
                <Button look="quiet" onClick={() => setWanted(null)}>
                  Leave it
                </Button>
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
