import * as fs from 'fs';
import * as path from 'path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentCoreEnvironment,
  AgentEgress,
  AgentImage,
  AgentNetwork,
  AgentNetworkService,
  type AgentNetworkProps,
} from '../../../lib';
import {
  AGENTCORE_CODE_BUCKETS,
  AGENTCORE_STORAGE_BUCKETS,
  CODEARTIFACT_ASSET_BUCKETS,
  IMAGE_LAYER_OBJECTS,
} from '../../../lib/facts/aws-owned-buckets';
import { BMA_REGIONS } from '../../../lib/facts/bma-regions';
import { regionalEndpoint } from '../../../runtime/session-client/endpoint';
import { resolverOf } from './dns-resolver';

const ACCOUNT = '111122223333';
const RUNTIME = path.join(__dirname, '../../../runtime');

/** The endpoint service of each AWS SDK client that bundled code uses. */
const SERVICE_OF: Record<string, string> = {
  'bedrock-agent-runtime': 'bedrock-agent-runtime',
  cloudformation: 'cloudformation',
  cloudtrail: 'cloudtrail',
  cloudwatch: 'monitoring',
  'cloudwatch-logs': 'logs',
  codeartifact: 'codeartifact.api',
  codecommit: 'codecommit',
  codedeploy: 'codedeploy',
  dynamodb: 'dynamodb',
  ecs: 'ecs',
  eventbridge: 'events',
  lambda: 'lambda',
  s3: 's3',
  scheduler: 'scheduler',
  'secrets-manager': 'secretsmanager',
  securityhub: 'securityhub',
  sfn: 'states',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
};

/** Functions that run outside of any VPC and ask for services that no function in the network asks for. */
const OUTSIDE = /^turn-handlers\/(build-image|kill-switch)\//;

/** The clients that bundled code imports, where it runs in the network. */
function clientsOfRuntime(): string[] {
  const files = fs
    .readdirSync(RUNTIME, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !OUTSIDE.test(file));
  const texts = files.map((file) => fs.readFileSync(path.join(RUNTIME, file), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(/@aws-sdk\/client-([a-z0-9-]+)/g)].map(([, name]) => name));
  return [...new Set(found)].sort();
}

/** The hosts that a client asks for, by the endpoint rules inside it. */
function hostsOf(client: string, region: string): string[] {
  const sdk = jest.requireActual(`@aws-sdk/client-${client}`);
  const name = Object.keys(sdk).find((each) => /^[A-Za-z0-9]+Client$/.test(each))!;
  const made = new sdk[name]({ region });
  const resolve = (parameters: object): string =>
    made.config.endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false, ...parameters }).url.hostname;
  switch (client) {
    case 's3':
      return [resolve({}), resolve({ Bucket: 'agent-output' }), resolve({ Bucket: 'with.dots' })];
    case 'dynamodb':
      return [resolve({}), resolve({ AccountId: ACCOUNT, AccountIdEndpointMode: 'preferred' })];
    default:
      return [resolve({})];
  }
}

const objectHost = (bucketArn: string, region: string) => {
  const [bucket] = bucketArn.replace(/^.*:::/, '').split('/');
  return `${bucket.replace('{region}', region).replace('*', 'x1')}.s3.${region}.amazonaws.com`;
};

/** What every environment asks for: BMA, its image, its storage, its logs. */
const environmentHosts = (region: string): string[] => [
  regionalEndpoint(region).hostname,
  `api.ecr.${region}.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com`,
  ...[...IMAGE_LAYER_OBJECTS, ...AGENTCORE_CODE_BUCKETS, ...AGENTCORE_STORAGE_BUCKETS].map((arn) =>
    objectHost(arn, region),
  ),
  ...['cloudwatch-logs', 's3', 'dynamodb'].flatMap((client) => hostsOf(client, region)),
];

