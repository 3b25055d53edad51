import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { fakeQueue } from '../fake-provider/queue-provider.ts'
import { describeProvider } from './provider-contract.ts'

describeProvider({
  provider: openaiCompatible,
  settingsFor: (baseUrl) => ({ baseUrl, models: 'fake-image' }),
  request: { model: 'fake-image' },
  unsupportedSize: { width: 65, height: 64 },
  refusal: 'submit',
})

describeProvider({
  provider: fakeQueue,
  settingsFor: (baseUrl) => ({ baseUrl, pollMs: 5 }),
  request: { model: 'fake-queue' },
  unsupportedSize: { width: 65, height: 64 },
  refusal: 'poll',
})

describeProvider({
  provider: sketch,
  settingsFor: () => ({}),
  request: { model: 'sketch', width: 128, height: 128, seed: 1 },
  unsupportedSize: { width: 129, height: 128 },
  refusal: null,
})
