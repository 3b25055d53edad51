import { colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

const glass = colour(0.72, 0.05, 230)

function building(kit: Kit): void {
  const { pen, random, main, accent, trim, paper, ink, option } = kit
  const lit = colour(0.9, 0.11, 85)
  const panes = (
    x: number,
    y: number,
    columns: number,
    rows: number,
    stepX: number,
    stepY: number,
    width: number,
    tall: number,
  ) => {
    for (let at = 0; at < columns * rows; at += 1)
      pen.rect(
        x + (at % columns) * stepX,
        y + Math.floor(at / columns) * stepY,
        width,
        tall,
        1,
        css(random.chance(0.34) ? lit : mixed(glass, ink, 0.35)),
      )
  }
  if (option === 'city') {
    for (let at = 0; at < 6; at += 1) {
      const tall = random.between(90, 150)
      pen.rect(-104 + at * 36, -tall, 30, tall, 1, css(mixed(main, paper, 0.5)), 'fill-opacity=".8"')
    }
    for (let at = 0; at < 5; at += 1) {
      const [x, tall] = [-96 + at * 39, random.between(80, 190) - Math.abs(at - 2) * 18]
      pen.rect(
        x,
        -tall,
        35,
        tall,
        2,
        pen.shade([main, accent, trim, darker(main, 0.1), mixed(accent, main, 0.5)][at] ?? main),
      )
      panes(x + 5, -tall + 9, 3, Math.floor(tall / 14) - 1, 9, 13, 6, 8)
      if (at % 2 === 0) pen.line(`M${x + 17} ${-tall}v-16`, css(ink), 2)
    }
    return
  }
  if (option === 'castle' || option === 'tower') {
    const towers =
      option === 'tower'
        ? [[0, 150, 30]]
        : [
            [-70, 96, 21],
            [70, 110, 21],
            [0, 140, 26],
          ]
    if (option === 'castle') pen.rect(-78, -74, 156, 74, 0, pen.shade(main))
    if (option === 'castle') for (let x = -76; x < 76; x += 20) pen.rect(x, -84, 11, 12, 0, pen.shade(main))
    for (const [x = 0, tall = 0, half = 0] of towers) {
      pen.rect(x - half, -tall, half * 2, tall, 1, pen.shade(lighter(main, 0.02)))
      pen.path(`M${x - half - 6} ${-tall}L${x} ${-tall - 54}L${x + half + 6} ${-tall}Z`, pen.shade(accent))
      pen.rect(x - 5, -tall + 16, 10, 18, 5, css(ink))
      pen.line(`M${x} ${-tall - 54}v-12`, css(ink), 2)
      for (let at = 0; at < 7; at += 1)
        pen.line(`M${x - half + 4 + ((at * 13) % (half * 1.6))} ${-12 - at * 14}h7`, css(darker(main, 0.1)), 1.6)
    }
    return pen.path('M-15 0V-30C-15 -50 15 -50 15 -30V0Z', css(darker(mixed(ink, main, 0.2), 0.04)))
  }
  if (option === 'temple') {
    pen.path('M-100 0H100V-12H-100ZM-90 -12H90V-22H-90Z', pen.shade(darker(main, 0.03)))
    for (let at = 0; at < 6; at += 1) pen.rect(-78 + at * 28, -110, 15, 88, 2, pen.shade(main))
    pen.rect(-92, -122, 184, 14, 1, pen.shade(main))
    pen.path('M-98 -122L0 -174L98 -122Z', pen.shade(lighter(main, 0.03)))
    return pen.path('M-66 -128L0 -162L66 -128Z', pen.shade(mixed(main, accent, 0.35)))
  }
  if (option === 'bridge') {
    pen.rect(-110, -50, 220, 11, 1, pen.shade(main))
    for (const x of [-58, 58]) pen.path(`M${x - 9} 0L${x - 7} -160L${x + 7} -160L${x + 9} 0Z`, pen.shade(main))
    pen.line('M-110 -74Q-84 -90 -58 -156Q0 -26 58 -156Q84 -90 110 -74', css(darker(main, 0.04)), 4)
    for (let x = -50; x <= 50; x += 8) pen.line(`M${x} -50V${-64 - (x * x) / 34}`, css(main), 1.1)
    return
  }
  pen.rect(34, -172, 20, 50, 1, pen.shade(darker(accent, 0.1)))
  pen.rect(-78, -92, 156, 92, 1, pen.shade(main))
  for (let y = -84; y < -4; y += 8) pen.line(`M-76 ${y}H76`, css(darker(main, 0.07)), 0.8)
  pen.path('M-96 -86L0 -170L96 -86L84 -78L0 -150L-84 -78Z', pen.shade(accent))
  pen.path('M-82 -84L0 -152L82 -84Z', pen.shade(lighter(main, 0.04)))
  pen.ellipse(0, -110, 13, 13, css(lit))
  pen.path('M-16 0V-50C-16 -62 16 -62 16 -50V0Z', pen.shade(trim))
  for (const x of [-60, 32]) {
    pen.rect(x - 3, -69, 34, 38, 2, css(paper))
    panes(x, -66, 2, 2, 15, 17, 13, 15)
  }
}

/** Plain solids and signs: ball, planet, cube, pyramid, heart, star, moon, sun, cloud, fire. */
function solid(kit: Kit): void {
  const { pen, random, main, accent, trim, paper, option } = kit
  const star = (points: number, inner: number) =>
    `M${Array.from({ length: points * 2 }, (_, at) => {
      const r = at % 2 ? inner : 96
      const a = (at * Math.PI) / points - Math.PI / 2
      return `${r * Math.cos(a)} ${-98 + r * Math.sin(a)}`
    }).join('L')}Z`
  if (option === 'cube') {
    pen.path('M0 -176L86 -128L0 -82L-86 -128Z', css(lighter(main, 0.1)))
    pen.path('M-86 -128L0 -82V12L-86 -36Z', pen.shade(main))
    return pen.path('M86 -128L0 -82V12L86 -36Z', css(darker(main, 0.14)))
  }
  if (option === 'pyramid') {
    pen.path('M-10 -172L-96 -14L30 8Z', pen.shade(main))
    return pen.path('M-10 -172L30 8L96 -26Z', css(darker(main, 0.16)))
  }
  if (option === 'heart') {
    pen.path(
      'M0 -8C-120 -92 -92 -186 -40 -180C-18 -178 -6 -164 0 -150C6 -164 18 -178 40 -180C92 -186 120 -92 0 -8Z',
      pen.round(main),
    )
    return pen.path(
      'M-62 -140C-62 -160 -46 -168 -34 -164',
      'none',
      `stroke="${css(paper)}" stroke-width="9" stroke-linecap="round" stroke-opacity=".55"`,
    )
  }
  if (option === 'star')
    return pen.path(star(5, 42), pen.round(main), `stroke="${css(main)}" stroke-width="10" stroke-linejoin="round"`)
  if (option === 'sun') {
    for (let at = 0; at < 16; at += 1)
      pen.path(
        'M-7 -68L0 -98L7 -68Z',
        css(at % 2 ? accent : main),
        `transform="translate(0 -100) rotate(${at * 22.5})"`,
      )
    return pen.ellipse(0, -100, 60, 60, pen.round(main))
  }
  if (option === 'moon') {
    pen.path('M30 -192A94 94 0 1 0 88 -52A76 76 0 1 1 30 -192Z', pen.round(main))
    for (const [x, y] of [
      [-40, -70],
      [-10, -40],
      [-58, -112],
    ] as const)
      pen.ellipse(x, y, 9, 8, css(darker(main, 0.08)))
    return
  }
  if (option === 'cloud') {
    for (const [x, y, r] of [
      [-54, -80, 40],
      [0, -106, 56],
      [54, -80, 44],
      [-20, -66, 44],
      [26, -64, 44],
    ] as const)
      pen.ellipse(x, y, r, r * 0.9, pen.round(mixed(paper, main, 0.18)))
    return
  }
  if (option === 'fire') {
    pen.path(
      'M0 -196C14 -150 76 -120 64 -56C56 -14 24 0 0 0C-28 0 -62 -16 -64 -60C-64 -92 -40 -104 -34 -134C-20 -124 -16 -112 -14 -100C4 -124 6 -160 0 -196Z',
      pen.linear(0, 0, 0, 1, [
        [0, colour(0.62, 0.21, 32)],
        [1, colour(0.74, 0.18, 55)],
      ]),
    )
    pen.path(
      'M2 -116C10 -90 42 -76 36 -38C30 -8 14 0 0 0C-20 0 -38 -12 -36 -42C-34 -60 -22 -66 -18 -82C-4 -78 4 -96 2 -116Z',
      pen.linear(0, 0, 0, 1, [
        [0, colour(0.8, 0.17, 70)],
        [1, colour(0.93, 0.13, 98)],
      ]),
    )
    return
  }
  pen.ellipse(0, -98, 88, 88, pen.round(main))
  if (option === 'planet' || option === 'earth') {
    const land = option === 'earth' ? colour(0.62, 0.13, 140) : accent
    if (option === 'earth')
      for (const d of [
        'M-66 -146C-30 -180 10 -170 4 -150C-4 -128 -30 -136 -34 -112C-40 -90 -66 -100 -72 -120Z',
        'M-20 -84C6 -94 30 -80 24 -58C18 -36 4 -18 -6 -24C-18 -40 -34 -70 -20 -84Z',
        'M40 -152C62 -142 76 -120 74 -104C60 -96 38 -110 34 -126Z',
      ])
        pen.path(d, pen.shade(land))
    else {
      for (const [y, w] of [
        [-140, 72],
        [-112, 86],
        [-76, 84],
        [-50, 70],
      ] as const)
        pen.path(
          `M${-w} ${y}Q0 ${y + 16} ${w} ${y}Q0 ${y + 30} ${-w} ${y}Z`,
          css(mixed(main, random.pick([accent, paper, trim]), 0.5)),
          'fill-opacity=".6"',
        )
      pen.path(
        'M-86 -112C-140 -84 -120 -60 0 -74C120 -90 146 -128 86 -124C128 -118 110 -100 0 -86C-110 -74 -124 -92 -86 -112Z',
        pen.shade(lighter(accent, 0.06)),
      )
    }
  } else if (option === 'sport') {
    pen.line(
      'M-88 -98H88M0 -186V-10M-62 -160C-30 -124 -30 -72 -62 -36M62 -160C30 -124 30 -72 62 -36',
      css(darker(main, 0.3)),
      3.4,
    )
  }
  pen.ellipse(-30, -140, 19, 12, css(paper), 'fill-opacity=".35" transform="rotate(-34 -30 -140)"')
}

export const places: Readonly<Record<string, Subject>> = {
  building: { draw: building, width: 190, tall: 180, bulk: 1.6, rests: 'stands' },
  solid: { draw: solid, width: 130, tall: 186, bulk: 0.75, rests: 'stands' },
  sky: { draw: solid, width: 130, tall: 190, bulk: 0.9, rests: 'floats' },
}
