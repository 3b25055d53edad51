import type { Model } from '#shared/contract/providers.ts'
import type { GenerationRequest, InputPicture } from '#shared/generation-request.ts'

export type PicturePlaces = Pick<GenerationRequest, 'operation' | 'source' | 'references'>

/** The most pictures that go in with one prompt. */
const mostPictures = (model: Model): number => model.maxReferences ?? (model.operations.includes('edit') ? 1 : 0)

/**
 * Where the reference pictures of a prompt go. Where the model edits, the first is the one it starts from; else all go
 * beside the prompt. A string says why they cannot.
 */
export function placePictures(model: Model, pictures: readonly InputPicture[]): PicturePlaces | string {
  const [first, ...others] = pictures
  if (!first) {
    return model.operations.includes('generate')
      ? { operation: 'generate', source: null, references: [] }
      : `${model.label} makes no pictures from prompts alone`
  }
  const most = mostPictures(model)
  const canEdit = model.operations.includes('edit')
  if (most === 0 || (!canEdit && !model.operations.includes('generate')))
    return `${model.label} takes no reference pictures`
  if (pictures.length > most)
    return `${model.label} takes at most ${most} reference ${most === 1 ? 'picture' : 'pictures'}, not ${pictures.length}`
  return canEdit
    ? { operation: 'edit', source: first, references: others }
    : { operation: 'generate', source: null, references: [...pictures] }
}

/** The pictures that a request holds, in the order in which they were given. */
export const picturesOf = ({ source, references }: GenerationRequest): readonly InputPicture[] =>
  source ? [source, ...references] : references
