import * as fs from 'fs';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Duration, Size, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentEgress,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentTool,
  ManagedAgent,
  ManagedAgentChecks,
  PackageFormat,
  PackageRegistry,
  SourceRepository,
} from '../../../lib';
import type { SessionDefinitionFile } from '../../../lib/contracts/session';
import { decideFor } from '../../iam/decide';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';

const OTHER = '444455556666';
const arn = (service: string, rest: string, account = ACCOUNT) => `arn:aws:${service}:${REGION}:${account}:${rest}`;

function scene(egress?: AgentEgress) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
  const key = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', { encryptionKey: key, egress });
  const agent = (...tools: AgentTool[]) =>
    new ManagedAgent(stack, 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review.',
      baseline: new AgentBaseline(stack, 'Baseline', { network, dataKey: key }),
      tools,
    });
  return { app, stack, agent };
}

function everything(stack: Stack): AgentTool {
  const stagedKey = new AgentKey(stack, 'StagedKey');
  return AgentTool.source({
    repositories: [
      SourceRepository.codeCommit(new Repository(stack, 'Shop', { repositoryName: 'shop' })),
      SourceRepository.codeCommit(Repository.fromRepositoryName(stack, 'Cart', 'cart')),
      SourceRepository.s3Bundle('legacy', Bucket.fromBucketName(stack, 'Backups', 'backups'), 'git/legacy.bundle'),
      SourceRepository.gitHub('aws/git-remote-codecommit'),
    ],
    staged: {
      bucket: new Bucket(stack, 'Staged', { bucketName: 'staged', encryptionKey: stagedKey }),
      prefix: 'reviewer/',
    },
    registries: [
      PackageRegistry.codeArtifact({ domainName: 'acme', repositoryName: 'npm', formats: [PackageFormat.NPM] }),
      PackageRegistry.codeArtifact({
        domainName: 'corp',
        domainOwner: OTHER,
        repositoryName: 'python',
        formats: [PackageFormat.PYPI],
      }),
    ],
    maxSize: Size.mebibytes(100),
  });
}

const allowsGitHub = () => AgentEgress.allowList(['github.com']);

test('the definition names the scope and no value of a credential', () => {
  const { app, stack, agent } = scene(allowsGitHub());
  agent(everything(stack));
  const { directory } = app.synth();
  const file = fs.readdirSync(directory).find((name) => name.startsWith('asset.') && name.endsWith('.json'))!;
  const { agent: published } = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')) as SessionDefinitionFile;
  expect(published.tools).toEqual([
    expect.objectContaining({
      server_label: 'source',
      allowed_tools: ['clone_repository', 'fetch_staged', 'configure_registries'],
      transport: expect.objectContaining({
        args: ['node', '/opt/agent/mcp/source/server.js', '/mnt/agent/workspace'],
        env: {
          AWS_REGION: REGION,
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
          BMA_TOOL_DEADLINE_SECONDS: '300',
          // What is made in this app is known at deployment only.
          BMA_SOURCE_REPOSITORIES: `code-commit/{{binding:0}},code-commit/cart,bundle/legacy/${ACCOUNT}/backups/git/legacy.bundle,github/aws/git-remote-codecommit`,
          BMA_SOURCE_STAGED_BUCKET: '{{binding:1}}',
          BMA_SOURCE_STAGED_PREFIX: 'reviewer/',
          BMA_SOURCE_STAGED_BUCKET_OWNER: ACCOUNT,
          BMA_SOURCE_REGISTRIES: `code-artifact/acme/${ACCOUNT}/npm/npm,code-artifact/corp/${OTHER}/python/pypi`,
          BMA_SOURCE_MAX_BYTES: '104857600',
        },
      }),
    }),
  ]);
});

