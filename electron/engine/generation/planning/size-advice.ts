import type { Size } from '#shared/contract/providers.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import type { ModelFacts } from './model-facts.ts'
import { sumOrNull } from './planned-work.ts'
import type { WishedFinal } from './wished-final.ts'

interface Group {
  readonly slot: Size
  readonly times: number
  count: number
  enoughMicros: number | null
  askedMicros: number | null
}

/**
 * Whether pictures are enlarged further than the place they are meant for. Only upscales are looked at: what is drawn anew
 * takes the size that its row asks for.
 */
export function collectSizeAdvice(facts: ModelFacts) {
  const groups = new Map<string, Group>()

  return {
    /** `picture` is what is enlarged, `slot` the place it is for. */
    look(picture: Size, slot: Size, { request, model }: WishedFinal): void {
      if (request.operation !== 'upscale' || request.scale === null) return
      const { scales } = model
      if (scales === 'own' || (scales !== undefined && 'only' in scales)) return
      const needed = Math.max(slot.width / picture.width, slot.height / picture.height)
      const times = Math.max(scales?.min ?? 1, Math.ceil(needed))
      if (times >= request.scale) return
      const enough: GenerationRequest = {
        ...request,
        scale: times,
        width: Math.round(picture.width * times),
        height: Math.round(picture.height * times),
      }
      const key = `${slot.width}x${slot.height} ${times}`
      const group = groups.get(key) ?? { slot, times, count: 0, enoughMicros: 0, askedMicros: 0 }
      group.count++
      group.enoughMicros = sumOrNull(group.enoughMicros, times <= 1 ? 0 : facts.priceOf(enough)?.expectedMicros)
      group.askedMicros = sumOrNull(group.askedMicros, facts.priceOf(request)?.expectedMicros)
      groups.set(key, group)
    },

    /** One sentence on the place that most of them have in common; null where nothing is too large. */
    sentence(currency: string): string | null {
      const [most] = [...groups.values()].sort((one, other) => other.count - one.count)
      if (!most) return null
      const { slot, times, count, enoughMicros, askedMicros } = most
      const place = slot.width === slot.height ? `${slot.width} px` : `${slot.width} × ${slot.height} px`
      const what = times <= 1 ? 'the drafts are large enough' : `${times}× is enough`
      const saves = enoughMicros !== null && askedMicros !== null && askedMicros > enoughMicros
      const money = saves ? `, ${moneyText(enoughMicros, currency)} instead of ${moneyText(askedMicros, currency)}` : ''
      const of = count === 1 ? '1 picture' : `${count.toLocaleString('en-US')} pictures`
      return `The place of ${of} is ${place}: ${what}${money}.`
    },
  }
}
