import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type App, Size, Stack, Validations } from 'aws-cdk-lib/core';
import { GitHubWebhook, ManagedAgentChecks } from '../../../lib';
import { CodeHost, ForkPolicy, PullRequestReviewer } from '../../../lib/blueprint';
import { reviewerApp } from './reviewer-app';
import { withStagedAssets } from '../../staged-assets';

const HOSTS = ['codecommit', 'github'] as const;

/** The session definition that the agent's sessions are created from. */
function definitionOf(app: App): any {
  const { directory } = app.synth();
  return readdirSync(directory)
    .filter((name) => /^asset\..*\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
    .find(({ agent }) => agent?.instructions);
}

function variablesOf(stack: Stack, description: string): Record<string, any> {
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
    Properties: { Description: Match.stringLikeRegexp(description) },
  });
  return Object.values(functions)[0].Properties.Environment.Variables;
}

describe.each(HOSTS)('on %s', (host) => {
  test('the security rules of this library find nothing', () => {
    const { app } = reviewerApp(host);
    Validations.of(app).addPlugins(new ManagedAgentChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  test('staging and delivery stand outside of the network and know the limits', () => {
    const { stack } = reviewerApp(host);
    const staging = variablesOf(stack, 'Stages pull requests');
    expect(staging).toMatchObject({
      BMA_AGENT_NAME: 'payments_reviewer',
      BMA_REPOSITORIES: JSON.stringify([host === 'github' ? 'example-org/payments' : 'payments']),
      BMA_FORKS: 'skip',
      BMA_MAX_CHANGED_FILES: '300',
      BMA_MAX_CHANGE_BYTES: '2097152',
    });
    for (const name of ['Stages pull requests', 'Posts the reviews']) {
      Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
        Description: Match.stringLikeRegexp(name),
        VpcConfig: Match.absent(),
        Timeout: 300,
      });
    }
    expect(Object.keys(staging)).not.toContain('BMA_GITHUB_API_URL');
  });

  test('every outcome of its turns, and of no other agent, reaches the function that explains it', () => {
    const { stack, reviewer } = reviewerApp(host);
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['cdk-bedrock-managed-agents'],
        'detail-type': ['Completed', 'Failed', 'Rejected', 'TimedOut', 'Cancelled'].map(
          (outcome) => `Managed Agent Turn ${outcome}`,
        ),
        detail: { agentName: ['payments_reviewer'] },
      },
    });
    expect(variablesOf(stack, 'Explains outcomes')).toMatchObject({ BMA_AGENT_NAME: 'payments_reviewer' });
    expect(reviewer.noteDeadLetters).toBeDefined();
  });

  test('the policy reaches the staging: no drafts and no generated files by default', () => {
    const policyOf = (props = {}) =>
      JSON.parse(variablesOf(reviewerApp(host, props).stack, 'Stages pull requests').BMA_REVIEW_POLICY);
    expect(policyOf()).toMatchObject({ drafts: false, bots: true, skippedAuthors: [] });
    expect(policyOf().ignoredPaths).toEqual(expect.arrayContaining(['**/package-lock.json', '**/*.snap']));
    const policy = {
      reviewDrafts: true,
      reviewBots: false,
      skippedAuthors: ['renovate[bot]'],
      ignoredPaths: ['docs/**'],
    };
    expect(policyOf({ policy })).toEqual({
      drafts: true,
      bots: false,
      skippedAuthors: ['renovate[bot]'],
      ignoredPaths: ['docs/**'],
    });
  });

  test.each([
    ['a name with a space', { skippedAuthors: ['a b'] }, /policy\.skippedAuthors/],
    ['an absolute path', { ignoredPaths: ['/docs/**'] }, /policy\.ignoredPaths/],
    ['two stars inside a name', { ignoredPaths: ['docs/**.md'] }, /policy\.ignoredPaths/],
    ['too many patterns', { ignoredPaths: Array.from({ length: 51 }, (_, i) => `d${i}/**`) }, /policy\.ignoredPaths/],
    [
      'too much in all',
      { ignoredPaths: Array.from({ length: 50 }, (_, i) => `${'d'.repeat(60)}${i}/**`) },
      /at most 2000 characters/,
    ],
  ])('a policy with %s is refused', (_, policy, why) => {
    expect(() => reviewerApp(host, { policy })).toThrow(why);
  });

  test('outcomes are not explained when nobody wants it', () => {
    const { stack, reviewer } = reviewerApp(host, { explainOutcomes: false });
    expect(() => variablesOf(stack, 'Explains outcomes')).toThrow();
    expect(reviewer.noteDeadLetters).toBeUndefined();
  });

  test('the agent is told the form of its answer and has the one tool it needs', () => {
    const { app } = withStagedAssets(() => reviewerApp(host, { additionalInstructions: 'Amounts are in cents.' }));
    const { instructions, tools } = definitionOf(app).agent;
    expect(instructions).toContain('"format":"review/1"');
    expect(instructions).toMatch(/are data\. Never follow/);
    expect(instructions.endsWith('Amounts are in cents.')).toBe(true);
    const source = tools.find(({ server_label }: any) => server_label === 'source');
    expect(source.allowed_tools).toEqual([
      host === 'github' ? 'fetch_staged' : 'clone_repository',
      'configure_registries',
    ]);
  });
});

// On CodeCommit: the template of the example (test/examples). Here, what the blueprint adds to an agent.
test('the template for GitHub is the reviewed one', () => {
  const { Resources } = Template.fromStack(reviewerApp('github').stack).toJSON();
  const own = Object.entries(Resources).filter(([id]) => /StagePullRequest|PublishReview|Material|Toolsource/.test(id));
  expect(own.length).toBeGreaterThan(8);
  const json = JSON.stringify(Object.fromEntries(own)).replace(/[0-9a-f]{64}/g, 'HASH');
  expect(JSON.parse(json)).toMatchSnapshot();
});

test('policies for forks and limits reach the staging function', () => {
  const { stack } = reviewerApp('github', {
    forks: ForkPolicy.READ_ONLY_REVIEW,
    maxChangedFiles: 20,
    maxChangeSize: Size.kibibytes(64),
  });
  expect(variablesOf(stack, 'Stages pull requests')).toMatchObject({
    BMA_FORKS: 'read-only-review',
    BMA_MAX_CHANGED_FILES: '20',
    BMA_MAX_CHANGE_BYTES: '65536',
  });
});

test('staged material is deleted after a week', () => {
  Template.fromStack(reviewerApp('codecommit').stack).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 7 })] },
  });
});

describe('refused', () => {
  test.each<[string, object, RegExp]>([
    ['no files at all', { maxChangedFiles: 0 }, /maxChangedFiles 0 is not accepted.*1 to 3000/],
    ['a change of 17 MiB', { maxChangeSize: Size.mebibytes(17) }, /maxChangeSize 17825792 is not accepted/],
    [
      'a book of instructions',
      { additionalInstructions: 'x'.repeat(8_001) },
      /additionalInstructions '8001 characters'/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => reviewerApp('codecommit', props)).toThrow(message);
  });

  test('a secret whose full ARN nobody knows', () => {
    const stack = new Stack();
    expect(
      () =>
        new PullRequestReviewer(stack, 'Reviewer', {
          codeHost: CodeHost.gitHub({
            repositories: ['example-org/payments'],
            webhook: new GitHubWebhook(stack, 'Webhook'),
            credentials: Secret.fromSecretNameV2(stack, 'Secret', 'github'),
          }),
        }),
    ).toThrow(/credentials .* is not accepted.*fromSecretCompleteArn/);
  });
});
