import { useEffect, useState } from 'react'

/** The time now, ms since 1970; anew every `everyMs` while something on screen depends on it. */
export function useNow(isTicking: boolean, everyMs = 1000): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    if (!isTicking) return
    setNowMs(Date.now())
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [isTicking, everyMs])
  return nowMs
}