const constants = Object.values(AgentNetworkService).filter((each) => each instanceof AgentNetworkService);
const ALL_SERVICES = [
  ...constants,
  ...Object.values(SERVICE_OF)
    .filter((name) => !constants.some((constant) => constant.name === name))
    .map((name) => AgentNetworkService.interface(name, { actions: [`${name.split('.')[0]}:DoIt`] })),
];

const stackIn = (region: string, app = new App()) => new Stack(app, 'Net', { env: { account: ACCOUNT, region } });

function resolver(region: string, props: AgentNetworkProps) {
  const stack = stackIn(region);
  new AgentNetwork(stack, 'Network', props);
  return resolverOf(Template.fromStack(stack).toJSON() as any);
}

/** The same network is asked by several tests. */
const made = new Map<string, ReturnType<typeof resolverOf>>();
function resolverWith(region: string, egress: AgentEgress) {
  const key = `${region} ${egress.mode}`;
  made.set(key, made.get(key) ?? resolver(region, { egress }));
  return made.get(key)!;
}

const MODES: [string, AgentEgress][] = [
  ['isolated', AgentEgress.isolated()],
  ['with an allow-list', AgentEgress.allowList(['registry.npmjs.org', '*.pypi.org'])],
  ['open', AgentEgress.open()],
];

const FOREIGN = (region: string): string[] => [
  ...['example.com', 'evil.example.com', 'dGhlIHNlY3JldA.evil.example', 'localhost', 'com', 'aws', 'api.aws'],
  ...['amazonaws.com', 's3.amazonaws.com', 'agent-output.s3.amazonaws.com', 'sts.amazonaws.com', 'iam.amazonaws.com'],
  ...['github.com', 'api.github.com', 'codeload.github.com', 'gist.github.com', 'npmjs.org', 'pypi.org', 'crates.io'],
  ...['chatgpt.com', 'api.openai.com', 'dns.google', 'cloudflare-dns.com', 'one.one.one.one', 'pastebin.com'],
  ...['bedrock-mantle.eu-west-1.api.aws', 'bedrock-mantle.api.aws', `x.bedrock-mantle.${region}.api.aws`],
  ...[
    `lambda.${region}.api.aws`,
    `${region}.api.aws`,
    `agent-output.s3.eu-west-1.amazonaws.com`,
    `x.s3.amazonaws.com.evil.io`,
  ],
  ...[
    `s3.dualstack.${region}.amazonaws.com`,
    `agent-output.s3-website-${region}.amazonaws.com`,
    `s3-accelerate.amazonaws.com`,
  ],
  ...[
    `a1b2c3d4e5.execute-api.${region}.amazonaws.com`,
    `a1b2c3d4e5.lambda-url.${region}.on.aws`,
    'd111111abcdef8.cloudfront.net',
  ],
  ...[
    `999988887777.dkr.ecr.${region}.amazonaws.com`,
    `x.dkr.ecr.${region}.amazonaws.com`,
    'public.ecr.aws',
    'docker.io',
  ],
  ...[`999988887777.ddb.${region}.amazonaws.com`, `dkr.ecr.${region}.amazonaws.com`, `ec2.${region}.amazonaws.com`],
  ...[`iam.${region}.amazonaws.com`, `sts.${region}.amazonaws.com`, `bedrock-runtime.${region}.amazonaws.com`],
  ...[`bedrock-agentcore.${region}.amazonaws.com`, `kms.${region}.amazonaws.com`, `sqs.${region}.amazonaws.com`],
  ...['logs.eu-west-1.amazonaws.com', `logs.${region}.amazonaws.com.evil.io`, `evil-logs.${region}.amazonaws.com`],
  ...['instance-data', 'metadata.google.internal', 'host.docker.internal', 'kubernetes.default.svc.cluster.local'],
];

