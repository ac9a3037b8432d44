import { BMA_REGIONS } from '../../lib/facts/bma-regions';
import { literalOf } from '../model/compose-text';
import { rule } from './rule';

/** Agents are deployed where the service is offered. */
export const MA_REG1 = rule({
  id: 'MA-REG1',
  family: 'region',
  severity: 'error',
  subject: 'Runtime',
  what: `The Region of a stack with an agent is one where Bedrock Managed Agents is offered: ${BMA_REGIONS.join(', ')}.`,
  why: 'In other Regions, the stack deploys but the first session fails, and an unplanned Region can violate data residency requirements.',
  fix: `Set env.region of the stack to one of ${BMA_REGIONS.join(', ')}`,
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-quotas-limitations.html',
  controls: { nist: ['SA-9(5)'], iso: ['A.5.23'], soc2: ['CC6.1'] },
  *check(context) {
    for (const { runtime } of context.agents) {
      const region = literalOf(runtime.stack.region);
      if (region !== undefined && !BMA_REGIONS.includes(region)) {
        yield { at: runtime, says: `Bedrock Managed Agents is not offered in ${region}` };
      }
    }
  },
});
