import { z } from 'zod'
import { operations } from '#shared/generation-request.ts'

const graphNode = z.looseObject(
  { class_type: z.string(), inputs: z.record(z.string(), z.unknown()) },
  'is no node: save the workflow with “Export (API)”, not with “Save”',
)
export type Graph = Readonly<Record<string, Readonly<z.infer<typeof graphNode>>>>

const size = z.string().regex(/^\d{2,5}x\d{2,5}$/, 'a size looks like 1024x1024')

/** The input that a place stands for, where only the node is named: the first of these that the node has. */
const usualInputs = {
  prompt: ['text', 'prompt', 'string', 'value'],
  negative: ['text', 'prompt', 'string', 'value'],
  seed: ['seed', 'noise_seed', 'value'],
  width: ['width', 'value'],
  height: ['height', 'value'],
  image: ['image'],
} as const
export type PlaceName = keyof typeof usualInputs
export const placeNames = ['prompt', 'negative', 'seed', 'width', 'height', 'image'] as const

/** `6` or `6.text`: a node, and the input of it. */
const place = z.string().regex(/^[\w:-]+(\.\w+)?$/, 'a place looks like 6 or 6.text')

/** A workflow in ComfyUI's API format, and which of its inputs hold what a request asks for. */
export const workflow = z
  .strictObject({
    workflow: z.record(z.string(), graphNode),
    nodes: z.strictObject({
      prompt: place.optional(),
      negative: place.optional(),
      seed: place.optional(),
      width: place.optional(),
      height: place.optional(),
      image: place.optional(),
      /** The node that saves the picture; without it, every picture that was saved counts. */
      output: z.string().optional(),
    }),
    operation: z.enum(operations).default('generate'),
    draftSize: size.default('512x512'),
    finalSize: size.default('1024x1024'),
    multipleOf: z.int().positive().default(8),
    /** How many times larger an upscale makes a picture. */
    scale: z.number().min(1).default(2),
  })
  .superRefine((of, context) => {
    const say = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['nodes', path], message })
    for (const name of placeNames) {
      if (of.nodes[name] !== undefined && !findPlace(of, name))
        say(name, `the workflow has no node or input ${of.nodes[name]}`)
    }
    const { output, image, width, height } = of.nodes
    if (output !== undefined && !of.workflow[output]) say('output', `the workflow has no node ${output}`)
    if ((width === undefined) !== (height === undefined)) say('width', 'width and height go together')
    if (of.operation !== 'generate' && image === undefined) say('image', `to ${of.operation}, it needs a place`)
    if (of.operation === 'generate' && image !== undefined) say('image', 'what starts from a picture is an edit')
    if (of.operation === 'generate' && of.nodes.prompt === undefined) say('prompt', 'it needs a place')
  })
export type Workflow = z.infer<typeof workflow>

interface Place {
  readonly node: string
  readonly input: string
}

/** Where a workflow takes what is asked; null where it has no place for it. */
export function findPlace(of: Pick<Workflow, 'workflow' | 'nodes'>, name: PlaceName): Place | null {
  const [node = '', named] = of.nodes[name]?.split('.') ?? []
  const inputs = of.workflow[node]?.inputs
  const input = (named === undefined ? usualInputs[name] : [named]).find((one) => inputs && Object.hasOwn(inputs, one))
  return input === undefined ? null : { node, input }
}
