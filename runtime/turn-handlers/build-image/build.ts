import { createHash } from 'node:crypto';
import { BatchGetBuildsCommand, type Build, type CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { DescribeImagesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import type { ImageBuildProperties, ImageBuildResult } from '../../../lib/contracts/image-build';

export interface BuildParts {
  readonly codeBuild: CodeBuildClient;
  readonly registry: ECRClient;
  /** Waits until the next check of the build. */
  readonly pause: () => Promise<void>;
  /** Milliseconds until the function is ended. */
  readonly timeLeft: () => number;
}

/** Enough for one more check and the response. */
const RESERVE_MILLISECONDS = 30_000;

/**
 * Digest of the image with this tag. Builds the image if the repository doesn't have it yet.
 *
 * @param requestId of the deployment: a repeated call follows the build that the first one started.
 * @throws Error that says which phase failed and where its log is.
 */
export async function builtImage(
  properties: ImageBuildProperties,
  requestId: string,
  parts: BuildParts,
): Promise<ImageBuildResult> {
  const existing = await digestOf(properties, parts.registry);
  if (existing !== undefined) return { Digest: existing };
  const { build } = await parts.codeBuild.send(
    new StartBuildCommand({
      projectName: properties.ProjectName,
      idempotencyToken: createHash('sha256').update(requestId).digest('hex'),
    }),
  );
  await finished(build!, parts);
  const digest = await digestOf(properties, parts.registry);
  if (digest === undefined) {
    throw new Error(`The build ${build!.id} succeeded, but ${properties.RepositoryName} has no image with its tag`);
  }
  return { Digest: digest };
}

async function digestOf({ RepositoryName, ImageTag }: ImageBuildProperties, registry: ECRClient) {
  try {
    const { imageDetails } = await registry.send(
      new DescribeImagesCommand({ repositoryName: RepositoryName, imageIds: [{ imageTag: ImageTag }] }),
    );
    return imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if ((error as Error).name === 'ImageNotFoundException') return undefined;
    throw error;
  }
}

async function finished(started: Build, { codeBuild, pause, timeLeft }: BuildParts): Promise<void> {
  let build = started;
  while (build.buildStatus === 'IN_PROGRESS') {
    if (timeLeft() < RESERVE_MILLISECONDS) {
      throw new Error(`The build ${build.id} has not finished in time${logOf(build)}. Deploy again.`);
    }
    await pause();
    const { builds } = await codeBuild.send(new BatchGetBuildsCommand({ ids: [build.id!] }));
    build = builds?.[0] ?? build;
  }
  if (build.buildStatus === 'SUCCEEDED') return;
  const phase = build.phases?.find(({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED');
  const why = phase && ` in phase ${phase.phaseType}: ${phase.contexts?.map(({ message }) => message).join(' ')}`;
  throw new Error(`The build ${build.id} ended as ${build.buildStatus}${why ?? ''}${logOf(build)}`);
}

function logOf({ logs }: Build): string {
  return logs?.deepLink === undefined ? '' : ` (log: ${logs.deepLink})`;
}
