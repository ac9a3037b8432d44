import { agents } from '../model/agents';
import { COMPUTE_KINDS, computeKindOf } from '../../lib/facts/compute-kinds';
import type { Resource } from '../model/assembly';
import { usesElsewhere } from '../model/runs-as';
import type { TemplateModel } from '../model/template-model';
import { textKey } from '../model/compose-text';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import { type AgentRole, agentRoles, allowing, placeOfIdentity } from './agent-roles';
import type { Finding } from './finding';
import { scopeOf } from '../policy/named-resource';
import { rule } from './rule';
import { placeAt } from './setting';

/** One agent, one identity. */
export const MA_ID3 = rule({
  id: 'MA-ID3',
  family: 'identity',
  severity: 'error',
  subject: 'role',
  what: 'No session or execution role is shared by two Runtimes or used by anything else, and session, execution and client roles are different roles.',
  why: 'A shared role gives each agent what the other needs, and the audit trail can no longer tell who did it. A role that both runs commands and starts turns lets a prompt start further turns.',
  fix: 'Give every agent its own session role and execution role, and let clients use a role of their own',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-5', 'AC-6', 'IA-4'], iso: ['A.5.3', 'A.5.15'], soc2: ['CC6.1', 'CC6.3'] },
  *check({ model }) {
    yield* sharedExecutionRoles(model);
    yield* usedElsewhere(model);
    for (const role of agentRoles(model)) {
      if (role.kinds.has('session role')) {
        yield* sharedSessionRole(model, role);
      }
      const at = placeOfIdentity(role.identity);
      if (role.kinds.size > 1 && at) {
        yield { at, subject: role.identity.id, says: `The role is ${[...role.kinds].sort().join(' and ')} at once` };
      }
    }
  },
});

function* sharedExecutionRoles(model: TemplateModel): Iterable<Finding> {
  const users = new Map<string, Resource[]>();
  for (const { runtime, kind, executionRoles } of agents(model)) {
    for (const { id } of executionRoles) {
      const others = users.get(id) ?? [];
      const other = others.find(({ guard }) => runtime.guard.and(guard).possible());
      if (other) {
        const says = `${other.logicalId} has the same execution role`;
        yield { at: placeAt(runtime, kind.role), says, when: runtime.guard.and(other.guard) };
      }
      users.set(id, [...others, runtime]);
    }
  }
}

/** Other resources that run under a role of an agent have its permissions, but not its network and limits. */
function* usedElsewhere(model: TemplateModel): Iterable<Finding> {
  for (const { identity, kinds } of agentRoles(model)) {
    const kind = ['execution role', 'session role'].find((each) => kinds.has(each as 'execution role'));
    const others = new Map(usesElsewhere(identity).map((each) => [each.resource, each]));
    for (const { resource, guard, place } of kind === undefined ? [] : others.values()) {
      yield {
        at: place,
        when: guard,
        says: `${resource.logicalId} also runs under the ${kind} of an agent`,
        data: { role: identity.id },
      };
    }
  }
}

function* sharedSessionRole(model: TemplateModel, { identity }: AgentRole): Iterable<Finding> {
  const statements = COMPUTE_KINDS.flatMap(({ driven }) => (driven ? allowing(identity, driven.actions[0]) : []));
  const driven = new Map<string, Text>();
  for (const statement of statements) {
    for (const { value } of statement.resources.patterns) {
      if (statement.resources.except || ['type', 'every'].includes(scopeOf(value))) {
        yield {
          at: statement,
          subject: identity.id,
          says: `The session role may invoke every Runtime that matches ${printed(value)}`,
        };
        return;
      }
      driven.set(runtimeOf(model, value), value);
    }
  }
  const [first] = statements;
  if (first && driven.size > 1) {
    yield { at: first, subject: identity.id, says: `The session role may invoke ${driven.size} Runtimes` };
  }
}

/** The Runtime that an ARN of it, or of one of its endpoints, means. */
function runtimeOf(model: TemplateModel, value: Text): string {
  for (const resource of model.mentioned(value)) {
    if (computeKindOf(resource.type)) {
      return resource.id;
    }
    const [endpoint] = COMPUTE_KINDS.flatMap(({ endpoints }) => endpoints.filter(([type]) => type === resource.type));
    if (endpoint) {
      const [of] = resource.properties.at(endpoint[1]).flatMap((node) => node.texts());
      return of ? (model.mentioned(of.value)[0]?.id ?? textKey(of.value)) : resource.id;
    }
  }
  // An id ends in a dash and ten random characters.
  return textKey(value)
    .replace(/\/runtime-endpoint\/.*$/, '')
    .replace(/[-/]?\*$/, '')
    .replace(/-[A-Za-z0-9]{10}$/, '');
}
