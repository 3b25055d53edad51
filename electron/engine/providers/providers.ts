import { gemini } from './gemini/gemini.ts'
import { openai } from './openai/openai.ts'
import { openaiCompatible } from './openai-compatible/openai-compatible.ts'
import type { Provider } from './provider.ts'
import { sketch } from './sketch/sketch.ts'
import { xai } from './xai/xai.ts'

/** Every provider, in the order people see them. A new one is a folder and a line here. */
export const builtInProviders: readonly Provider[] = [sketch, openai, gemini, xai, openaiCompatible]
