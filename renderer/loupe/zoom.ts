export interface Size {
  readonly width: number
  readonly height: number
}
export interface Point {
  readonly x: number
  readonly y: number
}

/** How a picture is looked at. `pan`: how far its middle is off the stage's, in shares of its own width and height. */
export interface Look {
  readonly isFull: boolean
  readonly pan: Point
}

export const wholePicture: Look = { isFull: false, pan: { x: 0, y: 0 } }

/** CSS pixels per picture pixel that show a picture whole in a stage. Drafts smaller than the stage are shown larger. */
export const fitScale = (picture: Size, stage: Size): number =>
  picture.width === 0 || picture.height === 0 ? 1 : Math.min(stage.width / picture.width, stage.height / picture.height)

/** CSS pixels per picture pixel at 100 %: one picture pixel on one pixel of the screen. */
const fullScale = (pixelRatio: number): number => 1 / pixelRatio

/**
 * The scale at 100 % of a picture beside others. The widest of them sets it: a draft beside its final is drawn as wide as
 * the final, so that the same place is seen in both.
 */
export const linkedScale = (picture: Size, widest: number, pixelRatio: number): number =>
  fullScale(pixelRatio) * (picture.width === 0 ? 1 : Math.max(widest, picture.width) / picture.width)

/** The picture's middle, held so that no empty band opens beside a picture larger than the stage. */
export function heldCentre(centre: Point, scaled: Size, stage: Size): Point {
  const hold = (value: number, size: number, room: number) => {
    const slack = Math.max(0, (size - room) / 2)
    return Math.max(-slack, Math.min(slack, value))
  }
  return { x: hold(centre.x, scaled.width, stage.width), y: hold(centre.y, scaled.height, stage.height) }
}

/** Pixels off the middle as shares of a picture, and back. */
export const panOf = (centre: Point, scaled: Size): Point => ({
  x: scaled.width === 0 ? 0 : centre.x / scaled.width,
  y: scaled.height === 0 ? 0 : centre.y / scaled.height,
})
export const centreOf = (pan: Point, scaled: Size): Point => ({ x: pan.x * scaled.width, y: pan.y * scaled.height })

/** The centre that keeps the picture's point under the pointer where it is while the scale changes. */
export const zoomedAt = (centre: Point, pointer: Point, before: number, after: number): Point => ({
  x: pointer.x - ((pointer.x - centre.x) * after) / before,
  y: pointer.y - ((pointer.y - centre.y) * after) / before,
})
