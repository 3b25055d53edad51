import type { Subject } from '../pen.ts'
import { animals } from './animals.ts'
import { birdsAndFish } from './birds-and-fish.ts'
import { gadgets } from './gadgets.ts'
import { nature } from './nature.ts'
import { people } from './people.ts'
import { places } from './places.ts'
import { vehicles } from './vehicles.ts'
import { wares } from './wares.ts'

/** Everything that can be drawn, by kind. */
export const subjects: Readonly<Record<string, Subject>> = {
  ...wares,
  ...gadgets,
  ...animals,
  ...birdsAndFish,
  ...people,
  ...nature,
  ...vehicles,
  ...places,
}
