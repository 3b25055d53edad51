import { type Colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Pen, Random } from '../pen.ts'

/** What an abstract picture is made of: two generators, one for what the words fix and one for what the seed varies. */
export interface AbstractKit {
  readonly pen: Pen
  readonly fixed: Random
  readonly random: Random
  readonly colours: readonly Colour[]
  readonly paper: Colour
  readonly width: number
  readonly height: number
}

const at = (colours: readonly Colour[], index: number, fallback: Colour) =>
  colours[((index % colours.length) + colours.length) % colours.length] ?? fallback

/** Overlapping hills of paper, each with its own light edge. */
function ridges({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const rows = 4 + Math.floor(fixed() * 3)
  pen.ellipse(
    width * random.between(0.25, 0.75),
    height * random.between(0.24, 0.4),
    height * 0.15,
    height * 0.15,
    pen.round(at(colours, 1, paper)),
  )
  for (let row = 0; row < rows; row += 1) {
    const y = height * (0.36 + (row / rows) * 0.56)
    const swell = height * fixed.between(0.05, 0.15)
    const shift = random.between(-0.1, 0.1) * width
    const top = `M${-width * 0.1} ${y + swell * 0.4}C${width * 0.2 + shift} ${y - swell * 1.6} ${width * 0.36 + shift} ${y + swell * 1.2} ${width * 0.56 + shift} ${y}S${width * 0.9} ${y - swell * 1.4} ${width * 1.1} ${y + swell * 0.3}`
    const of = mixed(at(colours, row, paper), paper, 0.5 - (row / rows) * 0.5)
    pen.path(
      `${top}V${height}H${-width * 0.1}Z`,
      pen.linear(0, 0, 0, 1, [
        [0, lighter(of, 0.06)],
        [0.7, darker(of, 0.06)],
      ]),
    )
    pen.line(top, css(lighter(of, 0.16)), 2.4, 'stroke-opacity=".6"')
  }
}

/** Discs and half discs that balance each other, with a long line or two. */
function discs({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const unit = Math.min(width, height)
  const count = 4 + Math.floor(fixed() * 4)
  for (let n = 0; n < count; n += 1) {
    const turn = fixed() * 6.283 + random.between(-0.25, 0.25)
    const far = unit * (n === 0 ? 0.06 : fixed.between(0.16, 0.36))
    const r = unit * (n === 0 ? 0.27 : fixed.between(0.06, 0.17)) * random.between(0.9, 1.1)
    const [x, y] = [width / 2 + Math.cos(turn) * far, height / 2 + Math.sin(turn) * far]
    pen.ellipse(
      x + r * 0.1,
      y + r * 0.16,
      r * 1.08,
      r * 1.08,
      pen.radial(0.5, 0.5, 0.5, [
        [0.7, darker(at(colours, n, paper), 0.4), 0.34],
        [1, darker(paper, 0.5), 0],
      ]),
    )
    const fill = n % 3 === 1 ? pen.shade(at(colours, n, paper)) : pen.round(at(colours, n, paper))
    if (n % 3 === 2)
      pen.path(
        `M${x - r} ${y}a${r} ${r} 0 0 1 ${r * 2} 0Z`,
        fill,
        `transform="rotate(${random.between(-60, 60)} ${x} ${y})"`,
      )
    else pen.ellipse(x, y, r, r, fill)
    if (n % 3 === 0)
      for (let ring = 0.72; ring > 0.2; ring -= 0.24)
        pen.ellipse(
          x,
          y,
          r * ring,
          r * ring,
          'none',
          `stroke="${css(lighter(at(colours, n, paper), 0.14))}" stroke-width="2" stroke-opacity=".7"`,
        )
  }
  const slope = random.between(-0.3, 0.3)
  pen.line(
    `M${width * 0.1} ${height * (0.5 - slope)}L${width * 0.9} ${height * (0.5 + slope)}`,
    css(darker(at(colours, 2, paper), 0.25)),
    3.5,
  )
}

/** Rounded blocks and arches on a shelf, like toys on a stage. */
function blocks({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const floor = height * 0.8
  const columns = 3 + Math.floor(fixed() * 3)
  const step = (width * 0.74) / columns
  pen.rect(
    0,
    floor,
    width,
    height - floor,
    0,
    pen.linear(0, 0, 0, 1, [
      [0, mixed(paper, at(colours, 0, paper), 0.34)],
      [1, mixed(paper, at(colours, 0, paper), 0.6)],
    ]),
  )
  for (let n = 0; n < columns; n += 1) {
    const x = width * 0.13 + step * n
    let y = floor
    const layers = 1 + Math.floor(fixed() * 3)
    pen.ellipse(
      x + step * 0.5,
      floor + 2,
      step * 0.66,
      step * 0.1,
      pen.radial(0.5, 0.5, 0.5, [
        [0, darker(at(colours, 0, paper), 0.45), 0.5],
        [1, darker(paper, 0.5), 0],
      ]),
    )
    for (let layer = 0; layer < layers; layer += 1) {
      const of = at(colours, n + layer * 2, paper)
      const [w, h] = [step * fixed.between(0.6, 0.94), step * fixed.between(0.45, 0.95)]
      const left = x + (step - w) / 2 + random.between(-0.05, 0.05) * step
      const kind = Math.floor(fixed() * 4)
      if (kind === 0)
        pen.path(
          `M${left} ${y}V${y - h}a${w / 2} ${w / 2} 0 0 1 ${w} 0V${y}H${left + w * 0.72}V${y - h}a${w * 0.22} ${w * 0.22} 0 0 0 ${-w * 0.44} 0V${y}Z`,
          pen.shade(of),
        )
      else if (kind === 1) pen.ellipse(left + w / 2, y - w / 2, w / 2, w / 2, pen.round(of))
      else if (kind === 2) pen.path(`M${left} ${y}L${left + w / 2} ${y - h}L${left + w} ${y}Z`, pen.shade(of))
      else pen.rect(left, y - h, w, h, w * 0.08, pen.shade(of))
      y -= kind === 0 ? h + w / 2 : kind === 1 ? w : h
      if (kind === 1 || kind === 2) break
    }
  }
}

/** Quarter circles and squares on a grid, as tiles. */
function quilt({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const side = Math.min(width, height) / (3 + Math.floor(fixed() * 3))
  const turnAll = Math.floor(random() * 4)
  const skip = random() * 0.25
  for (let y = 0; y < height - 1; y += side)
    for (let x = 0; x < width - 1; x += side) {
      const [of, under] = [
        at(colours, Math.floor(fixed() * 9), paper),
        at([paper, ...colours], Math.floor(fixed() * 6), paper),
      ]
      const kind = Math.floor(fixed() * 5)
      const turn = (Math.floor(fixed() * 4) + turnAll) * 90
      pen.rect(x, y, side + 1, side + 1, 0, css(mixed(under, paper, 0.4)))
      if (random() < skip) continue
      const place = `transform="rotate(${turn} ${x + side / 2} ${y + side / 2})"`
      if (kind === 0) pen.path(`M${x} ${y}h${side}a${side} ${side} 0 0 1 ${-side} ${side}Z`, pen.shade(of), place)
      else if (kind === 1)
        pen.path(`M${x} ${y}h${side}a${side / 2} ${side / 2} 0 0 1 ${-side} 0Z`, pen.shade(of), place)
      else if (kind === 2) pen.ellipse(x + side / 2, y + side / 2, side * 0.34, side * 0.34, pen.round(of))
      else if (kind === 3) pen.path(`M${x} ${y}L${x + side} ${y + side}H${x}Z`, pen.shade(of), place)
      else
        for (let ring = 1; ring > 0.2; ring -= 0.26)
          pen.path(
            `M${x} ${y}h${side * ring}a${side * ring} ${side * ring} 0 0 1 ${-side * ring} ${side * ring}Z`,
            css((ring * 100) % 50 > 24 ? of : mixed(of, paper, 0.6)),
            place,
          )
    }
}

/** Ribbons that flow from one side to the other. */
function ribbons({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const count = 6 + Math.floor(fixed() * 5)
  const [a, b] = [
    fixed.between(0.1, 0.5) + random.between(-0.06, 0.06),
    fixed.between(0.5, 0.95) + random.between(-0.06, 0.06),
  ]
  const wide = (height * 0.62) / count
  for (let n = 0; n < count; n += 1) {
    const y = height * 0.16 + n * wide
    const of = at(colours, n, paper)
    const flow = (shift: number) =>
      `${-width * 0.05} ${y + shift}C${width * 0.3} ${y + height * (a - 0.5) + shift} ${width * 0.56} ${y + height * (b - 0.3) + shift * 0.7} ${width * 1.05} ${height * 0.2 + n * wide * 0.8 + shift}`
    pen.line(`M${flow(wide * 0.25)}`, css(darker(of, 0.3)), wide * 1.04, 'stroke-opacity=".16"')
    pen.line(
      `M${flow(0)}`,
      pen.linear(0, 0, 1, 0.2, [
        [0, lighter(of, 0.08)],
        [0.5, of],
        [1, darker(of, 0.09)],
      ]),
      wide * 0.94,
    )
    pen.line(`M${flow(-wide * 0.32)}`, css(lighter(of, 0.18)), 1.6, 'stroke-opacity=".6"')
  }
}

/** A burst of petals about a centre. */
function bloom({ pen, fixed, random, colours, paper, width, height }: AbstractKit): void {
  const unit = Math.min(width, height)
  const [cx, cy] = [width * random.between(0.44, 0.56), height * random.between(0.45, 0.55)]
  const petals = 7 + Math.floor(fixed() * 9)
  const turn = random.between(0, 60)
  for (const [ring, size] of [
    [0, 0.44],
    [1, 0.33],
    [2, 0.22],
  ] as const)
    for (let n = 0; n < petals; n += 1) {
      const of = at(colours, ring + (n % 2), paper)
      const r = unit * size
      pen.path(
        `M0 0C${-r * 0.3} ${-r * 0.4} ${-r * fixed.between(0.1, 0.24)} ${-r * 0.9} 0 ${-r}C${r * 0.2} ${-r * 0.9} ${r * 0.3} ${-r * 0.4} 0 0Z`,
        pen.linear(0, 0, 0, 1, [
          [0, lighter(of, 0.09)],
          [1, darker(of, 0.12)],
        ]),
        `fill-opacity=".93" transform="translate(${cx} ${cy}) rotate(${turn + (n * 360) / petals + ring * 11})"`,
      )
    }
  pen.ellipse(cx, cy, unit * 0.075, unit * 0.075, pen.round(at(colours, 3, paper)))
}

const kinds = [ridges, discs, blocks, quilt, ribbons, bloom]

/** The words choose the kind and its shape, the seed its variation. */
export function drawAbstract(kit: AbstractKit): void {
  kit.fixed.pick(kinds)(kit)
}
