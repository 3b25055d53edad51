import { bfl } from '#engine/providers/bfl/bfl.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import { describeProvider } from './provider-contract.ts'

describeProvider({
  provider: fal,
  settingsFor: (url) => ({
    baseUrl: `${url}/fal-queue`,
    platformUrl: `${url}/fal-platform/v1`,
    pollSeconds: 0.01,
    concurrency: 4,
  }),
  request: { model: 'fal-ai/flux/schnell', width: 512, height: 512, outputFormat: 'png' },
  unsupportedSize: { width: 513, height: 512 },
  refusal: 'poll',
})

describeProvider({
  provider: openai,
  settingsFor: (url) => ({ baseUrl: `${url}/openai/v1` }),
  request: { model: 'gpt-image-2.5-flare', width: 1024, height: 1024, quality: 'low' },
  unsupportedSize: { width: 1000, height: 1024 },
  refusal: 'submit',
})

describeProvider({
  provider: replicate,
  settingsFor: (url) => ({ baseUrl: `${url}/replicate/v1`, pollSeconds: 0.01 }),
  request: { model: 'black-forest-labs/flux-schnell', width: 512, height: 512, outputFormat: 'png' },
  unsupportedSize: { width: 500, height: 512 },
  refusal: 'poll',
})

describeProvider({
  provider: stability,
  settingsFor: (url) => ({ baseUrl: `${url}/stability` }),
  request: { model: 'sd3.5-medium', width: 1024, height: 1024 },
  unsupportedSize: { width: 1000, height: 1024 },
  refusal: 'submit',
})

describeProvider({
  provider: gemini,
  settingsFor: (url) => ({ baseUrl: `${url}/gemini/v1beta` }),
  request: { model: 'gemini-nano-banana-2.1', width: 1024, height: 1024, quality: 'minimal' },
  unsupportedSize: { width: 1000, height: 1000 },
  refusal: 'submit',
})

describeProvider({
  provider: bfl,
  settingsFor: (url) => ({ baseUrl: `${url}/bfl`, pollSeconds: 0.01 }),
  request: { model: 'flux-2-klein-4b', width: 512, height: 512, outputFormat: 'png' },
  unsupportedSize: { width: 500, height: 512 },
  refusal: 'poll',
})

describeProvider({
  provider: xai,
  settingsFor: (url) => ({ baseUrl: `${url}/xai/v1` }),
  request: { model: 'grok-imagine-image-2.0', width: 1024, height: 1024, quality: 'low' },
  unsupportedSize: { width: 1000, height: 1000 },
  refusal: 'submit',
})

describeProvider({
  provider: recraft,
  settingsFor: (url) => ({ baseUrl: `${url}/recraft/v1` }),
  request: { model: 'recraftv4_1', width: 1024, height: 1024 },
  unsupportedSize: { width: 1000, height: 1024 },
  refusal: 'submit',
})
