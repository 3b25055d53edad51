import { type Colour, colour, darker, mixed } from '../colour.ts'
import type { Light, Pen, Random } from '../pen.ts'

/** What a background is drawn with; `wall` and `floor` are its own colours, `ground` the y where things stand. */
export interface Stage {
  readonly pen: Pen
  readonly random: Random
  readonly light: Light
  readonly wall: Colour
  readonly floor: Colour
  readonly accent: Colour
  readonly width: number
  readonly height: number
  readonly ground: number
}

export const sheet = ({ pen, width }: Stage, y: number, tall: number, top: Colour, bottom: Colour) =>
  pen.rect(
    0,
    y,
    width,
    tall,
    0,
    pen.linear(0, 0, 0, 1, [
      [0, top],
      [1, bottom],
    ]),
  )
const dusk = colour(0.3, 0.07, 278)
/** Night lowers what a place's own colours are. */
export const dim = (light: Light, of: Colour): Colour =>
  light.day > 0.75 ? of : mixed(darker(of, (0.8 - light.day) * 0.36), dusk, (0.8 - light.day) * 0.45)
export const glow = ({ pen, light }: Stage, x: number, y: number, r: number, strength: number) =>
  pen.ellipse(
    x,
    y,
    r,
    r,
    pen.radial(0.5, 0.5, 0.5, [
      [0, light.tint, strength],
      [1, light.tint, 0],
    ]),
  )
