import { BMA_REGIONS } from '../../facts/bma-regions';
import { runtimes } from '../model/agents';
import type { SecurityRule } from './rule';

/** Agents stand where the service is. */
export const MA_REG1: SecurityRule = {
  id: 'MA-REG1',
  family: 'region',
  severity: 'error',
  what: `The Region of a stack with an agent is one where Bedrock Managed Agents is offered: ${BMA_REGIONS.join(', ')}.`,
  why: 'Elsewhere the stack deploys and the first session fails, after everything is paid for; and a Region nobody planned is a decision about data residency nobody took.',
  fix: `Set env.region of the stack to one of ${BMA_REGIONS.join(', ')}`,
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-quotas-limitations.html',
  controls: { nist: ['SA-9(5)'], iso: ['A.5.23'], soc2: ['CC6.1'] },
  check: (index) =>
    runtimes(index)
      .filter(({ source }) => source.region !== undefined && !BMA_REGIONS.includes(source.region))
      .map((resource) => ({ resource, detail: `Bedrock Managed Agents is not offered in ${resource.source.region}` })),
};
