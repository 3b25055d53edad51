import { type Colour, colour, css, darker, faded, lighter, mixed } from '../colour.ts'
import { dim, glow, type Stage, sheet } from './stage.ts'

export function studio(stage: Stage): void {
  const { width, height, wall, floor, light, ground } = stage
  sheet(stage, 0, height, lighter(wall, 0.03), darker(floor, 0.05))
  glow(stage, width * (0.5 + light.side * 0.22), height * 0.38, Math.max(width, height) * 0.55, 0.42)
  stage.pen.rect(
    0,
    ground - 130,
    width,
    200,
    0,
    stage.pen.linear(0, 0, 0, 1, [
      [0, floor, 0],
      [0.5, darker(floor, 0.06), 0.5],
      [1, floor, 0],
    ]),
  )
}

export function surface(stage: Stage, kind: string, topDown: boolean): void {
  const { pen, random, width, height, wall, floor, light, ground } = stage
  const own: Record<string, Colour> = {
    table: colour(random.between(0.54, 0.68), 0.085, random.between(54, 66)),
    marble: colour(0.93, 0.008, random.between(60, 250)),
    linen: colour(0.87, 0.03, 82),
    slate: colour(random.between(0.4, 0.5), 0.014, 245),
  }
  const base = dim(light, mixed(own[kind] ?? floor, floor, 0.16))
  const edge = topDown ? 0 : ground - height * 0.13
  if (!topDown) {
    sheet(stage, 0, edge, lighter(wall, 0.02), darker(wall, 0.05))
    glow(stage, width * (0.5 + light.side * 0.3), edge * 0.5, Math.max(width, height) * 0.48, 0.4)
  }
  sheet(stage, edge, height - edge, lighter(base, 0.05), darker(base, 0.08))
  const [dark, pale] = [css(darker(base, 0.09)), css(lighter(base, 0.09))]
  if (kind === 'table') {
    const planks = topDown ? 6 : 4
    for (let at = 1; at < planks; at += 1)
      pen.line(
        `M0 ${edge + ((height - edge) * at ** (topDown ? 1 : 1.35)) / planks ** (topDown ? 1 : 1.35)}H${width}`,
        dark,
        2.4,
        'stroke-opacity=".8"',
      )
    let grain = ''
    for (let at = 0; at < 70; at += 1)
      grain += `M${random() * width} ${edge + random() * (height - edge)}q${random.between(40, 120)} ${random.between(-4, 4)} ${random.between(120, 260)} 0`
    pen.line(grain, dark, 0.9, 'stroke-opacity=".45"')
  }
  if (kind === 'marble')
    for (let at = 0; at < 9; at += 1) {
      const [x, y] = [random.between(-0.1, 0.9) * width, edge + random() * (height - edge)]
      pen.line(
        `M${x} ${y}q${random.between(60, 140)} ${random.between(-70, 30)} ${random.between(120, 240)} ${random.between(-30, 60)}t${random.between(80, 200)} ${random.between(-50, 60)}`,
        css(darker(base, random.between(0.07, 0.2))),
        random.between(0.8, 4),
        'stroke-opacity=".5"',
      )
    }
  if (kind === 'linen') {
    let threads = ''
    for (let x = 5; x < width; x += 9) threads += `M${x} ${edge}v${height - edge}`
    for (let y = edge + 5; y < height; y += 9) threads += `M0 ${y}h${width}`
    pen.line(threads, dark, 0.8, 'stroke-opacity=".3"')
    for (let at = 0; at < 4; at += 1) {
      const y = edge + random.between(0.1, 0.95) * (height - edge)
      const fold = `M-20 ${y}C${width * 0.3} ${y - random.between(-50, 60)} ${width * 0.6} ${y + random.between(-50, 60)} ${width + 20} ${y - random.between(-40, 40)}`
      pen.line(fold, dark, random.between(10, 24), 'stroke-opacity=".22"')
      pen.line(fold, pale, 5, 'stroke-opacity=".4" transform="translate(0 -11)"')
    }
  }
  if (kind === 'slate') {
    let specks = ''
    for (let at = 0; at < 190; at += 1)
      specks += `M${random() * width} ${edge + random() * (height - edge)}l${random.between(1, 5)} ${random.between(-1, 1)}`
    pen.line(specks, pale, 1.6, 'stroke-opacity=".5"')
    for (let at = 0; at < 5; at += 1)
      pen.ellipse(
        random() * width,
        edge + random() * (height - edge),
        random.between(60, 180),
        random.between(8, 22),
        pale,
        'fill-opacity=".12"',
      )
    pen.line(
      `M${width * random()} ${edge}l${random.between(-40, 40)} ${(height - edge) * 0.4}l${random.between(-60, 60)} ${(height - edge) * 0.6}`,
      dark,
      1.4,
      'stroke-opacity=".7"',
    )
  }
  if (!topDown) pen.rect(0, edge - 1, width, 5, 0, pale, 'fill-opacity=".5"')
}

