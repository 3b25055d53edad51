import { describeProvider } from './provider-contract.ts'
import { customSubjects } from './provider-subjects.ts'

for (const subject of customSubjects) describeProvider(subject)
