import { useEffect, useLayoutEffect, useRef } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { useChangeSettings } from '../api/changes.ts'
import type { ReviewSession } from '../review/session.ts'

/** Focus is stored this long after it last moved, in ms, and when she leaves. */
const storeAfterMs = 1500

/** Opens the batch where she left it, the first time on the first undecided draft, and stores where she goes. */
export function useKeptFocus(
  session: ReviewSession,
  ids: { readonly ids: readonly number[]; readonly firstUndecided: number } | undefined,
  settings: Settings | undefined,
  loupeTileId: number | null,
): void {
  const isOpened = useRef(false)
  const { mutate: changeSettings } = useChangeSettings()
  const newest = useRef(settings)
  useEffect(() => {
    newest.current = settings
  })

  useLayoutEffect(() => {
    if (isOpened.current || !ids || !settings || ids.ids.length === 0) return
    isOpened.current = true
    const { list } = session.state()
    const wanted = [loupeTileId, settings.focus[String(session.batchId)], ids.ids[ids.firstUndecided], ids.ids[0]]
    const found = wanted.find((tileId) => tileId !== undefined && tileId !== null && list.indexOf(tileId) >= 0)
    session.focus(found ?? null)
  }, [session, ids, settings, loupeTileId])

  useEffect(() => {
    const timer = { id: 0 as ReturnType<typeof setTimeout> | 0 }
    const store = () => {
      clearTimeout(timer.id)
      const { focusId } = session.state()
      const focus = newest.current?.focus
      const name = String(session.batchId)
      if (focusId !== null && focus && focus[name] !== focusId) changeSettings({ focus: { ...focus, [name]: focusId } })
    }
    const last = { focusId: session.state().focusId }
    const forget = session.subscribe(() => {
      if (last.focusId === session.state().focusId) return
      last.focusId = session.state().focusId
      clearTimeout(timer.id)
      timer.id = setTimeout(store, storeAfterMs)
    })
    window.addEventListener('pagehide', store)
    return () => {
      forget()
      store()
      window.removeEventListener('pagehide', store)
    }
  }, [session, changeSettings])
}
