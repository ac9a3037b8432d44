import {
  CreateBranchCommand,
  CreatePullRequestCommand,
  GetCommentsForPullRequestCommand,
  PostCommentForPullRequestCommand,
  PutFileCommand,
} from '@aws-sdk/client-codecommit';
import { NoAnswer, probe } from '../probe';
import { STACK_PERMISSION, STACK_PREFIX } from '../temporary-stacks';

const TEMPLATE = {
  Resources: {
    Repository: { Type: 'AWS::CodeCommit::Repository', Properties: { RepositoryName: { Ref: 'AWS::StackName' } } },
  },
  Outputs: { Repository: { Value: { 'Fn::GetAtt': ['Repository', 'Name'] } } },
};

export const commentAuthors = probe({
  id: 'comment-authors',
  question:
    'Which ARN does the author of a CodeCommit comment have, and does CodeCommit return comments without commit ids?',
  default:
    "The author of a function's comment is `…:assumed-role/<role>/…`. Comments are requested without commit ids.",
  where: ['runtime/turn-handlers/code-commit/code-commit-review-publisher.ts', 'docs/blueprints.md'],
  needs: ['credentials of a role (an IAM user has no role session, so its ARN answers nothing)'],
  looksAt: [],
  permissions: [
    STACK_PERMISSION,
    {
      actions: [
        'CreateBranch',
        'CreatePullRequest',
        'CreateRepository',
        'DeleteRepository',
        'GetCommentsForPullRequest',
        'GetRepository',
        'PostCommentForPullRequest',
        'PutFile',
      ].map((action) => `codecommit:${action}`),
      resources: [`arn:aws:codecommit:REGION:ACCOUNT:${STACK_PREFIX}*`],
    },
  ],
  creates: 'a CodeCommit repository with one file, a pull request and a comment',
  usd: 0,
  minutes: 5,
  answers: {
    'assumed-role': {
      means: 'The author is the ARN of the role session, and the comment is returned without commit ids.',
    },
    'another-form': {
      means: 'The author has another form.',
      change: "recognize the agent's comments by the form in the evidence (runtime/turn-handlers/code-commit)",
    },
    'not-returned': {
      means: 'The comment is returned only with commit ids.',
      change: 'request comments with the commit ids of each version (runtime/turn-handlers/code-commit)',
    },
  },
  async run({ clients: { codeCommit }, temporaryStacks, pause, options }) {
    return await temporaryStacks.with('comment-authors', TEMPLATE, async ({ Repository: repositoryName }) => {
      const first = await codeCommit.send(
        new PutFileCommand({
          repositoryName,
          branchName: 'main',
          filePath: 'file.txt',
          fileContent: Buffer.from('one\n'),
        }),
      );
      await codeCommit.send(
        new CreateBranchCommand({ repositoryName, branchName: 'change', commitId: first.commitId }),
      );
      const second = await codeCommit.send(
        new PutFileCommand({
          repositoryName,
          branchName: 'change',
          filePath: 'file.txt',
          fileContent: Buffer.from('two\n'),
          parentCommitId: first.commitId,
        }),
      );
      const { pullRequest } = await codeCommit.send(
        new CreatePullRequestCommand({
          title: 'Probe',
          targets: [{ repositoryName, sourceReference: 'change', destinationReference: 'main' }],
        }),
      );
      const pullRequestId = pullRequest?.pullRequestId;
      await codeCommit.send(
        new PostCommentForPullRequestCommand({
          pullRequestId,
          repositoryName,
          beforeCommitId: first.commitId,
          afterCommitId: second.commitId,
          content: 'Probe',
        }),
      );
      const commits = { repositoryName, beforeCommitId: first.commitId, afterCommitId: second.commitId };
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const without = await author({ pullRequestId });
        if (without !== undefined) {
          const form = without.replace(/^arn:[a-z-]+:(iam|sts)::\d{12}:([a-z-]+).*$/s, '$1 $2');
          if (form === 'iam user') throw new NoAnswer('the credentials are those of a user: repeat it with a role');
          return {
            answer: form === 'sts assumed-role' ? 'assumed-role' : 'another-form',
            evidence: [`authorArn: ${form}`],
            confidence: 'certain',
          };
        }
        await pause(options.intervalSeconds);
      }
      if ((await author({ pullRequestId, ...commits })) === undefined)
        throw new NoAnswer('the comment was not returned at all');
      return { answer: 'not-returned', evidence: [`looks without commits: ${MOST_LOOKS}`], confidence: 'certain' };
    });

    async function author(input: { pullRequestId?: string }): Promise<string | undefined> {
      const { commentsForPullRequestData = [] } = await codeCommit.send(
        new GetCommentsForPullRequestCommand({ pullRequestId: input.pullRequestId, ...input }),
      );
      return commentsForPullRequestData
        .flatMap(({ comments = [] }) => comments)
        .find(({ content }) => content === 'Probe')?.authorArn;
    }
  },
});

/** A new comment may not be visible immediately. */
const MOST_LOOKS = 12;
