import { CODEARTIFACT_ASSET_BUCKETS, IMAGE_LAYER_OBJECTS } from '../../facts/aws-owned-buckets';
import { runtimes } from '../model/agents';
import { endpointsIn, runtimeVpcs, serviceOf } from '../model/network';
import { readPolicy, type PolicyStatement } from '../policy/statement';
import { ARN_OPERATORS, requiredValues } from '../policy/condition';
import { hasWildcard } from '../policy/match';
import { parseArn } from '../policy/arn';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { SecurityRule } from './rule';

/** Each of these keys, required, limits a statement to callers of this account or organization, or to an AWS service. */
const CALLER_KEYS = [
  'aws:PrincipalAccount',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalServiceName',
  'aws:SourceAccount',
  'aws:SourceOrgID',
];

/** The second gate of everything that leaves an agent's subnets. */
export const MA_NET3: SecurityRule = {
  id: 'MA-NET3',
  family: 'network',
  severity: 'error',
  what: "Every endpoint in a Runtime's VPC has a policy of its own that allows named actions to callers of this account or organization.",
  why: "Without a policy an endpoint passes requests signed with anybody's credentials: a command that was told a foreign key can carry data into a foreign account.",
  fix: 'Use AgentNetwork, or give the endpoint a policy with named actions and aws:PrincipalAccount or aws:PrincipalOrgID',
  page: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html',
  controls: { nist: ['AC-3', 'AC-4', 'SC-7'], iso: ['A.5.15', 'A.8.20', 'A.8.22'], soc2: ['CC6.1', 'CC6.6'] },
  check: (index) =>
    agentEndpoints(index).flatMap((endpoint) =>
      judge(endpoint).map((detail) => ({
        resource: endpoint,
        location: 'Properties.PolicyDocument',
        detail: `the ${serviceOf(endpoint)} endpoint ${detail}`,
      })),
    ),
};

function agentEndpoints(index: TemplateIndex): IndexedResource[] {
  const vpcs = new Set(runtimes(index).flatMap((runtime) => runtimeVpcs(index, runtime)));
  return [...vpcs].flatMap((vpc) => endpointsIn(index, vpc));
}

function judge(endpoint: IndexedResource): string[] {
  const document = endpoint.properties.PolicyDocument;
  const allows = readPolicy(document).filter(({ effect }) => effect === 'Allow');
  if (document === undefined) {
    return ['has no policy, which allows everything to everybody'];
  }
  const details = allows.flatMap((statement) => [
    ...(statement.notActions.length > 0 || statement.actions.some(hasWildcard)
      ? ['allows actions by wildcard or NotAction']
      : []),
    ...(confined(statement, endpoint) ? [] : ['allows callers of any account']),
  ]);
  return [...new Set(details)];
}

function confined(statement: PolicyStatement, endpoint: IndexedResource): boolean {
  const named = Object.entries(statement.principals).flatMap(([type, names]) => names.map((name) => ({ type, name })));
  if (named.length > 0 && named.every(({ type, name }) => type === 'Service' || isOnePrincipal(name))) {
    return true;
  }
  const conditions = CALLER_KEYS.some((key) => {
    const values = requiredValues(statement, key, ['StringEquals', 'StringLike']);
    return values !== undefined && values.every((value) => value !== '' && !hasWildcard(value));
  });
  const arns = requiredValues(statement, 'aws:PrincipalArn', ARN_OPERATORS);
  const byArn = arns?.every((arn) => !hasWildcard(parseArn(arn)?.account ?? arn)) ?? false;
  return conditions || byArn || onlyLayers(statement, endpoint);
}

function isOnePrincipal(name: string): boolean {
  return name !== '*' && !hasWildcard(name);
}

/** Reading image layers and packages: URLs that ECR or CodeArtifact signed, so the caller is not of this account. */
function onlyLayers(statement: PolicyStatement, endpoint: IndexedResource): boolean {
  const region = endpoint.source.region ?? '${AWS::Region}';
  const packages = CODEARTIFACT_ASSET_BUCKETS[region];
  const awsOwned = [
    ...IMAGE_LAYER_OBJECTS.map((pattern) => pattern.replace('{region}', region)),
    ...(packages === undefined ? [] : [`arn:{partition}:s3:::${packages}/*`]),
  ].map((pattern) => pattern.replace('arn:{partition}', ''));
  return (
    statement.resources.length > 0 &&
    statement.actions.every((action) => action === 's3:GetObject') &&
    statement.resources.every((resource) => awsOwned.includes(resource.replace(/^arn:[^:]*/, '')))
  );
}
