import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'

/** What can be open over a page, and which panes are shown. */
export interface Panels {
  readonly deliverOpen: boolean
  readonly trayOpen: boolean
  readonly paletteOpen: boolean
  readonly keySheetOpen: boolean
  readonly batchesShown: boolean
  readonly detailsShown: boolean
  readonly filterShown: boolean
  /** The right pane shows the history of decisions instead of details. */
  readonly historyShown: boolean
  readonly shortcutsOpen: boolean
  /** Everything but the pictures is darkened. */
  readonly dimmed: boolean
}

interface PanelsContext extends Panels {
  readonly show: (change: Partial<Panels>) => void
}

const remembered = ['batchesShown', 'detailsShown', 'filterShown'] as const
const storageKey = 'proofsheet-panes'

const Context = createContext<PanelsContext | null>(null)

const start: Panels = {
  deliverOpen: false,
  trayOpen: false,
  paletteOpen: false,
  keySheetOpen: false,
  batchesShown: true,
  detailsShown: true,
  filterShown: true,
  historyShown: false,
  shortcutsOpen: false,
  dimmed: false,
}

/** Which panes were shown, of this browser; the usual ones where nothing sound is stored. */
function recall(): Panels {
  const hidden = (localStorage.getItem(storageKey) ?? '').split(' ')
  return { ...start, ...Object.fromEntries(remembered.map((name) => [name, !hidden.includes(name)])) }
}

export const PanelsProvider = ({ children }: { children: ReactNode }) => {
  const [panels, setPanels] = useState(recall)
  useEffect(() => {
    // In a narrow window, or zoomed in, the side panes lie over the pictures: they wait until they are called.
    const narrow = window.matchMedia('(max-width: 900px)')
    const fit = () => {
      const { batchesShown, detailsShown } = recall()
      setPanels((before) => ({
        ...before,
        batchesShown: batchesShown && !narrow.matches,
        detailsShown: detailsShown && !narrow.matches,
      }))
    }
    fit()
    narrow.addEventListener('change', fit)
    return () => narrow.removeEventListener('change', fit)
  }, [])
  // Its identity never changes, so that effects may depend on it.
  const show = useCallback(
    (change: Partial<Panels>) =>
      setPanels((before) => {
        const next = { ...before, ...change }
        if (remembered.some((name) => name in change)) {
          localStorage.setItem(storageKey, remembered.filter((name) => !next[name]).join(' '))
        }
        return next
      }),
    [],
  )
  const value = useMemo(() => ({ ...panels, show }), [panels, show])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function usePanels(): PanelsContext {
  const panels = useContext(Context)
  if (!panels) throw new Error('This part of the page stands outside PanelsProvider')
  return panels
}
