import * as crypto from 'crypto';
import { CfnProject, LinuxArmBuildImage } from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CustomResource, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acknowledgeOwn } from '../identity/acknowledge-own';
import { IMAGE_BUILD_VARIABLES, type ImageBuildProperties, type ImageBuildResult } from '../contracts/image-build';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { handlerCode } from '../function/handler-code';
import { HandlerFunction } from '../function/handler-function';
import { functionLogGroup } from '../function/log-group';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { attachPolicy } from '../identity/attach-policy';
import {
  FUNCTION_LOG_ACTIONS,
  IMAGE_BUILD_ACTIONS,
  IMAGE_DIGEST_ACTIONS,
  IMAGE_LOGIN_ACTIONS,
  IMAGE_PUSH_ACTIONS,
  IMAGE_SOURCE_ACTIONS,
  RESOURCELESS_ACTIONS,
} from '../identity/perms';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import type { AgentImageHost } from './bound-agent-image';

/** A build of the bundled image takes minutes; the function that waits for it may run for 15. */
const BUILD_TIMEOUT = Duration.minutes(13);
const KEPT_IMAGES = 20;

export interface CodeBuildImageProps extends AgentImageHost {
  /** Directory with a Dockerfile. */
  readonly directory: string;
  readonly buildArgs: { [name: string]: string };
}

/**
 * An image that CodeBuild builds in the account: the directory is uploaded as an asset. A deployment starts the build
 * if the repository has no image of this content. The Runtime uses the image by its digest in ECR.
 */
export class CodeBuildImage extends Construct {
  public readonly imageUri: string;
  public readonly repository: ecr.Repository;

