import type { Deliverable } from '#engine/tiles/tiles.ts'
import type { Decision } from '#shared/contract/common.ts'
import { promptOf } from '../plan/name-values.ts'

/** What a delivered picture says of itself: never a price, a path or a key. */
export interface Provenance {
  readonly decision: Decision
  /** As XMP has it: -1 rejected, 0 none, 1 to 5. */
  readonly rating: number
  readonly label: string | null
  readonly prompt: string
  readonly negativePrompt: string | null
  readonly provider: string
  readonly model: string
  readonly seed: number | null
  readonly width: number
  readonly height: number
  readonly promptHash: string
  readonly stage: 'draft' | 'final'
  readonly operation: string
  readonly options: Deliverable['request']['options']
  readonly sha256: string
  readonly createdMs: number
}

export const provenanceOf = (image: Deliverable): Provenance => ({
  decision: image.decision,
  rating: image.decision === 'rejected' ? -1 : image.rating,
  label: labelOf(image),
  prompt: promptOf(image),
  negativePrompt: image.request.negativePrompt,
  provider: image.provider,
  model: image.model,
  seed: image.seed,
  width: image.width,
  height: image.height,
  promptHash: image.promptHash,
  stage: image.stage,
  operation: image.request.operation,
  options: image.request.options,
  sha256: image.sha256,
  createdMs: image.createdMs,
})

/** A colour as Lightroom and Bridge call it; without one, the decision where it is a yes. */
function labelOf({ label, decision }: Pick<Deliverable, 'label' | 'decision'>): string | null {
  if (label !== null) return `${label.charAt(0).toUpperCase()}${label.slice(1)}`
  return decision === 'approved' ? 'Approved' : null
}

const optionNames: Readonly<Record<string, string>> = {
  steps: 'Steps',
  sampler: 'Sampler',
  sampler_name: 'Sampler',
  scheduler: 'Schedule type',
  cfg_scale: 'CFG scale',
  cfg: 'CFG scale',
  guidance_scale: 'CFG scale',
}

/** The text that other tools read as A1111's `parameters`: prompt, negative prompt, and a line of settings. */
export function parametersText(of: Provenance): string {
  const settings = new Map<string, string>()
  for (const [name, value] of Object.entries(of.options)) {
    const known = optionNames[name]
    if (known !== undefined && (typeof value === 'string' || typeof value === 'number')) settings.set(known, `${value}`)
  }
  if (of.seed !== null) settings.set('Seed', `${of.seed}`)
  settings.set('Size', `${of.width}x${of.height}`)
  settings.set('Model', of.model)
  settings.set('Version', 'Proofsheet')
  const line = Array.from(
    settings,
    ([name, value]) => `${name}: ${/[,:\n]/.test(value) ? JSON.stringify(value) : value}`,
  )
  const negative = of.negativePrompt ? [`Negative prompt: ${of.negativePrompt}`] : []
  return [of.prompt, ...negative, line.join(', ')].join('\n')
}

/** Our own record, for whoever wants to make the picture again without the manifest at hand. */
export const recordText = (of: Provenance): string => JSON.stringify({ recordVersion: 1, ...of })
