import { type Colour, colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

const tyre = colour(0.25, 0.01, 260)
const glass = colour(0.72, 0.05, 230)

function wheel({ pen, paper }: Kit, x: number, r: number, rim: Colour): void {
  pen.ellipse(x, -r, r, r, pen.shade(tyre))
  pen.ellipse(x, -r, r * 0.6, r * 0.6, pen.shade(rim, 1.4))
  for (let at = 0; at < 5; at += 1)
    pen.line(`M${x} ${-r}v${-r * 0.52}`, css(darker(rim, 0.25)), r * 0.1, `transform="rotate(${at * 72} ${x} ${-r})"`)
  pen.ellipse(x, -r, r * 0.13, r * 0.13, css(paper))
}

function vehicle(kit: Kit): void {
  const { pen, main, accent, trim, paper, ink, option } = kit
  const rim = colour(0.82, 0.01, 250)
  const window = pen.linear(0, 0, 1, 1, [
    [0, lighter(glass, 0.16)],
    [0.5, glass],
    [1, darker(glass, 0.25)],
  ])
  if (option === 'bike') {
    for (const x of [-56, 56]) {
      pen.ellipse(x, -40, 38, 38, 'none', `stroke="${css(tyre)}" stroke-width="6"`)
      for (let at = 0; at < 9; at += 1)
        pen.line(`M${x} -40v-36`, css(rim), 0.8, `transform="rotate(${at * 40} ${x} -40)"`)
    }
    pen.line('M-56 -40L-26 -100L34 -100L-8 -40ZM-8 -40L-30 -112M34 -100L56 -40M30 -116L34 -100', pen.shade(main), 6.5)
    pen.line('M18 -122Q34 -124 46 -112M-44 -114h28', css(ink), 7)
    return pen.ellipse(-8, -40, 10, 10, 'none', `stroke="${css(accent)}" stroke-width="5"`)
  }
  if (option === 'boat') {
    pen.rect(-4, -196, 6, 150, 2, pen.shade(colour(0.5, 0.07, 55)))
    pen.path('M4 -192C44 -150 66 -100 72 -62L4 -62Z', pen.shade(paper))
    pen.path('M-8 -176C-36 -140 -56 -100 -62 -62L-8 -62Z', pen.shade(accent))
    pen.path('M-96 -52L98 -52C90 -22 72 -4 52 0L-58 0C-78 -6 -92 -24 -96 -52Z', pen.shade(main))
    pen.path('M-92 -36L94 -36L91 -28L-89 -28Z', css(paper))
    return pen.line('M-110 0q14 -8 28 0t28 0t28 0t28 0t28 0t28 0t28 0', css(paper), 4, 'stroke-opacity=".7"')
  }
  if (option === 'plane' || option === 'rocket') {
    pen.open(option === 'rocket' ? 'rotate(14 0 -100)' : 'translate(0 -100) rotate(76) translate(0 100)')
    if (option === 'rocket')
      pen.path(
        'M-16 -34C-20 0 -6 8 0 30C6 8 20 0 16 -34Z',
        pen.linear(0, 0, 0, 1, [
          [0, colour(0.9, 0.15, 90)],
          [0.5, colour(0.75, 0.18, 55)],
          [1, colour(0.6, 0.2, 30), 0],
        ]),
      )
    pen.path(
      option === 'rocket'
        ? 'M-24 -90C-52 -74 -56 -44 -54 -24L-22 -44ZM24 -90C52 -74 56 -44 54 -24L22 -44Z'
        : 'M-10 -120L-100 -62L-100 -48L-10 -80ZM10 -120L100 -62L100 -48L10 -80ZM-8 -26L-40 -6V2L0 -10L40 2V-6L8 -26Z',
      pen.shade(accent),
    )
    pen.path(
      option === 'rocket'
        ? 'M0 -196C36 -160 36 -90 24 -36L-24 -36C-36 -90 -36 -160 0 -196Z'
        : 'M0 -196C16 -180 16 -150 14 -110L8 -4C4 0 -4 0 -8 -4L-14 -110C-16 -150 -16 -180 0 -196Z',
      pen.shade(main),
    )
    if (option === 'rocket') {
      pen.path('M0 -196C16 -180 25 -160 28 -140L-28 -140C-25 -160 -16 -180 0 -196Z', pen.shade(accent))
      pen.ellipse(0, -112, 14, 14, pen.shade(paper))
      pen.ellipse(0, -112, 10, 10, window)
    } else for (let y = -150; y < -40; y += 9) pen.rect(-7, y, 4, 4, 2, css(ink), 'fill-opacity=".6"')
    return pen.close()
  }
  if (option === 'bus' || option === 'train') {
    pen.rect(-100, -124, 200, 106, 13, pen.shade(main))
    pen.path('M-100 -56H100V-40H-100Z', pen.shade(paper))
    for (let at = 0; at < 5; at += 1) pen.rect(-91 + at * 37, -110, 32, 38, 5, window)
    pen.rect(-100, -124, 200, 10, 5, css(lighter(main, 0.08)))
    pen.ellipse(94, -34, 6, 6, css(colour(0.95, 0.09, 95)))
    if (option === 'train') for (const x of [-74, -44, 44, 74]) wheel(kit, x, 14, rim)
    else for (const x of [-58, 60]) wheel(kit, x, 23, rim)
    return
  }
  const truck = option === 'truck'
  if (truck) {
    pen.rect(-100, -128, 128, 104, 6, pen.shade(lighter(mixed(main, paper, 0.7), 0)))
    pen.path('M-100 -74H28V-58H-100Z', pen.shade(accent))
    pen.path('M32 -24L32 -100C32 -106 36 -108 40 -108L68 -108C76 -108 82 -100 86 -84L100 -66L100 -24Z', pen.shade(main))
    pen.path('M44 -98L66 -98C72 -98 76 -90 79 -78L44 -76Z', window)
  } else {
    pen.path(
      'M-104 -30C-106 -52 -100 -64 -84 -68C-60 -98 -44 -106 -8 -107C28 -108 44 -94 62 -72C86 -70 104 -62 105 -40L104 -22L-102 -20Z',
      pen.shade(main, 1.2),
    )
    pen.path('M-66 -70C-50 -92 -38 -97 -10 -98L-10 -70ZM-3 -98C26 -98 36 -90 50 -70L-3 -70Z', window)
    pen.path('M-60 -71L-38 -92L-28 -95L-46 -71Z', css(paper), 'fill-opacity=".35"')
    pen.line('M-98 -52C-40 -60 40 -60 100 -50', css(lighter(main, 0.17)), 2, 'stroke-opacity=".8"')
    pen.line('M-7 -68V-28M-70 -64C-66 -46 -66 -40 -70 -30', css(darker(main, 0.16)), 1.3)
    pen.rect(4, -60, 14, 3.5, 1.5, css(darker(main, 0.2)))
    pen.path('M-104 -32H104V-20H-102Z', css(darker(mixed(main, ink, 0.5), 0.08)))
  }
  pen.ellipse(98, -48, 5, 8, css(colour(0.95, 0.09, 95)))
  pen.rect(-105, -56, 7, 14, 3, css(truck ? trim : colour(0.55, 0.2, 27)))
  for (const x of [-60, 62]) {
    pen.path(`M${x - 29} -20a29 29 0 0 1 58 0Z`, css(darker(ink, 0.04)))
    wheel(kit, x, 24, rim)
  }
}

export const vehicles: Readonly<Record<string, Subject>> = {
  vehicle: { draw: vehicle, width: 200, tall: 125, bulk: 1.5, rests: 'stands' },
  aircraft: { draw: vehicle, width: 110, tall: 190, bulk: 1.2, rests: 'floats' },
}
