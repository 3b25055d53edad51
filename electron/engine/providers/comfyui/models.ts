import { type CatalogueModel, modelFrom } from '#engine/providers/catalogue.ts'
import { freeOfCharge, isTypedId, listOf, withOwnSizes } from '#engine/providers/own-server.ts'
import type { Model, Size } from '#shared/contract/providers.ts'
import type { Settings } from './settings.ts'
import standardWorkflow from './standard-workflow.json' with { type: 'json' }
import { findPlace, placeNames, type Workflow, workflow } from './workflow.ts'

/** Text to picture with a checkpoint and nothing else, for those who have no workflow of their own. */
const standard = workflow.parse(standardWorkflow)

export interface ComfyEntry extends CatalogueModel {
  readonly workflow: Workflow
}

function sizeFrom(text: string): Size {
  const [width = 0, height = 0] = text.split('x').map(Number)
  return { width, height }
}

function entryFrom(id: string, of: Workflow): ComfyEntry {
  const has = (name: (typeof placeNames)[number]): boolean => findPlace(of, name) !== null
  const finalSize = sizeFrom(of.finalSize)
  const takesSize = has('width')
  const taken = placeNames.map((name) => findPlace(of, name)).map((place) => place && `${place.node}.${place.input}`)
  const inputs = Object.entries(of.workflow).flatMap(([node, { inputs }]) =>
    Object.keys(inputs).map((input) => `${node}.${input}`),
  )
  return {
    id,
    label: id,
    operations: [of.operation],
    sizes: takesSize ? { multipleOf: of.multipleOf, min: of.multipleOf, max: 16_384 } : 'own',
    table: takesSize ? null : [finalSize],
    draftSize: takesSize ? sizeFrom(of.draftSize) : finalSize,
    finalSize,
    seed: has('seed') ? { min: 0, max: Number.MAX_SAFE_INTEGER } : null,
    takesNegativePrompt: has('negative'),
    qualities: [],
    ...(of.operation === 'upscale' ? { scale: { only: of.scale } } : {}),
    formats: ['png'],
    options: inputs.filter((input) => !taken.includes(input)),
    maxPromptLength: null,
    price: null,
    workflow: of,
  }
}

/** A workflow of the person's own by its name; any other id is a checkpoint for the built-in one. */
export function entryOf(id: string, of: Settings): ComfyEntry | null {
  if (!isTypedId(id)) return null
  const own = Object.hasOwn(of.workflows, id) ? of.workflows[id] : undefined
  if (own) return entryFrom(id, own)
  const loader = standard.workflow['4']
  if (!loader) return null
  const graph = { ...standard.workflow, '4': { ...loader, inputs: { ...loader.inputs, ckpt_name: id } } }
  const entry = entryFrom(id, { ...standard, workflow: graph })
  return withOwnSizes({ ...entry, options: entry.options.filter((name) => name !== '4.ckpt_name') }, of)
}

export function modelOf(id: string, of: Settings): Model | null {
  const entry = entryOf(id, of)
  return entry && { ...modelFrom(entry, 0), price: freeOfCharge }
}

export const modelsOf = (checkpoints: readonly string[], of: Settings): Model[] =>
  [...new Set([...Object.keys(of.workflows), ...checkpoints])]
    .map((id) => modelOf(id, of))
    .filter((model) => model !== null)

export const listed = (of: Settings): Model[] => modelsOf(listOf(of.checkpoints), of)
