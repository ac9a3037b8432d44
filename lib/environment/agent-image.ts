import * as path from 'path';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InputError } from '../validation/input-error';

/** The image directory that ships with this library: Dockerfile, lifecycle server, skills. Same depth from lib/ and build/. */
const BUNDLED_IMAGE_DIRECTORY = path.join(__dirname, '..', '..', 'assets', 'image');

/** Options of an image that `cdk deploy` builds. */
export interface AgentImageBuildOptions {
  /**
   * Build arguments passed to the Dockerfile.
   *
   * Build arguments can be read from the image history: never pass a secret.
   *
   * @default - none
   */
  readonly buildArgs?: { [name: string]: string };
}

/** What an image choice turns into once it has a place in the construct tree. */
export interface BoundAgentImage {
  /** URI of the image, by digest or by a content-addressed tag. */
  readonly imageUri: string;
  /** The repository the image is pulled from. */
  readonly repository: ecr.IRepository;
}

/**
 * Where the container image of an execution environment comes from.
 *
 * Every choice pins the image: by digest, or by the content hash of its source. The Runtime takes linux/arm64 images
 * of at most 2 GB (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html).
 */
export abstract class AgentImage {
  /**
   * The image of this library: Codex, the lifecycle server, git, ripgrep, jq and Python, run as a non-root user.
   * Built for linux/arm64 by `cdk deploy`, which needs a container engine then (synth does not).
   */
  public static bundled(options: AgentImageBuildOptions = {}): AgentImage {
    return new BuiltAgentImage(BUNDLED_IMAGE_DIRECTORY, options);
  }

  /**
   * An image built for linux/arm64 by `cdk deploy` from your own directory with a Dockerfile.
   * Its server must speak the AgentCore lifecycle contract on port 8080; the simplest way is to start from the
   * directory of the bundled image.
   *
   * @param directory path of the directory, absolute or relative to the working directory of the CDK app.
   */
  public static fromDirectory(directory: string, options: AgentImageBuildOptions = {}): AgentImage {
    return new BuiltAgentImage(path.resolve(directory), options);
  }

  /**
   * An image that is already in Amazon ECR, pinned by digest.
   *
   * A repository of another account must allow the pull in its own policy.
   *
   * @param repository the repository that holds the image.
   * @param digest `sha256:` and 64 hexadecimal digits. A tag is refused: it can be moved after review.
   * @throws InputError when the digest has another form.
   */
  public static fromEcr(repository: ecr.IRepository, digest: string): AgentImage {
    if (!Token.isUnresolved(digest) && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw new InputError('AgentImage.fromEcr', {
        input: 'digest',
        value: digest,
        allowed: "'sha256:' followed by 64 lower-case hexadecimal digits",
        fix: 'pass the digest that `aws ecr describe-images` prints, not a tag',
      });
    }
    return new PublishedAgentImage(repository, digest);
  }

  /** @internal */
  public abstract _bind(scope: Construct): BoundAgentImage;
}

class BuiltAgentImage extends AgentImage {
  constructor(
    private readonly directory: string,
    private readonly options: AgentImageBuildOptions,
  ) {
    super();
  }

  public _bind(scope: Construct): BoundAgentImage {
    const asset = new DockerImageAsset(scope, 'Image', {
      directory: this.directory,
      buildArgs: this.options.buildArgs,
      platform: Platform.LINUX_ARM64,
    });
    return { imageUri: asset.imageUri, repository: asset.repository };
  }
}

class PublishedAgentImage extends AgentImage {
  constructor(
    private readonly repository: ecr.IRepository,
    private readonly digest: string,
  ) {
    super();
  }

  public _bind(): BoundAgentImage {
    return { imageUri: this.repository.repositoryUriForDigest(this.digest), repository: this.repository };
  }
}
