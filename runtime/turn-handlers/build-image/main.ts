import { setTimeout } from 'node:timers/promises';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ECRClient } from '@aws-sdk/client-ecr';
import type { ImageBuildProperties } from '../../../lib/contracts/image-build';
import { builtImage } from './build';
import { answerCloudFormation, type CustomResourceEvent } from './custom-resource';

const LOOK_MILLISECONDS = 5_000;
const clients = { codeBuild: new CodeBuildClient({}), registry: new ECRClient({}) };

/** Lambda: the image of an environment as a custom resource. Images are kept until their repository is deleted. */
export const handler = (
  event: CustomResourceEvent<ImageBuildProperties>,
  context: { getRemainingTimeInMillis(): number },
): Promise<void> =>
  answerCloudFormation(event, async () => {
    const { RepositoryName, ImageTag } = event.ResourceProperties;
    if (event.RequestType === 'Delete') return { physicalId: event.PhysicalResourceId!, data: {} };
    const data = await builtImage(event.ResourceProperties, event.RequestId, {
      ...clients,
      pause: () => setTimeout(LOOK_MILLISECONDS),
      timeLeft: () => context.getRemainingTimeInMillis(),
    });
    return { physicalId: `${RepositoryName}:${ImageTag}`, data };
  });
