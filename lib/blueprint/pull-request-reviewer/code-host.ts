import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { SourceRepository } from '../../agent';
import {
  CODECOMMIT_GATE_ACTIONS,
  CODECOMMIT_REVIEW_ACTIONS,
  CODECOMMIT_STAGING_ACTIONS,
  KEY_READ_ACTIONS,
  SECRET_READ_ACTIONS,
} from '../../identity/perms';
import { AgentTrigger } from '../../trigger';
import { requireInput } from '../../validation/input-error';
import { kmsViaService } from '../../function/kms-via-service';
import { REVIEW_VARIABLES } from '../../contracts/handler-variables';
import { type GateSetting, STAGED_PREFIX } from '../../contracts/review';
import type { BoundCodeHost, HostAccess } from './bound-code-host';
import type { GitHubCodeHostOptions } from './github-code-host-options';
import { checkInputsOf } from '../../validation/checked-inputs';

/** The host of the code and its pull requests. */
export class CodeHost {
  static {
    checkInputsOf(this, 'CodeHost');
  }

  /**
   * One repository of CodeCommit, of the account and Region of the agent. The agent clones it through PrivateLink.
   */
  public static codeCommit(repository: IRepository): CodeHost {
    return new CodeHost((_scope, _material, gate) => bindCodeCommit(repository, gate));
  }

  /**
   * Repositories of GitHub. The network of the agent stays isolated: functions outside it download the source and post the
   * review. Reviews are posted to api.github.com; GitHub Enterprise Server is not supported.
   *
   * @throws InputError when no repository is named, or the full ARN of the secret is not known.
   */
  public static gitHub(props: GitHubCodeHostOptions): CodeHost {
    return new CodeHost((scope, material, gate) => bindGitHub(props, scope, material, gate));
  }

  private readonly bound: Bind;

  private constructor(bound: Bind) {
    this.bound = bound;
  }

  /** @internal */
  public _bind(scope: Construct, material: IBucket, gate: GateSetting | undefined): BoundCodeHost {
    return this.bound(scope, material, gate);
  }
}

type Bind = (scope: Construct, material: IBucket, gate: GateSetting | undefined) => BoundCodeHost;

const gateVariable = (gate: GateSetting | undefined) => (gate ? { [REVIEW_VARIABLES.gate]: JSON.stringify(gate) } : {});

function bindCodeCommit(repository: IRepository, gate: GateSetting | undefined): BoundCodeHost {
  const access = (code: string, sid: string, actions: string[], environment = {}): HostAccess => ({
    code,
    environment,
    statements: [new PolicyStatement({ sid, actions, resources: [repository.repositoryArn] })],
  });
  return {
    repositories: [repository.repositoryName],
    source: { repositories: [SourceRepository.codeCommit(repository)] },
    triggers: [
      // A close stops the review that is running.
      AgentTrigger.onPullRequest(repository, {
        events: [
          'pullRequestCreated',
          'pullRequestSourceBranchUpdated',
          'pullRequestStatusChanged',
          'pullRequestMergeStatusUpdated',
        ],
      }),
    ],
    staging: access('stage-code-commit-pull-request', 'ReadPullRequests', CODECOMMIT_STAGING_ACTIONS),
    delivery: access(
      'publish-code-commit-review',
      'PostReviews',
      [...CODECOMMIT_REVIEW_ACTIONS, ...(gate ? CODECOMMIT_GATE_ACTIONS : [])],
      gateVariable(gate),
    ),
    notes: access('explain-code-commit-review', 'PostNotes', CODECOMMIT_REVIEW_ACTIONS),
  };
}

function bindGitHub(
  props: GitHubCodeHostOptions,
  scope: Construct,
  material: IBucket,
  gate: GateSetting | undefined,
): BoundCodeHost {
  const { repositories, webhook, credentials, authors, reviewCommand: command, requestedReviewer } = props;
  const secretArn = credentials.secretFullArn;
  requireInput(secretArn !== undefined, scope, {
    input: 'credentials',
    value: credentials.node.path,
    allowed: 'a secret whose full ARN is known, because permissions name it',
    fix: 'import it with Secret.fromSecretCompleteArn',
  });
  requireInput(
    repositories.every((name) => !Token.isUnresolved(name)),
    scope,
    {
      input: 'repositories',
      allowed: 'names that are known at synth',
      fix: "write them as in 'example-org/payments'",
    },
  );
  const key = credentials.encryptionKey;
  const access = (code: string, more = {}): HostAccess => ({
    code,
    environment: { [REVIEW_VARIABLES.credentialsSecretArn]: secretArn, ...more },
    statements: [
      new PolicyStatement({ sid: 'ReadGitHubCredentials', actions: SECRET_READ_ACTIONS, resources: [secretArn] }),
      ...(key ? [kmsViaService(scope, key, 'secretsmanager', KEY_READ_ACTIONS)] : []),
    ],
  });
  return {
    repositories,
    source: { staged: { bucket: material, prefix: STAGED_PREFIX } },
    command,
    triggers: [
      AgentTrigger.onGitHubPullRequest(webhook, {
        repositories,
        authors,
        requestedReviewer,
        // A close stops the review that is running.
        actions: ['opened', 'reopened', 'synchronize', 'ready_for_review', 'closed'],
        // A draft may be reviewed only once it is ready. For this trigger, these are two different turns.
        deduplicationKey: [
          'detail.repository.full_name',
          'detail.number',
          'detail.pull_request.head.sha',
          'detail.occurrence',
          'detail.pull_request.draft',
        ],
      }),
      ...(command === undefined ? [] : [AgentTrigger.onGitHubCommand(webhook, { repositories, command })]),
    ],
    staging: access('stage-github-pull-request'),
    delivery: access('publish-github-review', gateVariable(gate)),
    notes: access('explain-github-review', gateVariable(gate)),
  };
}
