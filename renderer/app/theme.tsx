import { useEffect } from 'react'
import { useSettings } from '../api/queries.ts'

/** Puts the chosen theme on the page; `system` leaves it to the system. */
export const Theme = () => {
  const theme = useSettings().data?.theme ?? 'system'
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
  return null
}
