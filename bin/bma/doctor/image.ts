import { BatchGetImageCommand, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { isObject } from '../../../analysis/model/json';
import { type Examined, fail, type Judgement, notKnown, ok } from './check';
import { ask } from './unanswered';

/** The label of the image with its version of Codex (runtime/image/Dockerfile). */
const CODEX_LABEL = 'cdk-bedrock-managed-agents.codex';

/** The oldest Codex whose exec server accepts the options of the lifecycle server (AWS's public template). */
const OLDEST_CODEX = '0.154.0';

/** The architecture of AgentCore. */
const ARCHITECTURE = 'arm64';

const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

interface Manifest {
  readonly config?: { readonly digest?: string };
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture?: string; readonly os?: string };
  }[];
}

interface ImageConfig {
  readonly architecture?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> };
}

/**
 * Whether an image exists in ECR, and for which architecture.
 *
 * @param codex the Codex version that the image build installs, if it is known
 */
export async function imageJudgements(
  uri: string,
  codex: string | undefined,
  examined: Examined,
): Promise<Judgement[]> {
  const parts = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z.]+\/(.+?)(?:@(sha256:[0-9a-f]{64})|:([\w.-]+))$/.exec(uri);
  if (!parts) {
    return [
      notKnown(`${uri} isn't an image in ECR`, 'use AgentImage.fromEcr (docs/runtime-image.md)', 'not documented'),
    ];
  }
  const [, registryId, region, repositoryName, imageDigest, imageTag] = parts;
  const short = `${repositoryName}${imageTag ? `:${imageTag.slice(0, 12)}` : `@${imageDigest.slice(0, 19)}`}`;
  const ecr = examined.clients.ecr(region);
  const read = async (imageId: { imageDigest?: string; imageTag?: string }): Promise<Manifest | undefined> => {
    const { images: [image] = [] } = await ask(
      'ecr:BatchGetImage',
      ecr.send(
        new BatchGetImageCommand({ registryId, repositoryName, imageIds: [imageId], acceptedMediaTypes: MEDIA_TYPES }),
      ),
      NO_REPOSITORY,
    );
    return image?.imageManifest === undefined ? undefined : (JSON.parse(image.imageManifest) as Manifest);
  };
  try {
    const top = await read(imageDigest ? { imageDigest } : { imageTag });
    if (top === undefined) return [fail(`${short} does not exist`, PUSH)];
    const one = top.manifests?.find(({ platform }) => platform?.architecture === ARCHITECTURE);
    if (top.manifests && one === undefined) {
      const offered = top.manifests.flatMap(({ platform }) => platform?.architecture ?? []).join(', ');
      return [fail(`${short} is for ${offered}, not for ${ARCHITECTURE}`, PLATFORM)];
    }
    const { digest } = (one ? await read({ imageDigest: one.digest }) : top)?.config ?? {};
    const config =
      digest === undefined ? undefined : await configOf({ registryId, repositoryName, layerDigest: digest }, ecr);
    const architecture = one ? ARCHITECTURE : config?.architecture;
    if (architecture === undefined) {
      return [notKnown(`${short} exists; its architecture can't be read`, PLATFORM, 'not documented')];
    }
    return [
      architecture === ARCHITECTURE
        ? ok(`${short} exists, for ${ARCHITECTURE}`)
        : fail(`${short} is for ${architecture}, not for ${ARCHITECTURE}`, PLATFORM),
      codexJudgement(codex ?? config?.config?.Labels?.[CODEX_LABEL]),
    ];
  } catch (problem) {
    if ((problem as Error).name !== NO_REPOSITORY) throw problem;
    return [fail(`there is no repository ${repositoryName} in ${registryId}, ${region}`, PUSH)];
  }
}

const NO_REPOSITORY = 'RepositoryNotFoundException';
const PUSH = 'npx cdk deploy, or push the image (docs/runtime-image.md)';
const PLATFORM = 'build it with --platform linux/arm64 (docs/runtime-image.md)';

/** The configuration of an image, with architecture and labels. */
async function configOf(
  layer: { readonly registryId: string; readonly repositoryName: string; readonly layerDigest: string },
  ecr: ReturnType<Examined['clients']['ecr']>,
): Promise<ImageConfig | undefined> {
  const { downloadUrl } = await ask('ecr:GetDownloadUrlForLayer', ecr.send(new GetDownloadUrlForLayerCommand(layer)));
  try {
    const response = await fetch(downloadUrl!, { signal: AbortSignal.timeout(15_000) });
    const content: unknown = response.ok ? await response.json() : undefined;
    return isObject(content) ? content : undefined;
  } catch {
    // The layer is in S3. If this machine can't reach S3, the architecture is unknown.
    return undefined;
  }
}

/** Whether a version of Codex supports the options of the lifecycle server. */
export function codexJudgement(version: string | undefined): Judgement {
  const named = (judgement: Judgement): Judgement => ({ ...judgement, check: 'Codex' });
  if (version === undefined) {
    return named(
      notKnown(
        `the image has no label ${CODEX_LABEL}`,
        `use AgentImage.bundled, or label the image with its version (docs/runtime-image.md)`,
        'not documented',
      ),
    );
  }
  const isOld = version.localeCompare(OLDEST_CODEX, 'en', { numeric: true }) < 0;
  return named(
    isOld
      ? fail(`${version}; ${OLDEST_CODEX} or later is needed`, 'build the image again with this version of the library')
      : ok(version),
  );
}
