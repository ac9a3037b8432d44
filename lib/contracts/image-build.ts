/** The properties of the custom resource that builds the agent image. */
export interface ImageBuildProperties {
  readonly ProjectName: string;
  readonly RepositoryName: string;
  /** Names the content of the image: an image with this tag is built once. */
  readonly ImageTag: string;
}

/** The attributes of the finished build that the template reads. */
export interface ImageBuildResult {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly Digest: string;
}

/** Variables of the build. Values of build arguments are passed with this prefix, so that none can name another variable. */
export const IMAGE_BUILD_VARIABLES = {
  source: 'IMAGE_SOURCE',
  registry: 'IMAGE_REGISTRY',
  repository: 'IMAGE_REPOSITORY',
  tag: 'IMAGE_TAG',
  argumentPrefix: 'IMAGE_ARG_',
} as const;
