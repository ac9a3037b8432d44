import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import {
  EVIDENCE_READ_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_WRITE_ACTIONS,
  MATERIAL_READ_ACTIONS,
  MATERIAL_WRITE_ACTIONS,
} from '../../identity/perms';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';
import { handlerCode } from '../../function/handler-code';
import { HandlerFunction } from '../../function/handler-function';
import { kmsViaService } from '../../function/kms-via-service';
import type { ITurnStep, TurnStepHost } from '../../workflow/turn-step';
import { FOLDER_WILDCARD } from '../../workflow/wildcard-arns';
import type { HostAccess } from './bound-code-host';
import { REVIEW_VARIABLES as VARIABLES } from '../../contracts/handler-variables';
import { type ForkHandling, type ReviewPolicyDocument, STAGED_PREFIX } from '../../contracts/review';

/** The common settings of both steps. */
export interface ReviewStepProps {
  readonly access: HostAccess;
  readonly material: IBucket;
  readonly repositories: string[];
  /** Files next to the code of the function. */
  readonly files?: { [file: string]: string };
}

export interface StagePullRequestProps extends ReviewStepProps {
  readonly forks: ForkHandling;
  readonly policy: ReviewPolicyDocument;
  readonly maxChangedFiles: number;
  readonly maxChangeBytes: number;
}

/**
 * Reads the pull request and stores the material for the agent. It runs outside the network: it calls its host and the
 * bucket, and has no session permission.
 */
export class StagePullRequest implements ITurnStep {
  constructor(private readonly props: StagePullRequestProps) {}

  public bind(scope: Construct, host: TurnStepHost): IFunction {
    const { access, material, forks, policy, maxChangedFiles, maxChangeBytes } = this.props;
    const staged = material.arnForObjects(`${STAGED_PREFIX}*`);
    const handler = new HandlerFunction(scope, 'StagePullRequest', {
      ...common(scope, host, this.props),
      description: `Stages pull requests for the managed agent ${host.agent.agentName}`,
      environment: {
        ...environmentOf(scope, host, this.props),
        [VARIABLES.forks]: forks,
        [VARIABLES.policy]: JSON.stringify(policy),
        [VARIABLES.maxChangedFiles]: String(maxChangedFiles),
        [VARIABLES.maxChangeBytes]: String(maxChangeBytes),
      },
      // Up to 64 MiB of changed files, or an archive of 100 MiB.
      memoryMegabytes: 1024,
      statements: [
        ...access.statements,
        new PolicyStatement({ sid: 'WriteMaterial', actions: MATERIAL_WRITE_ACTIONS, resources: [staged] }),
        kmsViaService(scope, material.encryptionKey ?? host.encryptionKey, 's3', KEY_WRITE_ACTIONS),
      ],
    });
    acknowledgeIam5(handler.policy, staged, FOLDER_WILDCARD);
    return handler.function;
  }
}

/** Posts the screened review, or updates the posted one. It runs outside the network, like staging. */
export class PublishReview implements ITurnStep {
  /** Known after the step is bound. */
  public role?: IRole;

  constructor(private readonly props: ReviewStepProps) {}

  public bind(scope: Construct, host: TurnStepHost): IFunction {
    const { access, material } = this.props;
    const staged = material.arnForObjects(`${STAGED_PREFIX}*`);
    const outputs = host.evidenceBucket.arnForObjects('turns/*');
    const keys = new Set([material, host.evidenceBucket].map((bucket) => bucket.encryptionKey ?? host.encryptionKey));
    const handler = new HandlerFunction(scope, 'PublishReview', {
      ...common(scope, host, this.props),
      description: `Posts the reviews of the managed agent ${host.agent.agentName}`,
      environment: environmentOf(scope, host, this.props),
      statements: [
        ...access.statements,
        new PolicyStatement({ sid: 'ReadMaterial', actions: MATERIAL_READ_ACTIONS, resources: [staged] }),
        new PolicyStatement({ sid: 'ReadOutputs', actions: EVIDENCE_READ_ACTIONS, resources: [outputs] }),
        ...[...keys].map((key) => kmsViaService(scope, key, 's3', KEY_READ_ACTIONS)),
      ],
    });
    // Comments on CodeCommit are from sessions of this role.
    handler.function.addEnvironment(VARIABLES.ownRoleName, handler.role.roleName);
    this.role = handler.role;
    acknowledgeIam5(handler.policy, staged, FOLDER_WILDCARD);
    acknowledgeIam5(handler.policy, outputs, FOLDER_WILDCARD);
    return handler.function;
  }
}

function common(_scope: Construct, { encryptionKey, logRetention }: TurnStepHost, { access, files }: ReviewStepProps) {
  // Hundreds of files are read one after the other, a hundred comments are posted one after the other.
  return { code: handlerCode(access.code, files), encryptionKey, logRetention, timeout: Duration.minutes(5) };
}

function environmentOf(scope: Construct, host: TurnStepHost, { access, material, repositories }: ReviewStepProps) {
  return {
    [VARIABLES.agentName]: host.agent.agentName,
    [VARIABLES.materialBucket]: material.bucketName,
    [VARIABLES.repositories]: Stack.of(scope).toJsonString(repositories),
    ...access.environment,
  };
}
