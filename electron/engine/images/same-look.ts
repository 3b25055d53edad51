import sharp from 'sharp'

/** Compared at this side, in pixels: a compression artefact is gone at it, a moved line is not. */
const side = 96
/** Of 255, for one channel of one pixel and on average over all. */
const mostApart = 24
const mostOnAverage = 1.5

/** Whether two pictures of one size are alike to the eye: no place differs by more than a compression would change it. */
export async function isSameLook(one: Uint8Array, other: Uint8Array): Promise<boolean> {
  const [first, second] = await Promise.all([pixelsOf(one), pixelsOf(other)])
  let sum = 0
  for (let at = 0; at < first.length; at++) {
    const apart = Math.abs((first[at] ?? 0) - (second[at] ?? 0))
    if (apart > mostApart) return false
    sum += apart
  }
  return sum / first.length <= mostOnAverage
}

const pixelsOf = (bytes: Uint8Array): Promise<Uint8Array> =>
  sharp(bytes).toColourspace('srgb').ensureAlpha().resize(side, side, { fit: 'fill' }).raw().toBuffer()
