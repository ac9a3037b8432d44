import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';
import { agentRoles } from './agent-roles';
import { rule } from './rule';
import { trustFindings } from './trust';

const SERVICES = COMPUTE_KINDS.map(({ service }) => service).join(' or ');

/** Only AgentCore, acting for this account and Region, may assume an execution role. */
export const MA_ID2 = rule({
  id: 'MA-ID2',
  family: 'identity',
  severity: 'fatal',
  subject: 'execution role',
  what: `An execution role trusts ${SERVICES} only, with aws:SourceAccount and aws:SourceArn of its own account and Region.`,
  why: 'Untrusted commands run under this role. Another principal that can assume it acts as the agent. Without the two conditions, another account could make the service do so (confused deputy).',
  fix: `Use the execution role that the environment creates, or trust only ${SERVICES} with StringEquals aws:SourceAccount and ArnLike aws:SourceArn arn:<partition>:bedrock-agentcore:<Region>:<account>:*`,
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html',
  controls: { nist: ['AC-3', 'AC-6', 'IA-9'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    for (const { identity, kinds, agents, subjects } of agentRoles(context.model)) {
      if (kinds.has('execution role')) {
        const { kind } = agents.find(({ executionRoles }) => executionRoles.includes(identity))!;
        yield* trustFindings(identity, kind.service, subjects[0], context);
      }
    }
  },
});
