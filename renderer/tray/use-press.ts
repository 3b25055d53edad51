import { useEffect, useEffectEvent, useState } from 'react'

/** What a button of the tray offers: how many, and the most they cost (micros; null where a price is not known). */
export interface Offer {
  readonly tiles: number
  readonly highestMicros: number | null
}

interface OfferQuery<P> {
  readonly data: P | undefined
  readonly isFetching: boolean
  readonly isPlaceholderData: boolean
  readonly isError: boolean
}

/** Whether what is offered now makes and costs no more than what she pressed. */
export function isWithin(now: Offer, pressed: Offer): boolean {
  if (now.tiles > pressed.tiles) return false
  if (now.highestMicros === null || pressed.highestMicros === null) return now.highestMicros === pressed.highestMicros
  return now.highestMicros <= pressed.highestMicros
}

/**
 * The press of a button that starts a plan. While the plan is asked for again (a mark changed, a draft arrived) a press is
 * kept, not lost, until the answer is there; it starts that one, unless it makes or costs more than what the button said:
 * then the new figures are shown, and it is hers to press again.
 */
export function usePress<P extends Offer>(query: OfferQuery<P>, start: (plan: P) => void) {
  const [pressed, setPressed] = useState<P | null>(null)
  const offer = query.isPlaceholderData || query.isError || !query.data?.tiles ? null : query.data
  const answer = useEffectEvent(() => {
    if (pressed === null) return
    setPressed(null)
    if (offer && isWithin(offer, pressed)) start(offer)
  })
  useEffect(() => {
    if (pressed !== null && !query.isFetching) answer()
  }, [pressed, query.isFetching])
  return { canPress: offer !== null && pressed === null, press: () => setPressed(offer) }
}
