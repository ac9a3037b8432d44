import { Refusal } from '../wire-formats';
import type { AccountState } from './state';

type Input = Record<string, any>;

/** What only `bma doctor` asks of an account. A test changes it to make a defect. */
export interface Readiness {
  callerArn: string;
  /** Ids of zones by the names that they have in this account. */
  zones: Record<string, string>;
  /** Names of the zones of endpoint services, by the end of their names. Other services are in all zones. */
  servicesIn: Record<string, string[]>;
  parameters: Record<string, string>;
  /** The response of IAM's simulator. */
  decision: (principal: string, action: string, resource: string) => string;
  vpcs: number;
  runtimes: number;
  /** Answers of the Managed Agents service. */
  models: string[];
  service?: { status: number; message: string };
  runtimeStatus: string;
  endpointStatus: string;
  guardrailStatus: string;
  stackStatus: string;
  /** Outputs and templates of stacks, for an account without an assembly. */
  outputs: Record<string, { OutputKey: string; OutputValue: string }[]>;
  templates: Record<string, string>;
  /** The image of every repository: architectures (several for an index), labels; undefined when there is none. */
  image?: { architectures: string[]; labels?: Record<string, string> };
  repository: boolean;
}

/** An account that is ready, in us-east-1. */
export function readyAccount(): Readiness {
  return {
    callerArn: 'arn:aws:iam::111122223333:user/tester',
    zones: { 'us-east-1a': 'use1-az1', 'us-east-1b': 'use1-az2', 'us-east-1c': 'use1-az4', 'us-east-1d': 'use1-az6' },
    servicesIn: {},
    parameters: { '/cdk-bootstrap/hnb659fds/version': '25' },
    decision: () => 'allowed',
    vpcs: 1,
    runtimes: 2,
    models: ['openai.gpt-5.6-luna', 'openai.gpt-5.6-terra', 'other.model'],
    runtimeStatus: 'READY',
    endpointStatus: 'READY',
    guardrailStatus: 'READY',
    stackStatus: 'UPDATE_COMPLETE',
    outputs: {},
    templates: {},
    image: { architectures: ['arm64'], labels: {} },
    repository: true,
  };
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** The operations, in the names of `AccountServer`. */
export const READINESS: Record<string, (state: AccountState, input: Input, ready: Readiness, url: string) => any> = {
  GetCallerIdentity: ({ accountId }, _, { callerArn }) => ({ Account: accountId, Arn: callerArn, UserId: 'AIDA' }),
  DescribeAvailabilityZones: (_, __, { zones }) => ({
    availabilityZoneInfo: Object.entries(zones).map(([zoneName, zoneId]) => ({ zoneName, zoneId })),
  }),
  DescribeVpcEndpointServices: (_, input, { zones, servicesIn }) => {
    const names = Object.keys(input)
      .filter((key) => key.startsWith('Filter.1.Value.'))
      .map((key) => input[key] as string);
    return {
      serviceDetailSet: names.flatMap((serviceName) => {
        const short = serviceName.split('.').slice(3).join('.');
        const inZones = servicesIn[short] ?? Object.keys(zones);
        return inZones.length === 0
          ? []
          : [
              {
                serviceName,
                serviceType: [{ serviceType: /^(?:s3|dynamodb)$/.test(short) ? 'Gateway' : 'Interface' }],
                availabilityZoneSet: inZones,
              },
            ];
      }),
    };
  },
  DescribeVpcs: (_, __, { vpcs }) => ({ vpcSet: times(vpcs, (index) => ({ vpcId: `vpc-${index}` })) }),
  GetParameter: (_, { Name }, { parameters }) =>
    parameters[Name] === undefined
      ? new Refusal('ParameterNotFound')
      : { Parameter: { Name, Value: parameters[Name] } },
  SimulatePrincipalPolicy: (_, input, { decision }) => {
    const said = decision(input.PolicySourceArn, input['ActionNames.member.1'], input['ResourceArns.member.1']);
    return said === 'none'
      ? new Refusal('NoSuchEntity', undefined, 404)
      : { EvaluationResults: [{ EvalActionName: 'a', EvalDecision: said }] };
  },
  DescribeTrails: ({ trails }) => ({ trailList: Object.keys(trails).map((name) => ({ Name: name, TrailARN: name })) }),
  'POST runtimes': (_, { parts }, { runtimes, endpointStatus }) =>
    parts[2] === undefined
      ? { agentRuntimes: times(runtimes, (index) => ({ agentRuntimeId: `r-${index}` })) }
      : { runtimeEndpoints: [{ name: 'live', status: endpointStatus }] },
  'GET v1': (_, __, { models, service }) =>
    service
      ? new Refusal('Error', service.message, service.status)
      : { object: 'list', data: models.map((id) => ({ id })) },
  'GET openai': (_, __, { service }) =>
    service
      ? new Refusal('Error', service.message, service.status)
      : { object: 'list', data: [], has_more: false, first_id: null, last_id: null },
  GetTemplate: (_, { StackName }, { templates }) => ({ TemplateBody: templates[StackName] }),
  BatchGetImage: (_, { imageIds: [{ imageDigest }] }, { image, repository }) => {
    if (!repository) return new Refusal('RepositoryNotFoundException');
    if (image === undefined) return { images: [], failures: [{ failureCode: 'ImageNotFound' }] };
    const isIndex = image.architectures.length > 1 && !imageDigest;
    const manifest = isIndex
      ? {
          manifests: image.architectures.map((architecture) => ({
            digest: `sha256:${architecture}`,
            platform: { os: 'linux', architecture },
          })),
        }
      : { config: { digest: 'sha256:config' } };
    return { images: [{ imageManifest: JSON.stringify(manifest) }], failures: [] };
  },
  GetDownloadUrlForLayer: (_, __, ___, url) => ({ downloadUrl: `${url}/layer` }),
  'GET layer': (_, __, { image }) => ({
    architecture: image!.architectures[0],
    config: { Labels: image!.labels },
  }),
};
