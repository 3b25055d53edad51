import { useEffect, useState } from 'react'

/** The value as it was once it had stayed the same for `waitMs`. Give it a stable object, or it never settles. */
export function useDebounced<Value>(value: Value, waitMs: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    if (Object.is(settled, value)) return
    const timer = setTimeout(() => setSettled(value), waitMs)
    return () => clearTimeout(timer)
  }, [value, settled, waitMs])
  return settled
}
