import { readFileSync } from 'fs';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import {
  RuntimeCapacity,
  AgentBaseline,
  AgentCoreEnvironment,
  AgentImage,
  AgentKey,
  AgentNetwork,
  RuntimePlatformVersion,
  SessionStorage,
  type AgentCoreEnvironmentProps,
} from '../../../lib';

const DIGEST = `sha256:${'0'.repeat(64)}`;

function environment(props: Partial<AgentCoreEnvironmentProps> = {}) {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const key = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', { encryptionKey: key });
  const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: key });
  const made = new AgentCoreEnvironment(stack, 'Environment', { baseline, ...props });
  return { stack, made, template: () => Template.fromStack(stack) };
}

test('the Runtime runs in the VPC, with bounded lifetimes and stateful storage', () => {
  environment()
    .template()
    .hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
      NetworkConfiguration: {
        NetworkMode: 'VPC',
        NetworkModeConfig: { Subnets: Match.anyValue(), SecurityGroups: [Match.anyValue()] },
      },
      LifecycleConfiguration: { IdleRuntimeSessionTimeout: 1800, MaxLifetime: 28800 },
      FilesystemConfigurations: [{ SessionStorage: { MountPath: '/mnt/agent' } }],
      ProtocolConfiguration: 'HTTP',
    });
});

test('its log group has the name the service uses, our key and retention, and exists before the endpoint', () => {
  const template = environment().template();
  const [[logsId, logs]] = Object.entries(template.findResources('AWS::Logs::LogGroup')).filter(([id]) =>
    id.startsWith('Environment'),
  );
  expect(logs.Properties.LogGroupName).toEqual({
    'Fn::Join': [
      '',
      ['/aws/bedrock-agentcore/runtimes/', { 'Fn::GetAtt': [expect.any(String), 'AgentRuntimeId'] }, '-live'],
    ],
  });
  expect(logs.Properties.KmsKeyId).toBeDefined();
  expect(logs.Properties.RetentionInDays).toBe(365);
  const [endpoint] = Object.values(template.findResources('AWS::BedrockAgentCore::RuntimeEndpoint'));
  expect(endpoint.DependsOn).toContain(logsId);
  expect(endpoint.Properties.Name).toBe('live');
  expect(endpoint.Properties.AgentRuntimeVersion).toEqual({
    'Fn::GetAtt': [expect.any(String), 'AgentRuntimeVersion'],
  });
});

test('the key admits CloudWatch Logs for the log groups of this Runtime', () => {
  const { template } = environment({ runtimeName: 'reviewer' });
  const [key] = Object.values(template().findResources('AWS::KMS::Key'));
  expect(JSON.stringify(key.Properties.KeyPolicy)).toContain('log-group:/aws/bedrock-agentcore/runtimes/reviewer-*');
});

test('the Runtime is created after the policy that lets it pull its image', () => {
  const [runtime] = Object.values(environment().template().findResources('AWS::BedrockAgentCore::Runtime'));
  expect(JSON.stringify(runtime.DependsOn)).toContain('StartPolicy');
});

test('Runtime and endpoint admit the session role and nobody else', () => {
  const { stack, made, template } = environment();
  const sessionRole = new Role(stack, 'SessionRole', {
    assumedBy: new ServicePrincipal('bedrock-mantle.amazonaws.com'),
  });
  made.bind({ agentName: 'reviewer', sessionRole });
  const policies = Object.values(template().findResources('AWS::BedrockAgentCore::ResourcePolicy'));
  expect(policies).toHaveLength(2);
  for (const { Properties } of policies) {
    const text = JSON.stringify(Properties.Policy);
    expect(text).toContain('ArnNotEquals');
    expect(text).toContain('InvokeAgentRuntimeCommandShell');
    expect(text).not.toContain('\\"Resource\\":\\"*\\"');
  }
});

test('an image by digest is pulled from its repository only', () => {
  const { stack } = environment();
  const repository = Repository.fromRepositoryName(stack, 'Repository', 'agents/reviewer');
  const baseline = new AgentBaseline(stack, 'Other');
  new AgentCoreEnvironment(stack, 'Pinned', {
    baseline,
    image: AgentImage.fromEcr(repository, DIGEST),
    runtimeName: 'pinned',
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
    AgentRuntimeName: 'pinned',
    AgentRuntimeArtifact: {
      ContainerConfiguration: {
        ContainerUri: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`agents/reviewer@${DIGEST}$`)])] },
      },
    },
  });
  const [pull] = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('PinnedStartPolicy'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .filter(({ Sid }) => Sid === 'PullImage');
  expect(JSON.stringify(pull.Resource)).toContain('repository/agents/reviewer');
});

