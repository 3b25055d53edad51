import { describeProvider } from './provider-contract.ts'
import { ownServerSubjects } from './provider-subjects.ts'

for (const subject of ownServerSubjects) describeProvider(subject)
