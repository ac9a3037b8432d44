import { MANTLE_SERVICE_PRINCIPAL } from '../../lib/facts/service-principals';
import { agentRoles } from './agent-roles';
import { rule } from './rule';
import { trustFindings } from './trust';

/** Only Bedrock Managed Agents, acting for this account and Region, may assume a session role. */
export const MA_ID1 = rule({
  id: 'MA-ID1',
  family: 'identity',
  severity: 'fatal',
  subject: 'session role',
  what: 'A session role trusts bedrock-mantle.amazonaws.com only, with aws:SourceAccount and aws:SourceArn of its own account and Region.',
  why: 'Another principal that can assume the role can call the model and use the Runtime. Without the two conditions, another account could make the service do so (confused deputy).',
  fix: 'Use the session role that ManagedAgent creates, or trust only bedrock-mantle.amazonaws.com with StringEquals aws:SourceAccount and ArnLike aws:SourceArn arn:<partition>:bedrock-mantle:<Region>:<account>:*',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-3', 'AC-6', 'IA-9'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    for (const { identity, kinds, subjects } of agentRoles(context.model)) {
      if (kinds.has('session role')) {
        yield* trustFindings(identity, MANTLE_SERVICE_PRINCIPAL, subjects[0], context);
      }
    }
  },
});
