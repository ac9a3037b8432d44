/**
 * Resources from earlier responses that later requests name only by an id: the permission is for the resource, which
 * only the service knows.
 */
import { AwsError, type Fields } from './aws-error';

interface Learned {
  /** Repository by pull request and by comment. */
  readonly repositories: Map<string, string>;
  /** Application and deployment group by deployment. */
  readonly deploymentGroups: Map<string, readonly [application: string, group: string]>;
  /** Names of log groups by query. */
  readonly queries: Map<string, readonly string[]>;
  /** Tags by OpsItem. */
  readonly opsItems: Map<string, Readonly<Record<string, string>>>;
}

type Learn = (learned: Learned, input: any, answer: any) => void; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON of other services

/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- see Learn */
const LESSONS: Readonly<Record<string, Learn>> = {
  'codecommit:GetPullRequest': ({ repositories }, { pullRequestId }, { pullRequest }) => {
    for (const { repositoryName } of pullRequest.pullRequestTargets) repositories.set(pullRequestId, repositoryName);
  },
  'codecommit:PostCommentForPullRequest': ({ repositories }, { repositoryName }, { comment }) =>
    void repositories.set(comment.commentId, repositoryName),
  'codecommit:GetCommentsForPullRequest': ({ repositories }, _input, { commentsForPullRequestData = [] }) => {
    for (const { repositoryName, comments } of commentsForPullRequestData) {
      for (const { commentId } of comments) repositories.set(commentId, repositoryName);
    }
  },
  'codedeploy:BatchGetDeployments': ({ deploymentGroups }, { deploymentIds }, { deploymentsInfo = [] }) => {
    for (const [index, { deploymentId, applicationName, deploymentGroupName }] of deploymentsInfo.entries()) {
      deploymentGroups.set(deploymentId ?? deploymentIds[index], [applicationName, deploymentGroupName]);
    }
  },
  'logs:StartQuery': ({ queries }, { logGroupName, logGroupNames, logGroupIdentifiers }, { queryId }) =>
    void queries.set(queryId, [logGroupName ?? [], logGroupNames ?? [], logGroupIdentifiers ?? []].flat()),
  'ssm:CreateOpsItem': ({ opsItems }, { Tags = [] }, { OpsItemId }) =>
    void opsItems.set(
      OpsItemId,
      Object.fromEntries(Tags.map(({ Key, Value }: Record<string, string>) => [Key, Value])),
    ),
};
/* eslint-enable */

/** Read operations that run before they are authorized, because only their response contains the resource. */
export const RESOURCE_IN_ANSWER: ReadonlySet<string> = new Set([
  'codecommit:GetPullRequest',
  'codedeploy:BatchGetDeployments',
]);

export class AccountMemory {
  private readonly learned: Learned = {
    repositories: new Map(),
    deploymentGroups: new Map(),
    queries: new Map(),
    opsItems: new Map(),
  };

  /** Records the resources of a successful response. */
  public learn(name: string, input: Fields, answer: unknown): void {
    if (Object.hasOwn(LESSONS, name)) LESSONS[name](this.learned, input, answer);
  }

  /** Whether responses of this operation contain resources to record. */
  public learnsFrom(name: string): boolean {
    return Object.hasOwn(LESSONS, name);
  }

  /** Of a pull request or a comment. */
  public repositoryOf(id: string): string {
    return this.known(this.learned.repositories.get(id), `repository of ${id}`);
  }

  /** Of deployments, each once. */
  public deploymentGroupsOf(ids: readonly string[]): readonly (readonly [string, string])[] {
    const all = ids.map((id) => this.known(this.learned.deploymentGroups.get(id), `deployment group of ${id}`));
    return [...new Map(all.map((group) => [group.join('/'), group])).values()];
  }

  public logGroupsOf(query: string): readonly string[] {
    return this.known(this.learned.queries.get(query), `log groups of the query ${query}`);
  }

  /** As condition keys; none for an OpsItem that wasn't created here. */
  public tagsOf(opsItem: string): Readonly<Record<string, string>> {
    const tags = Object.entries(this.learned.opsItems.get(opsItem) ?? {});
    return Object.fromEntries(
      tags.flatMap(([key, value]) => [
        [`aws:ResourceTag/${key}`, value],
        [`ssm:resourceTag/${key}`, value],
      ]),
    );
  }

  private known<T>(value: T | undefined, what: string): T {
    if (value !== undefined) return value;
    throw new AwsError(
      'AccessDeniedException',
      `The local account doesn't know the ${what}, so the call is refused: no earlier answer named it.`,
    );
  }
}
