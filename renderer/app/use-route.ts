import { useMemo, useSyncExternalStore } from 'react'
import { hrefOf, parseRoute, type Route } from './router.ts'

function onHashChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash)
  return useMemo(() => parseRoute(hash), [hash])
}

/**
 * Goes to a page; `replace` leaves no step for "back" (moving through pictures in the loupe). The page is told at once, not
 * by the browser's own event a task later: the next key is already about the page that this one opened.
 */
export function goTo(route: Route, options: { replace?: boolean } = {}): void {
  const href = hrefOf(route)
  if (window.location.hash === href) return
  if (options.replace) window.history.replaceState(null, '', href)
  else window.history.pushState(null, '', href)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}
