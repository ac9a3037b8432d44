import { BEARER_TOKEN_ACTIONS } from '../../identity/perms';
import { credentialKindIn, isCredentialName } from '../../validation/credential-like';
import { agentRoles, allowing, runtimes } from '../model/agents';
import { inAgentStacks } from '../model/agent-stacks';
import { at, listAt } from '../model/json';
import { type IndexedRole, roles } from '../model/roles';
import { deniesEverywhere } from '../policy/deny';
import { isLiteral } from '../template/reference-text';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** Types that are standing credentials. */
const CREDENTIAL_TYPES: Readonly<Record<string, string>> = {
  'AWS::IAM::User': 'an IAM user',
  'AWS::IAM::AccessKey': 'an access key',
  'AWS::IAM::ServiceSpecificCredential': 'a service-specific credential',
};

/** A secret that CloudFormation writes in clear text into the property. */
const SECRET_REFERENCE = /\{\{resolve:(?:secretsmanager|ssm-secure):/;

/** No standing credentials. */
export const MA_ID8: SecurityRule = {
  id: 'MA-ID8',
  family: 'identity',
  severity: 'fatal',
  what: 'No standing credentials: no allow of CallWithBearerToken, no IAM user, access key or service-specific credential beside an agent, and nothing that looks like a credential in environment variables, parameters or outputs.',
  why: 'A bearer token or key works for whoever holds it, from anywhere, until somebody notices; the agent and everybody who can read the template would hold it.',
  fix: 'Sign with the credentials of a role. Keep third-party secrets in Secrets Manager, pass their ARN, and read them at run time',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  controls: { nist: ['IA-2', 'IA-5', 'IA-5(7)'], iso: ['A.5.17', 'A.8.5'], soc2: ['CC6.1'] },
  check: (index) => [...bearerTokens(index), ...identities(index), ...variables(index), ...values(index)],
};

function bearerTokens(index: TemplateIndex): Finding[] {
  const ofAgents = new Set<IndexedRole>(agentRoles(index).all);
  return [...roles(index).values()].flatMap((role) =>
    BEARER_TOKEN_ACTIONS.filter((action) => !deniesEverywhere(role.statements, action)).flatMap((action) =>
      allowing(role, action)
        // Administrators hold a bare "*"; on the roles of agents that counts as well.
        .filter(
          (statement) => ofAgents.has(role) || statement.actions.some((named) => /^bedrock(-mantle)?:/i.test(named)),
        )
        .map(({ resource, location }) => ({ resource, location, detail: `${action} is allowed` })),
    ),
  );
}

function identities(index: TemplateIndex): Finding[] {
  return inAgentStacks(index, ...Object.keys(CREDENTIAL_TYPES)).map((resource) => ({
    resource,
    detail: `${CREDENTIAL_TYPES[resource.type]} stands in the stack of an agent`,
  }));
}

function variables(index: TemplateIndex): Finding[] {
  const holders: [IndexedResource, string, unknown][] = [
    ...runtimes(index).map((runtime): [IndexedResource, string, unknown] => [
      runtime,
      'Properties.EnvironmentVariables',
      runtime.properties.EnvironmentVariables,
    ]),
    ...inAgentStacks(index, 'AWS::Lambda::Function').map((lambda): [IndexedResource, string, unknown] => [
      lambda,
      'Properties.Environment',
      at(lambda.properties, 'Environment', 'Variables'),
    ]),
  ];
  return holders.flatMap(([resource, location, map]) =>
    Object.entries((map ?? {}) as Record<string, unknown>).flatMap(([name, value]) => {
      const kind = credentialIn(name, value);
      return kind ? [{ resource, location, detail: `the environment variable ${name} holds ${kind}` }] : [];
    }),
  );
}

function credentialIn(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') {
    return undefined;
  }
  if (SECRET_REFERENCE.test(value)) {
    return 'a secret in clear text, which CloudFormation inserts at deployment';
  }
  const named = isCredentialName(name) && (isLiteral(value) || value.includes('${parameter '));
  return credentialKindIn(value) ?? (named ? 'what its name says is a credential' : undefined);
}

/** Parameters (instructions and tools of sessions stand there) and outputs, which everybody with read access sees. */
function values(index: TemplateIndex): Finding[] {
  const parameters = inAgentStacks(index, 'AWS::SSM::Parameter').flatMap((parameter) => {
    const text = parameter.properties.Value;
    const kind = typeof text === 'string' ? (credentialKindIn(text) ?? serverVariables(text)) : undefined;
    return kind ? [{ resource: parameter, location: 'Properties.Value', detail: `the parameter holds ${kind}` }] : [];
  });
  const outputs = index.sources.flatMap((source) => {
    const [resource] = inAgentStacks(index, ...index.resourceTypes).filter((each) => each.source === source);
    return resource
      ? Object.entries(source.template.Outputs ?? {}).flatMap(([name, output]) => {
          const value = index.resolve(source, output.Value);
          const kind =
            typeof value === 'string'
              ? SECRET_REFERENCE.test(value)
                ? 'a secret'
                : credentialKindIn(value)
              : undefined;
          return kind ? [{ resource, detail: `the output ${name} of the stack holds ${kind}` }] : [];
        })
      : [];
  });
  return [...parameters, ...outputs];
}

/** Credential-like names in the `env` of MCP servers of a session definition. */
function serverVariables(definition: string): string | undefined {
  if (!definition.includes('"mcp"')) {
    return undefined;
  }
  try {
    const tools = listAt(JSON.parse(definition), 'agent', 'tools');
    const names = tools.flatMap((tool) => Object.keys(at(tool, 'transport', 'env') ?? {}));
    const found = names.find(isCredentialName);
    return found && `the variable ${found} of an MCP server, whose name says it is a credential`;
  } catch {
    return undefined;
  }
}