describe.each(BMA_REGIONS)('in %s', (region) => {
  test.each(MODES)('a network %s answers what every environment asks for', (_, egress) => {
    const { answers } = resolverWith(region, egress);
    expect(environmentHosts(region).filter((host) => !answers(host))).toEqual([]);
  });

  test('every host that an AWS SDK client of bundled code asks for is answered when its service was added, and only then', () => {
    const base = resolverWith(region, AgentEgress.isolated());
    const all = resolver(region, { services: ALL_SERVICES });
    const hosts = clientsOfRuntime().flatMap((client) => hostsOf(client, region));
    const added = hosts.filter((host) => !environmentHosts(region).includes(host));

    expect(hosts.filter((host) => !all.answers(host))).toEqual([]);
    expect(added.length).toBeGreaterThan(12);
    expect(added.filter((host) => base.answers(host))).toEqual([]);
    const git = `git-codecommit.${region}.amazonaws.com`;
    const assets = objectHost(`arn:aws:s3:::${CODEARTIFACT_ASSET_BUCKETS[region]}/*`, region);
    const packages = `packages-${ACCOUNT}.d.codeartifact.${region}.amazonaws.com`;
    expect([git, assets, packages].filter((host) => !all.answers(host))).toEqual([]);
  });

  test.each(MODES.slice(0, 2))('a network %s refuses at least 50 other names', (_, egress) => {
    const { answers } = resolverWith(region, egress);
    expect(FOREIGN(region).length).toBeGreaterThanOrEqual(50);
    expect(FOREIGN(region).filter(answers)).toEqual([]);
  });
});

test('every client that bundled code uses has a row in this test', () => {
  expect(clientsOfRuntime()).toEqual(Object.keys(SERVICE_OF).sort());
});

test('the names are exact, except where the first part is chosen by users: buckets, package repositories, instances', () => {
  const { domains } = resolver('us-east-1', { services: ALL_SERVICES });
  expect(domains.filter((domain) => domain.startsWith('*')).sort()).toEqual([
    '*',
    '*.d.codeartifact.us-east-1.amazonaws.com',
    '*.ec2.internal',
    '*.s3.us-east-1.amazonaws.com',
  ]);
});

