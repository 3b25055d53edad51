import { expect, test } from 'vitest'
import { builtInProviders } from '#engine/providers/providers.ts'
import { describeProvider } from './provider-contract.ts'
import { firstSubjects, hostedSubjects, ownServerSubjects } from './provider-subjects.ts'

test('every provider of the registry has its entry here', () => {
  const subjects = [...firstSubjects, ...hostedSubjects, ...ownServerSubjects].map(({ provider }) => provider.id)
  expect(builtInProviders.map(({ id }) => id).filter((id) => !subjects.includes(id))).toEqual([])
})

for (const subject of firstSubjects) describeProvider(subject)
