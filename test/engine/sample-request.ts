import type { ProviderCall, ProviderStream } from '#engine/providers/provider.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** A whole request with everything left open but what a test is about. */
export const sampleRequest = (parts: Partial<GenerationRequest> = {}): GenerationRequest => ({
  operation: 'generate',
  provider: 'openai-compatible',
  model: 'fake-image',
  prompt: 'a red shoe on sand',
  negativePrompt: null,
  width: 64,
  height: 64,
  quality: null,
  outputFormat: null,
  seed: null,
  variant: null,
  scale: null,
  source: null,
  references: [],
  options: {},
  answeredBy: null,
  ...parts,
})

/** A call without input pictures, unless some are given by their SHA-256. */
export const sampleCall = (inputs: Readonly<Record<string, Uint8Array>> = {}, signal?: AbortSignal): ProviderCall => ({
  signal: signal ?? new AbortController().signal,
  input: async (sha256) => {
    const bytes = inputs[sha256]
    if (bytes) return bytes
    throw new Error(`no picture ${sha256}`)
  },
})

/** For providers of which nothing is asked that comes in pieces. */
export const noStream: ProviderStream = async (url) => {
  throw new Error(`nothing was to be streamed, and yet ${url}`)
}
