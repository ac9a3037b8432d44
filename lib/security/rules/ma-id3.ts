import { agentRoles, allowing, namesService, placeOf, runtimes } from '../model/agents';
import { textAt } from '../model/json';
import { type IndexedRole, roleKey } from '../model/roles';
import { hasWildcard } from '../policy/match';
import type { TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** One agent, one identity. */
export const MA_ID3: SecurityRule = {
  id: 'MA-ID3',
  family: 'identity',
  severity: 'error',
  what: 'No session or execution role is shared by two Runtimes, and session, execution and client roles are different roles.',
  why: 'A shared role gives each agent what the other needs, and the audit trail can no longer tell who did it. A role that both runs commands and starts turns lets a prompt start further turns.',
  fix: 'Give every agent its own session role and execution role, and let clients use a role of their own',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-5', 'AC-6', 'IA-4'], iso: ['A.5.3', 'A.5.15'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index) => [...sharedExecutionRoles(index), ...sharedSessionRoles(index), ...mixedRoles(index)],
};

function sharedExecutionRoles(index: TemplateIndex): Finding[] {
  const seen = new Map<string, string>();
  return runtimes(index).flatMap((runtime) => {
    const role = textAt(runtime.properties, 'RoleArn');
    if (role === undefined) {
      return [];
    }
    const key = roleKey(index, role);
    const first = seen.get(key);
    seen.set(key, first ?? runtime.logicalId);
    return first === undefined
      ? []
      : [{ resource: runtime, location: 'Properties.RoleArn', detail: `the execution role is also that of ${first}` }];
  });
}

function sharedSessionRoles(index: TemplateIndex): Finding[] {
  return agentRoles(index).session.flatMap((role) => {
    const statements = allowing(role, 'bedrock-agentcore:InvokeAgentRuntime').filter((statement) =>
      namesService(statement, 'bedrock-agentcore'),
    );
    const resources = statements.flatMap((statement) => statement.resources);
    const open = resources.find(leavesRuntimeOpen);
    if (open !== undefined) {
      return [{ ...place(statements[0]), detail: `the session role may invoke every Runtime that matches ${open}` }];
    }
    const driven = new Set(resources.map((resource) => runtimeOf(index, resource)));
    return driven.size > 1
      ? [{ ...place(statements[0]), detail: `the session role may invoke ${driven.size} Runtimes` }]
      : [];
  });
}

/** A wildcard in the id of the Runtime itself; one in the name of its endpoint stays with that Runtime. */
function leavesRuntimeOpen(resource: string): boolean {
  const runtime = resource.replace(/\/runtime-endpoint\/.*$/, '').replace(/(\})\/\*$/, '$1');
  return hasWildcard(runtime) && !/runtime\/[^*?]+-\*$/.test(runtime);
}

/** The Runtime that an ARN of it, or of one of its endpoints, means. */
function runtimeOf(index: TemplateIndex, resource: string): string {
  const [target] = index.mentioned(resource);
  if (target?.type === 'AWS::BedrockAgentCore::RuntimeEndpoint') {
    return index.target(target.properties.AgentRuntimeId)?.id ?? String(target.properties.AgentRuntimeId);
  }
  return (
    target?.id ??
    resource
      .replace(/\/runtime-endpoint\/.*$/, '')
      .replace(/[-/]?\*$/, '')
      .replace(/-[A-Za-z0-9]{10}$/, '')
  );
}

function mixedRoles(index: TemplateIndex): Finding[] {
  const { session, execution, client, all } = agentRoles(index);
  return all.flatMap((role) => {
    const uses = [
      ...(session.includes(role) ? ['session role'] : []),
      ...(execution.includes(role) ? ['execution role'] : []),
      ...(client.includes(role) ? ['client role'] : []),
    ];
    const resource = placeOf(role);
    return uses.length > 1 && resource ? [{ resource, detail: `one role is ${uses.join(' and ')}` }] : [];
  });
}

function place(statement: IndexedRole['statements'][number]) {
  return { resource: statement.resource, location: statement.location };
}
