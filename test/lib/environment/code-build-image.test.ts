import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AgentBaseline, AgentCoreEnvironment, AgentImage, ImageBuilder, ManagedAgentChecks } from '../../../lib';
import { SynthesizedAccount } from '../../iam/synthesized-account';

function environmentWith(image: AgentImage) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  new AgentCoreEnvironment(stack, 'Environment', { baseline: new AgentBaseline(stack, 'Baseline'), image });
  return { app, stack };
}

const environment = (buildArgs?: { [name: string]: string }) =>
  environmentWith(AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD, buildArgs }));

const built = environment({ BASE_IMAGE: 'mirror.example.com/node@sha256:1; curl evil' });
const template = Template.fromStack(built.stack);

test('nothing is built on the machine that deploys, and the Runtime gets the image by its digest', () => {
  expect(built.app.synth().getStackArtifact(built.stack.artifactId).assets ?? []).toEqual([]);
  const manifest = JSON.stringify(built.app.synth().artifacts.map((artifact) => artifact.manifest));
  expect(manifest).not.toContain('dockerImages');
  template.hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
    AgentRuntimeArtifact: {
      ContainerConfiguration: {
        ContainerUri: {
          'Fn::Join': ['@', [Match.anyValue(), { 'Fn::GetAtt': [Match.stringLikeRegexp('Image'), 'Digest'] }]],
        },
      },
    },
  });
});

test('a build argument is a value of a variable and no part of a command', () => {
  const [project] = Object.values(template.findResources('AWS::CodeBuild::Project'));
  const { BuildSpec } = project.Properties.Source as { BuildSpec: string };
  expect(BuildSpec).toContain('--build-arg \\"BASE_IMAGE=$IMAGE_ARG_BASE_IMAGE\\"');
  expect(BuildSpec).not.toContain('evil');
  expect(project.Properties.Environment.EnvironmentVariables).toContainEqual(
    expect.objectContaining({ Name: 'IMAGE_ARG_BASE_IMAGE', Value: expect.stringContaining('evil') }),
  );
  expect(() => AgentImage.bundled({ buildArgs: { 'X=1 --network host': 'y' } })).toThrow(/buildArgs/);
});

test('other sources or arguments are another image', () => {
  const tagOf = (stack: Stack) =>
    Object.values(Template.fromStack(stack).findResources('Custom::AgentImage'))[0].Properties.ImageTag as string;
  expect(tagOf(environment().stack)).toBe(tagOf(environment().stack));
  expect(tagOf(environment().stack)).not.toBe(tagOf(built.stack));
});

test('the build may read its source and push to its repository; the function may start this build only', () => {
  const account = new SynthesizedAccount(built.stack);
  const policies = account.all('AWS::IAM::Policy').filter(({ id }) => /Image(Policy|Build)/.test(id));
  const granted = policies.flatMap(({ properties }) =>
    (properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]).map(
      ({ Action, Resource }) => ({
        actions: [Action].flat(),
        everything: [Resource].flat().includes('*'),
      }),
    ),
  );
  expect(granted.filter(({ everything }) => everything).flatMap(({ actions }) => actions)).toEqual([
    'ecr:GetAuthorizationToken',
  ]);
  expect(new Set(granted.flatMap(({ actions }) => actions))).toEqual(
    new Set([
      'codebuild:BatchGetBuilds',
      'codebuild:StartBuild',
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:DescribeImages',
      'ecr:GetAuthorizationToken',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
    ]),
  );
});

test('the packs find nothing in what the build adds', () => {
  const findings = (image: AgentImage) => {
    const { app } = environmentWith(image);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ManagedAgentChecks(app));
    // An environment without an agent has findings of its own.
    expect(() => app.synth()).toThrow(/MA-AUD1/);
    const report = JSON.parse(readFileSync(path.join(app.outdir, 'validation-report.json'), 'utf8')) as {
      pluginReports: { violations: { ruleName: string }[] }[];
    };
    return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName)).sort();
  };
  expect(findings(AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD }))).toEqual(findings(AgentImage.bundled()));
});
