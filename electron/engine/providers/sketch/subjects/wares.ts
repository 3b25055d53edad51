import { type Colour, colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'
import { drawShoe } from './shoes.ts'

const glint = (kit: Kit, d: string, width: number, opacity = 0.5) =>
  kit.pen.line(d, css(kit.paper), width, `stroke-opacity="${opacity}"`)
const wood = (kit: Kit): Colour => colour(kit.random.between(0.5, 0.68), 0.08, kit.random.between(52, 68))

function bottle(kit: Kit): void {
  const { pen, main, accent, paper, ink, option, random } = kit
  if (option === 'vase') {
    for (let at = 0; at < 5; at += 1) {
      const [x, y] = [-44 + at * 22 + random.between(-5, 5), -150 - random.between(0, 40)]
      pen.line(`M0 -92Q${x * 0.3} -120 ${x} ${y}`, css(colour(0.5, 0.09, 140)), 2.4)
      if (at % 2 === 0)
        for (let petal = 0; petal < 6; petal += 1)
          pen.ellipse(x, y - 9, 5, 10, pen.shade(accent), `transform="rotate(${petal * 60} ${x} ${y})"`)
      else
        pen.path(
          `M${x} ${y}C${x - 14} ${y - 4} ${x - 12} ${y - 20} ${x} ${y - 26}C${x + 12} ${y - 18} ${x + 12} ${y - 4} ${x} ${y}Z`,
          pen.shade(colour(0.56, 0.1, 138)),
        )
      if (at % 2 === 0) pen.ellipse(x, y, 5.5, 5.5, css(colour(0.82, 0.13, 85)))
    }
    pen.path(
      'M-16 -104C-14 -92 -22 -84 -34 -70C-50 -50 -46 -12 -26 0L26 0C46 -12 50 -50 34 -70C22 -84 14 -92 16 -104Z',
      pen.shade(main),
    )
    pen.ellipse(0, -104, 16, 4, css(darker(main, 0.22)))
    pen.line('M-42 -46C-20 -38 20 -38 42 -46M-44 -38C-20 -30 20 -30 44 -38', css(lighter(main, 0.14)), 2)
    return glint(kit, 'M-30 -60C-38 -46 -36 -26 -30 -16', 5, 0.3)
  }
  const shapes: Record<string, string> = {
    wine: 'M-9 -186L9 -186L10 -132C12 -112 30 -108 30 -84L30 -6C30 -2 27 0 23 0L-23 0C-27 0 -30 -2 -30 -6L-30 -84C-30 -108 -12 -112 -10 -132Z',
    perfume:
      'M-12 -118L12 -118L12 -104L34 -100C44 -98 48 -92 48 -84L48 -10C48 -4 44 0 38 0L-38 0C-44 0 -48 -4 -48 -10L-48 -84C-48 -92 -44 -98 -34 -100L-12 -104Z',
    jar: 'M-40 -104L40 -104C44 -98 50 -94 50 -84L50 -10C50 -4 46 0 40 0L-40 0C-46 0 -50 -4 -50 -10L-50 -84C-50 -94 -44 -98 -40 -104Z',
    '': 'M-15 -150L15 -150L16 -136C18 -122 34 -118 34 -98L34 -8C34 -3 31 0 26 0L-26 0C-31 0 -34 -3 -34 -8L-34 -98C-34 -118 -18 -122 -16 -136Z',
  }
  const half = option === 'perfume' ? 48 : option === 'jar' ? 50 : option === 'wine' ? 30 : 34
  const top = option === 'wine' ? -186 : option === 'perfume' ? -118 : option === 'jar' ? -104 : -150
  pen.path(shapes[option] ?? shapes[''] ?? '', pen.shade(main, 1.2))
  pen.path(
    `M${half - 2} -80L${half - 2} -8C${half - 2} -4 ${half - 6} -2 ${half - 10} -2L${half - 16} -2C${half - 8} -12 ${half - 8} -60 ${half - 10} -90Z`,
    css(ink),
    'fill-opacity=".13"',
  )
  const labelTop = option === 'perfume' || option === 'jar' ? -76 : -84
  pen.path(
    `M${-half} ${labelTop}Q0 ${labelTop + 6} ${half} ${labelTop}L${half} ${labelTop + 52}Q0 ${labelTop + 58} ${-half} ${labelTop + 52}Z`,
    pen.shade(paper, 0.7),
  )
  pen.line(`M${-half} ${labelTop + 5}Q0 ${labelTop + 11} ${half} ${labelTop + 5}`, css(accent), 1.6)
  pen.ellipse(0, labelTop + 24, 8, 8, css(accent))
  for (const y of [38, 43, 48]) pen.line(`M${-half * 0.5} ${labelTop + y}h${half}`, css(mixed(ink, paper, 0.4)), 0.9)
  const capWidth = option === 'jar' ? 42 : option === 'wine' ? 11 : option === 'perfume' ? 14 : 18
  const capTall = option === 'wine' ? 34 : option === 'jar' ? 16 : 26
  pen.rect(-capWidth, top - (option === 'wine' ? 4 : capTall - 4), capWidth * 2, capTall, 3, pen.shade(accent, 1.2))
  for (let x = -capWidth + 4; x < capWidth; x += 3.4)
    pen.line(`M${x} ${top + 2}v-${option === 'wine' ? 2 : capTall * 0.6}`, css(darker(accent, 0.12)), 0.7)
  glint(kit, `M${-half + 8} ${labelTop - 14}L${-half + 8} -14`, 4.5, 0.34)
}

function mug(kit: Kit): void {
  const { pen, main, accent, paper, option, random } = kit
  const steam = (x: number) =>
    glint(kit, `M${x} -104C${x - 10} -118 ${x + 10} -128 ${x} -144C${x - 6} -154 ${x + 4} -162 ${x} -170`, 5, 0.25)
  if (option === 'pot') {
    pen.line('M52 -74C88 -82 92 -34 54 -30', pen.shade(main), 10)
    pen.path('M-50 -50C-70 -56 -78 -74 -92 -84L-80 -88C-66 -84 -58 -74 -44 -72Z', pen.shade(main))
    pen.path('M-40 -92C-64 -74 -66 -14 -30 0L30 0C66 -14 64 -74 40 -92Z', pen.shade(main))
    pen.path('M-40 -92C-30 -112 30 -112 40 -92Z', pen.shade(lighter(main, 0.04)))
    pen.ellipse(0, -112, 8, 7, pen.round(accent))
    pen.line('M-54 -40Q0 -26 54 -40', css(accent), 4)
    return glint(kit, 'M-34 -78C-46 -62 -46 -40 -40 -26', 6, 0.35)
  }
  if (option === 'glass') {
    const glass = pen.linear(0, 0, 1, 0, [
      [0, paper, 0.75],
      [0.2, paper, 0.2],
      [0.8, paper, 0.15],
      [1, paper, 0.6],
    ])
    pen.path('M-36 -96L36 -96L27 -4L-27 -4Z', pen.shade(main))
    pen.ellipse(0, -96, 36, 8, pen.shade(lighter(main, 0.1)))
    pen.path('M-44 -130L44 -130L31 -2C31 1 -31 1 -31 -2Z', glass)
    pen.ellipse(0, -130, 44, 9, 'none', `stroke="${css(paper)}" stroke-width="1.6" stroke-opacity=".8"`)
    pen.line('M12 -92L34 -176', css(accent), 5)
    for (const [x, y] of [
      [-14, -84],
      [8, -74],
      [-4, -60],
    ] as const)
      pen.rect(x - 8, y - 8, 16, 16, 3, css(paper), `fill-opacity=".35" transform="rotate(${x} ${x} ${y})"`)
    return
  }
  pen.ellipse(0, -2, 74, 12, pen.shade(mixed(paper, main, 0.2)))
  pen.ellipse(0, -4, 50, 7, css(darker(paper, 0.12)))
  pen.line('M42 -78C82 -86 84 -30 38 -28', pen.shade(main), 12)
  pen.path('M-52 -98L52 -98C52 -52 48 -18 36 -8C30 -3 -30 -3 -36 -8C-48 -18 -52 -52 -52 -98Z', pen.shade(main))
  pen.ellipse(0, -98, 52, 12, pen.shade(lighter(main, 0.1)))
  pen.ellipse(0, -96, 46, 9, css(colour(0.36, 0.06, 52)))
  pen.path('M-38 -95C-20 -102 14 -101 30 -95C12 -90 -18 -89 -38 -95Z', css(colour(0.66, 0.09, 62)))
  const band = random.pick(['line', 'dots', 'dip', 'heart'])
  if (band === 'line') pen.line('M-51 -62Q0 -52 51 -62M-50 -54Q0 -44 50 -54', css(accent), 3)
  if (band === 'dots')
    for (let at = 0; at < 11; at += 1) pen.ellipse(-40 + at * 8, -58 + (at % 2) * 14, 2.4, 2.4, css(accent))
  if (band === 'dip')
    pen.path(
      'M-50 -46Q0 -34 50 -46C48 -24 42 -12 36 -8C30 -3 -30 -3 -36 -8C-42 -12 -48 -24 -50 -46Z',
      pen.shade(accent),
    )
  if (band === 'heart') pen.path('M0 -36C-20 -52 -12 -66 0 -56C12 -66 20 -52 0 -36Z', css(accent))
  glint(kit, 'M-40 -82C-40 -54 -37 -36 -32 -24', 5, 0.35)
  if (option === '') for (const x of [-16, 8]) steam(x)
}

function seat(kit: Kit): void {
  const { pen, main, accent, option, trim } = kit
  const legs = wood(kit)
  const leg = (x: number, lean: number, top = -40) =>
    pen.path(`M${x - 4} ${top}L${x + 4} ${top}L${x + lean + 2} 0L${x + lean - 2} 0Z`, pen.shade(legs))
  if (option === 'sofa') {
    for (const x of [-82, 82]) leg(x, x * 0.06, -18)
    pen.rect(-92, -96, 184, 70, 18, pen.shade(darker(main, 0.03)))
    for (const x of [-74, 2]) pen.rect(x, -84, 72, 46, 12, pen.shade(main))
    pen.rect(-80, -48, 160, 30, 10, pen.shade(lighter(main, 0.04)))
    pen.line('M0 -46v26', css(darker(main, 0.16)), 1.6)
    for (const x of [-100, 74]) pen.rect(x, -66, 26, 54, 12, pen.shade(lighter(main, 0.02)))
    pen.rect(-62, -82, 38, 36, 9, pen.shade(accent), 'transform="rotate(-9 -44 -64)"')
    return pen.rect(34, -80, 34, 34, 9, pen.shade(trim), 'transform="rotate(12 50 -62)"')
  }
  if (option === 'bench' || option === 'table') {
    for (const x of [-72, 72]) leg(x, x * 0.08, option === 'table' ? -86 : -46)
    const top = option === 'table' ? -96 : -54
    pen.rect(-92, top, 184, 12, 4, pen.shade(mixed(legs, main, 0.5)))
    if (option === 'bench') for (const y of [-104, -86]) pen.rect(-88, y, 176, 11, 4, pen.shade(mixed(legs, main, 0.5)))
    if (option === 'bench') for (const x of [-66, 66]) pen.rect(x - 3, -104, 6, 56, 2, pen.shade(darker(legs, 0.1)))
    return
  }
  if (option === 'bed') {
    pen.rect(-98, -104, 16, 104, 6, pen.shade(legs))
    pen.rect(84, -56, 12, 56, 5, pen.shade(legs))
    pen.rect(-84, -44, 172, 26, 6, pen.shade(legs))
    pen.path('M-84 -62C-40 -70 40 -66 86 -60L86 -34L-84 -34Z', pen.shade(kit.paper))
    pen.path('M-30 -68C20 -74 70 -68 88 -60L88 -24C40 -18 0 -22 -36 -28Z', pen.shade(main))
    pen.rect(-82, -82, 48, 24, 11, pen.shade(lighter(accent, 0.1)))
    return pen.line('M-28 -60C10 -64 60 -60 86 -54', css(lighter(main, 0.14)), 2)
  }
  for (const [x, lean] of [
    [-40, -14],
    [40, 14],
    [-22, -3],
    [26, 6],
  ] as const)
    leg(x, lean, -58)
  pen.path('M-50 -146C-54 -168 50 -168 46 -146L50 -74L-48 -74Z', pen.shade(darker(main, 0.04)))
  pen.path('M-38 -142C-40 -156 38 -156 36 -142L38 -84L-36 -84Z', pen.shade(lighter(main, 0.03)))
  pen.path('M-56 -78C-58 -88 58 -88 56 -78L60 -62C60 -52 -60 -52 -60 -62Z', pen.shade(lighter(main, 0.05)))
  pen.line('M-58 -62C-40 -56 40 -56 58 -62', css(darker(main, 0.14)), 1.4)
  if (option === 'arm') for (const x of [-70, 52]) pen.rect(x, -104, 18, 56, 9, pen.shade(main))
  for (const x of [-18, 0, 18]) pen.ellipse(x, -118, 1.8, 1.8, css(darker(main, 0.16)))
}

function lamp(kit: Kit): void {
  const { pen, main, accent, paper, option, ink } = kit
  const glow = colour(0.94, 0.08, 88)
  if (option === 'candle') {
    pen.ellipse(
      0,
      -128,
      70,
      70,
      pen.radial(0.5, 0.5, 0.5, [
        [0, glow, 0.65],
        [1, glow, 0],
      ]),
    )
    pen.rect(-22, -92, 44, 92, 6, pen.shade(mixed(paper, main, 0.6)))
    pen.ellipse(0, -92, 22, 6, css(lighter(mixed(paper, main, 0.5), 0.05)))
    pen.line('M0 -92v-10', css(ink), 2)
    pen.path(
      'M0 -142C12 -124 12 -104 0 -102C-12 -104 -10 -120 0 -142Z',
      pen.linear(0, 0, 0, 1, [
        [0, colour(0.82, 0.17, 60)],
        [0.6, glow],
        [1, colour(0.7, 0.12, 250)],
      ]),
    )
    return
  }
  pen.ellipse(
    0,
    -96,
    118,
    104,
    pen.radial(0.5, 0.5, 0.5, [
      [0, glow, 0.6],
      [1, glow, 0],
    ]),
  )
  pen.ellipse(0, -4, 40, 8, pen.shade(darker(accent, 0.1)))
  pen.rect(-3, -112, 6, 110, 3, pen.shade(accent))
  pen.path(
    'M-26 -186L26 -186L58 -106C40 -98 -40 -98 -58 -106Z',
    pen.linear(0, 0, 0, 1, [
      [0, main],
      [0.6, lighter(main, 0.07)],
      [1, mixed(main, glow, 0.65)],
    ]),
  )
  pen.ellipse(0, -105, 56, 7, css(glow))
  pen.ellipse(0, -186, 26, 4, css(darker(main, 0.12)))
  for (let x = -40; x <= 40; x += 10)
    pen.line(`M${x * 0.55} -184L${x} -106`, css(darker(main, 0.1)), 0.7, 'stroke-opacity=".5"')
  glint(kit, 'M24 -104v36', 1.4, 0.8)
}

function bag(kit: Kit): void {
  const { pen, main, accent, trim, option } = kit
  const stitch = css(lighter(main, 0.17))
  if (option === 'tote' || option === 'hand') {
    pen.line('M-34 -92C-32 -176 32 -176 34 -92', pen.shade(option === 'hand' ? accent : darker(main, 0.1)), 7)
    pen.path('M-62 -102L62 -102L74 -8C74 -3 70 0 66 0L-66 0C-70 0 -74 -3 -74 -8Z', pen.shade(main))
    pen.path('M-62 -102L62 -102L64 -86L-64 -86Z', pen.shade(darker(main, 0.06)))
    if (option === 'hand') pen.path('M-64 -100C-64 -48 64 -48 64 -100Z', pen.shade(lighter(main, 0.03)))
    pen.rect(-13, option === 'hand' ? -70 : -62, 26, 22, 5, pen.shade(accent))
    return pen.line('M-66 -12L-58 -96M66 -12L58 -96', stitch, 0.9, 'stroke-dasharray="2 2"')
  }
  pen.line('M-16 -158C-16 -182 16 -182 16 -158', pen.shade(darker(main, 0.12)), 7)
  for (const x of [-66, 66]) pen.rect(x - 14, -86, 28, 66, 12, pen.shade(darker(main, 0.08)))
  pen.path(
    'M-60 -100C-60 -142 -38 -164 0 -164C38 -164 60 -142 60 -100L64 -14C64 -5 58 0 50 0L-50 0C-58 0 -64 -5 -64 -14Z',
    pen.shade(main),
  )
  pen.path(
    'M-60 -104C-60 -144 -38 -164 0 -164C38 -164 60 -144 60 -104C42 -88 -42 -88 -60 -104Z',
    pen.shade(lighter(main, 0.04)),
  )
  pen.path(
    'M-46 -68C-46 -76 46 -76 46 -68L48 -16C48 -10 44 -8 40 -8L-40 -8C-44 -8 -48 -10 -48 -16Z',
    pen.shade(darker(main, 0.05)),
  )
  pen.line('M-46 -56C-20 -50 20 -50 46 -56', css(darker(main, 0.2)), 2)
  for (const x of [-28, 28]) {
    pen.rect(x - 5, -128, 10, 66, 3, pen.shade(accent))
    pen.rect(x - 7, -82, 14, 12, 3, pen.shade(trim))
  }
  pen.line('M-42 -14L-40 -64M42 -14L40 -64', stitch, 0.8, 'stroke-dasharray="2 2"')
}

export const wares: Readonly<Record<string, Subject>> = {
  shoe: { draw: drawShoe, width: 196, tall: 120, bulk: 0.75, rests: 'stands' },
  bottle: { draw: bottle, width: 78, tall: 190, bulk: 0.7, rests: 'stands' },
  mug: { draw: mug, width: 150, tall: 130, bulk: 0.6, rests: 'stands' },
  seat: { draw: seat, width: 170, tall: 148, bulk: 1, rests: 'stands' },
  lamp: { draw: lamp, width: 84, tall: 190, bulk: 0.9, rests: 'stands' },
  bag: { draw: bag, width: 140, tall: 172, bulk: 0.8, rests: 'stands' },
}
