export interface Size {
  readonly width: number
  readonly height: number
}
export interface Point {
  readonly x: number
  readonly y: number
}

/** CSS pixels per picture pixel that show a picture whole in a stage. Drafts smaller than the stage are shown larger. */
export const fitScale = (picture: Size, stage: Size): number =>
  picture.width === 0 || picture.height === 0 ? 1 : Math.min(stage.width / picture.width, stage.height / picture.height)

/** CSS pixels per picture pixel at 100 %: one picture pixel on one pixel of the screen. */
export const fullScale = (pixelRatio: number): number => 1 / pixelRatio

/** The picture's middle, held so that no empty band opens beside a picture larger than the stage. */
export function heldCentre(centre: Point, scaled: Size, stage: Size): Point {
  const hold = (value: number, size: number, room: number) => {
    const slack = Math.max(0, (size - room) / 2)
    return Math.max(-slack, Math.min(slack, value))
  }
  return { x: hold(centre.x, scaled.width, stage.width), y: hold(centre.y, scaled.height, stage.height) }
}

/** The centre that keeps the picture's point under the pointer where it is while the scale changes. */
export const zoomedAt = (centre: Point, pointer: Point, before: number, after: number): Point => ({
  x: pointer.x - ((pointer.x - centre.x) * after) / before,
  y: pointer.y - ((pointer.y - centre.y) * after) / before,
})