describe('permissions', () => {
  const { app, stack, agent } = scene(allowsGitHub());
  agent(everything(stack));
  const account = new SynthesizedAccount(stack);
  const role = account.find('AWS::IAM::Role', 'ExecutionRole').id;
  const stagedKey = account.arn(account.find('AWS::KMS::Key', 'StagedKey').id);
  const staged = (key: string) => `arn:aws:s3:::staged/${key}`;
  const acme = arn('codeartifact', 'repository/acme/npm');
  const toCodeArtifact = { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' };
  const throughS3 = { 'kms:ViaService': `s3.${REGION}.amazonaws.com` };
  const decide = (action: string, resource: string, context: Record<string, string> = {}, owner = ACCOUNT) =>
    decideFor(account, role, { action, resource, owner, context });

  test.each<[string, string, Record<string, string>?]>([
    ['codecommit:GitPull', arn('codecommit', 'shop')],
    ['codecommit:GitPull', arn('codecommit', 'cart')],
    ['s3:GetObject', 'arn:aws:s3:::backups/git/legacy.bundle'],
    ['s3:GetObject', staged('reviewer/turn-1/diff.patch')],
    ['s3:ListBucket', 'arn:aws:s3:::staged', { 's3:prefix': 'reviewer/turn-1/' }],
    ['kms:Decrypt', stagedKey, throughS3],
    ['codeartifact:GetAuthorizationToken', arn('codeartifact', 'domain/acme')],
    ['codeartifact:GetRepositoryEndpoint', acme],
    ['codeartifact:ReadFromRepository', acme],
    ['sts:GetServiceBearerToken', '*', toCodeArtifact],
  ])('the execution role may %s on %s', async (...[action, resource, context]) => {
    expect(await decide(action, resource, context)).toBe('Allowed');
  });

  test.each<[string, string, Record<string, string>?]>([
    ['codecommit:GitPull', arn('codecommit', 'payments')],
    ['codecommit:GitPull', arn('codecommit', 'shop-2')],
    ['codecommit:GitPush', arn('codecommit', 'shop')],
    ['codecommit:GetFile', arn('codecommit', 'shop')],
    ['s3:GetObject', 'arn:aws:s3:::backups/git/other.bundle'],
    ['s3:GetObject', 'arn:aws:s3:::backups/git/legacy.bundle2'],
    ['s3:ListBucket', 'arn:aws:s3:::backups'],
    ['s3:GetObject', staged('auditor/turn-1/diff.patch')],
    ['s3:ListBucket', 'arn:aws:s3:::staged'],
    ['s3:ListBucket', 'arn:aws:s3:::staged', { 's3:prefix': 'auditor/' }],
    ['s3:PutObject', staged('reviewer/turn-1/diff.patch')],
    ['s3:DeleteObject', staged('reviewer/turn-1/diff.patch')],
    ['kms:Decrypt', stagedKey],
    ['kms:GenerateDataKey', stagedKey, throughS3],
    ['codeartifact:GetAuthorizationToken', arn('codeartifact', 'domain/other')],
    ['codeartifact:ReadFromRepository', arn('codeartifact', 'repository/acme/other')],
    ['codeartifact:PublishPackageVersion', arn('codeartifact', 'package/acme/npm/npm//left-pad')],
    ['codeartifact:PutDomainPermissionsPolicy', arn('codeartifact', 'domain/acme')],
    ['sts:GetServiceBearerToken', '*', { 'sts:AWSServiceName': 'ecr-public.amazonaws.com' }],
    ['sts:GetServiceBearerToken', '*'],
    ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/Admin`],
  ])('the execution role may not %s on %s', async (...[action, resource, context]) => {
    expect(await decide(action, resource, context)).not.toBe('Allowed');
  });

  test('the endpoints let through what the tool calls, also to the domain of another account', () => {
    const passes = (service: string, action: string) =>
      account
        .all('AWS::EC2::VPCEndpoint')
        .filter(({ properties }) => String(properties.ServiceName).endsWith(`.${service}`))
        .flatMap(({ properties }) => properties.PolicyDocument.Statement as any[])
        .filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
        .flatMap(({ Resource }) => [Resource].flat() as string[]);
    expect(passes('git-codecommit', 'codecommit:GitPull')).toEqual([arn('codecommit', '*')]);
    expect(passes('git-codecommit', 'codecommit:GitPush')).toEqual([]);
    expect(passes('s3', 's3:ListBucket')).toContain('arn:aws:s3:::*');
    expect(passes('codeartifact.api', 'sts:GetServiceBearerToken')).toEqual(['*']);
    expect(passes('codeartifact.api', 'codeartifact:GetAuthorizationToken')).toEqual(
      expect.arrayContaining([arn('codeartifact', 'domain/*'), arn('codeartifact', 'domain/corp', OTHER)]),
    );
    expect(passes('codeartifact.repositories', 'codeartifact:ReadFromRepository')).toEqual(
      expect.arrayContaining([
        arn('codeartifact', 'repository/*'),
        arn('codeartifact', 'repository/corp/python', OTHER),
      ]),
    );
  });

  test('reading a registry of another account is declared, and reading the own one is not', () => {
    const declared = JSON.stringify(Template.fromStack(stack).toJSON().Metadata);
    expect(declared).toContain(`names a registry of the account ${OTHER}`);
    expect(declared).toContain('codeartifact:ReadFromRepository');
    const own = scene();
    own.agent(
      AgentTool.source({ registries: [PackageRegistry.codeArtifact({ domainName: 'acme', repositoryName: 'npm' })] }),
    );
    expect(JSON.stringify(Template.fromStack(own.stack).toJSON().Metadata ?? {})).not.toContain('codeartifact');
  });

  test('pass the security checks', () => {
    const { violations } = new ManagedAgentChecks(undefined).validateScope(app);
    const ofTools = violations.filter(({ violatingResources }) =>
      violatingResources.some(({ constructPath }) => /Agent\/.*(Policy|Tool)/.test(constructPath ?? '')),
    );
    expect(ofTools).toEqual([]);
    expect(violations.map(({ ruleName }) => ruleName).filter((rule) => rule.includes('MA-ID'))).toEqual([]);
  });
});

test('a tool with one repository opens one endpoint and grants one action', () => {
  const { stack, agent } = scene();
  agent(
    AgentTool.source({
      repositories: [SourceRepository.codeCommit(Repository.fromRepositoryName(stack, 'Shop', 'shop'))],
      deadline: Duration.minutes(2),
    }),
  );
  const account = new SynthesizedAccount(stack);
  expect(account.all('AWS::EC2::VPCEndpoint').map(({ properties }) => properties.ServiceName)).not.toEqual(
    expect.arrayContaining([expect.stringContaining('codeartifact')]),
  );
  const [{ properties }] = account.all('AWS::IAM::Policy').filter(({ id }) => id.includes('Toolsource'));
  expect(properties.PolicyDocument.Statement).toEqual([
    { Sid: 'PullRepositories', Effect: 'Allow', Action: 'codecommit:GitPull', Resource: arn('codecommit', 'shop') },
  ]);
});

describe('bad input', () => {
  const { stack } = scene();
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'backups');
  const repository = (name: string) => SourceRepository.s3Bundle(name, bucket, 'a.bundle');
  const registry = (...formats: PackageFormat[]) =>
    PackageRegistry.codeArtifact({ domainName: 'acme', repositoryName: 'npm', formats });

  test.each<[string, () => unknown, RegExp]>([
    ['nothing in scope', () => AgentTool.source({}), /at least one repository or registry/],
    ['51 repositories', () => AgentTool.source({ repositories: Array(51).fill(repository('a')) }), /0 to 50/],
    ['a name twice', () => AgentTool.source({ repositories: [repository('a'), repository('a')] }), /every name once/],
    [
      'a repository inside another',
      () => AgentTool.source({ repositories: [repository('aws'), SourceRepository.gitHub('aws/jsii')] }),
      /do not lie in each other/,
    ],
    ['a bundle with the name of the staged files', () => repository('staged'), /which the tool uses itself/],
    ['a name that goes up', () => repository('..'), /does not begin with a dot/],
    ['a name with a comma', () => repository('a,b'), /letters, digits/],
    ['a wildcard key', () => SourceRepository.s3Bundle('a', bucket, 'git/*'), /one object/],
    ['a key with a comma', () => SourceRepository.s3Bundle('a', bucket, 'a,b'), /one object/],
    ['a URL of GitHub', () => SourceRepository.gitHub('https://github.com/aws/jsii'), /'owner\/name'/],
    ['a name of GitHub that goes up', () => SourceRepository.gitHub('aws/..'), /'owner\/name'/],
    ['a prefix without a slash', () => AgentTool.source({ staged: { bucket, prefix: 'a' } }), /followed by a slash/],
    ['the whole bucket', () => AgentTool.source({ staged: { bucket, prefix: '' } }), /followed by a slash/],
    [
      'two registries for npm',
      () => AgentTool.source({ registries: [registry(PackageFormat.NPM), registry(PackageFormat.NPM)] }),
      /formats of registries 'npm'.*once/,
    ],
    ['a registry for nothing', () => registry(), /at least one format/],
    ['11 GiB', () => AgentTool.source({ repositories: [repository('a')], maxSize: Size.gibibytes(11) }), /bytes/],
    [
      'the ARN of a domain',
      () => PackageRegistry.codeArtifact({ domainName: arn('codeartifact', 'domain/acme'), repositoryName: 'npm' }),
      /not the ARN/,
    ],
  ])('%s is refused', (_, make, why) => {
    expect(make).toThrow(why);
  });

  test.each<[string, AgentEgress | undefined]>([
    ['without egress', undefined],
    ['that lets other names through', AgentEgress.allowList(['registry.npmjs.org', '*.github.com'])],
  ])('a repository of GitHub is refused in a network %s, with the fix', (_, egress) => {
    const { agent } = scene(egress);
    const tool = AgentTool.source({ repositories: [SourceRepository.gitHub('aws/jsii')] });
    expect(() => agent(tool)).toThrow(/github\.com through.*AgentEgress\.allowList\(\['github\.com'\]\)/);
  });

  test('a repository of another Region is refused where the agent is', () => {
    const { stack: own, agent } = scene();
    const elsewhere = Repository.fromRepositoryArn(own, 'Far', `arn:aws:codecommit:eu-west-1:${ACCOUNT}:far`);
    const tool = AgentTool.source({ repositories: [SourceRepository.codeCommit(elsewhere)] });
    expect(() => agent(tool)).toThrow(/tools\[0\]\.repositories\[0\]\.repository 'Stack\/Far in .*eu-west-1'/);
  });
});
