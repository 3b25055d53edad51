import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { defaultSettings } from '#shared/contract/settings.ts'
import { isApple } from '../api/host.ts'
import { useSettings } from '../api/queries.ts'
import { type Command, type CommandId, commands } from './commands.ts'
import { commandFor } from './key-map.ts'
import { placeOf, pressOf } from './key-place.ts'
import { type KeyTable, keyTable } from './shortcuts.ts'

type Run = () => void

/** Which commands can be run now. Parts of the page offer them while they are shown; the newest offer wins. */
export interface CommandCenter {
  readonly offer: (id: CommandId, run: Run) => () => void
  readonly can: (id: CommandId) => boolean
  /** Whether there was an offer to run. */
  readonly run: (id: CommandId) => boolean
  /** Commands that last as long as their key is down. */
  readonly hold: (id: CommandId | null) => void
  readonly held: () => CommandId | null
  readonly subscribe: (listener: () => void) => () => void
}

function createCommandCenter(): CommandCenter {
  const offers = new Map<CommandId, Run[]>()
  const listeners = new Set<() => void>()
  const holding: { id: CommandId | null } = { id: null }
  return {
    offer: (id, run) => {
      offers.set(id, [...(offers.get(id) ?? []), run])
      return () =>
        offers.set(
          id,
          (offers.get(id) ?? []).filter((each) => each !== run),
        )
    },
    can: (id) => (offers.get(id)?.length ?? 0) > 0,
    run: (id) => {
      const run = offers.get(id)?.at(-1)
      run?.()
      return run !== undefined
    },
    hold: (id) => {
      if (holding.id === id) return
      holding.id = id
      for (const listener of listeners) listener()
    },
    held: () => holding.id,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const Center = createContext<CommandCenter | null>(null)
const Keys = createContext<KeyTable>(keyTable(defaultSettings.shortcuts))

const isHeld = (id: CommandId): boolean => {
  const command: Command | undefined = commands.find((each) => each.id === id)
  return command?.held === true
}

/** Holds the commands and listens to the keyboard for the whole page. */
export const CommandProvider = ({ children }: { children: ReactNode }) => {
  const [center] = useState(createCommandCenter)
  const shortcuts = useSettings().data?.shortcuts ?? defaultSettings.shortcuts
  const table = useMemo(() => keyTable(shortcuts), [shortcuts])
  useEffect(() => {
    const release = () => center.hold(null)
    const onKeyUp = (event: KeyboardEvent) => {
      release()
      // A Mac tells of Caps Lock once a press: it goes down when it comes on, and up when it goes off.
      if (isApple && event.key === 'CapsLock') onKeyDown(event)
    }
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const press = pressOf(event)
      const id = commandFor(press, placeOf(event.target), table)
      if (id === null) {
        // A held key says its command once and then repeats itself: that press is ours too.
        if (press.repeat && center.held() !== null) event.preventDefault()
        return
      }
      if (isHeld(id)) center.hold(id)
      else if (!center.run(id)) return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', release)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
      window.removeEventListener('keyup', onKeyUp)
      window.removeEventListener('blur', release)
    }
  }, [center, table])
  return (
    <Center.Provider value={center}>
      <Keys.Provider value={table}>{children}</Keys.Provider>
    </Center.Provider>
  )
}

export function useCommandCenter(): CommandCenter {
  const center = useContext(Center)
  if (!center) throw new Error('This part of the page stands outside CommandProvider')
  return center
}

/** Every command's keys as they are now. */
export const useKeyTable = (): KeyTable => useContext(Keys)

/** The first key of a command as it is now, for a hint; undefined where it has none. */
export function useKeyOf(): (id: CommandId) => string | undefined {
  const table = useKeyTable()
  return (id) => table[id][0]
}

/** Whether the key of a held command is down. */
export function useHeld(id: CommandId): boolean {
  const center = useCommandCenter()
  return useSyncExternalStore(center.subscribe, () => center.held() === id)
}

/** Offers commands while the component is shown: `useCommands({ deliver: () => setOpen(true) })`. */
export function useCommands(runs: Readonly<Partial<Record<CommandId, Run>>>): void {
  const center = useCommandCenter()
  const newest = useRef(runs)
  useEffect(() => {
    newest.current = runs
  })
  const names = Object.keys(runs).join(' ')
  useEffect(() => {
    const ids = names.split(' ').filter(isOffered(newest.current))
    const takeBack = ids.map((id) => center.offer(id, () => newest.current[id]?.()))
    return () => {
      for (const take of takeBack) take()
    }
  }, [center, names])
}

const isOffered =
  (runs: Readonly<Partial<Record<CommandId, Run>>>) =>
  (id: string): id is CommandId =>
    id in runs