test('without an environment the names carry the Region and the account of the deployment', () => {
  const stack = new Stack(new App(), 'Net');
  new AgentNetwork(stack, 'Network');
  Template.fromStack(stack).hasResourceProperties('AWS::Route53Resolver::FirewallDomainList', {
    Domains: Match.arrayWith([
      { 'Fn::Join': ['', ['bedrock-mantle.', { Ref: 'AWS::Region' }, '.api.aws']] },
      {
        'Fn::Join': ['', [{ Ref: 'AWS::AccountId' }, '.dkr.ecr.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
      },
    ]),
  });
});

describe('additional names', () => {
  test('resolve in an isolated network: the host of the WebSocket is the choice of the service', () => {
    const { answers } = resolver('us-east-1', { additionalNames: ['wss.bma.example', '*.tunnel.example.com'] });
    expect(['wss.bma.example', 'a.tunnel.example.com'].filter((name) => !answers(name))).toEqual([]);
    expect(['x.wss.bma.example', 'tunnel.example.com', 'bma.example'].filter(answers)).toEqual([]);
  });

  test.each([
    ...['*', '*.com', 'https://example.com', 'a b.com', ''],
    ...['*.amazonaws.com', '*.API.aws', '*.on.aws', '*.us-east-1.amazonaws.com', '*.us-east-1.api.aws'],
  ])('refuse %j', (name) => {
    expect(() => resolver('us-east-1', { additionalNames: [name] })).toThrow(/additionalNames.*Allowed: .*Fix: /);
  });

  test('may name all hosts of one service in one Region', () => {
    const { answers } = resolver('us-east-1', { additionalNames: ['*.bedrock-mantle.us-east-1.api.aws'] });
    expect(answers('a1.bedrock-mantle.us-east-1.api.aws')).toBe(true);
  });
});

test('the registry of an image in another account resolves', () => {
  const stack = stackIn('us-east-1');
  const network = new AgentNetwork(stack, 'Network');
  const arn = 'arn:aws:ecr:us-east-1:999988887777:repository/agents';
  const repository = Repository.fromRepositoryArn(stack, 'Images', arn);
  const image = AgentImage.fromEcr(repository, `sha256:${'0'.repeat(64)}`);
  new AgentCoreEnvironment(stack, 'Environment', {
    baseline: new AgentBaseline(stack, 'Baseline', { network }),
    image,
  });
  const { answers } = resolverOf(Template.fromStack(stack).toJSON() as any);

  expect(answers('999988887777.dkr.ecr.us-east-1.amazonaws.com')).toBe(true);
  expect(answers('999988887776.dkr.ecr.us-east-1.amazonaws.com')).toBe(false);
});

test('a service whose endpoint name has several parts needs its host names', () => {
  const actions = ['sagemaker:InvokeEndpoint'];
  expect(() => AgentNetworkService.interface('sagemaker.runtime', { actions })).toThrow(/hostNames.*Fix: /);
  const hostNames = ['runtime.sagemaker.{region}.amazonaws.com'];
  const services = [AgentNetworkService.interface('sagemaker.runtime', { actions, hostNames })];
  expect(resolver('us-west-2', { services }).answers('runtime.sagemaker.us-west-2.amazonaws.com')).toBe(true);
});

test('host names of every call count, not only those of the first one', () => {
  const stack = stackIn('us-east-1');
  const network = new AgentNetwork(stack, 'Network');
  const actions = ['athena:StartQueryExecution'];
  network.addService(AgentNetworkService.interface('athena', { actions }));
  network.addService(AgentNetworkService.interface('athena', { actions, hostNames: ['athena.example.com'] }));
  const { answers } = resolverOf(Template.fromStack(stack).toJSON() as any);
  expect(['athena.us-east-1.amazonaws.com', 'athena.example.com'].filter((name) => !answers(name))).toEqual([]);
});

describe('queries', () => {
  test('are logged, encrypted and kept; a blocked name raises an alarm on the topic', () => {
    const stack = stackIn('us-east-1');
    const network = new AgentNetwork(stack, 'Network');
    const template = Template.fromStack(stack);
    const reference = (id: string) => stack.resolve(id);

    template.hasResourceProperties('AWS::Route53Resolver::ResolverQueryLoggingConfig', {
      DestinationArn: reference(network.dnsLogGroup.logGroupArn),
    });
    template.hasResourceProperties('AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation', {
      ResourceId: reference(network.vpc.vpcId),
    });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: {
        LogGroupName: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('^/bma/dns/')])] },
        KmsKeyId: reference(network.encryptionKey.keyArn),
        RetentionInDays: 365,
      },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
    const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    expect(filter.Properties.FilterPattern).toBe('{ $.firewall_rule_action = "BLOCK" }');
    const [{ MetricName, MetricNamespace }] = filter.Properties.MetricTransformations;
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName,
      Namespace: MetricNamespace,
      Threshold: 1,
      AlarmActions: [reference(network.alarmTopic!.topicArn)],
    });
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
  });

  test('a topic that exists is used, and the alarms of the account may publish to it', () => {
    const stack = stackIn('us-east-1');
    const topic = new Topic(stack, 'Topic', { masterKey: new Key(stack, 'Key') });
    new AgentNetwork(stack, 'Network', { alarmTopic: topic });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [stack.resolve(topic.topicArn)] });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
  });

  test('are logged in an open network, too, where nothing is blocked and nothing raises an alarm', () => {
    const stack = stackIn('us-east-1');
    const network = new AgentNetwork(stack, 'Network', { egress: AgentEgress.open() });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Route53Resolver::ResolverQueryLoggingConfig', 1);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect([network.blockedNamesAlarm, network.alarmTopic]).toEqual([undefined, undefined]);
  });
});
