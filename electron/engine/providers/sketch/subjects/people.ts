import { colour, css, darker, fromHex, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

const skins = ['f1c9a5', 'e0ac80', 'c68a5e', '9b6642', '6e4529', 'f6d7be'].map(fromHex)
const hairs = ['2b1d18', '4a2f22', '7a4a28', 'b5793e', 'd9b36a', '1e1e24', '8d8d93'].map(fromHex)

function person(kit: Kit): void {
  const { pen, random, main, accent, trim, paper, ink, option } = kit
  const skin = random.pick(skins)
  const hair = option === 'old' ? colour(0.85, 0.01, 80) : random.pick(hairs)
  const style =
    option === 'man' || option === 'old'
      ? random.pick(['short', 'curly'])
      : option === 'woman'
        ? random.pick(['long', 'bun', 'bob'])
        : random.pick(['short', 'curly', 'long', 'bun', 'bob'])
  if (style === 'long')
    pen.path(
      'M0 -186C46 -188 52 -140 50 -110C50 -80 60 -60 54 -34L-54 -34C-60 -60 -50 -80 -50 -110C-52 -140 -46 -188 0 -186Z',
      pen.shade(darker(hair, 0.03)),
    )
  if (style === 'bob')
    pen.path('M0 -186C48 -188 54 -140 52 -92L-52 -92C-54 -140 -48 -188 0 -186Z', pen.shade(darker(hair, 0.03)))
  if (style === 'bun') pen.ellipse(10, -190, 20, 19, pen.shade(hair))
  pen.path('M-18 -84L18 -84L20 -58C10 -44 -10 -44 -20 -58Z', pen.shade(darker(skin, 0.06)))
  pen.path('M-94 0C-94 -40 -66 -56 -30 -62C-14 -46 14 -46 30 -62C66 -56 94 -40 94 0Z', pen.shade(main))
  pen.path('M-30 -62C-14 -44 14 -44 30 -62L36 -56C18 -34 -18 -34 -36 -56Z', pen.shade(accent))
  const wear = random.pick(['plain', 'lapel', 'stripe'])
  if (wear === 'lapel') pen.path('M-34 -60L-6 0L-30 0L-48 -40ZM34 -60L6 0L30 0L48 -40Z', css(darker(main, 0.08)))
  if (wear === 'stripe') for (const y of [-30, -18, -6]) pen.line(`M-84 ${y}Q0 ${y + 10} 84 ${y}`, css(trim), 4)
  pen.ellipse(-40, -122, 7, 11, css(darker(skin, 0.07)))
  pen.ellipse(40, -122, 7, 11, css(darker(skin, 0.07)))
  pen.path(
    'M0 -176C30 -176 41 -152 40 -124C39 -94 22 -74 0 -74C-22 -74 -39 -94 -40 -124C-41 -152 -30 -176 0 -176Z',
    pen.shade(skin),
  )
  for (const x of [-16, 16]) {
    pen.ellipse(x, -122, 3.4, 4.2, css(darker(hair, 0.1)))
    pen.line(`M${x - 8} -134q8 -6 16 0`, css(hair), 3)
    pen.ellipse(x * 1.5, -106, 8, 5, css(colour(0.7, 0.13, 25)), 'fill-opacity=".3"')
  }
  pen.line('M0 -122C4 -112 5 -108 -1 -106', css(darker(skin, 0.15)), 2)
  pen.line('M-11 -94Q0 -86 11 -94', css(colour(0.5, 0.12, 22)), 2.8)
  if (style === 'curly') pen.path('M-40 -138C-46 -184 46 -184 40 -138C24 -156 -24 -156 -40 -138Z', pen.shade(hair))
  if (style === 'curly')
    for (let at = 0; at < 11; at += 1)
      pen.ellipse(Math.cos(at * 0.33 - 0.08) * 41, -148 - Math.sin(at * 0.33 - 0.08) * 32, 17, 17, pen.shade(hair))
  else
    pen.path(
      'M-42 -122C-48 -176 -20 -190 4 -188C36 -188 50 -164 42 -122C38 -140 34 -150 22 -156C4 -150 -18 -150 -30 -156C-38 -146 -40 -136 -42 -122Z',
      pen.shade(hair),
    )
  if (random.chance(0.22))
    pen.line(
      'M-28 -122a12 12 0 1 0 24 0a12 12 0 1 0 -24 0M4 -122a12 12 0 1 0 24 0a12 12 0 1 0 -24 0M-4 -122h8',
      css(ink),
      2.2,
    )
  if (option === 'royal')
    pen.path(
      'M-36 -166L-42 -206L-18 -186L0 -214L18 -186L42 -206L36 -166Q0 -154 -36 -166Z',
      pen.shade(colour(0.8, 0.14, 86)),
    )
  if (option === 'knight')
    pen.path(
      'M-46 -84C-54 -196 54 -196 46 -84L14 -76L14 -118L34 -124L34 -134L-34 -134L-34 -124L-14 -118L-14 -76Z',
      pen.shade(colour(0.72, 0.01, 250), 1.6),
    )
  if (option === 'astronaut')
    pen.path(
      'M0 -196C50 -196 60 -160 60 -124C60 -84 36 -62 0 -62C-36 -62 -60 -84 -60 -124C-60 -160 -50 -196 0 -196ZM0 -172C-30 -172 -42 -152 -42 -124C-42 -98 -24 -84 0 -84C24 -84 42 -98 42 -124C42 -152 30 -172 0 -172Z',
      pen.shade(paper),
      'fill-rule="evenodd"',
    )
}

/** A whole person or a robot, standing. */
function figure(kit: Kit): void {
  const { pen, random, main, accent, trim, ink, paper, option } = kit
  if (option === 'robot') {
    const shell = mixed(main, colour(0.78, 0.01, 250), 0.35)
    for (const x of [-22, 22]) pen.rect(x - 11, -50, 22, 50, 7, pen.shade(darker(shell, 0.12)))
    for (const x of [-64, 48]) pen.rect(x, -112, 16, 62, 8, pen.shade(darker(shell, 0.08)))
    for (const x of [-56, 56]) pen.ellipse(x, -46, 11, 11, pen.round(accent))
    pen.rect(-48, -120, 96, 78, 14, pen.shade(shell))
    pen.rect(-30, -102, 60, 32, 6, css(darker(ink, 0.02)))
    for (let at = 0; at < 5; at += 1)
      pen.rect(-24 + at * 10, -76 - random.between(4, 20), 6, 22, 1, css(at % 2 ? accent : trim))
    pen.line('M0 -184v-12', css(darker(shell, 0.2)), 4)
    pen.ellipse(0, -198, 6, 6, pen.round(accent))
    pen.rect(-40, -184, 80, 58, 18, pen.shade(lighter(shell, 0.03)))
    pen.rect(-30, -172, 60, 32, 14, css(darker(ink, 0.04)))
    for (const x of [-14, 14]) pen.ellipse(x, -156, 7, 7, css(lighter(accent, 0.15)))
    return
  }
  const skin = random.pick(skins)
  const hair = random.pick(hairs)
  const child = option === 'child' ? 0.8 : 1
  const sway = random.between(-8, 8)
  pen.open(`scale(${child})`)
  for (const x of [-13, 13]) {
    pen.path(`M${x - 12} -92L${x + 12} -92L${x + 8 + x * 0.3} -6L${x - 8 + x * 0.3} -6Z`, pen.shade(trim))
    pen.path(`M${x * 1.3 - 10} 0C${x * 1.3 - 10} -10 ${x * 1.3 + 4} -10 ${x * 1.3 + 14} 0Z`, css(ink))
  }
  pen.line(`M-28 -136Q${-48 - sway} -112 ${-42 + sway} -86`, pen.shade(darker(main, 0.05)), 15)
  pen.line(`M28 -136Q${48 - sway} -118 ${44 + sway * 2} ${random.chance(0.4) ? -150 : -88}`, pen.shade(main), 15)
  pen.path('M-32 -142C-20 -152 20 -152 32 -142L28 -78L-28 -78Z', pen.shade(main))
  pen.path('M-27 -92L27 -92L28 -84L-28 -84Z', css(accent))
  pen.rect(-7, -158, 14, 16, 5, css(darker(skin, 0.06)))
  pen.ellipse(0, -174, 18, 21, pen.shade(skin))
  pen.path('M-20 -172C-22 -206 22 -206 20 -172C14 -184 -10 -186 -20 -172Z', pen.shade(hair))
  if (option === 'chef') pen.path('M-18 -186C-34 -206 -14 -218 0 -210C14 -218 34 -206 18 -186Z', pen.shade(paper))
  for (const x of [-7, 7]) pen.ellipse(x, -172, 1.8, 2.2, css(ink))
  pen.line('M-5 -163q5 4 10 0', css(darker(skin, 0.25)), 1.6)
  pen.close()
}

export const people: Readonly<Record<string, Subject>> = {
  person: { draw: person, width: 190, tall: 210, bulk: 1.2, rests: 'stands' },
  figure: { draw: figure, width: 90, tall: 205, bulk: 1.1, rests: 'stands' },
}