  constructor(scope: Construct, id: string, props: CodeBuildImageProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const source = new Asset(this, 'Source', { path: props.directory });
    const imageTag = crypto
      .createHash('sha256')
      .update(JSON.stringify([source.assetHash, stack.resolve(props.buildArgs)]))
      .digest('hex');

    this.repository = new ecr.Repository(this, 'Repository', {
      encryption: ecr.RepositoryEncryption.KMS,
      encryptionKey: props.dataKey,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      lifecycleRules: [{ description: 'The images of earlier deployments', maxImageCount: KEPT_IMAGES }],
      removalPolicy: removalPolicy(this, REMOVAL.imageRepository),
      emptyOnDelete: true,
    });
    const project = this.createProject(source, imageTag, props);
    const builder = new HandlerFunction(this, 'Build', {
      description: 'Builds the agent image during a deployment and waits for it',
      code: handlerCode('build-image'),
      environment: {},
      encryptionKey: props.dataKey,
      logRetention: props.logRetention,
      timeout: Duration.minutes(15),
      memoryMegabytes: 256,
      statements: [
        new iam.PolicyStatement({ actions: IMAGE_BUILD_ACTIONS, resources: [project.attrArn] }),
        new iam.PolicyStatement({ actions: IMAGE_DIGEST_ACTIONS, resources: [this.repository.repositoryArn] }),
      ],
    });
    const properties: ImageBuildProperties = {
      ProjectName: project.ref,
      RepositoryName: this.repository.repositoryName,
      ImageTag: imageTag,
    };
    const image = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::AgentImage',
      serviceToken: builder.function.functionArn,
      serviceTimeout: Duration.minutes(15),
      properties: { ...properties },
    });
    image.node.addDependency(project, builder);
    const digest: keyof ImageBuildResult = 'Digest';
    this.imageUri = Fn.join('@', [this.repository.repositoryUri, image.getAttString(digest)]);
  }

  private createProject(source: Asset, imageTag: string, props: CodeBuildImageProps): CfnProject {
    const stack = Stack.of(this);
    const { partition, region, account } = stack;
    const role = new iam.Role(this, 'Role', {
      description: 'Builds the agent image and pushes it to its repository',
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const logGroup = functionLogGroup(this, {
      prefix: '/bma/image/',
      writer: role,
      encryptionKey: props.dataKey,
      retention: props.logRetention,
    });
    const streams = `arn:${partition}:logs:${region}:${account}:log-group:${logGroup.logGroupName}:*`;
    const policy = attachPolicy(this, 'Policy', role, 'role of the image build', [
      new iam.PolicyStatement({
        sid: 'ReadSource',
        actions: IMAGE_SOURCE_ACTIONS,
        resources: [source.bucket.arnForObjects(source.s3ObjectKey)],
      }),
      new iam.PolicyStatement({ sid: 'LogInToRegistry', actions: IMAGE_LOGIN_ACTIONS, resources: ['*'] }),
      new iam.PolicyStatement({
        sid: 'PushImage',
        actions: IMAGE_PUSH_ACTIONS,
        resources: [this.repository.repositoryArn],
      }),
      new iam.PolicyStatement({ sid: 'WriteOwnLogGroup', actions: FUNCTION_LOG_ACTIONS, resources: [streams] }),
      ...logCallerStatements(this, props.dataKey, logGroup.logGroupName, 'write'),
    ])!;
    acknowledgeIam5(policy, '*', RESOURCELESS_ACTIONS['ecr:GetAuthorizationToken']);
    acknowledgeIam5(policy, streams, 'CodeBuild chooses the names of log streams; the log group is exact.');

    const registry = `${account}.dkr.ecr.${region}.${stack.urlSuffix}`;
    const project = new CfnProject(this, 'Project', {
      description: 'Builds the agent image for linux/arm64',
      serviceRole: role.roleArn,
      artifacts: { type: 'NO_ARTIFACTS' },
      source: { type: 'NO_SOURCE', buildSpec: JSON.stringify(buildSpec(Object.keys(props.buildArgs))) },
      environment: {
        type: 'ARM_CONTAINER',
        computeType: 'BUILD_GENERAL1_SMALL',
        image: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0.imageId,
        privilegedMode: true,
        environmentVariables: [
          { name: IMAGE_BUILD_VARIABLES.source, value: `s3://${source.s3BucketName}/${source.s3ObjectKey}` },
          { name: IMAGE_BUILD_VARIABLES.registry, value: registry },
          { name: IMAGE_BUILD_VARIABLES.repository, value: this.repository.repositoryUri },
          { name: IMAGE_BUILD_VARIABLES.tag, value: imageTag },
          ...Object.entries(props.buildArgs).map(([name, value]) => ({
            name: `${IMAGE_BUILD_VARIABLES.argumentPrefix}${name}`,
            value,
          })),
        ],
      },
      logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: logGroup.logGroupName } },
      timeoutInMinutes: BUILD_TIMEOUT.toMinutes(),
    });
    project.node.addDependency(policy);
    acknowledgeOwn(
      project,
      'AwsSolutions::AwsSolutions-CB3',
      'Docker runs in privileged mode only. The project builds the sources of its template and nothing else.',
    );
    acknowledgeOwn(
      project,
      'AwsSolutions::AwsSolutions-CB4',
      'The project has no artifact and no cache that a key would encrypt; its log group has the customer-managed key.',
    );
    return project;
  }
}

/** Values never become part of a command: each is read from its variable. */
function buildSpec(argumentNames: string[]): object {
  const { source, registry, repository, tag, argumentPrefix } = IMAGE_BUILD_VARIABLES;
  const image = `"$${repository}:$${tag}"`;
  const args = argumentNames.map((name) => `--build-arg "${name}=$${argumentPrefix}${name}"`);
  return {
    version: 0.2,
    phases: {
      build: {
        'on-failure': 'ABORT',
        commands: [
          `aws s3 cp --no-progress "$${source}" source.zip`,
          'unzip -q source.zip -d source',
          `aws ecr get-login-password | docker login --username AWS --password-stdin "$${registry}"`,
          ['docker build --platform linux/arm64', ...args, `--tag ${image} source`].join(' '),
          `docker push --quiet ${image}`,
        ],
      },
    },
  };
}
