import { a1111 } from './a1111/a1111.ts'
import { bfl } from './bfl/bfl.ts'
import { comfyui } from './comfyui/comfyui.ts'
import { fal } from './fal/fal.ts'
import { gemini } from './gemini/gemini.ts'
import { openai } from './openai/openai.ts'
import { openaiCompatible } from './openai-compatible/openai-compatible.ts'
import type { Provider } from './provider.ts'
import { recraft } from './recraft/recraft.ts'
import { replicate } from './replicate/replicate.ts'
import { sdcpp } from './sdcpp/sdcpp.ts'
import { sketch } from './sketch/sketch.ts'
import { stability } from './stability/stability.ts'
import { xai } from './xai/xai.ts'

export { customPresets, customProvider } from './custom/custom.ts'

/** Every provider, in the order people see them. A new one is a folder and a line here. */
export const builtInProviders: readonly Provider[] = [
  sketch,
  openai,
  gemini,
  fal,
  replicate,
  stability,
  xai,
  recraft,
  bfl,
  a1111,
  comfyui,
  sdcpp,
  openaiCompatible,
]