test('the bundled image is built for linux/arm64 at deployment', () => {
  const { stack } = environment();
  const assets = stack.node.root.node.findAll().filter((node) => node.node.id === 'Image' && 'imageUri' in node);
  expect(assets).toHaveLength(1);
  const assembly = (stack.node.root as App).synth();
  const manifest = JSON.parse(readFileSync(`${assembly.directory}/Stack.assets.json`, 'utf8'));
  const [image] = Object.values<any>(manifest.dockerImages);
  expect(image.source.platform).toBe('linux/arm64');
});

test('the platform version is always written, V1 unless somebody asks for another', () => {
  // The default of the service may change, and a new platform version is a new version of the Runtime.
  environment().template().hasResourceProperties('AWS::BedrockAgentCore::Runtime', { PlatformVersion: 'V1' });
});

test('platform version and absent storage are rendered as asked', () => {
  const { template } = environment({
    capacity: RuntimeCapacity.microVm({
      platformVersion: RuntimePlatformVersion.V2,
      sessionStorage: SessionStorage.none(),
    }),
  });
  template().hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
    PlatformVersion: 'V2',
    FilesystemConfigurations: Match.absent(),
  });
});

test('the variables of the user reach the commands of the agent', () => {
  const { template } = environment({ environmentVariables: { STAGE: 'test', NPM_REGISTRY_URL: 'https://registry' } });
  template().hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
    EnvironmentVariables: {
      BMA_STATE_DIRECTORY: '/mnt/agent/.bma',
      BMA_PASS_ENVIRONMENT: 'NPM_REGISTRY_URL,STAGE',
      STAGE: 'test',
      NPM_REGISTRY_URL: 'https://registry',
    },
  });
});

describe('bad input is refused with path, value, allowed and fix', () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`V${i}`, 'x']));
  test.each<[string, Partial<AgentCoreEnvironmentProps>, RegExp]>([
    ['a name that begins with a digit', { runtimeName: '1a' }, /Stack\/Environment: runtimeName '1a' .*a letter, then/],
    ['an idle timeout of 59 s', { idleTimeout: Duration.seconds(59) }, /idleTimeout 59 .*60 to 28800 whole seconds/],
    ['a lifetime above 8 h', { maxLifetime: Duration.seconds(28801) }, /maxLifetime 28801/],
    [
      'an idle timeout above the lifetime',
      { idleTimeout: Duration.hours(2), maxLifetime: Duration.hours(1) },
      /idleTimeout 7200 .*at most the maxLifetime of 3600/,
    ],
    ['half a second', { idleTimeout: Duration.millis(60500) }, /idleTimeout 60\.5/],
    ['a relative workspace', { workspaceDirectory: 'workspace' }, /workspaceDirectory 'workspace' .*an absolute path/],
    ['a relative capability directory', { capabilityDirectories: ['skills'] }, /capabilityDirectories 'skills'/],
    [
      '33 capability directories',
      { capabilityDirectories: Array.from({ length: 33 }, (_, i) => `/opt/${i}`) },
      /33 directories.*at most 32/,
    ],
    ['a repeated capability directory', { capabilityDirectories: ['/opt/a', '/opt/a'] }, /every directory once/],
    ['too many variables', { environmentVariables: many }, /51 variables.*at most 48/],
    ['a malformed variable', { environmentVariables: { 'A-B': 'x' } }, /environmentVariables name 'A-B'/],
    ['a variable named like a credential', { environmentVariables: { API_KEY: 'x' } }, /environmentVariables\.API_KEY/],
    [
      'a value that is a credential',
      { environmentVariables: { SETTING: '-----BEGIN PRIVATE KEY-----' } },
      /looks like a private key/,
    ],
    ['a reserved variable', { environmentVariables: { AWS_BEARER_X_URL: 'x' } }, /do not begin with BMA_ or AWS_/],
    ['a value of 5,001 characters', { environmentVariables: { LONG: 'x'.repeat(5001) } }, /at most 5000 characters/],
  ])('%s', (_, props, message) => {
    expect(() => environment(props)).toThrow(message);
  });

  test.each(['/mnt', '/mnt/a/b', '/data/x', '/mnt/', '/mnt/sp ace'])('the mount path %p', (mountPath) => {
    expect(() => SessionStorage.mountedAt(mountPath)).toThrow(/mountPath .*exactly one level deep/);
  });

  test.each(['latest', 'v1', `sha256:${'0'.repeat(63)}`])('the image reference %p', (digest) => {
    const repository = Repository.fromRepositoryName(new Stack(), 'Repository', 'agents');
    expect(() => AgentImage.fromEcr(repository, digest)).toThrow(/digest .*not a tag/);
  });
});
