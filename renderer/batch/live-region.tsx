import { useReviewState } from '../review/session-context.tsx'

/** Says marks aloud for a screen reader. Two texts take turns, so that the same words twice are said twice. */
export const LiveRegion = () => {
  const { text, number } = useReviewState((state) => state.said)
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true">
      {text}
      {number % 2 === 0 ? '' : '\u00a0'}
    </div>
  )
}
