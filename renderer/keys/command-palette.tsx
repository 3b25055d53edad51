import { Dialog } from '@base-ui/react/dialog'
import { type KeyboardEvent, useId, useState } from 'react'
import { usePanels } from '../app/panels.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { useCommandCenter, useKeyTable } from './command-center.tsx'
import styles from './command-palette.module.css'
import type { CommandId } from './commands.ts'
import { searchCommands } from './search-commands.ts'
import { commandsWithKeys } from './shortcuts.ts'

/** Mod+K: everything that can be done here and now, by name. */
export const CommandPalette = () => {
  const { paletteOpen, show } = usePanels()
  return (
    <Dialog.Root open={paletteOpen} onOpenChange={(open) => show({ paletteOpen: open })}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup}>
          <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
          <Palette onClose={() => show({ paletteOpen: false })} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const Palette = ({ onClose }: { onClose: () => void }) => {
  const center = useCommandCenter()
  const listId = useId()
  const [words, setWords] = useState('')
  const [active, setActive] = useState(0)
  const offered = commandsWithKeys(useKeyTable()).filter(
    (command) => command.id !== 'palette' && center.can(command.id),
  )
  const found = searchCommands(offered, words)
  const at = Math.min(active, found.length - 1)

  const run = (id: CommandId | undefined) => {
    if (id === undefined) return
    onClose()
    // The dialog gives the focus back first, so that the command finds the page as it was.
    requestAnimationFrame(() => center.run(id))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setActive((at + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(found[at]?.id)
    else return
    event.preventDefault()
  }
  return (
    <>
      <div className={styles.search}>
        <Icon name="search" />
        <input
          className={styles.input}
          type="text"
          role="combobox"
          aria-label="Find a command"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[at] ? `${listId}-${found[at].id}` : undefined}
          placeholder="What do you want to do?"
          value={words}
          onChange={(event) => {
            setWords(event.target.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={styles.list} id={listId} role="listbox" aria-label="Commands" tabIndex={-1}>
        {found.map((command, index) => (
          <div
            key={command.id}
            id={`${listId}-${command.id}`}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: 'nearest' })
            }}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={classNames(styles.item, index === at && styles.active)}
            onPointerMove={() => setActive(index)}
            onClick={() => run(command.id)}
            onKeyDown={(event) => event.key === 'Enter' && run(command.id)}
          >
            <span className={styles.title}>{command.title}</span>
            <span className={styles.group}>{command.group}</span>
            {command.keys[0] && <Kbd keys={command.keys[0]} />}
          </div>
        ))}
        {found.length === 0 && <p className={styles.none}>No command has that name here.</p>}
      </div>
    </>
  )
}
