import { describeProvider } from './provider-contract.ts'
import { hostedSubjects } from './provider-subjects.ts'

for (const subject of hostedSubjects) describeProvider(subject)
