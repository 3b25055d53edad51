import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { bfl } from '#engine/providers/bfl/bfl.ts'
import { comfyui } from '#engine/providers/comfyui/comfyui.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import type { Provider } from '#engine/providers/provider.ts'
import { customProvider } from '#engine/providers/providers.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { sdcpp } from '#engine/providers/sdcpp/sdcpp.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { fakeQueue } from '../fake-provider/queue-provider.ts'
import { services } from './custom-service.ts'
import { source } from './hosted-session.ts'

export interface ProviderSubject {
  readonly provider: Provider
  /** Its settings, so that it talks to the server at this address. */
  readonly settingsFor: (url: string) => Record<string, unknown>
  readonly request: Partial<GenerationRequest>
  readonly unsupportedSize: { readonly width: number; readonly height: number }
  /** How the far end shows a refusal: at once, or when it is polled. Null where it refuses nothing (this machine, one's own server). */
  readonly refusal: 'submit' | 'poll' | null
  /** A request that is followed by a handle, where most are answered at once. */
  readonly followed?: Partial<GenerationRequest>
  /** What a described service is made from. */
  readonly service?: CustomService
}

export const firstSubjects: readonly ProviderSubject[] = [
  {
    provider: openaiCompatible,
    settingsFor: (baseUrl) => ({ baseUrl, models: 'fake-image' }),
    request: { model: 'fake-image' },
    unsupportedSize: { width: 65, height: 64 },
    refusal: 'submit',
  },
  {
    provider: fakeQueue,
    settingsFor: (baseUrl) => ({ baseUrl, pollMs: 5 }),
    request: { model: 'fake-queue' },
    unsupportedSize: { width: 65, height: 64 },
    refusal: 'poll',
  },
  {
    provider: sketch,
    settingsFor: () => ({}),
    request: { model: 'sketch', width: 128, height: 128, seed: 1 },
    unsupportedSize: { width: 129, height: 128 },
    refusal: null,
  },
]

export const hostedSubjects: readonly ProviderSubject[] = [
  {
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
  },
  {
    provider: openai,
    settingsFor: (url) => ({ baseUrl: `${url}/openai/v1` }),
    request: { model: 'gpt-image-2.5-flare', width: 1024, height: 1024, quality: 'low' },
    unsupportedSize: { width: 1000, height: 1024 },
    refusal: 'submit',
  },
  {
    provider: replicate,
    settingsFor: (url) => ({ baseUrl: `${url}/replicate/v1`, pollSeconds: 0.01 }),
    request: { model: 'black-forest-labs/flux-schnell', width: 512, height: 512, outputFormat: 'png' },
    unsupportedSize: { width: 500, height: 512 },
    refusal: 'poll',
  },
  {
    provider: stability,
    settingsFor: (url) => ({ baseUrl: `${url}/stability`, pollSeconds: 1 }),
    request: { model: 'sd3.5-medium', width: 1024, height: 1024 },
    unsupportedSize: { width: 1000, height: 1024 },
    refusal: 'submit',
    followed: {
      operation: 'upscale',
      model: 'upscale-creative',
      source: { ...source, width: 64, height: 64 },
      width: null,
      height: null,
    },
  },
  {
    provider: gemini,
    settingsFor: (url) => ({ baseUrl: `${url}/gemini/v1beta` }),
    request: { model: 'gemini-nano-banana-2.1', width: 1024, height: 1024, quality: 'minimal' },
    unsupportedSize: { width: 1000, height: 1000 },
    refusal: 'submit',
  },
  {
    provider: bfl,
    settingsFor: (url) => ({ baseUrl: `${url}/bfl`, pollSeconds: 0.01 }),
    request: { model: 'flux-2-klein-4b', width: 512, height: 512, outputFormat: 'png' },
    unsupportedSize: { width: 500, height: 512 },
    refusal: 'poll',
  },
  {
    provider: xai,
    settingsFor: (url) => ({ baseUrl: `${url}/xai/v1` }),
    request: { model: 'grok-imagine-image-2.0', width: 1024, height: 1024, quality: 'low' },
    unsupportedSize: { width: 1000, height: 1000 },
    refusal: 'submit',
  },
  {
    provider: recraft,
    settingsFor: (url) => ({ baseUrl: `${url}/recraft/v1` }),
    request: { model: 'recraftv4_1', width: 1024, height: 1024 },
    unsupportedSize: { width: 1000, height: 1024 },
    refusal: 'submit',
  },
]

export const ownServerSubjects: readonly ProviderSubject[] = [
  {
    provider: a1111,
    settingsFor: (url) => ({ baseUrl: `${url}/a1111` }),
    request: { model: 'photon_v1.safetensors [ec41bd2a82]' },
    unsupportedSize: { width: 65, height: 64 },
    refusal: null,
  },
  {
    provider: comfyui,
    settingsFor: (url) => ({ baseUrl: `${url}/comfyui`, pollSeconds: 0.01 }),
    request: { model: 'sdxl.safetensors' },
    unsupportedSize: { width: 65, height: 64 },
    refusal: null,
  },
  {
    provider: sdcpp,
    settingsFor: (url) => ({ baseUrl: `${url}/sdcpp`, pollSeconds: 0.01 }),
    request: { model: 'tiny-sd' },
    unsupportedSize: { width: 65, height: 64 },
    refusal: null,
  },
]

const orderedAnswer = {
  pictures: '/image_url',
  as: 'url',
  seed: '/seed',
  error: ['/error/message'],
  status: { at: '/status', done: ['completed'], failed: ['failed'] },
  refused: { at: '/error/code', values: ['content_policy'] },
}

/** A described service of one shape, under /custom unless another path is named. */
function described(
  name: keyof typeof services,
  refusal: 'submit' | 'poll',
  parts: Record<string, unknown> = {},
  { path = '/custom', model = 'default' } = {},
): ProviderSubject {
  const service = services[name]('http://127.0.0.1:9/custom', parts)
  return {
    service,
    provider: customProvider(service),
    settingsFor: (url) => ({ baseUrl: `${url}${path}` }),
    request: { model },
    unsupportedSize: { width: 65, height: 64 },
    refusal,
  }
}

export const customSubjects: readonly ProviderSubject[] = [
  described(
    'single',
    'submit',
    { auth: { header: 'authorization', scheme: 'Bearer' } },
    { path: '/v1', model: 'fake-image' },
  ),
  described('array', 'submit'),
  described('inOrder', 'submit', { answer: orderedAnswer }),
  described('poll', 'poll'),
  described('picture', 'submit', {
    answer: { as: 'bytes', refused: { at: '/error/code', values: ['content_policy'] } },
  }),
]
