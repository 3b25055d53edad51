import { client } from '../api/client.ts'
import { abilities } from '../api/host.ts'
import { countText } from '../ui/time-text.ts'

const everyMs = 1000

/** A delivery that takes longer than a day is no news any more. */
const mostLooks = 86_400

/** A note from the system when a delivery has ended while she works elsewhere, where the host can give one. */
export async function tellWhenDone(deliveryId: number, name: string): Promise<void> {
  const { notify } = abilities
  if (!notify) return
  for (let look = 0; look < mostLooks; look++) {
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    const { state, files, failed, target, error } = await client.delivery.get({ deliveryId })
    if (state === 'running') continue
    if (document.hasFocus()) return
    if (state === 'done' && error === null)
      notify(`${name} is delivered`, `${countText(files - failed, 'file')} in ${target}`)
    else
      notify(state === 'done' ? `${name} is delivered, but for some files` : `${name} was not delivered`, error ?? '')
    return
  }
}
