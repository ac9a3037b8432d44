import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { AgentImageHost, BoundAgentImage } from './bound-agent-image';
import { CodeBuildImage } from './code-build-image';
import { ImageBuilder } from './image-builder';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import type { AgentSkill } from './agent-skill';
import { checkInputsOf } from '../validation/checked-inputs';

/** The image directory that ships with this library: Dockerfile, lifecycle server, skills. Same depth from lib/ and build/. */
const BUNDLED_IMAGE_DIRECTORY = path.join(__dirname, '..', '..', 'assets', 'image');

/** Directory of skills in the bundled image, a capability directory. */
const BUNDLED_SKILLS = '/opt/agent/skills';

/** Skills of this library (runtime/image/skills). */
const BUNDLED_SKILL_NAMES = ['evidence'];

/** Options of an image that is built from a directory. */
export interface AgentImageBuildOptions {
  /**
   * Build arguments passed to the Dockerfile.
   *
   * Build arguments can be read from the image history: never pass a secret.
   *
   * @default - none
   */
  readonly buildArgs?: { [name: string]: string };

  /**
   * What builds the image.
   *
   * @default ImageBuilder.CONTAINER_ENGINE
   */
  readonly builder?: ImageBuilder;
}

/** Options of the image of this library. */
export interface BundledImageOptions extends AgentImageBuildOptions {
  /**
   * Skills that are added to those of this library in the image. Their directory is then one of the environment's
   * capability directories. A skill changes the image, and thereby the version of the Runtime.
   *
   * @default - none
   */
  readonly skills?: AgentSkill[];
}

/**
 * The source of the container image of an execution environment.
 *
 * Every choice pins the image: by digest, or by the content hash of its source. The Runtime takes linux/arm64 images
 * of at most 2 GB (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html).
 */
export abstract class AgentImage {
  static {
    checkInputsOf(this, 'AgentImage');
  }

  /**
   * The image of this library: Codex, the lifecycle server, git, ripgrep, jq and Python, with a non-root user. Built
   * for linux/arm64 by the container engine of the machine that runs `cdk deploy`, or in the account (`builder:
   * ImageBuilder.CODE_BUILD`). Synthesis needs neither.
   *
   * @throws InputError when two skills have the same name, or a build argument has another name than Docker allows.
   */
  public static bundled(options: BundledImageOptions = {}): AgentImage {
    return new BuiltAgentImage(BUNDLED_IMAGE_DIRECTORY, options, options.skills);
  }

  /**
   * An image built for linux/arm64 from your own directory with a Dockerfile.
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
   * @param repository the repository of the image.
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

  /**
   * Default capability directories of an environment.
   *
   * @internal
   */
  public readonly _defaultCapabilityDirectories: string[] = [BUNDLED_SKILLS];

  /**
   * Capability directories that every environment must have, because they contain added skills.
   *
   * @internal
   */
  public readonly _requiredCapabilityDirectories: string[] = [];

  /**
   * The same image with more skills.
   *
   * @internal
   */
  public abstract _withSkills(skills: AgentSkill[]): AgentImage;

  /** @internal */
  public abstract _bind(scope: Construct, host: AgentImageHost): BoundAgentImage;
}

class BuiltAgentImage extends AgentImage {
  public readonly _requiredCapabilityDirectories: string[];

  constructor(
    private readonly directory: string,
    private readonly options: AgentImageBuildOptions,
    private readonly skills: AgentSkill[] = [],
  ) {
    super();
    this._requiredCapabilityDirectories = skills.length > 0 ? [BUNDLED_SKILLS] : [];
    const names = [...BUNDLED_SKILL_NAMES, ...skills.map(({ name }) => name)];
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    requireInput(repeated === undefined, 'AgentImage.bundled', {
      input: 'skills',
      value: repeated,
      allowed: `every name once, and none of the bundled skills (${BUNDLED_SKILL_NAMES.join(', ')})`,
      fix: 'rename the skill, in its SKILL.md and its directory',
    });
    for (const name of Object.keys(options.buildArgs ?? {})) {
      requirePattern(
        'AgentImage',
        'buildArgs',
        name,
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'names of letters, digits and _, beginning with no digit',
        'rename the ARG in the Dockerfile',
      );
    }
  }

  public _withSkills(skills: AgentSkill[]): AgentImage {
    return new BuiltAgentImage(this.directory, this.options, [...this.skills, ...skills]);
  }

  public _bind(scope: Construct, host: AgentImageHost): BoundAgentImage {
    const { buildArgs, builder } = this.options;
    return withSkills(scope, this.directory, this.skills, (directory) =>
      builder === ImageBuilder.CODE_BUILD
        ? new CodeBuildImage(scope, 'Image', { ...host, directory, buildArgs: buildArgs ?? {} })
        : new DockerImageAsset(scope, 'Image', { directory, buildArgs, platform: Platform.LINUX_ARM64 }),
    );
  }
}

class PublishedAgentImage extends AgentImage {
  constructor(
    private readonly repository: ecr.IRepository,
    private readonly digest: string,
  ) {
    super();
  }

  public _withSkills(skills: AgentSkill[]): AgentImage {
    throw new InputError('AgentImage.fromEcr', {
      input: 'image',
      value: this.digest,
      allowed: `an image that is built here, so that the skills (${skills.map(({ name }) => name).join(', ')}) can be copied into it`,
      fix: 'use AgentImage.bundled() or fromDirectory(), with ImageBuilder.CODE_BUILD if there is no container engine',
    });
  }

  public _bind(): BoundAgentImage {
    return { imageUri: this.repository.repositoryUriForDigest(this.digest), repository: this.repository };
  }
}

/** With this option, assets aren't copied and are read after the CDK app has ended. */
const NO_STAGING = 'aws:cdk:disable-asset-staging';

/**
 * Calls `use` with a copy of an image directory that contains more skills. The copy is deleted afterwards: constructors
 * of assets copy them to the cloud assembly, unless staging is off.
 */
function withSkills<T>(
  scope: Construct,
  imageDirectory: string,
  skills: AgentSkill[],
  use: (directory: string) => T,
): T {
  if (skills.length === 0) {
    return use(imageDirectory);
  }
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-image-'));
  try {
    fs.cpSync(imageDirectory, copy, { recursive: true });
    skills.forEach((skill) => skill._copyInto(path.join(copy, 'skills')));
    return use(copy);
  } finally {
    if (!scope.node.tryGetContext(NO_STAGING)) {
      fs.rmSync(copy, { recursive: true, force: true });
    }
  }
}
