import { colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

function bird(kit: Kit): void {
  const { pen, main, accent, trim, ink, paper, option } = kit
  const beak = colour(0.78, 0.15, 70)
  if (option === 'owl' || option === 'penguin') {
    const owl = option === 'owl'
    for (const x of [-18, 18]) pen.ellipse(x, -3, 15, 6, css(beak))
    pen.path(
      'M0 -178C46 -178 62 -130 60 -80C58 -30 40 -4 0 -4C-40 -4 -58 -30 -60 -80C-62 -130 -46 -178 0 -178Z',
      pen.shade(main),
    )
    if (owl)
      pen.path(
        'M-52 -186C-46 -166 -30 -160 0 -164C30 -160 46 -166 52 -186C58 -160 52 -146 44 -138L-44 -138C-52 -146 -58 -160 -52 -186Z',
        pen.shade(main),
      )
    pen.ellipse(0, -66, 40, 56, css(lighter(mixed(main, paper, owl ? 0.45 : 0.95), 0.03)))
    if (owl)
      for (let row = 0; row < 5; row += 1)
        for (let at = -2; at <= 2; at += 1)
          pen.line(`M${at * 14 + (row % 2) * 6 - 5} ${-96 + row * 15}q5 7 10 0`, css(darker(main, 0.06)), 1.8)
    for (const side of [-1, 1]) {
      pen.path(
        `M${side * 52} -124C${side * 82} -90 ${side * 72} -40 ${side * 44} -22C${side * 50} -60 ${side * 46} -90 ${side * 52} -124Z`,
        pen.shade(darker(main, 0.07)),
      )
      pen.ellipse(side * 23, -138, owl ? 22 : 15, owl ? 22 : 17, css(lighter(paper, 0.02)))
      pen.ellipse(side * 22, -138, owl ? 13 : 6, owl ? 13 : 6, css(owl ? mixed(accent, beak, 0.6) : ink))
      pen.ellipse(side * 22, -138, 7, 7, css(darker(ink, 0.06)))
      pen.ellipse(side * 22 + 3, -141, 2.6, 2.6, css(paper))
    }
    return pen.path('M-9 -128L9 -128L0 -108Z', pen.shade(beak))
  }
  const swan = option === 'swan'
  pen.line('M-6 -34L-10 -2M10 -34L12 -2M-18 0h16M4 0h16', css(darker(beak, 0.06)), 4)
  pen.path('M-98 -64L-46 -84L-30 -52L-92 -48Z', pen.shade(darker(main, 0.12)))
  if (swan) pen.line('M44 -62C86 -90 30 -140 56 -170', pen.shade(main), 17)
  pen.path(
    'M-62 -78C-40 -104 -6 -96 20 -100C52 -104 64 -84 60 -64C54 -36 20 -26 -8 -28C-40 -30 -58 -50 -62 -78Z',
    pen.shade(main),
  )
  const [x, y] = swan ? [62, -172] : [46, -112]
  pen.ellipse(x, y, swan ? 17 : 30, swan ? 15 : 28, pen.shade(main))
  if (!swan)
    pen.path('M22 -94C20 -60 40 -40 58 -58C66 -76 66 -88 62 -96C50 -84 34 -84 22 -94Z', css(mixed(accent, paper, 0.2)))
  pen.path(`M${x + 12} ${y - 6}L${x + 46} ${y + 6}L${x + 12} ${y + 11}Z`, pen.shade(beak))
  pen.path(
    'M-58 -82C-30 -104 10 -92 22 -78C14 -50 -30 -40 -76 -58C-66 -64 -60 -72 -58 -82Z',
    pen.shade(mixed(main, trim, 0.35)),
  )
  pen.line('M-50 -72C-28 -78 -8 -76 10 -70M-56 -64C-34 -66 -14 -64 2 -60', css(darker(main, 0.17)), 1.6)
  pen.ellipse(x + 8, y - 5, 4.6, 4.8, css(darker(ink, 0.06)))
  pen.ellipse(x + 9.5, y - 7, 1.5, 1.5, css(paper))
}

function fish(kit: Kit): void {
  const { pen, main, accent, ink, paper, option, random } = kit
  if (option === 'butterfly') {
    for (const side of [-1, 1]) {
      pen.open(`translate(0 -96) scale(${side} 1) rotate(-8)`, side < 0)
      pen.path('M4 -6C20 -70 70 -96 92 -78C104 -50 70 -4 4 4Z', pen.shade(main))
      pen.path('M4 2C40 0 72 20 70 50C64 80 26 70 4 14Z', pen.shade(accent))
      pen.path('M20 -16C36 -50 64 -70 78 -64C82 -46 60 -20 20 -16Z', css(lighter(main, 0.1)))
      for (const [x, y, r] of [
        [78, -66, 5],
        [84, -52, 4],
        [52, 44, 8],
        [60, -30, 6],
      ] as const)
        pen.ellipse(x, y, r, r, css(paper), 'fill-opacity=".85"')
      pen.close()
    }
    pen.ellipse(0, -92, 6, 40, pen.shade(ink))
    return pen.line('M-2 -130C-8 -156 -22 -162 -30 -160M2 -130C8 -156 22 -162 30 -160', css(ink), 2.4)
  }
  const whale = option === 'whale'
  pen.path(
    'M-52 -96C-80 -140 -104 -140 -98 -126C-92 -108 -92 -84 -98 -66C-104 -52 -80 -52 -52 -90Z',
    pen.shade(whale ? main : accent),
  )
  pen.path('M-20 -132C0 -176 40 -168 44 -138Z', pen.shade(whale ? main : accent))
  pen.path('M-66 -94C-36 -148 50 -162 96 -96C50 -34 -36 -44 -66 -94Z', pen.shade(main))
  pen.path('M-60 -90C-20 -64 50 -58 92 -92C50 -34 -36 -44 -60 -90Z', css(mixed(paper, main, 0.25)), 'fill-opacity=".8"')
  if (!whale)
    for (let x = -34; x < 44; x += 15)
      for (let y = -116; y < -76; y += 13) pen.line(`M${x + (y % 2) * 4} ${y}q7 6 0 12`, css(darker(main, 0.1)), 1.5)
  if (!whale && random.chance(0.5))
    for (const x of [-20, 24])
      pen.path(
        `M${x} -136Q${x + 14} -94 ${x} -54L${x + 14} -52Q${x + 28} -94 ${x + 14} -138Z`,
        css(paper),
        'fill-opacity=".8"',
      )
  pen.path('M4 -86C-6 -60 -24 -50 -34 -54C-30 -70 -16 -86 4 -86Z', pen.shade(whale ? darker(main, 0.06) : accent))
  pen.ellipse(64, -104, 9, 9, css(paper))
  pen.ellipse(66, -104, 5, 5, css(ink))
}

export const birdsAndFish: Readonly<Record<string, Subject>> = {
  bird: { draw: bird, width: 110, tall: 180, bulk: 0.7, rests: 'stands' },
  fish: { draw: fish, width: 150, tall: 170, bulk: 0.8, rests: 'floats' },
}
