import { useEffect } from 'react'
import { hrefOf, parseRoute, type Route } from '../app/router.ts'
import { goTo } from '../app/use-route.ts'

/** The address follows what is shown this long after it last changed, in ms: browsers refuse many changes a second. */
const addressAfterMs = 400

/** Keeps the address of a view that its keys change, so that "back" and a restart come to what was seen last. */
export function useFocusAddress(route: Route): void {
  const href = hrefOf(route)
  useEffect(() => {
    const timer = setTimeout(() => goTo(parseRoute(href), { replace: true }), addressAfterMs)
    return () => clearTimeout(timer)
  }, [href])
}
