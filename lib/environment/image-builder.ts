/** What builds an agent image from its directory. */
export enum ImageBuilder {
  /** The container engine of the machine that runs `cdk deploy`. */
  CONTAINER_ENGINE = 'container-engine',

  /**
   * AWS CodeBuild, in the account and Region of the environment, on linux/arm64: no container engine is needed.
   *
   * The first deployment takes some minutes longer. The build runs outside the agent's network and fetches the base
   * image, Debian packages and npm packages from the internet, or from the mirrors that `buildArgs` name. See
   * docs/runtime-image.md.
   */
  CODE_BUILD = 'code-build',
}
