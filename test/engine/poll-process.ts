import { openNetwork } from '#engine/network/network.ts'
import { builtInProviders, customProvider } from '#engine/providers/providers.ts'
import { parseCustomService } from '#shared/contract/custom-services.ts'
import { fakeQueue } from '../fake-provider/queue-provider.ts'
import { noStream, sampleCall } from './sample-request.ts'

/** A process that knows a job by nothing but its handle, as after a restart: polls it to its end and prints what came. */
const [given = '{}'] = process.argv.slice(2)
const { id, service, settings, handle, key } = JSON.parse(given)
const provider = service
  ? customProvider(parseCustomService(service))
  : [...builtInProviders, fakeQueue].find((one) => one.id === id)
if (!provider) throw new Error(`there is no provider ${id}`)
const network = openNetwork()
const origins = [provider.origin(settings) ?? '', ...(provider.moreOrigins?.(settings) ?? [])]
const fetch = network.forProvider({ origins })
const session = provider.open(settings, { fetch, stream: noStream, now: Date.now, key: () => key })
let progress = await session.poll?.(handle, sampleCall())
for (let polls = 0; progress?.state === 'pending' && polls < 200; polls++) {
  await new Promise((done) => setTimeout(done, Math.min(100, progress?.state === 'pending' ? progress.pollAfterMs : 0)))
  progress = await session.poll?.(progress.handle, sampleCall())
}
await network.close()
process.stdout.write(JSON.stringify({ state: progress?.state, kinds: outputs().map(({ kind }) => kind) }))

function outputs() {
  return progress?.state === 'done' ? progress.outputs : []
}