export function room(stage: Stage): void {
  const { pen, random, width, height, wall, floor, light, ground, accent } = stage
  const edge = ground - height * 0.1
  sheet(stage, 0, edge, lighter(wall, 0.02), darker(wall, 0.04))
  const x = light.side < 0 ? width * random.between(0.05, 0.12) : width * random.between(0.6, 0.68)
  const [w, tall, y] = [width * 0.28, height * 0.42, height * 0.1]
  pen.rect(x - 10, y - 10, w + 20, tall + 20, 4, css(lighter(wall, 0.1)))
  pen.rect(
    x,
    y,
    w,
    tall,
    0,
    pen.linear(
      0,
      0,
      0,
      1,
      light.day < 0.4
        ? [
            [0, colour(0.28, 0.07, 275)],
            [1, colour(0.45, 0.08, 280)],
          ]
        : [
            [0, colour(0.84, 0.06, 235)],
            [1, mixed(colour(0.96, 0.03, 90), light.tint, 0.5)],
          ],
    ),
  )
  pen.path(
    `M${x} ${y + tall}v-50q${w * 0.3} -60 ${w * 0.55} -20t${w * 0.45} -20v90Z`,
    css(dim(light, colour(0.66, 0.08, 145))),
    'fill-opacity=".8"',
  )
  pen.line(`M${x + w / 2} ${y}v${tall}M${x} ${y + tall * 0.45}h${w}`, css(lighter(wall, 0.1)), 9)
  const away = -light.side
  pen.path(
    `M${x} ${y + tall * 0.2}L${x + w} ${y + tall * 0.2}L${x + w + away * width * 0.5} ${edge}L${x + away * width * 0.5} ${edge}Z`,
    css(light.tint),
    'fill-opacity=".17"',
  )
  const boards = dim(light, mixed(colour(0.62, 0.07, 60), floor, 0.25))
  sheet(stage, edge, height - edge, lighter(boards, 0.03), darker(boards, 0.08))
  for (let at = 1; at < 4; at += 1)
    pen.line(`M0 ${edge + ((height - edge) * at) / 4}H${width}`, css(darker(boards, 0.1)), 1.8)
  pen.ellipse(
    width * 0.5,
    ground + height * 0.03,
    width * 0.46,
    height * 0.075,
    css(faded(mixed(accent, wall, 0.45), 0.2)),
  )
  pen.rect(0, edge - 12, width, 14, 0, css(lighter(wall, 0.08)))
}

export function wallAndPodium(stage: Stage, kind: string): void {
  const { pen, random, width, height, wall, floor, light, ground, accent } = stage
  if (kind === 'podium') {
    sheet(stage, 0, height, lighter(wall, 0.04), darker(floor, 0.04))
    const x = width * (0.5 + light.side * random.between(-0.1, 0.04))
    const w = width * random.between(0.25, 0.3)
    pen.path(
      `M${x - w} ${ground}V${height * 0.4}a${w} ${w} 0 0 1 ${w * 2} 0V${ground}Z`,
      pen.linear(0, 0, 1, 0.6, [
        [0, mixed(wall, accent, 0.2)],
        [1, darker(mixed(wall, accent, 0.34), 0.08)],
      ]),
    )
    sheet(stage, ground - height * 0.06, height, lighter(floor, 0.02), darker(floor, 0.07))
    pen.path(
      `M${width * 0.1} ${ground + 4}v50a${width * 0.4} 34 0 0 0 ${width * 0.8} 0v-50Z`,
      pen.shade(lighter(floor, 0.02)),
    )
    return pen.ellipse(width * 0.5, ground + 4, width * 0.4, 34, css(lighter(floor, 0.07)))
  }
  const edge = ground - height * 0.08
  const brick = dim(light, mixed(colour(0.6, 0.07, 42), wall, 0.6))
  sheet(stage, 0, edge, lighter(brick, 0.05), darker(brick, 0.04))
  let joints = ''
  for (let row = 0; row * 36 < edge; row += 1) {
    joints += `M0 ${edge - row * 36}H${width}`
    for (let x = (row % 2) * 46; x < width; x += 92) joints += `M${x} ${edge - row * 36}v-36`
  }
  pen.line(joints, css(lighter(brick, 0.09)), 2.6, 'stroke-opacity=".6"')
  for (let at = 0; at < 16; at += 1)
    pen.rect(
      Math.floor(random() * 12) * 92 + 2,
      edge - Math.ceil(random() * (edge / 36)) * 36 + 2,
      42,
      32,
      1,
      css(darker(brick, 0.06)),
      'fill-opacity=".5"',
    )
  glow(stage, width * (0.5 + light.side * 0.25), height * 0.3, width * 0.5, 0.4)
  sheet(stage, edge, height - edge, lighter(floor, 0.02), darker(floor, 0.09))
}
